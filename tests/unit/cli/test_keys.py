"""What is given on the command line keeps no secret, and what a study sends is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from isocost.cli import options
from isocost.cli.keys import tell_keys
from isocost.cli.targets import EndpointOptions, StackOptions, parse_target, stage_names
from isocost.core.errors import InputError

SECRET = "sesame-4711"  # noqa: S105 - made up


def test_a_password_in_an_address_is_neither_kept_nor_shown() -> None:
    address = f"http://me:{SECRET}@host:1"
    assert parse_target(address, EndpointOptions(), StackOptions()).url == "http://host:1/v1"
    assert stage_names([address, "engine:tiny"], "load", None) == ("load http://host:1", "load engine:tiny")
    with pytest.raises(InputError) as caught:
        stage_names([address, address], "load", None)
    assert SECRET not in str(caught.value)
    with pytest.raises(InputError) as caught:
        parse_target(address, EndpointOptions(), StackOptions(precision="F16"))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "header",
    [f"X-Api-Key: {SECRET}", f"Cookie: a={SECRET}", f"X-Auth-Token:{SECRET}", f"X-Team: Bearer {SECRET}"],
)
def test_a_header_with_a_secret_is_refused_and_not_repeated(header: str) -> None:
    with pytest.raises(InputError, match="would put a secret into the process list") as caught:
        options.parse_headers([header])
    assert SECRET not in str(caught.value)


def test_a_header_without_a_colon_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        options.parse_headers([f"Authorization {SECRET}"])
    assert SECRET not in str(caught.value)


def test_other_headers_are_taken() -> None:
    assert options.parse_headers(["X-Team: research"]) == {"X-Team": "research"}


def test_a_field_with_a_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match="--extra-body with api_key would put a secret") as caught:
        options.parse_extra_body(f'{{"user": {{"api_key": "{SECRET}"}}}}')
    assert SECRET not in str(caught.value)
    assert options.parse_extra_body('{"stop_token_ids": [1]}') == {"stop_token_ids": [1]}


def test_a_study_says_which_key_it_sends_where(capsys: Any) -> None:
    target = SimpleNamespace(
        api_key_env="OUR_KEY", api_key_file=None, url=f"http://me:{SECRET}@host/v1\x1b[31m"
    )
    none = SimpleNamespace(api_key_env=None, api_key_file=None, url="http://other/v1")
    tell_keys([SimpleNamespace(target=target), SimpleNamespace(target=none)])  # type: ignore[list-item]
    mark = "\N{REPLACEMENT CHARACTER}"
    expected = f"isocost: the study sends the key in OUR_KEY to http://host/v1{mark}[31m\n"
    assert capsys.readouterr().err == expected
