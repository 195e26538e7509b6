"""Units against frontiers that allow for noise: order-m, order-alpha, and stochastic frontiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.frontier import (
    order_alpha_scores,
    order_m_scores,
    partial_scores,
    stochastic_frontier,
    stochastic_metafrontier,
)
from isocost.frontier.production import doubts_about
from isocost.statistics.draws import generator
from isocost.studies.scored_units import Scoring, problem_of, quantities

if TYPE_CHECKING:
    from isocost.exchange.unit_table import UnitTable
    from isocost.frontier import EnvelopmentProblem, StochasticFrontier
    from isocost.frontier.radial import Orientation
    from isocost.studies.unit_question import UnitQuestion

__all__ = ["ORDER", "partial_scoring", "stochastic_scoring"]

ORDER = 25
"""m of order-m where none is said."""
MOST_RESAMPLED = 1_000
"""Units that partial scores have intervals of."""
MOST_PARTIAL = 20_000


def partial_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Score units against the expected best of m others, or against a share of them.

    Parameters
    ----------
    table : UnitTable
    question : UnitQuestion

    Returns
    -------
    Scoring

    Raises
    ------
    InputError
        If a value or the order is out of range, there are groups, or too many units.
    """
    if table.groups is not None:
        raise InputError("--group goes with --method dea, fdh or sfa; leave it out")
    if len(table.names) > MOST_PARTIAL:
        raise InputError(
            f"--method order-m takes at most {MOST_PARTIAL:,} units, got {len(table.names):,}; choose "
            "rows with "
            "--where, or use fdh"
        )
    problem = problem_of(table)
    order = ORDER if question.order is None else question.order
    towards: Orientation = "output" if question.towards(table) == "output" else "input"
    beyond = "above" if towards == "input" else "below"
    against = (
        f"the expected best of {order} others"
        if isinstance(order, int)
        else f"what a share of {1 - order:.3g} of the others surpasses (order-alpha, alpha = {order:g})"
    )
    convention = f"Farrell, {towards}, against {against}: {beyond} 1 it does better than that"
    if len(table.names) > MOST_RESAMPLED:
        return _without_intervals(problem, order, towards, convention)
    found = partial_scores(
        problem.inputs,
        problem.outputs,
        names=table.names,
        order=order,
        rng=generator(question.seed, "resamples of the reference"),
        orientation=towards,
        clusters=table.clusters,
        resamples=1000 if len(table.names) <= 300 else 200,
    )
    return Scoring(
        convention=convention,
        columns={
            "score": [unit.score.value for unit in found],
            "interval": [unit.score if unit.score.has_interval else None for unit in found],
            "compared_with": [unit.peers for unit in found],
        },
        cautions=doubts_about(problem, "fdh"),
    )


def _without_intervals(
    problem: EnvelopmentProblem, order: int | float, towards: Orientation, convention: str
) -> Scoring:
    """Score many units, whose intervals would take too long."""
    scores = (
        order_m_scores(problem.inputs, problem.outputs, m=order, orientation=towards)
        if isinstance(order, int)
        else order_alpha_scores(problem.inputs, problem.outputs, alpha=order, orientation=towards)
    )
    return Scoring(
        convention=convention,
        columns={"score": scores.tolist()},
        notes=(f"intervals are left out: they are told of up to {MOST_RESAMPLED:,} units",),
        cautions=doubts_about(problem, "fdh"),
    )


def stochastic_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Fit a stochastic frontier, and tell each unit's efficiency.

    Parameters
    ----------
    table : UnitTable
    question : UnitQuestion

    Returns
    -------
    Scoring
        Without scores where residuals are skewed the wrong way.

    Raises
    ------
    InputError
        If a value has no logarithm, there are too few units, or a ratio is to be explained.
    """
    cost = question.kind == "cost"
    inputs, outputs, _ = quantities(table)
    (explained, axis), regressors, by = (
        ((inputs[:, 0], table.inputs[0]), outputs, table.outputs)
        if cost
        else ((outputs[:, 0], table.outputs[0]), inputs, table.inputs)
    )
    ratio = next((each.name for each in table.axes if each.bounded), None)
    if ratio is not None:
        raise InputError(
            f"--method sfa is in logarithms, and {ratio} is a ratio with an upper end that none passes; "
            "leave it "
            "out, or use --method fdh"
        )
    if float(explained.min()) == float(explained.max()):
        raise InputError(
            f"{axis.name} is {explained[0]:g} for all {len(explained)} units: there is nothing to "
            "explain; use "
            "another column"
        )
    _refuse_without_logarithm(table)
    found = stochastic_frontier(
        regressors,
        explained,
        names=table.names,
        input_names=[each.name for each in by],
        form=question.form or "cobb-douglas",
        kind=question.kind or "production",
        distribution=question.distribution or "half-normal",
        clusters=table.clusters,
    )
    grouped = None
    if table.groups is not None:
        if cost:
            raise InputError("--group with sfa goes with --kind production")
        grouped = stochastic_metafrontier(
            regressors,
            explained,
            names=table.names,
            groups=table.groups,
            form=question.form or "cobb-douglas",
            distribution=question.distribution or "half-normal",
        )
    columns = _stochastic_columns(found)
    if grouped is not None:
        columns["gap_ratio"] = [unit.gap_ratio for unit in grouped.units]
    cautions = [*found.cautions, *(() if grouped is None else grouped.cautions)]
    if table.has_intervals:
        cautions.append(_taken_as_exact())
    return Scoring(
        convention=_convention(found),
        columns=columns,
        stochastic=found,
        metafrontier=grouped,
        cautions=tuple(cautions),
    )


def _refuse_without_logarithm(table: UnitTable) -> None:
    for axis, column in zip(table.axes, table.values.T, strict=True):
        bad = np.flatnonzero(column <= 0)
        if bad.size:
            raise InputError(
                f"{table.source}: {axis.name} of {table.names[bad[0]]} is {column[bad[0]]:g}, and --method "
                "sfa takes logarithms, which need values above 0; leave the unit out (an empty cell does), "
                "or use --method pareto"
            )


def _stochastic_columns(found: StochasticFrontier) -> dict[str, Any]:
    if not found.units:
        return {}
    return {
        "score": [unit.battese_coelli.value for unit in found.units],
        "interval": [unit.battese_coelli for unit in found.units],
        "jlms": [unit.jlms for unit in found.units],
    }


def _convention(found: StochasticFrontier) -> str | None:
    if not found.units:
        return None
    what = (
        "least cost over its own" if found.kind == "cost" else "its output over the frontier's at its inputs"
    )
    return f"Farrell in (0, 1], {what}, E[exp(-u) | e] (Battese and Coelli 1988); 1 is efficient"


def _taken_as_exact() -> Caution:
    return Caution(
        "error-not-carried", "the columns' intervals are not used: sfa estimates noise from the residuals"
    )
