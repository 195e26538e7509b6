"""Answers to questions, read back from the journal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from isocost.core.question import GradedAnswer
from isocost.journal.schema import open_for_reading
from isocost.journal.untrusted import intact

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_answers"]


def read_answers(path: Path, stage: str) -> tuple[GradedAnswer, ...]:
    """Read what the answers of a stage were worth, in the order of the questions.

    Parameters
    ----------
    path : Path
        The file ``journal.sqlite``.
    stage : str
        Name of the stage.

    Returns
    -------
    tuple of GradedAnswer
        Empty where nothing was answered, or an isocost wrote the journal that knew no questions.

    Raises
    ------
    InputError
        If there is no journal, or a newer isocost wrote it.
    """
    with closing(open_for_reading(path)) as connection, intact(path):
        known = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'answer'").fetchone()
        if not known[0]:
            return ()
        rows = connection.execute(
            "SELECT question, verdict, category, text, cut FROM answer JOIN run USING (run_id) "
            "WHERE stage = ? ORDER BY number",
            (stage,),
        ).fetchall()
    return tuple(
        GradedAnswer(question=question, verdict=verdict, category=category, text=text, cut=bool(cut))
        for question, verdict, category, text, cut in rows
    )
