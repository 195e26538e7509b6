"""Efficiency scores as dots with intervals, the most efficient first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.reporting.charts.dots import DotRow, Dots, dot_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.reporting.charts.figure import Figure

__all__ = ["Score", "score_figure"]

_CONVENTIONS = {
    "input": "Farrell, input: the share of its inputs with which a unit could produce as much",
    "output": "Farrell, output: how many times its outputs a unit could produce with the same inputs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How efficient a unit is.

    Parameters
    ----------
    name : str
    value : Estimate or None
        In the Farrell convention, above 0; ``None`` where the program has no solution.
    group : str
        What its colour tells; ``""`` for one colour.
    notes : tuple of str
        More lines of the tooltip, such as its peers.
    """

    name: str
    value: Estimate | None
    group: str = ""
    notes: tuple[str, ...] = ()


def score_figure(
    scores: Sequence[Score],
    *,
    orientation: Literal["input", "output"],
    technology: str,
    key: str = "scores",
    notes: Sequence[str] = (),
) -> Figure | None:
    """Draw Farrell scores, a row a unit, the most efficient first; 1 is on the frontier.

    Parameters
    ----------
    scores : sequence of Score
        One at least. Input scores are at most 1 and output scores at least 1, but for super-efficient units.
    orientation : {"input", "output"}
    technology : str
        ``"VRS"``.
    key : str
        Of the figure.
    notes : sequence of str

    Returns
    -------
    Figure or None
        ``None`` where no unit has a score.

    Examples
    --------
    >>> from isocost.core.estimate import Estimate
    >>> half = Estimate(value=0.5, unit="1", kind="measured", method="example")
    >>> score_figure([Score(name="a", value=half)], orientation="input", technology="CRS").title
    'Efficiency, input, CRS'
    """
    sign = -1.0 if orientation == "input" else 1.0
    ranked = sorted(
        scores, key=lambda each: (each.value is None, 0.0 if each.value is None else sign * each.value.value)
    )
    return dot_figure(
        Dots(
            key=key,
            title=f"Efficiency, {orientation}, {technology}",
            subtitle=f"{_CONVENTIONS[orientation]}; the most efficient first",
            quantity=f"Farrell score, {orientation}",
            rows=tuple(
                DotRow(
                    name=each.name, value=each.value, otherwise="no score", group=each.group, notes=each.notes
                )
                for each in ranked
            ),
            reference=((1.0, "1: on the frontier"),),
            notes=tuple(notes),
        )
    )
