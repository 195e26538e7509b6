"""What a worker carries out, by its name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.ports import Line

__all__ = ["entry_of"]


def entry_of(name: str) -> Callable[[Line], None]:
    """Return the function of isocost that is written ``"module:function"``.

    Raises
    ------
    InputError
        If it is no function of isocost.

    Examples
    --------
    >>> entry_of("isocost.execution.entry:entry_of").__name__
    'entry_of'
    """
    module, _, function = name.partition(":")
    if not module.startswith("isocost."):
        raise InputError(f"a worker carries out functions of isocost, got {name!r}")
    try:
        found: Callable[[Line], None] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError):
        raise InputError(f"isocost has no {name!r}; is it the same version everywhere?") from None
    return found
