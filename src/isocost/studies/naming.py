"""Names for the parts of a table: the model, and what tells it from others of the same model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Conditions = tuple[tuple[str, str], ...]

__all__ = ["names_apart"]


def names_apart(parts: Sequence[tuple[str, Conditions]]) -> list[str]:
    """Return each part's model, with the conditions that differ among the parts of that model.

    Parameters
    ----------
    parts : sequence of (str, conditions)
        Model, and column and value of each condition; all parts have the same columns.

    Examples
    --------
    >>> names_apart([("a", (("gpu", "x"),)), ("b", (("gpu", "x"),)), ("b", (("gpu", "y"),))])
    ['a', 'b (gpu=x)', 'b (gpu=y)']
    """
    found = []
    for model, conditions in parts:
        others = [each for name, each in parts if name == model]
        differing = [
            f"{name}={value}"
            for place, (name, value) in enumerate(conditions)
            if len({each[place] for each in others}) > 1
        ]
        found.append(f"{model} ({', '.join(differing)})" if differing else model)
    return found
