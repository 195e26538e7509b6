"""Shipped tables, and names near to one that is in none."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["nearest_names", "shipped_table"]


@cache
def shipped_table(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of a shipped TOML table by their names, not to be changed."""
    return tomllib.loads(files("isocost.catalog").joinpath(name).read_text(encoding="utf-8"))


def nearest_names(name: str, names: Iterable[str], *, few: int = 3) -> list[str]:
    """Return the `few` of `names` that are spelled most like `name`; the first five where none is.

    Examples
    --------
    >>> nearest_names("h10", ["a100", "h100", "tpu-v5e"])[0]
    'h100'
    """
    known = sorted(names)
    near = get_close_matches(name.lower(), known, n=few, cutoff=0.4)
    inside = [each for each in known if len(name) > 1 and name.lower() in each and each not in near]
    return [*near, *inside][:few] or known[:5]
