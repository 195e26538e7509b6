"""Telling what is a credential by its name or its look, and showing an address without one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "credential_in",
    "is_credential_name",
    "looks_like_credential",
    "shown_address",
    "without_credentials",
]

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_ANYWHERE = frozenset(
    {"apikey", "authorization", "cookie", "credential", "credentials", "passwd", "password", "pwd", "secret"}
)
_AT_THE_END = frozenset(
    {"assertion", "auth", "bearer", "jwt", "key", "pass", "sig", "signature", "token", "subscriptionkey"}
)
_HARMLESS = re.compile(
    r"(idempotency|cache|sort|partition|primary|foreign)\W?_?key"
    r"|(bos|cls|end|eos|mask|pad|per|sep|start|stop|unk)\W?_?token",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"(basic|bearer|digest|token|aws4-hmac-sha256)\s+\S{6,}"
    r"|(sk|pk|rk|hf|gsk|xai|nvapi|ghp|pplx|r8|key)[-_][A-Za-z0-9_-]{12,}|AIza[A-Za-z0-9_-]{30,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\..*",
    re.IGNORECASE,
)


def is_credential_name(name: str) -> bool:
    """Tell whether what has this name is a credential: a header, a parameter, a field, a variable.

    Examples
    --------
    >>> [is_credential_name(name) for name in ("X-Api-Key", "sig", "HF_TOKEN", "accessToken")]
    [True, True, True, True]
    >>> [is_credential_name(name) for name in ("api-version", "stop_token_ids", "prompt_cache_key")]
    [False, False, False]
    """
    words = [word.lower() for word in _WORD.findall(unquote(name))]
    if not words or _HARMLESS.search(name):
        return False
    return words[-1] in _AT_THE_END or not _ANYWHERE.isdisjoint(words)


def looks_like_credential(value: str) -> bool:
    """Tell whether a value has the form of a credential, whatever its name.

    Examples
    --------
    >>> looks_like_credential("Bearer abcdef"), looks_like_credential("research")
    (True, False)
    """
    return _LOOK.fullmatch(value.strip()) is not None


def credential_in(content: object) -> str | None:
    """Return the name of the first field that holds a credential, in fields and lists however deep.

    Examples
    --------
    >>> credential_in({"options": [{"api_key": "word"}]})
    'api_key'
    >>> credential_in({"top_k": 1, "eos_token": "x"}) is None
    True
    """
    return next(_credentials(content), None)


def _credentials(content: object) -> Iterator[str]:
    rest = [content]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            for name, value in each.items():
                if isinstance(value, str) and (is_credential_name(str(name)) or looks_like_credential(value)):
                    yield str(name)
            rest.extend(each.values())
        elif isinstance(each, list | tuple):
            rest.extend(each)


def shown_address(text: str) -> str:
    """Return an address as it may be shown: without user, password, and the values of its query.

    It takes any text, since what cannot be read as an address may hold a password, too.

    Examples
    --------
    >>> shown_address("http://name:p@ss/w@host:1/v1?key=word#more")
    'http://host:1/v1?key=***'
    """
    whole = text.strip()
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", whole)
    rest = whole[scheme.end() :] if scheme else whole
    bare = rest.rpartition("@")[2]  # a password may hold any sign
    place, question, query = bare.partition("#")[0].partition("?")
    names = (part.partition("=")[0] for part in query.split("&") if part)
    return (scheme[0] if scheme else "") + place + question + "&".join(f"{name}=***" for name in names)


def without_credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the variables that are credentials by name or look.

    Examples
    --------
    >>> without_credentials({"PATH": "/bin", "OPENAI_API_KEY": "word", "OTHER": "sk-abcdefghijklmnop"})
    {'PATH': '/bin'}
    """
    return {
        name: value
        for name, value in environment.items()
        if not (is_credential_name(name) or looks_like_credential(value))
    }
