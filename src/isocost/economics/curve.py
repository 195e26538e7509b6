"""What a sweep over load costs: levels, the batch technology behind them, the zone where to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.estimate import Caution, Estimate
    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.core.operating_point import OperatingPoint
    from isocost.core.service_level import ServiceLevel
    from isocost.economics.long_run import EfficientScale
    from isocost.economics.principle import Principle
    from isocost.economics.short_run import ShortRunLevel
    from isocost.economics.technology_fit import HeldOut, TechnologyFit
    from isocost.statistics.draws import Draws

__all__ = ["BatchTechnology", "CostCurve", "CostLevel", "TokenBasis", "WaitingCost", "Zone"]

TokenBasis = Literal["output", "input", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCost:
    """What a level costs when the time of those who wait has a price too.

    Parameters
    ----------
    requests_inside : Estimate
        N, mean number of requests in the system.
    residence_s : Estimate or None
        R, mean seconds that a request is in the system; ``None`` where neither it nor the rate of requests
        was counted.
    is_proxy : bool
        Whether N rests on a median residence, which stands for the mean.
    cost_per_million_tokens : Estimate
        USD per million output tokens: machine and waiting.
    repeats : tuple of float
        The same of each repeat, at the stated price.
    """

    requests_inside: Estimate
    residence_s: Estimate | None
    is_proxy: bool
    cost_per_million_tokens: Estimate
    repeats: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLevel:
    """One level of load, its repeats taken together.

    Parameters
    ----------
    load : Load
    points : tuple of OperatingPoint
        One a repeat, at least one.
    output_tokens_per_second : Estimate
    machine_seconds_per_million : Estimate
        Seconds of the whole deployment per million output tokens: the cost before any price is known.
    cost_per_million_tokens : mapping of TokenBasis to Estimate
        USD per million tokens of each basis; the whole cost over the tokens of that basis. Empty: no price.
    cost_per_request : Estimate or None
        USD; ``None`` when no price is known.
    latency : mapping of str to Estimate
        Over all repeats, seconds: ``"ttft.p50"``, ``"ttft.p95"``, ``"tpot.p50"``, ``"e2e.mean"``, …;
        ``"user_speed.p50"`` in tokens per second. Absent where n did not allow it.
    latency_untold : mapping of str to str
        Why a percentile is absent: ``{"ttft.p99": "p99 needs 100 requests, 58 seen"}``.
    unmet : tuple of ServiceLevel or None
        Service levels that this load misses or that cannot be judged; ``None`` when none were asked.
    probability_best : float or None
        Confidence that it is the cheapest level that meets the service levels (Hsu's comparisons with the
        best); ``None`` without repeats. With a price of waiting, the cheapest by machine and waiting.
    draws : Draws or None
        Joint samples behind `machine_seconds_per_million`, for comparing deployments.
    waiting : WaitingCost or None
        ``None`` without a price of waiting, or where nothing tells how many wait.
    """

    load: Load
    points: tuple[OperatingPoint, ...]
    output_tokens_per_second: Estimate
    machine_seconds_per_million: Estimate
    cost_per_million_tokens: Mapping[TokenBasis, Estimate] = field(default_factory=dict)
    cost_per_request: Estimate | None = None
    latency: Mapping[str, Estimate] = field(default_factory=dict)
    latency_untold: Mapping[str, str] = field(default_factory=dict)
    unmet: tuple[ServiceLevel, ...] | None = None
    probability_best: float | None = None
    draws: Draws | None = field(default=None, repr=False, compare=False)
    waiting: WaitingCost | None = None

    @property
    def full_cost(self) -> float:
        """Cost per million output tokens, with waiting where it has a price; else machine-seconds."""
        if self.waiting is not None:
            return self.waiting.cost_per_million_tokens.value
        return self.cost_per_million_tokens.get("output", self.machine_seconds_per_million).value


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTechnology:
    """Seconds per step t(b) over concurrency b, fitted to b / throughput by the form that foretells best.

    Parameters
    ----------
    form, formula : str
        The form chosen by leave-one-out.
    coefficients : mapping of str to Estimate
        Of the chosen form, by their names in the formula; intervals given that form. Empty where so few draws
        came from it that there are none.
    fixed_s, slope_s, exponent : Estimate
        a, k and g of a + k b^g, whichever form was chosen.
    returns : tuple of (int, Estimate)
        Returns to concurrency, eps = dln X / dln b = 1 - b t'/t, at each measured level: the chosen form's,
        with an interval over all forms that foretell nearly as well.
    incremental_machine_seconds : tuple of (int, Estimate)
        1e6 t'(b) at each measured level: what a million tokens of one stream more cost before any price.
    band : tuple of (float, float, float, float)
        Concurrency, fitted seconds per output token, low and high, for drawing; within the measured range.
    held_out : tuple of HeldOut
        How well each form foretells levels left out, the chosen one first.
    fit : TechnologyFit or None
        The curves and draws behind it.
    """

    form: str
    formula: str
    coefficients: Mapping[str, Estimate]
    fixed_s: Estimate
    slope_s: Estimate
    exponent: Estimate
    returns: tuple[tuple[int, Estimate], ...]
    band: tuple[tuple[float, float, float, float], ...]
    incremental_machine_seconds: tuple[tuple[int, Estimate], ...] = ()
    held_out: tuple[HeldOut, ...] = ()
    fit: TechnologyFit | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Where to run: the levels whose cost is near the least that the service levels allow.

    Parameters
    ----------
    best : Load or None
        The cheapest level that meets the service levels, by machine and, where it has a price, waiting;
        ``None`` when nothing qualifies.
    levels : tuple of Load
        Levels within `tolerance` of the least cost among those that qualify.
    cheapest : Load
        The cheapest level when service levels and waiting are ignored.
    tolerance : float
        A fraction, such as 0.05.
    premium : Estimate or None
        Cost of the machine at `best` over that at `cheapest`, minus 1: what the service levels, or paying
        for waiting, cost.
    obstacle : ServiceLevel or None
        When nothing qualifies: a service level that no level meets.
    """

    best: Load | None
    levels: tuple[Load, ...]
    cheapest: Load
    tolerance: float
    premium: Estimate | None
    obstacle: ServiceLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """A sweep over load as costs.

    Parameters
    ----------
    deployment : str
    levels : tuple of CostLevel
        By rising load.
    zone : Zone
    technology : BatchTechnology or None
        ``None`` with fewer than four levels of concurrency.
    price : HourlyPrice or None
        ``None``: unknown; then costs are machine-seconds.
    service_levels : tuple of ServiceLevel
    cautions : tuple of Caution
    efficient_scale : EfficientScale or None
        The least level whose cost is within 5 % of the least that the service levels allow; ``None`` when
        nothing qualifies.
    short_run : tuple of ShortRunLevel
        Congestion and short-run cost at each level where one stream more still yields something; empty
        without a fitted technology or where nobody counted tokens a request.
    principles : tuple of Principle
        What the sweep says of the principles of production, of cost alone.
    waiting_usd_per_second : float or None
        w, what a second of a request inside is worth, where it decides on the zone.
    """

    deployment: str
    levels: tuple[CostLevel, ...]
    zone: Zone
    technology: BatchTechnology | None
    price: HourlyPrice | None
    service_levels: tuple[ServiceLevel, ...]
    cautions: tuple[Caution, ...]
    efficient_scale: EfficientScale | None = None
    short_run: tuple[ShortRunLevel, ...] = ()
    principles: tuple[Principle, ...] = ()
    waiting_usd_per_second: float | None = None

    def level_at(self, load: Load) -> CostLevel:
        """Return the level measured at `load`."""
        return next(level for level in self.levels if level.load == load)
