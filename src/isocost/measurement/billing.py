"""Whether requests to an endpoint may cost money, told from its address and from what is sent along."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from isocost.core.limits import Limits

__all__ = ["carries_key", "is_own_host", "refuse_uncapped"]

_OWN = tuple(
    ipaddress.ip_network(each)
    for each in (
        "127.0.0.0/8",
        "::1/128",
        "0.0.0.0/32",  # this machine, as a target
        "::/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",  # link-local
        "100.64.0.0/10",  # shared address space, as of overlay networks; not routed on the internet
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
    )
)
_OWN_NAMES = ("localhost", ".localhost", ".local")
_KEY_LIKE = re.compile(r"auth|key|token|cookie|secret|credential", re.IGNORECASE)


def _looked_up(host: str) -> list[str]:
    """Return the addresses of a name; none where it is not known."""
    try:
        return [str(place[0]) for *_, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def is_own_host(host: str, *, look_up: Callable[[str], Iterable[str]] = _looked_up) -> bool:
    """Whether a host is this machine or in a private network: loopback, private, link-local, ``.local``.

    Parameters
    ----------
    host : str
        Name or address, without brackets.
    look_up : callable, optional
        Returns the addresses of a name.

    Returns
    -------
    bool
        Of a name: whether it is known, and all its addresses are private (RFC 1918, 3927, 4193, 4291, 6598).

    Examples
    --------
    >>> is_own_host("192.168.1.7"), is_own_host("fd00::1"), is_own_host("8.8.8.8")
    (True, True, False)
    """
    name = host.lower().rstrip(".")
    if name == _OWN_NAMES[0] or name.endswith(_OWN_NAMES[1:]):
        return True
    own = _is_own_address(name)
    if own is not None:
        return own
    found = [_is_own_address(each) for each in look_up(name)]
    return bool(found) and all(found)


def _is_own_address(text: str) -> bool | None:
    """Whether an address is private; ``None`` if it is none."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in _OWN)


def carries_key(*, env: str | None, file: object, headers: Mapping[str, str]) -> bool:
    """Whether a key is sent along: one that was named, or a header whose name speaks of one.

    Examples
    --------
    >>> carries_key(env=None, file=None, headers={"X-Api-Key": "…"})
    True
    >>> carries_key(env=None, file=None, headers={"X-Trace": "1"})
    False
    """
    return env is not None or file is not None or any(_KEY_LIKE.search(name) for name in headers)


def refuse_uncapped(url: str, limits: Limits | None, why: str) -> None:
    """Refuse to measure what may cost money when neither money, requests nor tokens are limited.

    Parameters
    ----------
    url : str
        As printed.
    limits : Limits or None
    why : str
        Why it may cost money, as the end of a sentence.

    Raises
    ------
    InputError
        If there is no cap, and the target is not called self-hosted.

    Examples
    --------
    >>> from isocost.core.limits import Limits
    >>> refuse_uncapped("https://api.example.com/v1", Limits(max_requests=10), "a key is sent there")
    """
    if limits is None or not (limits.is_cap or limits.self_hosted):
        raise InputError(
            f"requests to {url} may cost money: {why}; give a limit, --max-cost USD, --max-requests N or "
            "--max-tokens N, or say --self-hosted if nobody bills them"
        )
