"""Units by envelopment: scores, peers, slacks, scale, prices, super-efficiency, the bootstrap and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.frontier import (
    BootstrapOptions,
    GroupingOptions,
    bootstrap_scores,
    cost_efficiencies,
    envelop,
    group_frontiers,
    radial_scores,
    revenue_efficiencies,
    scale_efficiencies,
)
from isocost.frontier.production import check_scalable
from isocost.statistics.draws import generator
from isocost.studies.scored_units import Scoring, problem_of, quantities
from isocost.studies.unit_dominance import MOST_MEASURED, measurement_of, single_scoring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.exchange.unit_table import UnitTable
    from isocost.frontier import BootstrapScores, EnvelopmentProblem, GroupedFrontiers, MeasuredFrontier
    from isocost.frontier.radial import Orientation
    from isocost.studies.unit_question import UnitQuestion

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MOST_UNITS", "envelopment_scoring", "reference_scoring"]

MOST_UNITS = 20_000
"""Units that are enveloped; more take longer than their square."""
MOST_PERMUTED = 2_000
"""Units whose groups are permuted."""
CARRIED = 200
"""Draws of the true values that are scored, to carry errors of measurement."""
MOST_RESAMPLED = 2_000_000
"""Scores that are bootstrapped: units times resamples."""


def envelopment_scoring(table: UnitTable, question: UnitQuestion) -> Scoring:
    """Score units against what they span together (``dea``), or against single ones (``fdh``).

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
        If a value is out of range, a ratio would be scaled, or there are too many units.
    """
    towards = question.towards(table)
    if len(table.names) > MOST_UNITS:
        if question.method == "fdh" and towards != "directional" and _plain(table, question):
            return single_scoring(table, question)
        raise InputError(
            f"{len(table.names):,} units are more than the {MOST_UNITS:,} that {question.method} takes "
            "with these "
            "options; use --method pareto or fdh (a million in seconds), or choose rows with --where"
        )
    problem = problem_of(table)
    found = envelop(
        problem,
        technology=question.technology,
        orientation=towards,
        direction=question.direction,
        disposability=question.disposal(table),
    )
    axes = found.axes
    columns: dict[str, Any] = {
        "score": [unit.score for unit in found.units],
        "status": [None if unit.status == "optimal" else unit.status for unit in found.units],
        "on_frontier": [unit.efficient for unit in found.units],
        "leaves_slack": [unit.leaves_slack for unit in found.units],
        "peers": [unit.peers for unit in found.units],
        "slacks": [dict(zip(axes, unit.slacks, strict=bool(unit.slacks))) for unit in found.units],
        "targets": [dict(zip(axes, unit.targets, strict=bool(unit.targets))) for unit in found.units],
    }
    cautions, notes = list(found.cautions), list[str]()
    if question.super_efficiency:
        columns |= _beyond(problem, question, table)
    if towards != "directional" and not table.bads:
        orientation: Orientation = "output" if towards == "output" else "input"
        columns |= _scales(problem, question, orientation, notes)
        columns |= _priced(problem, question, orientation)
    elif question.prices or question.resamples is not None:
        raise InputError("--prices and --bootstrap need radial scores: leave bad outputs and directions out")
    bootstrap = None if question.resamples is None else _bootstrapped(table, problem, question)
    if bootstrap is not None:
        columns["interval"] = [unit.corrected for unit in bootstrap.units]
        cautions += bootstrap.cautions
    errors, measured, doubts = _errors(table, problem, question, columns["score"])
    columns = errors | columns  # an interval of the bootstrap goes before
    cautions += doubts
    grouped = _grouped(table, question)
    if grouped is not None:
        columns["gap_ratio"] = [unit.gap_ratio for unit in grouped.units]
        cautions += grouped.cautions
    return Scoring(
        convention=found.convention,
        columns=columns,
        notes=tuple(notes),
        bootstrap=bootstrap,
        measured=measured,
        grouped=grouped,
        cautions=tuple(cautions),
    )


def reference_scoring(table: UnitTable, reference: UnitTable, question: UnitQuestion) -> Scoring:
    """Score units against what other units span.

    Parameters
    ----------
    table, reference : UnitTable
        Of the same columns, without bad outputs.
    question : UnitQuestion

    Returns
    -------
    Scoring
        Scores alone; beyond 1 where a unit surpasses the reference.

    Raises
    ------
    InputError
        If a score of this kind has no reference, or a value is out of range.
    """
    towards = question.towards(table)
    if question.method not in ("dea", "fdh") or towards == "directional":
        raise InputError("--reference goes with --method dea or fdh and --orientation input or output")
    if not _plain(table, question) or question.resamples is not None:
        raise InputError(
            "--reference gives scores alone: leave --super, --prices, --bootstrap, --group and --date out"
        )
    if max(len(table.names), len(reference.names)) > MOST_UNITS:
        raise InputError(
            f"--reference takes at most {MOST_UNITS:,} units on either side; choose rows with --where"
        )
    problem = problem_of(table)
    problem_of(reference)
    check_scalable(problem, question.technology, f"{question.technology} envelopment")
    (x, y, _), (by_x, by_y, _) = quantities(table), quantities(reference)
    scores = radial_scores(
        x,
        y,
        reference_inputs=by_x,
        reference_outputs=by_y,
        technology=question.technology,
        orientation="output" if towards == "output" else "input",
    )
    known = np.isfinite(scores)
    within = scores <= 1 if towards == "input" else scores >= 1
    return Scoring(
        convention=f"Farrell, {towards}, against the {len(reference.names)} units of {reference.source}: "
        f"{'above' if towards == 'input' else 'below'} 1 a unit surpasses them",
        columns={
            "score": [float(one) if fine else None for one, fine in zip(scores, known, strict=True)],
            "status": [None if fine else "infeasible" for fine in known.tolist()],
            "on_frontier": [
                None if not fine else bool(not inside) or abs(one - 1) <= 1e-9
                for one, fine, inside in zip(scores.tolist(), known, within, strict=True)
            ],
        },
    )


def _plain(table: UnitTable, question: UnitQuestion) -> bool:
    return not (question.super_efficiency or question.prices or table.groups or table.dates)


def _beyond(problem: EnvelopmentProblem, question: UnitQuestion, table: UnitTable) -> dict[str, Any]:
    """Scores of units left out of what they are held against."""
    found = envelop(
        problem,
        technology=question.technology,
        orientation=question.towards(table),
        direction=question.direction,
        disposability=question.disposal(table),
        super_efficiency=True,
    )
    return {
        "super_score": [unit.score for unit in found.units],
        "super_status": [None if unit.status == "optimal" else unit.status for unit in found.units],
    }


def _scales(
    problem: EnvelopmentProblem, question: UnitQuestion, orientation: Orientation, notes: list[str]
) -> dict[str, Any]:
    if question.method != "dea":
        return {}
    ratio = next((axis.name for axis in problem.axes if axis.bounded), None)
    if ratio is not None:
        notes.append(f"scale efficiency is not told: {ratio} is a ratio and cannot be scaled")
        return {}
    return {"scale": scale_efficiencies(problem, orientation=orientation)}


def _priced(problem: EnvelopmentProblem, question: UnitQuestion, orientation: Orientation) -> dict[str, Any]:
    if not question.prices:
        return {}
    for axes, function, side in (
        (problem.input_axes, cost_efficiencies, "input"),
        (problem.output_axes, revenue_efficiencies, "output"),
    ):
        if set(question.prices) == {axis.name for axis in axes}:
            if orientation != side:
                raise InputError(f"prices of {side}s go with --orientation {side}; leave --orientation out")
            prices = np.array([question.prices[axis.name] for axis in axes])
            return {"priced": function(problem, prices, technology=question.technology)}
    known = " or ".join(
        ",".join(f"{axis.name}=1" for axis in axes) for axes in (problem.input_axes, problem.output_axes)
    )
    raise InputError(
        f"--prices must name all inputs or all outputs, such as {known}; got {', '.join(question.prices)}"
    )


def _bootstrapped(
    table: UnitTable, problem: EnvelopmentProblem, question: UnitQuestion
) -> BootstrapScores | None:
    resamples = question.resamples or 2000
    if resamples * problem.units > MOST_RESAMPLED:
        raise InputError(
            f"--bootstrap {resamples} of {problem.units:,} units would take many minutes: at most "
            f"{MOST_RESAMPLED:,} scores are resampled; give fewer resamples, or choose rows with --where"
        )
    options = BootstrapOptions(
        technology=question.technology,
        orientation="output" if question.towards(table) == "output" else "input",
        resamples=resamples,
    )
    try:
        return bootstrap_scores(
            problem.inputs,
            problem.outputs,
            names=problem.names,
            rng=generator(question.seed, "bootstrap of units"),
            options=options,
            clusters=table.clusters,
        )
    except EstimationError as error:
        raise InputError(f"{error}; or leave --bootstrap out") from None


def _grouped(table: UnitTable, question: UnitQuestion) -> GroupedFrontiers | None:
    if table.groups is None:
        return None
    if table.bads or question.towards(table) == "directional":
        raise InputError("--group compares radial scores: leave bad outputs and directions out")
    if len(table.names) > MOST_PERMUTED:
        raise InputError(f"--group permutes at most {MOST_PERMUTED:,} units, got {len(table.names):,}")
    inputs, outputs, _ = quantities(table)
    return group_frontiers(
        inputs,
        outputs,
        names=table.names,
        groups=table.groups,
        rng=generator(question.seed, "permutation of groups"),
        clusters=table.clusters,
        options=GroupingOptions(
            technology=question.technology,
            orientation="output" if question.towards(table) == "output" else "input",
        ),
    )


def _errors(
    table: UnitTable, problem: EnvelopmentProblem, question: UnitQuestion, scores: Sequence[float | None]
) -> tuple[dict[str, Any], MeasuredFrontier | None, tuple[Caution, ...]]:
    """Carry errors of measurement to scores; against single units to verdicts and probabilities, too."""
    towards = question.towards(table)
    if not table.has_intervals:
        return {}, None, ()
    if table.bads or towards == "directional" or (question.method == "fdh" and towards == "output"):
        return (
            {},
            None,
            (_not_carried("radial scores of dea and input scores of fdh, without bad outputs, carry them"),),
        )
    measured = measurement_of(table, question)
    if measured is None:
        few = f"they are carried for up to {MOST_MEASURED} units, each named once"
        return {}, None, (_not_carried(few),)
    if question.method == "fdh":
        return _single(measured), measured, measured.cautions
    if measured.true_values is None:
        return {}, None, (_not_carried(measured.no_probability or "their true values cannot be told"),)
    return {"interval": _carried(measured.true_values, problem, question, towards, scores)}, None, ()


def _single(measured: MeasuredFrontier) -> dict[str, Any]:
    return {
        "verdict": [unit.verdict for unit in measured.units],
        "probability": [unit.probability for unit in measured.units],
        "interval": [
            unit.score if unit.score is not None and unit.score.has_interval else None
            for unit in measured.units
        ],
    }


def _carried(
    true_values: FloatArray,
    problem: EnvelopmentProblem,
    question: UnitQuestion,
    towards: str,
    scores: Sequence[float | None],
) -> list[Estimate | None]:
    """Score joint draws of the true values."""
    rng = generator(question.seed, "scores of true values")
    worlds = rng.choice(len(true_values), min(CARRIED, len(true_values)), replace=False)
    inputs = problem.inputs.shape[1]
    drawn = [
        radial_scores(
            world[:, :inputs],
            world[:, inputs:],
            technology=question.technology,
            orientation="output" if towards == "output" else "input",
        )
        for world in true_values[worlds]
    ]
    return [
        None
        if score is None
        else Estimate(
            value=score,
            low=float(low),
            high=float(high),
            unit="1",
            kind="fitted",
            method="scores of joint draws of the true values",
            n=len(problem.names),
        )
        for score, low, high in zip(scores, *np.quantile(drawn, [0.025, 0.975], axis=0), strict=True)
    ]


def _not_carried(why: str) -> Caution:
    return Caution(
        "error-not-carried",
        f"the columns' intervals are not carried to these scores, which take values as exact: {why}; "
        "--bootstrap tells how the choice of units moves the frontier",
    )
