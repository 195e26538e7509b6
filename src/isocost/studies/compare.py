"""The same model on two stacks: ratios with intervals, what differs, and a gate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.economics import compare_sweeps, price_draws
from isocost.runtime import compare_runtimes, step_overhead
from isocost.statistics import aligned, judge, mean_ratio, ratio_of
from isocost.studies.compared import METRICS, ComparedModel, CompareReport
from isocost.studies.differences import differences, untold
from isocost.studies.doubts import comparison_doubts
from isocost.studies.sides import open_sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.money import HourlyPrice
    from isocost.runtime import RuntimeComparison, StepOverhead
    from isocost.statistics import Ratio
    from isocost.studies.compared import CompareQuestion
    from isocost.studies.contenders import Contender
    from isocost.studies.sides import Side

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["compare"]


def compare(question: CompareQuestion) -> CompareReport:
    """Compare the same models on two stacks.

    Models find their match by name; where each side has one only, the two are compared whatever their names,
    and what differs is told.

    Parameters
    ----------
    question : CompareQuestion

    Returns
    -------
    CompareReport

    Raises
    ------
    InputError
        If a side cannot be opened, the sides share no model, or the metric is not known of them.
    EstimationError
        If a profile cannot identify T(p, o), or the profiles share no sizes.
    """
    if question.seed < 0:
        raise InputError(f"seed must be at least 0, got {question.seed}")
    baseline, other = open_sides(question.baseline), open_sides(question.other)
    pairs = _matched(baseline, other)
    models = tuple(_compared(one, two, (baseline, other), question) for one, two in pairs)
    means = tuple(_means(models))
    overheads = tuple(_overheads(pairs, models, question.seed))
    headline = next((each for each in means if each.key == question.metric), None)
    if headline is None:
        raise InputError(_no_metric(question, means))
    return CompareReport(
        baseline=baseline.name,
        other=other.name,
        question=question,
        models=models,
        means=means,
        headline=headline,
        gate=None if question.margin is None else judge(headline, margin=question.margin),
        overheads=overheads,
        overhead_untold="" if overheads else _untold(pairs, models),
        cautions=comparison_doubts(pairs, models, (baseline, other)),
        assumptions=tuple(_assumptions(baseline, other)),
        provenance=(*baseline.provenance, *other.provenance),
    )


def _no_metric(question: CompareQuestion, means: Sequence[Ratio]) -> str:
    if not means:
        return (
            f"{question.baseline.text} and {question.other.text} have neither a profile nor a sweep in "
            "common; measure both alike: isocost measure runtime URL --out STUDY"
        )
    return (
        f"--metric {question.metric} is not known of both sides; there is {', '.join(r.key for r in means)}"
    )


def _matched(baseline: Side, other: Side) -> list[tuple[Contender, Contender]]:
    """Return what to compare with what."""
    ones, twos = baseline.contenders, other.contenders
    if len(ones) == len(twos) == 1:
        return [(ones[0], twos[0])]
    for side in (baseline, other):
        models = [each.model for each in side.contenders]
        twice = next((each for each in side.contenders if models.count(each.model) > 1), None)
        if twice is not None:
            named = ", ".join(each.name for each in side.contenders if each.model == twice.model)
            raise InputError(
                f"{side.name} has {twice.model} several times ({named}); choose one: {side.name}:NAME, or of "
                "a table --where-a or --where-b COLUMN=VALUE"
            )
    found = [(one, two) for one in ones for two in twos if one.model == two.model]
    if not found:
        raise InputError(
            f"{baseline.name} and {other.name} have no model in common ("
            f"{', '.join(each.model for each in ones)}; {', '.join(each.model for each in twos)}); "
            "to compare two that differ, name one of each: STUDY:DEPLOYMENT or TIMES.csv:MODEL"
        )
    return found


def _compared(
    one: Contender, two: Contender, sides: tuple[Side, Side], question: CompareQuestion
) -> ComparedModel:
    runtime = sweep = None
    if one.runtimes and two.runtimes:
        runtime = compare_runtimes(
            one.runtimes,
            two.runtimes,
            name=one.model,
            requests=() if question.request is None else (question.request,),
            seed=question.seed,
        )
    if one.curve is not None and two.curve is not None and one.workload == two.workload:
        sweep = compare_sweeps(one.curve, two.curve, seed=question.seed)
    return ComparedModel(
        model=one.model,
        baseline=one.name,
        other=two.name,
        runtime=runtime,
        sweep=sweep,
        extra=() if runtime is None else tuple(_extra(runtime, one, two, sides, question.seed)),
        differences=differences(one.facts, two.facts),
        untold=untold(one.facts, two.facts),
    )


def _extra(
    runtime: RuntimeComparison, one: Contender, two: Contender, sides: tuple[Side, Side], seed: int
) -> Iterator[Ratio]:
    counts = one.accelerators, two.accelerators
    if counts[0] is not None and counts[1] is not None and counts[0] != counts[1]:
        yield _times(
            runtime.runtime,
            np.array([float(counts[0])]),
            np.array([float(counts[1])]),
            "accelerator-seconds",
            "accelerator-seconds",
        )
    prices = [side.price for side in sides]
    if prices[0] is not None and prices[1] is not None and prices[0] != prices[1]:
        drawn = [_price(price, seed) for price in (prices[0], prices[1])]
        yield _times(runtime.runtime, drawn[0], drawn[1], "request-cost", "cost of a request alone")


def _price(price: HourlyPrice, seed: int) -> FloatArray:
    draws = price_draws(price, seed=seed)
    return np.concatenate([[draws.value], draws.samples])


def _times(ratio: Ratio, baseline: FloatArray, other: FloatArray, key: str, label: str) -> Ratio:
    """Multiply a ratio by that of two sets of draws."""
    size = len(ratio.logs)
    sides = [part[:size] if len(part) > 1 else np.repeat(part, size) for part in (baseline, other)]
    about = ratio.estimate
    one, two = (
        aligned(part, unit="1", kind=about.kind, method=about.method, n=about.n)
        for part in (sides[0], sides[1] * np.exp(ratio.logs))
    )
    found = ratio_of(key, one, two, label=label)
    return replace(found, baseline=None, other=None)


def _means(models: Sequence[ComparedModel]) -> Iterator[Ratio]:
    """Return each metric's ratio: of the one model, or the mean over the models that have it."""
    for key in METRICS:
        found = [ratio for model in models if (ratio := model.ratio(key)) is not None]
        if len(models) == 1:
            yield from found
        elif found:
            some = "" if len(found) == len(models) else f", {len(found)} of {len(models)} models"
            yield mean_ratio(
                key,
                found,
                label=found[0].label + some,
                method=f"geometric mean over models; {found[0].estimate.method}",
            )


