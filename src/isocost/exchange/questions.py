"""Questions with known answers, as lines of JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.question import Question
from isocost.exchange.text_file import text_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["read_questions"]

_KEYS = ("id", "question", "choices", "answer", "prompt", "system", "category")
_FORM = (
    'one JSON object a line: {"id": "1", "question": "...", "choices": ["...", "..."], "answer": "B"}, or '
    'without choices {"id": "2", "question": "...", "answer": "text"}'
)


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read questions from a file, one JSON object a line; empty lines are passed over.

    With ``choices`` (a list of 2 to 26 texts) a question is one of multiple choice, and ``answer`` is the
    letter of the right one, its number from 0, or its text. Without, ``answer`` is a text, a number or a list
    of alternatives that has to be matched. ``id`` may be left out: then it is the number of the line.
    ``prompt``, ``system`` and ``category`` are as in `isocost.core.question.Question`.

    Parameters
    ----------
    path : Path
        UTF-8.

    Returns
    -------
    tuple of Question
        In the order of the file, at least one.

    Raises
    ------
    InputError
        If it cannot be read, a line is no question (names line and what was expected), or an id comes twice.
    """
    found: dict[str, int] = {}
    questions = []
    with text_file(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            where = f"{path}, line {number}"
            question = _question(_parsed(line, where), number, where)
            if question.name in found:
                raise InputError(
                    f"{where}: the id {question.name!r} stands in line {found[question.name]} already; "
                    "give each question one of its own"
                )
            found[question.name] = number
            questions.append(question)
    if not questions:
        raise InputError(f"{path} holds no question; it takes {_FORM}")
    return tuple(questions)


def _parsed(line: str, where: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise InputError(f"{where}: no JSON ({reason}); it takes {_FORM}") from None
    if "\\u" in line and _is_half(json.dumps(row, ensure_ascii=False)):
        raise InputError(f"{where}: half a surrogate pair, which is no text; write the whole character")
    if not isinstance(row, dict):
        raise InputError(f"{where}: a {type(row).__name__} instead of an object; it takes {_FORM}")
    unknown = next((key for key in row if key not in _KEYS), None)
    if unknown is not None:
        raise InputError(f"{where}: unknown key {unknown!r}; a question has {', '.join(_KEYS)}")
    return row


def _is_half(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _question(row: Mapping[str, Any], number: int, where: str) -> Question:
    choices = _choices(row, where)
    prompt = _text(row, "prompt", where)
    text = _text(row, "question", where) or prompt
    if text is None:
        raise InputError(f"{where}: there is no question; it takes {_FORM}")
    try:
        return Question(
            name=_name(row, number, where),
            text=text,
            choices=choices,
            answers=(_letter(row, choices, where),) if choices else _answers(row, where),
            prompt=prompt,
            system=_text(row, "system", where),
            category=_text(row, "category", where),
        )
    except InputError as error:
        message = str(error)
        raise (error if message.startswith(where) else InputError(f"{where}: {message}")) from None


def _name(row: Mapping[str, Any], number: int, where: str) -> str:
    value = row.get("id", number)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise InputError(f"{where}: id must be a text or a whole number, got {json.dumps(value)[:60]}")
    return str(value)


def _text(row: Mapping[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: {key} must be a text that is not empty, got {json.dumps(value)[:60]}")
    return value


def _choices(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    value = row.get("choices")
    if value is None:
        return ()
    if not isinstance(value, list) or not 2 <= len(value) <= 26:
        raise InputError(f"{where}: choices must be a list of 2 to 26 texts, got {json.dumps(value)[:60]}")
    for choice in value:
        if isinstance(choice, bool) or not isinstance(choice, str | int | float) or not str(choice).strip():
            raise InputError(f"{where}: a choice must be a text or a number, got {json.dumps(choice)[:60]}")
    if len({str(choice) for choice in value}) < len(value):
        raise InputError(f"{where}: two choices are the same; give each once")
    return tuple(str(choice) for choice in value)


def _letter(row: Mapping[str, Any], choices: tuple[str, ...], where: str) -> str:
    """Return the letter of the right choice, which may be told by letter, number or text."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(choices)]
    answer = row.get("answer")
    if isinstance(answer, str) and answer.strip().upper() in tuple(letters):
        return answer.strip().upper()
    if isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < len(choices):
        return letters[answer]
    if isinstance(answer, str) and answer in choices:
        return letters[choices.index(answer)]
    raise InputError(
        f"{where}: with {len(choices)} choices the answer must be a letter from A to {letters[-1]}, a number "
        f"from 0 to {len(choices) - 1} or the text of a choice, got {json.dumps(answer)[:60]}"
    )


def _answers(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    return tuple(_answer_texts(row.get("answer"), where))


def _answer_texts(answer: object, where: str) -> Iterator[str]:
    several = answer if isinstance(answer, list) else [answer]
    if not several:
        raise InputError(
            f"{where}: the answer must be a text, a number or a list of these, got an empty list"
        )
    for each in several:
        if isinstance(each, bool) or not isinstance(each, str | int | float) or not str(each).strip():
            raise InputError(
                f"{where}: the answer must be a text, a number or a list of these, got "
                f"{json.dumps(each)[:60]}"
            )
        yield str(each)
