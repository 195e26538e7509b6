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
            "http://h?x=1",
            "an address has no query or fragment, got 'http://h?x=1'; leave out what follows ? or #",
        ),
    ],
)
def test_nonsense_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_address(url)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("url", ["http://me:sesame@h:99999", "ftp://me:sesame@h", "http://me:sesame@h?x"])
def test_a_password_in_a_bad_address_is_not_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_address(url)
    assert "sesame" not in str(caught.value)


def test_path_of_responses() -> None:
    assert resolve_address("http://h:1/api/v1/responses").path("responses") == "/api/v1/responses"
