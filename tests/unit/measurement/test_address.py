from __future__ import annotations

import pytest

from isocost.core.errors import InputError
from isocost.measurement.address import resolve_address


@pytest.mark.parametrize(
    ("url", "api", "completions", "implied"),
    [
        ("http://h:8000", "http://h:8000/v1", "/v1/completions", None),
        ("http://h:8000/", "http://h:8000/v1", "/v1/completions", None),
        ("http://h/v1/", "http://h/v1", "/v1/completions", None),
        ("HTTP://H/v1", "http://h/v1", "/v1/completions", None),
        ("https://h:443", "https://h/v1", "/v1/completions", None),
        ("https://h/api/v1", "https://h/api/v1", "/api/v1/completions", None),
        ("http://h/v1beta", "http://h/v1beta", "/v1beta/completions", None),
        ("http://h/v1/completions", "http://h/v1", "/v1/completions", "completions"),
        ("http://h/v1/chat/completions", "http://h/v1", "/v1/completions", "chat"),
        ("http://h/v1/responses", "http://h/v1", "/v1/completions", "responses"),
        ("http://h/v1/models", "http://h/v1", "/v1/completions", None),
        ("http://h/inference/completions", "http://h/inference", "/inference/completions", "completions"),
        ("http://[::1]:9/v1", "http://[::1]:9/v1", "/v1/completions", None),
        ("http://user:word@h:1", "http://h:1/v1", "/v1/completions", None),
        ("http://h/v1?api-version=2", "http://h/v1?api-version=2", "/v1/completions?api-version=2", None),
        (
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
            "/openai/deployments/d/completions?api-version=2024-10-21",
            "chat",
        ),
    ],
)
def test_urls_as_people_write_them(url: str, api: str, completions: str, implied: str | None) -> None:
    address = resolve_address(url)
    assert (address.url, address.path("completions"), address.implied_type) == (api, completions, implied)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("h:8000", "an address starts with http:// or https://, got 'h:8000'; write http://host:port"),
        ("", "an address starts with http:// or https://, got ''; write http://host:port"),
        ("ftp://h", "an address starts with http:// or https://, got 'ftp://h'; write http://host:port"),
        ("http://", "the address 'http://' names no host; write http://host:port"),
        ("http://h h", "the address 'http://h h' names no host; write http://host:port"),
        ("http://h:0", "port 0 is no port to connect to; write http://host:port"),
        (
            "http://h#top",
            "an address has no fragment, got 'http://h'; leave out what follows #",
        ),
        ("http://h:port", "cannot read the address 'http://h:port'; write http://host:port"),
        (
            "http://h/v1?api_key=sesame",
            "the address 'http://h/v1?api_key=***' would put a secret into the process list and the study; "
            "leave it out and name the variable or the file that holds it: --api-key-env NAME or "
            "--api-key-file FILE",
        ),
        (
            "http://h/v1/@me",
            "the address 'http://me' has an @ behind its host: it is written %40 there, and a password has "
            "no place in an address; write http://host:port",
        ),
    ],
)
def test_nonsense_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_address(url)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "url",
    [
        "http://me:sesame@h:99999",
        "ftp://me:sesame@h",
        "http://me:sesame@h#x",
        "http://me:ses@me/sesame@h",  # a password may hold what separates the other parts
        "http://me:1/sesame@h",
        "http://me:sesame?x@h",
        "http://me:#sesame@h",
        "me:sesame@h:8000",
        "http://h/v1?code=1&sig=sesame",
        "http://h/v1?x=sk-sesame-sesame-sesame",
        "http://h/v1?api%5Fkey=sesame",
    ],
)
def test_a_password_in_a_bad_address_is_not_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_address(url)
    assert "sesame" not in str(caught.value)


def test_path_of_responses() -> None:
    assert resolve_address("http://h:1/api/v1/responses").path("responses") == "/api/v1/responses"
