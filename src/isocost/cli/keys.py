"""A word on where a key goes, before it is read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from isocost.cli.harmless import harmless
from isocost.core.credentials import shown_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.journal import Stage

__all__ = ["tell_keys"]


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
