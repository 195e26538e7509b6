"""Whatever stands around a key, and however it is written, nothing of it is left; other text stays."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocost.core.errors import InputError
from isocost.measurement.blotting import blot_out, hiding, holds

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60)
TEXTS = st.text(max_size=40)
CODINGS = {
    "plain": str,
    "other case": str.swapcase,
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "quoted": lambda text: quote(text, safe=""),
    "quoted twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "bytes": lambda text: "".join(f"\\x{ord(sign):02x}" for sign in text),
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of a header": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(f"xx{text}".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("coding", CODINGS)
@given(key=KEYS, before=TEXTS, after=TEXTS)
def test_a_key_is_blotted_out_in_every_coding(coding: str, key: str, before: str, after: str) -> None:
    coded = CODINGS[coding](key)
    seen = blot_out(f"{before} {coded} {after}", (key,))
    assert "***" in seen
    for start in range(4, len(coded) - 20):  # a few signs at either end of base64 belong to others, too
        assert coded[start : start + 16] not in seen


@given(key=KEYS, cut=st.integers(8, 15))
def test_a_part_is_blotted_out(key: str, cut: int) -> None:
    assert key[:cut] not in blot_out(f"<{key[:cut]}>", (key,)) or "&" in key or "\\" in key or "%" in key


@given(key=KEYS, text=TEXTS)
def test_text_without_the_key_stays(key: str, text: str) -> None:
    if not any(key[start : start + 8].lower() in text.lower() for start in range(len(key) - 7)):
        assert blot_out(text, (key,)) == text


def test_a_short_word_is_blotted_out_as_a_whole_only() -> None:
    assert blot_out("EMPTY and EMPT", ("EMPTY", "")) == "*** and EMPT"


@pytest.mark.parametrize("coding", ["plain", "percent", "base64", "hexadecimal"])
def test_a_name_that_holds_the_key(coding: str) -> None:
    assert holds(f"model-{CODINGS[coding]('canary-4711-never')}", "canary-4711-never")
    assert not holds(f"model-{CODINGS[coding]('canary-4712-never')}", "canary-4711-never")


def test_an_error_that_leaves_tells_no_key() -> None:
    with pytest.raises(InputError) as caught, hiding(("canary-4711",)):
        raise InputError("the server says canary%2D4711")
    assert str(caught.value) == "the server says ***"
