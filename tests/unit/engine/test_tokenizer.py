"""Text comes back token by token, characters whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from isocost.engine.tokenizer import Detokenizer
from isocost.engine.vocabulary import (
    END_OF_TEXT,
    Vocabulary,
    byte_level_bytes,
    byte_level_letters,
    made_up_tokens,
)

BYTES = Vocabulary(tuple(bytes([value]) for value in range(256)))


def pieces(data: bytes) -> list[str]:
    detokenizer = Detokenizer(BYTES)
    return [detokenizer.feed(token, last=place == len(data)) for place, token in enumerate(data, start=1)]


def test_holds_back_half_a_character() -> None:
    # U+4F60 is E4 BD A0, U+1F600 is F0 9F 98 80: text appears with the last byte alone.
    assert pieces(bytes.fromhex("e4bda0")) == ["", "", "\u4f60"]
    assert pieces(bytes.fromhex("f09f9880") + b"!") == ["", "", "", "\U0001f600", "!"]


def test_replaces_what_is_no_text_as_soon_as_that_is_sure() -> None:
    assert pieces(b"\xe4A") == ["", "\ufffdA"]
    assert pieces(b"\xff") == ["\ufffd"]


def test_the_last_token_brings_what_was_held_back() -> None:
    assert pieces(b"a\xe4\xbd") == ["a", "", "\ufffd"]


def test_one_token_may_end_one_character_and_begin_the_next() -> None:
    detokenizer = Detokenizer(Vocabulary((b"\xc3", b"\xa9\xc3", b"\xa8")))
    assert [detokenizer.feed(token) for token in (0, 1, 2)] == ["", "é", "è"]


def test_an_unknown_id_has_no_text() -> None:
    assert Detokenizer(BYTES).feed(70_000) == ""


@given(st.text())
def test_any_text_survives_its_bytes(text: str) -> None:
    assert "".join(pieces(text.encode())) == text


@given(st.binary())
def test_any_bytes_read_as_python_reads_them_at_once(data: bytes) -> None:
    assert "".join(pieces(data)) == data.decode("utf-8", "replace")


def test_letters_for_bytes_are_those_of_the_published_vocabulary() -> None:
    letters = byte_level_letters()
    assert len(set(letters)) == 256
    # From the published table: space is U+0120, newline U+010A, tab U+0109, 0x7F U+0121, 0xAD U+0143.
    assert [letters[code] for code in (0x20, 0x0A, 0x09, 0x7F, 0xAD)] == ["Ġ", "Ċ", "ĉ", "ġ", "Ń"]
    assert [letters[code] for code in (0x41, 0xE9)] == ["A", "é"]


def test_a_token_outside_the_byte_alphabet_stands_for_itself() -> None:
    assert byte_level_bytes("\u4f60") == "\u4f60".encode()


def test_made_up_tokens_are_distinct_and_each_comes_from_its_merge() -> None:
    tokens, merges = made_up_tokens(4096)
    assert len(tokens) == len(set(tokens)) == 4096
    assert len(merges) == 4096 - 257
    assert ["".join(merge.split(" ")) for merge in merges] == tokens[256:-1]
    known = set(tokens[:256])
    for merge, token in zip(merges, tokens[256:], strict=False):
        assert set(merge.split(" ")) <= known  # both halves exist before they are merged
        known.add(token)


def test_a_large_made_up_vocabulary_is_filled_with_unused_tokens() -> None:
    # 256 bytes, 26 + 676 + 676 + 17,576 runs, 45 unused, the end: 19,256.
    tokens, merges = made_up_tokens(19_256)
    assert len(tokens) == 19_256
    assert len(merges) == 18_954
    assert sum(token.startswith("<unused") for token in tokens) == 45
    assert tokens[-1] == END_OF_TEXT


def test_control_tokens_have_no_text_and_added_ones_stand_for_themselves() -> None:
    vocabulary = Vocabulary.of(["</s>", "Ġa", "Ġb", "<unused0>"], [3, 1, 4, 5])
    assert vocabulary.token_bytes == (b"", b" a", "Ġb".encode(), b"")


def test_without_types_every_token_has_text() -> None:
    assert Vocabulary.of(["Ġa"], []).token_bytes == (b" a",)
