"""No core dump of a process that holds a key: it would write the key to a file."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.journal import TargetSpec

__all__ = ["without_core_dumps"]


def without_core_dumps(targets: Iterable[TargetSpec]) -> None:
    """Let a crash of this process write no memory to a file where a target names a key."""
    if any(target.api_key_env or target.api_key_file for target in targets):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
