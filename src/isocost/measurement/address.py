"""Where an endpoint lives: a URL as people write it, resolved to host, port and paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from isocost.core.credentials import is_credential_name, looks_like_credential, shown_address
from isocost.core.errors import InputError

__all__ = ["Address", "EndpointType", "resolve_address"]

EndpointType = Literal["completions", "chat", "responses"]

_ENDPOINTS: dict[str, EndpointType | None] = {
    "/chat/completions": "chat",
    "/completions": "completions",
    "/responses": "responses",
    "/models": None,
}
_VERSION = re.compile(r"/v\d+[a-z0-9]*$")
_PATHS: dict[EndpointType, str] = {
    "completions": "/completions",
    "chat": "/chat/completions",
    "responses": "/responses",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Host, port and paths of an endpoint that speaks the OpenAI API.

    Parameters
    ----------
    scheme : {"http", "https"}
    host : str
        Name or address, without brackets.
    port : int
        In [1, 65535].
    root : str
        Path under which the server lives, without trailing slash: usually ``""``.
    version : str
        Path of the API under the root: usually ``"/v1"``.
    implied_type : EndpointType or None
        What a full path in the URL asked for.
    query : str
        Sent after every path, such as ``"api-version=2024-10-21"``; never a credential.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    root: str = ""
    version: str = "/v1"
    implied_type: EndpointType | None = None
    query: str = ""

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL; the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Address of the API, as printed: ``http://127.0.0.1:8000/v1``."""
        return f"{self.scheme}://{self.authority}{self.root}{self.version}{self._ending}"

    def path(self, endpoint_type: EndpointType) -> str:
        """Return the path to which requests of `endpoint_type` go."""
        return f"{self.root}{self.version}{_PATHS[endpoint_type]}{self._ending}"

    @property
    def models_path(self) -> str:
        """Path of the list of models."""
        return f"{self.root}{self.version}/models{self._ending}"

    @property
    def _ending(self) -> str:
        return f"?{self.query}" if self.query else ""


def resolve_address(url: str) -> Address:
    """Read a URL with or without ``/v1`` or a full path; user name and password in it are dropped.

    Parameters
    ----------
    url : str
        ``http://host:8000``, ``https://host/v1`` or ``http://host:8000/v1/chat/completions``.

    Returns
    -------
    Address

    Raises
    ------
    InputError
        If it is no http or https URL with a host, or its query holds a credential.

    Examples
    --------
    >>> resolve_address("http://127.0.0.1:8000").url
    'http://127.0.0.1:8000/v1'
    >>> resolve_address("https://name:word@example.org/api/v1/chat/completions").path("chat")
    '/api/v1/chat/completions'
    >>> resolve_address("https://example.org/v1?api-version=2").models_path
    '/v1/models?api-version=2'
    """
    parts = _split(url)
    path = parts.path.rstrip("/")
    ending = next((end for end in _ENDPOINTS if path.endswith(end)), None)
    path = path if ending is None else path[: -len(ending)]
    found = _VERSION.search(path)
    version = found[0] if found else ("/v1" if ending is None else "")
    return Address(
        scheme="https" if parts.scheme == "https" else "http",
        host=parts.hostname or "",
        port=_port(parts),
        root=path[: found.start()] if found else path,
        version=version,
        implied_type=None if ending is None else _ENDPOINTS[ending],
        query=parts.query,
    )


def _split(url: str) -> SplitResult:
    shown = shown_address(url)
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise InputError(f"cannot read the address {shown!r}; write http://host:port") from None
    if parts.scheme not in ("http", "https"):
        raise InputError(f"an address starts with http:// or https://, got {shown!r}; write http://host:port")
    if not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", url.strip()):
        raise InputError(f"the address {shown!r} names no host; write http://host:port")
    if "@" in parts.path:
        raise InputError(
            f"the address {shown!r} has an @ behind its host: it is written %40 there, and a password has no "
            "place in an address; write http://host:port"
        )
    if parts.fragment:
        raise InputError(f"an address has no fragment, got {shown!r}; leave out what follows #")
    _check_query(parts.query, shown)
    return parts


def _check_query(query: str, shown: str) -> None:
    if not (query.isascii() and query.isprintable()):
        raise InputError(f"the query of the address {shown!r} must be printable ASCII; percent-encode it")
    for name, value in parse_qsl(query, keep_blank_values=True):
        if is_credential_name(name) or looks_like_credential(value):
            raise InputError(
                f"the address {shown!r} would put a secret into the process list and the study; leave it out "
                "and name the variable or the file that holds it: --api-key-env NAME or --api-key-file FILE"
            )


def _port(parts: SplitResult) -> int:
    if parts.port == 0:
        raise InputError("port 0 is no port to connect to; write http://host:port")
    return parts.port or (443 if parts.scheme == "https" else 80)
