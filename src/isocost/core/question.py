"""A question with a known answer, and what came of asking it."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal

from isocost.core.errors import InputError

__all__ = ["GradedAnswer", "Question", "Verdict"]

Verdict = Literal["right", "wrong", "none found", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of multiple choice, or one whose answer has to match exactly.

    Parameters
    ----------
    name : str
        Unique among the questions asked together.
    text : str
        The question itself.
    choices : tuple of str
        At least two and at most 26 of multiple choice; empty for an exact match.
    answers : tuple of str
        What counts as right, at least one: of multiple choice one letter, ``"A"`` being the first choice; of
        an exact match the answer and its alternatives.
    prompt : str or None
        Sent word for word in place of what would be made of text and choices.
    system : str or None
        Instruction before the prompt.
    category : str or None
        Right answers are counted by it, too.

    Examples
    --------
    >>> Question(name="1", text="Which is a fruit?", choices=("apple", "stone"), answers=("A",)).letters
    'AB'
    """

    name: str
    text: str
    answers: tuple[str, ...]
    choices: tuple[str, ...] = ()
    prompt: str | None = None
    system: str | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        """Refuse a question that nobody could answer."""
        if not self.answers:
            raise InputError(f"question {self.name!r} needs an answer")
        if not self.choices:
            return
        if not 2 <= len(self.choices) <= len(ascii_uppercase):
            raise InputError(
                f"question {self.name!r} must have from 2 to 26 choices, got {len(self.choices)}"
            )
        if len(self.answers) != 1 or self.answers[0] not in tuple(self.letters):
            raise InputError(
                f"question {self.name!r} has the choices {self.letters[0]} to {self.letters[-1]}, and its "
                f"answer must be one of these letters, got {', '.join(self.answers)!r}"
            )

    @property
    def letters(self) -> str:
        """Letters of the choices; empty for an exact match."""
        return ascii_uppercase[: len(self.choices)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedAnswer:
    """What came of one question.

    Parameters
    ----------
    question : str
        Name of the question.
    verdict : {"right", "wrong", "none found", "refused"}
        ``"none found"``: there was a text, or an empty one, and no answer in it; ``"refused"``: the target
        did not take the question. Both count as wrong.
    category : str or None
        Of the question.
    text : str or None
        What the model wrote, where it was to be kept.
    cut : bool
        Whether the text ended because it was as long as it may be.
    """

    question: str
    verdict: Verdict
    category: str | None = None
    text: str | None = None
    cut: bool = False
