"""What is done for a key before it is read: no core dump, and a word on where it goes."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from isocost.cli.harmless import harmless
from isocost.core.credentials import shown_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.journal import Stage

__all__ = ["tell_keys", "without_core_dumps"]


def without_core_dumps(stages: Iterable[Stage]) -> None:
    """Let a crash of this process write no memory to a file where a stage names a key."""
    import resource

    if any(stage.target.api_key_env or stage.target.api_key_file for stage in stages):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def tell_keys(stages: Iterable[Stage]) -> None:
    """Say on standard error which key a study sends where: the study may be of somebody else."""
    told = {
        (stage.target.api_key_env or stage.target.api_key_file, shown_address(stage.target.url or ""))
        for stage in stages
        if stage.target.api_key_env or stage.target.api_key_file
    }
    for key, address in sorted(told):
        sys.stderr.write(
            f"isocost: the study sends the key in {harmless(key or '')} to {harmless(address)}\n"
        )
