from __future__ import annotations

import pytest

from isocost.core.credentials import credential_in, is_credential_name, shown_address, without_credentials


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Proxy-Authorization", "api-key", "X-Api-Key", "x-goog-api-key", "Cookie", "apikey",
        "Ocp-Apim-Subscription-Key", "X-Auth-Token", "access_token", "accessToken", "password",
        "client_secret",
        "sig", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "OPENAI_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "key",
        "api%5Fkey",
    ],
)  # fmt: skip
def test_names_of_credentials(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "X-Team", "api-version", "Idempotency-Key", "prompt_cache_key", "stop_token_ids", "eos_token",
        "max_tokens", "return_tokens_as_token_ids", "keyboard", "author", "monkey", "PATH", "",
    ],
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not is_credential_name(name)


def test_a_credential_however_deep() -> None:
    assert credential_in({"a": [{"b": {"c": "Bearer abcdefgh"}}]}) == "c"
    assert credential_in({"a": [{"b": {"c": "abcdefgh", "key": 1}}]}) is None  # a number is none


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://host:8000/v1", "http://host:8000/v1"),
        ("http://name:word@host/v1", "http://host/v1"),
        ("name:word@host", "host"),
        ("http://name:wo@rd@host", "http://host"),
        ("http://host/v1?a=word&b=word#word", "http://host/v1?a=***&b=***"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(given: str, shown: str) -> None:
    assert shown_address(given) == shown


def test_an_environment_without_credentials() -> None:
    given = {"PATH": "/bin", "HF_TOKEN": "a", "LANG": "C", "X": "AIza" + "a" * 35, "OMP_NUM_THREADS": "2"}
    assert set(without_credentials(given)) == {"PATH", "LANG", "OMP_NUM_THREADS"}
