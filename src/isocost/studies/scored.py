"""What the answers of a stage are worth: shares of right ones, with their intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.core.quality import QualityScore
from isocost.journal import QualityStage, open_study, read_answers, read_runs
from isocost.statistics.proportion import proportion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.question import GradedAnswer, Verdict

__all__ = ["MeasuredQuality", "measured_quality", "scored", "study_scores"]

_OFTEN_NOT_FOUND = 0.1
_FEW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredQuality:
    """How many questions a deployment answers right.

    Parameters
    ----------
    deployment, stage : str
    questions : str
        Name of the shipped set, or of the file.
    digest : str
        SHA-256 of that file: equal only where the same questions were asked.
    score : Estimate
        Share of right answers among all that were asked, with Wilson's interval.
    categories : tuple of (str, Estimate)
        The same by category, where questions have one.
    planned : int
        How many questions there are.
    verdicts : tuple of (str, int)
        How many answers were right, wrong, without an answer found in them, and refused.
    cut : int
        How many answers were as long as they may be.
    cautions : tuple of Caution
    """

    deployment: str
    stage: str
    questions: str
    digest: str
    score: Estimate
    categories: tuple[tuple[str, Estimate], ...]
    planned: int
    verdicts: tuple[tuple[str, int], ...]
    cut: int
    cautions: tuple[Caution, ...] = ()

    def count(self, verdict: str) -> int:
        """Return how many answers were ``"right"``, ``"wrong"``, ``"none found"`` or ``"refused"``."""
        return dict(self.verdicts).get(verdict, 0)


def measured_quality(path: Path, stage: str) -> MeasuredQuality:
    """Score the answers that the study at `path` has for a stage.

    Raises
    ------
    InputError
        If there is no such stage, or none of its questions is answered.
    """
    folder = open_study(path)
    asked = next((each for each in folder.stages() if each.name == stage), None)
    if not isinstance(asked, QualityStage):
        raise InputError(f"the study {path} has no stage of questions {stage!r}")
    runs = read_runs(folder.journal_file)
    deployment = next((run.deployment for run in runs if run.stage == stage), asked.deployment or stage)
    found = scored(asked, read_answers(folder.journal_file, stage), deployment)
    if found is None:
        raise InputError(f"no question of the stage {stage!r} is answered yet; go on: isocost run {path}")
    return found


def study_scores(path: Path) -> tuple[QualityScore, ...]:
    """Take what the deployments of a study scored on sets of questions that they answered whole.

    Raises
    ------
    InputError
        If `path` is no study, or none of its deployments answered a whole set.
    """
    folder = open_study(path)
    answered = {
        stage.name: read_answers(folder.journal_file, stage.name)
        for stage in folder.stages()
        if isinstance(stage, QualityStage)
    }
    found = [measured_quality(path, stage) for stage, answers in answered.items() if answers]
    whole = [each for each in found if each.score.n == each.planned]
    if not whole:
        raise InputError(
            f"the study {path} has no set of questions that was answered whole; measure it: "
            f"isocost measure quality TARGET --questions FILE.jsonl --out {path}"
        )
    return tuple(
        QualityScore(
            model=each.deployment,
            task=f"{each.questions} ({each.digest[:6]})",
            metric="right",
            value=each.score,
            tool="isocost",
        )
        for each in whole
    )


def scored(stage: QualityStage, answers: Sequence[GradedAnswer], deployment: str) -> MeasuredQuality | None:
    """Count right answers; ``None`` where there are no answers.

    Parameters
    ----------
    stage : QualityStage
    answers : sequence of GradedAnswer
    deployment : str

    Returns
    -------
    MeasuredQuality or None
    """
    if not answers:
        return None
    name = Path(stage.questions).name
    categories = dict.fromkeys(each.category for each in answers if each.category is not None)
    counted = Counter(each.verdict for each in answers)
    cut = sum(each.cut for each in answers)
    return MeasuredQuality(
        deployment=deployment,
        stage=stage.name,
        questions=name,
        digest=stage.digest,
        score=_share(answers, name),
        categories=tuple(
            (category, _share([each for each in answers if each.category == category], name))
            for category in categories
        ),
        planned=stage.count,
        verdicts=tuple(counted.items()),
        cut=cut,
        cautions=tuple(_doubts(len(answers), counted, cut, stage)),
    )


def _share(answers: Sequence[GradedAnswer], name: str) -> Estimate:
    right = sum(each.verdict == "right" for each in answers)
    return proportion(right, len(answers), source=f"questions {name}")


def _doubts(asked: int, counted: Counter[Verdict], cut: int, stage: QualityStage) -> Iterator[Caution]:
    if asked < _FEW:
        yield Caution(
            "few-questions", f"quality rests on {asked} questions: its interval is wide, take it for a sign"
        )
    if counted["none found"] > _OFTEN_NOT_FOUND * asked:
        yield Caution(
            "no-answer-found",
            f"no answer was found in {counted['none found']} of {asked} answers ({cut} were cut at "
            f"{stage.max_tokens} tokens); they count as wrong: look at some with --keep-answers, or allow "
            "more --max-tokens",
        )
    if counted["refused"]:
        yield Caution(
            "questions-refused",
            f"the target refused {counted['refused']} of {asked} questions; they count as wrong",
        )
