"""Quality beside cost: which score deployments share, and what a right answer costs at each level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.economics import cost_of_right_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.studies.report import DeploymentReport
    from isocost.studies.scored import MeasuredQuality

__all__ = ["RightAnswer", "quality_cautions", "right_answers", "shared_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """What a right answer costs at one level of load.

    Parameters
    ----------
    deployment : str
        As its report is called.
    load : Load
    questions : str
        On which the share of right answers was measured.
    cost : Estimate or None
        USD a right answer; ``None`` where none was right.
    """

    deployment: str
    load: Load
    questions: str
    cost: Estimate | None


def shared_quality(reports: Sequence[DeploymentReport]) -> Mapping[str, MeasuredQuality]:
    """Return the first score on questions that all deployments under load were asked; empty without one.

    A score counts once all of its questions are answered: the first ten of sixty are other questions.
    """
    swept = [report for report in reports if report.curve is not None]
    if not swept:
        return {}
    for first in swept[0].qualities:
        found = {
            report.deployment.name: each
            for report in swept
            for each in reversed(report.qualities)
            if each.digest == first.digest and each.score.n == each.planned
        }
        if len(found) == len(swept):
            return found
    return {}


def right_answers(reports: Sequence[DeploymentReport]) -> tuple[RightAnswer, ...]:
    """Tell what a right answer costs, at each level whose cost of a request is known.

    On the questions that all were asked; else on the first that the deployment was asked.
    """
    shared = shared_quality(reports)
    found = []
    for report in reports:
        own = report.qualities[0] if report.qualities else None
        quality = shared.get(report.deployment.name, own)
        if quality is None or report.curve is None:
            continue
        found += [
            RightAnswer(
                deployment=report.deployment.name,
                load=level.load,
                questions=quality.questions,
                cost=cost_of_right_answer(level.cost_per_request, quality.score),
            )
            for level in report.curve.levels
            if level.cost_per_request is not None
        ]
    return tuple(found)


def quality_cautions(reports: Sequence[DeploymentReport], recommended: str | None) -> Iterator[Caution]:
    """Yield a doubt where scores cannot be compared, or another answers better than what is recommended."""
    shared = shared_quality(reports)
    chosen = shared.get(recommended or "")
    better = [] if chosen is None else [each for each in shared.values() if _surely_better(each, chosen)]
    if chosen is not None and better:
        best = max(better, key=lambda each: each.score.value)
        yield Caution(
            "cheapest-answers-less-well",
            f"{chosen.deployment} is the cheapest and answers {chosen.score.value:.2f} of the questions "
            f"right, {best.deployment} {best.score.value:.2f}: the recommendation heeds cost alone, "
            "the frontier quality, too",
        )
    swept = [report for report in reports if report.curve is not None]
    known = [report for report in swept if report.qualities]
    if not known or len(swept) < 2 or shared:
        return
    lacking = [report.deployment.name for report in swept if not report.qualities]
    if lacking:
        text = f"no quality of {', '.join(lacking[:6])} was measured, so the frontier heeds no quality"
    else:
        text = "deployments were asked different questions, so the frontier heeds no quality"
    yield Caution("quality-not-shared", f"{text}; ask all the same: isocost measure quality")


def _surely_better(one: MeasuredQuality, other: MeasuredQuality) -> bool:
    """Whether the interval of one score lies above that of another; more than is needed."""
    low, high = one.score.low, other.score.high
    return low is not None and high is not None and low > high
