"""Units at several dates: each date's frontier, and Malmquist indices from date to date."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.frontier import malmquist, mean_change
from isocost.studies.scored_units import DatedChanges, Scoring, problem_of
from isocost.studies.unit_envelopment import envelopment_scoring

if TYPE_CHECKING:
    from isocost.exchange.unit_table import UnitTable
    from isocost.studies.unit_question import UnitQuestion

__all__ = ["dated_scoring"]


def dated_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Score units at each date against that date's frontier, and split their change of productivity.

    Parameters
    ----------
    table : UnitTable
        With dates, in the order of their text.
    question : UnitQuestion

    Returns
    -------
    Scoring
        Units that are not there at both dates have no change, which a caution says.

    Raises
    ------
    InputError
        If there is one date only, no unit is there at two, or an option does not go with dates.
    """
    if (
        table.groups is not None
        or question.resamples is not None
        or question.prices
        or question.super_efficiency
    ):
        raise InputError("--date goes without --group, --bootstrap, --prices and --super; leave those out")
    dates = np.array(table.dates)
    told = sorted(set(table.dates or ()), key=_in_order)
    if len(told) < 2:
        raise InputError(f"--date needs two dates at least, and all units are of {told[0]!r}; leave it out")
    columns: dict[str, list[Any]] = {}
    parts, cautions = [], []
    for date in told:
        rows = np.flatnonzero(dates == date)
        part = envelopment_scoring(table.only(rows), question)
        parts.append(part)
        cautions += [Caution(each.code, f"{date}: {each.text}") for each in part.cautions]
        for name, values in part.columns.items():
            column = columns.setdefault(name, [None] * len(table.names))
            for row, value in zip(rows.tolist(), values, strict=True):
                column[row] = value
    changes = []
    for before, after in pairwise(told):
        found, left_out = _changes(table, before, after, question)
        changes.append(found)
        cautions += left_out
    return Scoring(
        convention=parts[0].convention,
        columns=columns,
        notes=(
            "scores are against the frontier of each date; changes are by constant returns, above 1 is "
            "better",
        ),
        changes=tuple(changes),
        cautions=tuple(cautions),
    )


def _in_order(text: str) -> tuple[float, str]:
    """Sort numbers as numbers, dates as their text."""
    try:
        return float(text), text
    except ValueError:
        return np.inf, text


def _changes(
    table: UnitTable, before: str, after: str, question: UnitQuestion
) -> tuple[DatedChanges, list[Caution]]:
    dates = np.array(table.dates)
    names = np.array(table.names)
    both = sorted(set(names[dates == before]) & set(names[dates == after]))
    if not both:
        raise InputError(f"no unit is there both at {before} and at {after}; a Malmquist index follows units")
    order = {name: place for place, name in enumerate(table.names)}
    both.sort(key=lambda name: order[name])
    one, other = (
        problem_of(table.only(np.flatnonzero((dates == date) & np.isin(names, both))))
        for date in (before, after)
    )
    orientation = "output" if question.towards(table) == "output" else "input"
    found = malmquist(
        one,
        other,
        orientation=orientation,  # type: ignore[arg-type]
    )
    alone = sorted(set(names[np.isin(dates, [before, after])]) - set(both))
    left_out = (
        [
            Caution(
                "units-at-one-date",
                f"{before} to {after}: {len(alone)} units are there at one date only and have "
                f"no change ({', '.join(alone[:3])}{', …' if len(alone) > 3 else ''})",
            )
        ]
        if alone
        else []
    )
    return DatedChanges(before=before, after=after, units=found, mean=mean_change(found)), left_out
