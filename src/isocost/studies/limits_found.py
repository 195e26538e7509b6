"""What a search for the limit found, read back from the journal; nothing is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.estimate import Caution, Estimate
from isocost.journal import LoadStage, open_study, read_runs
from isocost.statistics import mean_in_order
from isocost.statistics.knee import Knee, knee_of
from isocost.statistics.limit_search import bracket_of, limit_estimate
from isocost.statistics.probe import judge_probe, promise_values
from isocost.studies.limit_plans import VERDICT, WHY
from isocost.studies.limit_probe import probe_requests
from isocost.studies.limit_run import client_edge, highest_probed, search_is_finished
from isocost.studies.limit_search import alone_run, fact_of, stage_probes, visited_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isocost.core.observation import ClientHealth, Run
    from isocost.core.service_level import ServiceLevel
    from isocost.economics import CostCurve
    from isocost.journal import Stage
    from isocost.statistics.limit_search import Verdict
    from isocost.statistics.probe import ProbeRequests
    from isocost.statistics.promise import KeptPromise
    from isocost.studies.client_edge import ClientEdge

__all__ = [
    "FoundLimit",
    "LimitState",
    "ProbeReport",
    "is_level",
    "limit_cautions",
    "limit_of",
    "limit_of_study",
    "limits_of",
    "searched_levels",
]

LimitState = Literal["found", "between", "at least", "at most", "never", "not told"]
_CUT = 0.2
_LEVELS = ("passed", "cannot be told")
_ROUNDING = 1e-3
_FEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """One probe of a search.

    Parameters
    ----------
    rate_per_s : float
    verdict : {"passed", "failed", "cannot be told", "client at its limit"}
    why : str
        What was broken, or what the client was short of; ``""`` of a pass.
    requests : int
        That ended, the warm-up left out.
    seconds : float
        Of sending.
    latencies : tuple of Estimate or None
        What each service level is of, in its order: seconds; ``None`` where too few ended.
    promises : tuple of KeptPromise
        By all requests of the probe; empty where too few ended.
    residence : Estimate or None
        Mean time from due to done.
    health : ClientHealth or None
    """

    rate_per_s: float
    verdict: Verdict
    why: str
    requests: int
    seconds: float
    latencies: tuple[Estimate | None, ...]
    promises: tuple[KeptPromise, ...]
    residence: Estimate | None
    health: ClientHealth | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLimit:
    """The highest rate under service levels, as far as it is known.

    Parameters
    ----------
    deployment, stage : str
    service_levels : tuple of ServiceLevel
    resolution : float
    state : {"found", "between", "at least", "at most", "never", "not told"}
        Known to the resolution; between two rates further apart; above the highest that passed, where the
        client, `highest` or a stop ended the search; below the lowest that failed; broken by one request at
        a time; nothing yet.
    limit : Estimate or None
        Requests per second, from the highest rate that passed to the lowest that failed.
    passed, failed : float or None
        These two.
    untold : tuple of float
        Rates between them that cannot be told.
    client : str or None
        What the client was short of, where that ended the search.
    highest : float or None
        Rate above which nothing is probed.
    finished : bool
        Whether nothing of the search is left.
    knee : Knee
    alone : tuple of Estimate or None
        What each service level is of, of requests one at a time.
    probes : tuple of ProbeReport
        In the order in which they were sent.
    edge : ClientEdge or None
        What the client carries.
    cost_per_million, cost_per_request : Estimate or None
        At `passed`, USD per million output tokens and per request; ``None`` without a price.
    """

    deployment: str
    stage: str
    service_levels: tuple[ServiceLevel, ...]
    resolution: float
    state: LimitState
    limit: Estimate | None
    passed: float | None
    failed: float | None
    untold: tuple[float, ...]
    client: str | None
    highest: float | None
    finished: bool
    knee: Knee
    alone: tuple[Estimate | None, ...]
    probes: tuple[ProbeReport, ...]
    edge: ClientEdge | None
    cost_per_million: Estimate | None = None
    cost_per_request: Estimate | None = None

    @property
    def requests(self) -> int:
        """Of all probes."""
        return sum(each.requests for each in self.probes)

    @property
    def seconds(self) -> float:
        """Of sending, of all probes."""
        return sum(each.seconds for each in self.probes)


def limit_of_study(path: Path, stage: str) -> FoundLimit | None:
    """Return what a stage of a study found; ``None`` where it is no search, or nothing was sent."""
    folder = open_study(path)
    asked = next((each for each in folder.stages() if each.name == stage), None)
    if not isinstance(asked, LoadStage) or asked.find_limit is None or not folder.journal_file.is_file():
        return None
    runs = [run for run in read_runs(folder.journal_file) if run.stage == stage]
    return limit_of(runs[0].deployment, asked, runs) if runs else None


def searched_levels(stages: Sequence[Stage]) -> tuple[str, ...]:
    """Return the service levels of the searches of a study, each once: what its report holds to."""
    specs = [stage.find_limit for stage in stages if isinstance(stage, LoadStage)]
    texts = [text for spec in specs if spec is not None for text in spec.service_levels]
    return tuple(dict.fromkeys(texts))


def is_level(run: Run, runs: Sequence[Run]) -> bool:
    """Whether a run of a search is a level of load: a probe below the lowest rate that failed."""
    probes = stage_probes(runs, run.stage)
    failed = [each.load.rate_per_s or 0.0 for each in probes if fact_of(each, VERDICT) not in _LEVELS]
    return any(each is run for each in probes) and (run.load.rate_per_s or 0.0) < min(
        failed, default=math.inf
    )


def limits_of(
    name: str, runs: Sequence[tuple[Run, Stage]], curve: CostCurve | None
) -> tuple[FoundLimit, ...]:
    """Return what each search among runs of one deployment found.

    Parameters
    ----------
    name : str
        Of the deployment.
    runs : sequence of (Run, Stage)
    curve : CostCurve or None
        To take the cost at the limit from.
    """
    stages = {
        stage.name: stage
        for _, stage in runs
        if isinstance(stage, LoadStage) and stage.find_limit is not None
    }
    return tuple(
        limit_of(name, stage, [run for run, of in runs if of.name == stage.name], curve)
        for stage in stages.values()
    )


def limit_of(name: str, stage: LoadStage, runs: Sequence[Run], curve: CostCurve | None = None) -> FoundLimit:
    """Sum up a search by its runs.

    Parameters
    ----------
    name : str
        Of the deployment.
    stage : LoadStage
        With `find_limit`.
    runs : sequence of Run
        Of the stage.
    curve : CostCurve, optional
    """
    spec = stage.find_limit
    if spec is None:
        raise ValueError("the stage asks for no search")
    told = stage_probes(runs, stage.name)
    visited = visited_of(told)
    bracket = bracket_of(visited)
    alone = alone_run(runs, stage.name)
    probes = tuple(_probe(run, spec.levels) for run in told)
    client = next((each.why for each in probes if each.rate_per_s == bracket.client), None)
    passed, failed = bracket.passed, bracket.failed
    if bracket.client is not None:
        failed = None
    state = _state(passed, failed, spec.resolution)
    if alone is not None and fact_of(alone, VERDICT) == "failed":
        state = "never"
    level = None if curve is None else _level(curve, passed)
    return FoundLimit(
        deployment=name,
        stage=stage.name,
        service_levels=spec.levels,
        resolution=spec.resolution,
        state=state,
        limit=None if failed is None else limit_estimate(visited),
        passed=passed,
        failed=failed,
        untold=bracket.untold,
        client=client,
        highest=highest_probed(stage, runs),
        finished=search_is_finished(stage, runs),
        knee=_knee(probes),
        alone=_alone(alone, spec.levels),
        probes=probes,
        edge=client_edge(runs, stage.name),
        cost_per_million=None if level is None else level.cost_per_million_tokens.get("output"),
        cost_per_request=None if level is None else level.cost_per_request,
    )


def _state(passed: float | None, failed: float | None, resolution: float) -> LimitState:
    if passed is None:
        return "not told" if failed is None else "at most"
    if failed is None:
        return "at least"
    return "found" if failed / passed <= (1 + resolution) * (1 + _ROUNDING) else "between"


def _level(curve: CostCurve, rate: float | None) -> Any:  # noqa: ANN401 - a CostLevel or None
    return next((each for each in curve.levels if rate is not None and each.load.rate_per_s == rate), None)


def _requests(run: Run) -> ProbeRequests:
    """Return the requests of the segment that told."""
    last = run.segments[-1].number
    mine = run.observations.index[(run.observations.segment == last) & ~run.observations.warmup]
    return probe_requests(
        run.observations, segment=last, first_index=int(mine.min(initial=0)) if len(mine) else 0
    )


def _probe(run: Run, levels: Sequence[ServiceLevel]) -> ProbeReport:
    seen = _requests(run)
    size = len(seen.index)
    dense = size and int(seen.index.max()) < 1.02 * size
    found = judge_probe(levels, seen, size=size, looks=1) if dense else None
    promises = () if found is None else found[1]
    return ProbeReport(
        rate_per_s=run.load.rate_per_s or 0.0,
        verdict=fact_of(run, VERDICT),  # type: ignore[arg-type]
        why=fact_of(run, WHY),
        requests=size,
        seconds=float(np.ptp(seen.due_s)) if size else 0.0,
        latencies=_latencies(levels, seen, promises),
        promises=promises,
        residence=_residence(seen),
        health=run.segments[-1].health,
    )


def _alone(run: Run | None, levels: Sequence[ServiceLevel]) -> tuple[Estimate | None, ...]:
    return tuple(None for _ in levels) if run is None else _latencies(levels, _requests(run), (), cut=0.0)


def _latencies(
    levels: Sequence[ServiceLevel],
    seen: ProbeRequests,
    promises: Sequence[KeptPromise],
    *,
    cut: float = _CUT,
) -> tuple[Estimate | None, ...]:
    order = np.argsort(seen.due_s)
    found = []
    for number, (level, (promise, values)) in enumerate(
        zip(levels, promise_values(levels, seen), strict=False)
    ):
        told = values[order]
        counted = told[np.isfinite(told)]
        counted = counted[int(cut * len(counted)) :]
        effective = promises[number].effective if promises else float(len(counted))
        found.append(_statistic(level, promise.statistic, counted, effective))
    return tuple(found)


def _statistic(level: ServiceLevel, statistic: str, counted: Any, effective: float) -> Estimate | None:  # noqa: ANN401 - a float array
    """Estimate a mean by batches, a percentile by the order statistics of as many independent requests."""
    if not len(counted):
        return None
    if statistic == "mean":
        return mean_in_order(counted, unit="s", kind="measured") if len(counted) >= _FEWEST else None
    share = float(statistic[1:]) / 100
    reach = 1.96 * math.sqrt(share * (1 - share) / max(effective, 1.0))
    ends = (share - reach, share + reach)
    value = float(np.quantile(counted, share))
    known = len(counted) >= _FEWEST and ends[0] > 0 and ends[1] < 1
    low, high = (float(np.quantile(counted, end)) for end in ends) if known else (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        unit="s",
        kind="measured",
        method="order statistics of the requests in effect",
        n=int(effective),
        basis=level.label,
    )


def _residence(seen: ProbeRequests) -> Estimate | None:
    order = np.argsort(seen.due_s)
    times = (seen.done_s - seen.due_s)[order][seen.ok[order]]
    times = times[int(_CUT * len(times)) :]
    return mean_in_order(times, unit="s", kind="measured") if len(times) >= _FEWEST else None


def _knee(probes: Sequence[ProbeReport]) -> Knee:
    """Find the knee among the probes whose queue did not grow and whose client was not at its limit."""
    overload = [each.rate_per_s for each in probes if each.why.startswith("overload")]
    steady = {
        each.rate_per_s: each.residence
        for each in probes
        if each.residence is not None
        and each.verdict != "client at its limit"
        and each.rate_per_s < min(overload, default=math.inf)
    }
    return knee_of(list(steady), list(steady.values()), overloaded=min(overload, default=None))


def limit_cautions(found: Sequence[FoundLimit]) -> Iterator[Caution]:
    """Yield what is doubtful about limits."""
    for each in found:
        where = f"{each.deployment}, {each.stage}"
        if not each.finished:
            yield Caution(
                "limit-not-finished", f"{where}: the search for the limit is not finished; go on: isocost run"
            )
        if each.client is not None:
            yield Caution(
                "client-saturated",
                f"{where}: at {_next_rate(each):g}/s this client was at its limit ({each.client}), so the "
                "limit of the target may be higher; measure from an idle machine, or by more processes: "
                "--request-rate with --executor processes",
            )
        if each.untold and each.state == "between":
            yield Caution(
                "limit-not-told",
                f"{where}: at {', '.join(f'{rate:g}/s' for rate in each.untold)} it could not be told within "
                "a probe's length whether the service levels are kept; allow longer probes: --max-duration, "
                "--num-requests",
            )


def _next_rate(found: FoundLimit) -> float:
    return min(each.rate_per_s for each in found.probes if each.verdict == "client at its limit")
