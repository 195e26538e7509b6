"""Asking the questions of a stage that the journal lacks."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from isocost.core.errors import BudgetError, FailedRequestsWarning, InputError
from isocost.core.load import Load
from isocost.journal import JournalWriter, finished_numbers
from isocost.measurement import (
    GRADING_RULE,
    PROMPT_FORMAT,
    HealthMeter,
    HttpTarget,
    Questioner,
    ask_all,
    clock_now,
)
from isocost.studies.progress import Progress
from isocost.studies.question_sets import question_set
from isocost.studies.spending import way_on

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from isocost.core.question import Question
    from isocost.journal import QualityStage, StudyFolder
    from isocost.measurement import Asked, Budget
    from isocost.studies.targets import OpenedTarget

__all__ = ["LABEL", "ask_questions", "unanswered"]

LABEL = "questions"
"""Label of the one run of a stage of questions."""


def unanswered(folder: StudyFolder, stage: QualityStage) -> tuple[tuple[int, Question], ...]:
    """Return the questions of a stage that the journal has no answer to, with their numbers.

    Raises
    ------
    InputError
        If the file of questions is gone or was changed since, or the stage was begun by an isocost that put
        questions in other words.
    """
    done = finished_numbers(folder.journal_file, stage.name).get(LABEL, frozenset())
    if len(done) >= stage.count:
        return ()
    known = question_set(stage.questions)
    if known.digest != stage.digest:
        raise InputError(
            f"{stage.questions} is not what the stage {stage.name!r} of {folder.path} was begun with; bring "
            "the file back, or ask the new questions in a stage of their own: --stage NAME"
        )
    if (stage.prompt_format, stage.grading_rule) != (PROMPT_FORMAT, GRADING_RULE):
        raise InputError(
            f"the stage {stage.name!r} of {folder.path} was begun with prompt format {stage.prompt_format} "
            f"and grading rule {stage.grading_rule}, and this isocost has {PROMPT_FORMAT} and "
            f"{GRADING_RULE}; ask all questions anew in a stage of its own: --stage NAME"
        )
    return tuple((number, each) for number, each in enumerate(known.questions) if number not in done)


def ask_questions(
    folder: StudyFolder,
    stage: QualityStage,
    left: Sequence[tuple[int, Question]],
    target: OpenedTarget,
    budget: Budget,
    watch: Callable[[Progress], None],
    stop: threading.Event,
) -> bool:
    """Ask what is left of a stage, writing each answer down as it comes.

    Returns
    -------
    bool
        Whether all questions are answered.

    Raises
    ------
    BudgetError
        If the budget is spent before; the message says how to go on.
    MeasurementError
        If the target fails; what was answered until then is in the journal.
    """
    if not isinstance(target.target, HttpTarget):
        raise InputError("questions are asked of an endpoint or the embedded engine; give its address")
    questioner = Questioner(
        target=target.target,
        max_tokens=stage.max_tokens,
        seed=stage.seed,
        timeout_s=stage.request_timeout_s,
        keep_answers=stage.keep_answers,
        budget=budget,
        answered=len(left) < stage.count,
    )
    tally = _Tally(stage, stage.count - len(left), watch, budget)
    meter = HealthMeter()
    with JournalWriter(folder.journal_file) as journal:
        run_id = journal.begin_run(
            stage.name,
            LABEL,
            deployment=target.deployment.name,
            load=Load(concurrency=stage.concurrency),
            repeat=0,
        )
        segment_id = journal.begin_segment(
            run_id, clock=clock_now(), deployment=target.deployment, facts=target.facts
        )

        def record(asked: Asked) -> None:
            journal.record_answer(run_id, segment_id, asked.observation, asked.answer)
            tally.see(asked)

        try:
            ask_all(questioner, left, concurrency=stage.concurrency, record=record, stop=stop)
        except BudgetError as error:
            raise BudgetError(
                f"{error}; {tally.done} of {stage.count} questions are answered and kept; "
                f"{way_on(str(error), folder.path)}"
            ) from None
        finally:
            tally.warn()
            journal.end_segment(segment_id, meter.read())
        if tally.done < stage.count:
            return False
        journal.finish_run(run_id)
    return True


class _Tally:
    """Counts answers, and tells the watcher of each."""

    def __init__(
        self, stage: QualityStage, done: int, watch: Callable[[Progress], None], budget: Budget
    ) -> None:
        self._stage, self._watch, self._budget = stage, watch, budget
        self.done, self._asked, self._refused = done, 0, 0

    def see(self, asked: Asked) -> None:
        """Count one answer."""
        self.done += 1
        self._asked += 1
        self._refused += asked.answer.verdict == "refused"
        self._watch(
            Progress(
                stage=self._stage.name,
                run=LABEL,
                done=self.done,
                total=self._stage.count,
                requests=self._asked,
                failures=self._refused,
                fraction=self.done / self._stage.count,
                spent_usd=None if self._budget.price is None else self._budget.spent.usd,
                max_cost_usd=self._budget.limits.max_cost_usd,
            )
        )

    def warn(self) -> None:
        """Say how many questions were refused."""
        if self._refused:
            warnings.warn(
                f"{self._stage.name}: {self._refused} of {self._asked} questions were refused by the target; "
                "they count as wrong",
                FailedRequestsWarning,
                stacklevel=2,
            )