def _overheads(
    pairs: Sequence[tuple[Contender, Contender]], models: Sequence[ComparedModel], seed: int
) -> Iterator[StepOverhead]:
    known = [
        (one, model.runtime)
        for (one, _), model in zip(pairs, models, strict=True)
        if model.runtime is not None
    ]
    for measure in ("weights", "layers"):
        sized = [(one.sizes[measure], runtime) for one, runtime in known if measure in one.sizes]
        if len(sized) == len(known) >= 2:
            found = step_overhead(
                measure,
                [size for size, _ in sized],
                [runtime.steps[0] for _, runtime in sized],
                [runtime.steps[1] for _, runtime in sized],
                n=min((r.runtime.estimate.n for _, r in sized if r.runtime.estimate.n), default=None),
                seed=seed,
            )
            if found is not None:
                yield found


def _untold(pairs: Sequence[tuple[Contender, Contender]], models: Sequence[ComparedModel]) -> str:
    """Say why the stack's own time in a step cannot be told from the model's work."""
    timed = [one for (one, _), model in zip(pairs, models, strict=True) if model.runtime is not None]
    if not timed:
        return ""
    what = "how much of a step is the stack's and how much the model's own work cannot be told"
    if len(timed) < 2:
        return f"{what} from one model; profile a second, larger or smaller one on both."
    if not all(one.sizes for one in timed):
        return (
            f"{what}, for the sizes of the models are not known; a table may tell them in a column weights."
        )
    return (
        f"{what} from these {len(timed)} models: over their sizes a step's time is no straight line above 0."
    )


def _assumptions(baseline: Side, other: Side) -> Iterator[tuple[str, str, str]]:
    prices = baseline.price, other.price
    if prices[0] is not None and prices[0] == prices[1]:
        yield (
            "price of both deployments",
            f"{prices[0].usd_per_hour:g} USD per hour, the same on both sides, so it cancels",
            f"{prices[0].source}, {prices[0].date}",
        )
        return
    for side, price in zip((baseline, other), prices, strict=True):
        if price is not None:
            yield (
                f"price of {side.name}",
                f"{price.usd_per_hour:g} USD per hour",
                f"{price.source}, {price.date}",
            )
