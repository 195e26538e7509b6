"""Which questions are asked: a file of one's own, or a set that comes along."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.catalog import QUESTION_SETS, question_file
from isocost.core.errors import InputError
from isocost.exchange import read_questions

if TYPE_CHECKING:
    from isocost.core.question import Question

__all__ = ["QuestionSet", "question_set"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """Questions, and which file they were read from.

    Parameters
    ----------
    source : str
        Name of a shipped set, or absolute path of a file.
    digest : str
        SHA-256 of the file, hexadecimal.
    questions : tuple of Question
        At least one.
    """

    source: str
    digest: str
    questions: tuple[Question, ...]


def question_set(source: str) -> QuestionSet:
    """Read questions by the name of a shipped set, or from a file.

    Parameters
    ----------
    source : str
        ``"small"``, or the path of a file as `isocost.exchange.read_questions` takes it.

    Raises
    ------
    InputError
        If there is no such set or file, or a line is no question.

    Examples
    --------
    >>> len(question_set("small").questions)
    60
    """
    path = question_file(source) if source in QUESTION_SETS else Path(source)
    if source not in QUESTION_SETS and not path.is_file():
        raise InputError(
            f"there are no questions at {source}; give a file with one JSON object a line, or the name of a "
            f"set that comes along: {', '.join(QUESTION_SETS)}"
        )
    questions = read_questions(path)
    return QuestionSet(
        source=source if source in QUESTION_SETS else str(path.absolute()),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        questions=questions,
    )
