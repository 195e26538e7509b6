"""Shipped sets of questions with known answers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["QUESTION_SETS", "question_file"]

QUESTION_SETS = ("small",)
"""``small``: 40 questions of multiple choice and 20 short answers, of our own writing."""


def question_file(name: str) -> Path:
    """Return the file of a shipped set.

    Examples
    --------
    >>> question_file("small").name
    'questions_small.jsonl'
    """
    return Path(str(files("isocost.catalog").joinpath(f"questions_{name}.jsonl")))
