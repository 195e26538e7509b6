"""What was measured without checking who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isocost.core.observation import Run

__all__ = ["unverified_doubts", "unverified_text"]


def unverified_text(address: str) -> str:
    """Say what it means that the certificate of an address goes unchecked.

    Examples
    --------
    >>> unverified_text("https://host/v1")[:62]
    'the TLS certificate of https://host/v1 is not checked: anybody'
    """
    return (
        f"the TLS certificate of {address} is not checked: anybody on the way may be the server, read along "
        "and take the key; name its certificate instead: SSL_CERT_FILE=FILE"
    )


def unverified_doubts(runs: Iterable[Run]) -> Iterator[Caution]:
    """Return one caution for each address that was measured with ``--insecure``.

    Parameters
    ----------
    runs : iterable of Run
        As read from the journal.
    """
    facts = (segment.facts for run in runs for segment in run.segments)
    addresses = {each.get("address", "the target"): None for each in facts if "tls" in each}
    for address in addresses:
        yield Caution("tls-not-verified", f"measured with --insecure: {unverified_text(address)}")
