"""How a question is put to a model: its prompt, and the request around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isocost.core.question import Question
    from isocost.measurement.dialect import Dialect

__all__ = ["PROMPT_FORMAT", "question_body", "question_prompt"]

PROMPT_FORMAT = 1
"""Version of the wording below; raise it when the same question would be put in other words."""

_CHOOSE = "Answer with the letter of the right choice only."
_ANSWER = "Answer with a number or a few words only, without an explanation."


def question_prompt(question: Question) -> str:
    """Word a question: its text, its choices by letter, how to answer, and ``Answer:``.

    Examples
    --------
    >>> from isocost.core.question import Question
    >>> fruit = Question(name="1", text="A fruit?", choices=("stone", "apple"), answers=("B",))
    >>> print(question_prompt(fruit))
    A fruit?
    A. stone
    B. apple
    Answer with the letter of the right choice only.
    Answer:
    """
    if question.prompt is not None:
        return question.prompt
    listed = [
        f"{letter}. {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    ]
    return "\n".join([question.text, *listed, _CHOOSE if question.choices else _ANSWER, "Answer:"])


def question_body(
    dialect: Dialect, question: Question, *, max_tokens: int, seed: int | None
) -> dict[str, Any]:
    """Return the body of a request: greedy, not streamed, of few tokens; chat and completion alike.

    Examples
    --------
    >>> from isocost.core.question import Question
    >>> from isocost.measurement.dialect import Dialect
    >>> capital = Question(name="1", text="The capital of France?", answers=("Paris",))
    >>> body = question_body(Dialect(model="m", endpoint_type="chat"), capital, max_tokens=8, seed=0)
    >>> body["temperature"], body["max_tokens"], [each["role"] for each in body["messages"]]
    (0, 8, ['user'])
    """
    prompt = question_prompt(question)
    body: dict[str, Any] = {"model": dialect.model}
    if dialect.endpoint_type == "chat":
        told = [] if question.system is None else [{"role": "system", "content": question.system}]
        body["messages"] = [*told, {"role": "user", "content": prompt}]
    else:
        body["prompt"] = prompt if question.system is None else f"{question.system}\n\n{prompt}"
    body[dialect.length_key] = max_tokens
    if dialect.greedy:
        body["temperature"] = 0
    body["stream"] = False
    if seed is not None:
        body["seed"] = seed
    return body | dict(dialect.extra)
