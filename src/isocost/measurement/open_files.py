"""How many connections this process may hold at a time."""

from __future__ import annotations

import resource

from isocost.core.errors import InputError

__all__ = ["require_open_files"]

_BESIDE = 64  # the journal, standard streams, the poll, what libraries hold


def require_open_files(streams: int) -> None:
    """Make room for a connection a stream: raise this process's own limit where the system lets it.

    Parameters
    ----------
    streams : int
        Requests in flight at a time, at least 1.

    Raises
    ------
    InputError
        If the system allows fewer; otherwise those above would fail and look like failures of the target.

    Examples
    --------
    >>> require_open_files(16)
    """
    needed = streams + _BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _allows(soft, needed):
        return
    if not _allows(hard, needed):
        raise InputError(
            f"{streams} requests in flight need {needed} open files and this system allows {hard}; "
            f"measure fewer, or raise the limit first: ulimit -n {needed}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _allows(limit: int, needed: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= needed
