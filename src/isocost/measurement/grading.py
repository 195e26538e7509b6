"""Whether an answer is right: by the letter of a choice, or by exact match after normalising."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import cache
from string import ascii_uppercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.core.question import Question, Verdict

__all__ = ["GRADING_RULE", "chosen_letter", "grade", "normalised"]

GRADING_RULE = 1
"""Version of the rules below; raise it when one of them changes what counts as right."""

_LONGEST_ANSWER = 20_000
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_OPEN_THOUGHT = re.compile(r"<think>.*", re.DOTALL)
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_LEAD = re.compile(r"^(?:the\s+)?(?:(?:correct|right|final)\s+)?answer\s*(?:is\s*:?|:|=)\s*", re.IGNORECASE)
_EQUALS = re.compile(r"\b(?:is|are)\b:?|=", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d{1,3})?", re.IGNORECASE)
_CURRENCY = "$€£"


def grade(question: Question, text: str) -> Verdict:
    """Say whether an answer is right.

    Thoughts between ``<think>`` and ``</think>`` are passed over. Of multiple choice see `chosen_letter`. An
    exact match compares the whole answer, its first line that is not empty, each also without a leading "the
    answer is", and what follows the last "is", "are" or "=" of that line, with every alternative, all of them
    `normalised`; where both are numbers, by value.

    Parameters
    ----------
    question : Question
    text : str
        What the model wrote.

    Returns
    -------
    {"right", "wrong", "none found"}
        ``"none found"``: no choice was told, or nothing was written. It counts as wrong.

    Examples
    --------
    >>> from isocost.core.question import Question
    >>> capital = Question(name="1", text="The capital of France?", answers=("Paris",))
    >>> grade(capital, "The capital is Paris."), grade(capital, "Paris or Rome"), grade(capital, " ")
    ('right', 'wrong', 'none found')
    """
    said = _OPEN_THOUGHT.sub("", _THOUGHT.sub("", text[:_LONGEST_ANSWER])).strip()
    if question.choices:
        letter = chosen_letter(said, question.choices)
        return "none found" if letter is None else "right" if letter == question.answers[0] else "wrong"
    if not normalised(said):
        return "none found"
    first = next((line for line in said.splitlines() if line.strip()), said)
    candidates = [part for whole in (said, first) for part in (whole, _LEAD.sub("", whole.strip()))]
    candidates.append(_EQUALS.split(first)[-1])
    return (
        "right" if any(_same(each, right) for each in candidates for right in question.answers) else "wrong"
    )


def chosen_letter(text: str, choices: tuple[str, ...]) -> str | None:
    """Find which choice an answer names; ``None`` where it names none or, by one rule, several.

    The first of these rules that finds a letter decides:

    1. The answer begins with a letter of a choice: before ``. ) :``, the end, a line break or a mark of bold
       type; or, A and I apart, a capital before a space.
    2. A letter follows "answer", "answer is" or "answer:"; a small one only before its end or ``. )``.
    3. The same with "choice" and "option".
    4. A letter stands in round brackets.
    5. The answer, or its first line, is the text of a choice, both `normalised`.

    Parameters
    ----------
    text : str
        What the model wrote, without thoughts.
    choices : tuple of str
        The first is A.

    Returns
    -------
    str or None

    Examples
    --------
    >>> choices = ("a car", "an apple", "a stone")
    >>> [chosen_letter(text, choices) for text in ("B", "(c) a stone", "The answer is B.", "An apple.")]
    ['B', 'C', 'B', 'B']
    >>> chosen_letter("A fruit grows on a tree", choices) is None
    True
    """
    letters = ascii_uppercase[: len(choices)]
    for rule in _letter_rules(letters):
        named = {"".join(groups).upper() for groups in rule.findall(text)}
        if named:
            return named.pop() if len(named) == 1 else None
    first = next((line for line in text.splitlines() if line.strip()), "")
    told = {normalised(part) for part in (text, first)} - {""}
    same = [letter for letter, choice in zip(letters, choices, strict=True) if normalised(choice) in told]
    return same[0] if len(same) == 1 else None


@cache
def _letter_rules(letters: str) -> tuple[re.Pattern[str], ...]:
    """Return the rules that look for a letter; each has two groups, one of which it fills."""
    small = letters.lower()
    open_, shut = r"[\s*_(\"'`\[]*", r"[*_\"'`\]]"
    plain = re.sub("[AI]", "", letters) or "B"
    begins = rf"^{open_}(?:([{letters}{small}])(?:{shut}*(?:[.):](?!\w)|\s*$|\n)|{shut}+\s)|([{plain}])\s)"
    after = rf"\s*[:=]?{open_}(?:([{letters}])(?![\w'])|([{small}])(?={shut}*(?:[.)]|\s*$)))"
    return (
        re.compile(begins),
        re.compile(rf"\b(?i:answer(?:\s+is)?){after}"),
        re.compile(rf"\b(?i:(?:choice|option)(?:\s+is)?){after}"),
        re.compile(rf"\(([{letters}])\)|\(([{small}])\)"),
    )


def normalised(text: str) -> str:
    """Return a text without what does not matter: case, articles, punctuation at its edges, extra space.

    Examples
    --------
    >>> normalised("  The Eiffel  Tower! ")
    'eiffel tower'
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-").replace(" %", "%")
    folded = _HYPHEN.sub(" ", folded)
    plain = "".join(
        " " if unicodedata.category(sign)[0] in "PSZC" and sign not in _CURRENCY + "%+-.,<>=" else sign
        for sign in folded
    )
    words = (word.strip(".,-=<>") if not _number(word) else word.strip(",") for word in plain.split())
    return " ".join(_ARTICLES.sub(" ", " ".join(words)).split())


def _same(said: str, right: str) -> bool:
    given, wanted = normalised(said), normalised(right)
    if not given:
        return False
    if given == wanted:
        return True
    values = _number(given), _number(wanted)
    return values[0] is not None and values[0] == values[1]


def _number(text: str) -> Fraction | None:
    """Read a number that stands alone; one with a unit or a currency is compared as text."""
    bare = text.strip().rstrip(".")
    if not bare or len(bare) > 60 or not _NUMBER.fullmatch(bare) or not any(sign.isdigit() for sign in bare):
        return None
    return Fraction(bare.replace(",", ""))
