"""What moves a runtime but the request's size: requests at once, the moment, the date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.runtime import (
    cell_variations,
    contention,
    profile_drift,
    requests_needed,
    typical_variation,
)
from isocost.runtime.rows import snapped
from isocost.studies.profile import profile_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run
    from isocost.economics import CostCurve
    from isocost.runtime import CellVariation, Contention, Drift, ProfileDrift, RuntimeSamples
    from isocost.studies.report import StudyReport

__all__ = [
    "DEFAULT_SHARE",
    "STUDY_COLUMNS",
    "DeploymentTrends",
    "TrendQuestion",
    "TrendReport",
    "Variation",
    "deployment_trends",
    "slow_first",
    "study_trends",
    "typical_of_all",
    "variation_of",
]

STUDY_COLUMNS = {"contention": "concurrency", "drift": "block"}
"""What a study of isocost's own can be compared along."""

_QUICKER = 0.9
DEFAULT_SHARE = 0.05
"""Half-width of a mean over the mean, if none is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendQuestion:
    """What is asked.

    Parameters
    ----------
    contention : str or None
        Column that counts parallel requests.
    drift : str or None
        Column of dates; ``"block"`` in a study.
    variation : bool
        Whether equal requests are to be compared.
    half_width_share : float
        Wanted half-width of a cell's mean over the mean, in (0, 1): how many requests does it take?
    """

    contention: str | None = None
    drift: str | None = None
    variation: bool = False
    half_width_share: float = DEFAULT_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """How much equal requests differ, cell by cell.

    Parameters
    ----------
    name : str
        Of the model or deployment.
    cells : tuple of CellVariation
    needed : tuple of int
        How many requests of each cell make its mean as narrow as was asked.
    typical : Estimate
        Median coefficient of variation.
    half_width_share : float
        What was asked: half-width over mean.
    """

    name: str
    cells: tuple[CellVariation, ...]
    needed: tuple[int, ...]
    typical: Estimate
    half_width_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTrends:
    """The same of one deployment of a study.

    Parameters
    ----------
    contention : Contention or None
        From the levels of its sweep; ``None`` with less than two levels of concurrency.
    variation : Variation or None
        From its profile; ``None`` without repeats.
    drift : ProfileDrift or None
    """

    contention: Contention | None
    variation: Variation | None
    drift: ProfileDrift | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendReport:
    """What moves the runtimes of a table or a study.

    Parameters
    ----------
    source : str
        The file or the folder.
    question : TrendQuestion
    contentions : tuple of Contention
    variations : tuple of Variation
    all_cells : Estimate or None
        Median coefficient of variation over the cells of all of them.
    drifts : tuple of Drift
    profile_drifts : tuple of ProfileDrift
    cautions : tuple of Caution
    """

    source: str
    question: TrendQuestion
    contentions: tuple[Contention, ...] = ()
    variations: tuple[Variation, ...] = ()
    all_cells: Estimate | None = None
    drifts: tuple[Drift, ...] = ()
    profile_drifts: tuple[ProfileDrift, ...] = ()
    cautions: tuple[Caution, ...] = ()


def deployment_trends(name: str, profile: Sequence[Run], curve: CostCurve | None) -> DeploymentTrends:
    """Tell contention, variation and drift of one deployment, as far as it was measured."""
    samples = _profiled(profile)
    return DeploymentTrends(
        contention=None if curve is None else _of_levels(curve),
        variation=None if samples is None else variation_of(name, samples, DEFAULT_SHARE),
        drift=None if samples is None else _profile_drift(name, samples),
    )


def study_trends(
    report: StudyReport, source: str, question: TrendQuestion, deployment: str | None = None
) -> TrendReport:
    """Take from a study's report what is asked.

    Parameters
    ----------
    report : StudyReport
    source : str
        The folder.
    question : TrendQuestion
    deployment : str, optional
        Which one; all if left out.

    Raises
    ------
    InputError
        If it is asked along a column that a study does not have, or of a deployment that it has not.
    EstimationError
        If the study has nothing of that kind.
    """
    asked = {"contention": question.contention, "drift": question.drift}
    for name, column in asked.items():
        if column not in (None, STUDY_COLUMNS[name]):
            raise InputError(
                f"a study is compared along {STUDY_COLUMNS[name]}: give --{name} {STUDY_COLUMNS[name]}, "
                f"got {column!r}"
            )
    names = [each.deployment.name for each in report.deployments]
    if deployment is not None and deployment not in names:
        raise InputError(f"{source} has no deployment {deployment!r}; it has {', '.join(names)}")
    known = [
        each.trends
        for each in report.deployments
        if each.trends is not None and deployment in (None, each.deployment.name)
    ]
    contentions = tuple(each.contention for each in known if each.contention is not None)
    share = question.half_width_share
    variations = tuple(_for_share(each.variation, share) for each in known if each.variation is not None)
    drifts = tuple(each.drift for each in known if each.drift is not None)
    _require(source, "levels of concurrency", "contention", question.contention is None or bool(contentions))
    _require(source, "profile with repeats", "variation", not question.variation or bool(variations))
    _require(source, "profile with repeats", "drift", question.drift is None or bool(drifts))
    return TrendReport(
        source=source,
        question=question,
        contentions=contentions if question.contention else (),
        variations=variations if question.variation else (),
        all_cells=typical_of_all(variations if question.variation else ()),
        profile_drifts=drifts if question.drift else (),
        cautions=tuple(slow_first(contentions if question.contention else ())),
    )


def _for_share(each: Variation, share: float) -> Variation:
    needed = tuple(requests_needed(cell, share) for cell in each.cells)
    return replace(each, needed=needed, half_width_share=share)


def _require(source: str, what: str, why: str, there: object) -> None:
    if not there:
        how = "load" if why == "contention" else "runtime"
        raise EstimationError(
            f"{source} has no {what}, so {why} cannot be told; measure: isocost measure {how} URL "
            f"--out {source}"
        )


def slow_first(found: Sequence[Contention]) -> Iterator[Caution]:
    """Doubt levels whose least one is not the quickest by far."""
    for each in found:
        count, _, ratio = min(each.levels, key=lambda level: level[2])
        if ratio < _QUICKER:
            yield Caution(
                "slow-first-level",
                f"{each.name}, {each.request}: quicker at {count} at once than at {each.levels[0][0]}, "
                "so the first level held something else, such as a cold start",
            )


def variation_of(name: str, samples: RuntimeSamples, half_width_share: float) -> Variation | None:
    """Return how much equal requests differ; ``None`` where no cell has two."""
    try:
        cells = cell_variations(samples)
    except EstimationError:
        return None
    return Variation(
        name=name,
        cells=cells,
        needed=tuple(requests_needed(cell, half_width_share) for cell in cells),
        typical=typical_variation(cells),
        half_width_share=half_width_share,
    )


def typical_of_all(variations: Sequence[Variation]) -> Estimate | None:
    """Return the median coefficient of variation over all cells; ``None`` without any."""
    cells = [cell for each in variations for cell in each.cells]
    return typical_variation(cells) if cells else None


def _profiled(runs: Sequence[Run]) -> RuntimeSamples | None:
    try:
        return snapped(profile_samples(runs)) if runs else None
    except EstimationError:
        return None


def _profile_drift(name: str, samples: RuntimeSamples) -> ProfileDrift | None:
    try:
        return profile_drift(samples, name=name)
    except EstimationError:
        return None


def _of_levels(curve: CostCurve) -> Contention | None:
    """Relate the median time to the last token to concurrency."""
    levels = {
        level.load.concurrency: level.latency["e2e.p50"].value
        for level in curve.levels
        if level.load.concurrency is not None and "e2e.p50" in level.latency
    }
    if len(levels) < 2:
        return None
    return contention(
        list(levels), list(levels.values()), name=curve.deployment, request="median of the workload"
    )
