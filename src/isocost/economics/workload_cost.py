"""A workload as economic load: what it costs at each level, and which task types cost how much of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.operating_point import OperatingPoint
    from isocost.economics.curve import CostCurve, CostLevel

__all__ = [
    "LevelCost",
    "Sharing",
    "TaskCost",
    "TaskTokens",
    "WorkloadCost",
    "input_per_output",
    "parse_sharing",
    "weighted_tokens",
    "workload_cost",
]

_NAMED = {"output": 0.0, "tokens": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The rule that shares a cost between input and output tokens.

    Parameters
    ----------
    input_weight : float
        How much of a share an input token bears for each share of an output token, at least 0.
    name : str
        As it was asked for.
    """

    input_weight: float
    name: str

    def __post_init__(self) -> None:
        """Refuse a weight that is none."""
        if not (math.isfinite(self.input_weight) and self.input_weight >= 0):
            raise InputError(f"the weight of an input token must be at least 0, got {self.input_weight!r}")

    @property
    def label(self) -> str:
        """In words: ``"an input token bears 0.25 of what an output token does"``."""
        if self.input_weight == 0:
            return "output tokens bear all"
        if self.input_weight == 1:
            return "all tokens bear alike"
        return f"an input token bears {self.input_weight:g} of what an output token does"


