from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING

import pytest

from isocost.core.errors import InputError
from isocost.measurement.secret import Secret, read_api_key

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "sk-canary-4711"


def test_a_secret_is_never_shown() -> None:
    secret = Secret(CANARY)
    assert CANARY not in f"{secret} {secret!r} {[secret]}"
    assert CANARY not in f"{secret:>40} {secret!s} {secret:s}"
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        pickle.dumps(secret)
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_a_key_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OUR_KEY", f" {CANARY}\n")
    file = tmp_path / "key"
    file.write_text(f"{CANARY}\nsecond line")
    for key in (read_api_key(env="OUR_KEY"), read_api_key(file=file)):
        assert key is not None
        assert key.reveal() == CANARY


def test_nothing_is_read_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    assert read_api_key() is None


def test_a_literal_key_is_refused_without_echo() -> None:
    with pytest.raises(InputError) as caught:
        read_api_key(env=CANARY)
    assert CANARY not in str(caught.value)
    with pytest.raises(InputError) as caught:
        read_api_key(env="SKCANARY4711")  # looks like a name, may be a key
    assert "SKCANARY4711" not in str(caught.value)


def test_bad_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMPTY", "  ")
    monkeypatch.setenv("ODD", "a b")
    with pytest.raises(InputError, match="it is empty"):
        read_api_key(env="EMPTY")
    with pytest.raises(InputError, match="printable ASCII without spaces"):
        read_api_key(env="ODD")
    with pytest.raises(InputError, match="No such file"):
        read_api_key(file=tmp_path / "absent")
    with pytest.raises(InputError, match="not both"):
        read_api_key(env="A", file="b")