def parse_sharing(text: str) -> Sharing:
    """Read a rule of sharing: ``output``, ``tokens``, or the weight of an input token.

    Parameters
    ----------
    text : str

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> parse_sharing("tokens").input_weight, parse_sharing("0.25").label
    (1.0, 'an input token bears 0.25 of what an output token does')
    """
    if text in _NAMED:
        return Sharing(input_weight=_NAMED[text], name=text)
    try:
        weight = float(text)
    except ValueError:
        raise InputError(
            f"the rule of sharing must be output, tokens, or the weight of an input token such as 0.25, "
            f"got {text!r}"
        ) from None
    return Sharing(input_weight=weight, name=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTokens:
    """What a task type asks for.

    Parameters
    ----------
    name : str
    requests : int
        At least 1.
    input_tokens, output_tokens : int
        Of all its requests together.
    """

    name: str
    requests: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCost:
    """What a task type costs at one level.

    Parameters
    ----------
    tokens : TaskTokens
    share : float
        Of the cost of the workload, in [0, 1].
    machine_s : Estimate
        Seconds of the whole deployment.
    cost, cost_per_request : Estimate or None
        USD; ``None`` without a price.
    """

    tokens: TaskTokens
    share: float
    machine_s: Estimate
    cost: Estimate | None
    cost_per_request: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCost:
    """What the workload takes and costs at one level of load.

    Parameters
    ----------
    load : Load
    time_s : Estimate
        How long the deployment is busy with it, seconds.
    cost : Estimate or None
        USD; ``None`` without a price.
    """

    load: Load
    time_s: Estimate
    cost: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadCost:
    """A workload on one deployment.

    Parameters
    ----------
    deployment : str
    sharing : Sharing
    load : Load
        The level that `tasks` and prices are told at.
    tasks : tuple of TaskCost
    levels : tuple of LevelCost
        By rising load.
    input_price, output_price : Estimate or None
        USD per million tokens of each kind under the rule; ``None`` without a price.
    measured_ratio, asked_ratio : float or None
        Input tokens for each output token, in the sweep and in the workload; ``None``: nobody counted.
    """

    deployment: str
    sharing: Sharing
    load: Load
    tasks: tuple[TaskCost, ...]
    levels: tuple[LevelCost, ...]
    input_price: Estimate | None
    output_price: Estimate | None
    measured_ratio: float | None
    asked_ratio: float


def input_per_output(points: Sequence[OperatingPoint]) -> float | None:
    """Return input tokens for each output token over all runs of a sweep; ``None`` where one did not count.

    Parameters
    ----------
    points : sequence of OperatingPoint
    """
    inputs, outputs = 0.0, 0.0
    for point in points:
        count = point.requests or 1
        each = point.input_tokens_per_request, point.output_tokens_per_request
        rates = point.input_tokens_per_second, point.output_tokens_per_second
        known = each if each[0] is not None and each[1] is not None else rates
        if known[0] is None or known[1] is None:
            return None
        inputs += count * known[0].value / known[1].value
        outputs += count
    return inputs / outputs if outputs else None


def weighted_tokens(input_tokens: float, output_tokens: float, input_weight: float) -> float:
    """Return output tokens, with each input token as so much of one: O + w I.

    Examples
    --------
    >>> weighted_tokens(1000, 200, 0.25)
    450.0
    """
    return output_tokens + input_weight * input_tokens


def workload_cost(
    curve: CostCurve, tasks: Sequence[TaskTokens], sharing: Sharing, *, load: Load | None = None
) -> WorkloadCost:
    """Cost a workload at each level of a sweep: the price of a weighted token times the workload's.

    A deployment that costs c per million output tokens while r input tokens come with each costs
    c / (1 + w r) per million weighted tokens O + w I. A workload with the sweep's own r costs the same under
    every w; another one does not, and what it costs then rests on the rule.

    Parameters
    ----------
    curve : CostCurve
    tasks : sequence of TaskTokens
        At least one.
    sharing : Sharing
    load : Load, optional
        At which to tell tasks and prices; the best level, or the cheapest where none qualifies.

    Returns
    -------
    WorkloadCost

    Raises
    ------
    InputError
        If there is no task, or input tokens are to bear a share and the sweep did not count them.
    """
    if not tasks:
        raise InputError("a workload needs at least one task, got none")
    ratio = input_per_output([point for level in curve.levels for point in level.points])
    if ratio is None and sharing.input_weight > 0:
        raise InputError(
            f"{curve.deployment} was measured without counting input tokens, so they cannot bear a share; "
            "share by output, or add a column input_tokens_per_second"
        )
    weight = sharing.input_weight
    spread = 1 + weight * (ratio or 0.0)
    weights = [weighted_tokens(task.input_tokens, task.output_tokens, weight) for task in tasks]
    at = curve.level_at(load or curve.zone.best or curve.zone.cheapest)
    price = at.cost_per_million_tokens.get("output")
    return WorkloadCost(
        deployment=curve.deployment,
        sharing=sharing,
        load=at.load,
        tasks=tuple(
            _task_cost(task, at, each / spread / 1e6, each / sum(weights))
            for task, each in zip(tasks, weights, strict=True)
        ),
        levels=tuple(_level_cost(level, sum(weights) / spread / 1e6) for level in curve.levels),
        input_price=None if price is None or not weight else _scaled(price, weight / spread, basis="input"),
        output_price=None if price is None else _scaled(price, 1 / spread, basis="output"),
        measured_ratio=ratio,
        asked_ratio=sum(task.input_tokens for task in tasks) / sum(task.output_tokens for task in tasks),
    )


def _task_cost(task: TaskTokens, at: CostLevel, millions: float, share: float) -> TaskCost:
    price = at.cost_per_million_tokens.get("output")
    return TaskCost(
        tokens=task,
        share=share,
        machine_s=_scaled(at.machine_seconds_per_million, millions, unit="s"),
        cost=None if price is None else _scaled(price, millions, unit="USD"),
        cost_per_request=None
        if price is None
        else _scaled(price, millions / task.requests, unit="USD/request"),
    )


def _level_cost(level: CostLevel, millions: float) -> LevelCost:
    price = level.cost_per_million_tokens.get("output")
    return LevelCost(
        load=level.load,
        time_s=_scaled(level.machine_seconds_per_million, millions, unit="s"),
        cost=None if price is None else _scaled(price, millions, unit="USD"),
    )


def _scaled(
    estimate: Estimate, factor: float, *, unit: str | None = None, basis: str = "workload"
) -> Estimate:
    return replace(
        estimate,
        value=estimate.value * factor,
        low=None if estimate.low is None else estimate.low * factor,
        high=None if estimate.high is None else estimate.high * factor,
        unit=unit or estimate.unit,
        basis=basis,
    )
