"""The most tokens that a request can use, known before it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.measurement.request import PreparedRequest

__all__ = ["PROBING_REQUESTS", "TEMPLATE_TOKENS", "WorstCase", "refuse_open_ended", "worst_case"]

TEMPLATE_TOKENS = 64
"""What a chat template may add to a prompt."""
PROBING_REQUESTS = 20
"""Requests of one token that are sent at most to see how an endpoint wants to be asked."""
_PROBING_TOKENS = 48  # of the longest of them
_BYTES_PER_TOKEN = 10  # a word of ours has 8 at most, the space before it included, and is a token or more
_BODY_BYTES = 256  # of all else in a body: names, numbers, the name of the model
_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_COUNTS = ("n", "best_of")
_PROMPTS = ("prompt", "messages", "input", "tools", "functions", "suffix", "response_format")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """How the fields that a user adds to each request bear on what it can use.

    Parameters
    ----------
    longest : int
        Length of an answer that they ask for; 0 where they ask for none.
    answers : int
        How many answers they ask for.
    extra_bytes : int
        Their size.
    own_prompt : bool
        Whether they bring text of their own, so that the length of a prompt is not known.
    """

    longest: int = 0
    answers: int = 1
    extra_bytes: int = 0
    own_prompt: bool = False

    def output_tokens(self, asked: int) -> int:
        """Return the most tokens of the answers to a request for `asked`."""
        return max(asked, self.longest) * self.answers

    def of(self, request: PreparedRequest) -> tuple[int, int]:
        """Return the most input and output tokens of a request as it is worded: a byte a token at most."""
        if request.input_tokens is not None and not self.own_prompt:
            prompt = request.input_tokens
        else:
            wire = request.wire
            prompt = len(wire) - wire.find(b"\r\n\r\n") - 4
        return prompt + TEMPLATE_TOKENS, self.output_tokens(request.shape.output_tokens)

    def of_size(self, input_tokens: int, output_tokens: int) -> tuple[int, int]:
        """Return the most input and output tokens of a request that is not worded yet.

        Examples
        --------
        >>> WorstCase().of_size(100, 20)
        (1320, 20)
        """
        body = _BYTES_PER_TOKEN * input_tokens + _BODY_BYTES + self.extra_bytes
        return body + TEMPLATE_TOKENS, self.output_tokens(output_tokens)

    @property
    def probing(self) -> tuple[int, int]:
        """The most input and output tokens of one of the requests before a measurement."""
        return self.of_size(_PROBING_TOKENS, 1)


def worst_case(extra: Mapping[str, Any]) -> WorstCase:
    """Return how fields added to each request bear on what it can use, as far as they are numbers.

    Parameters
    ----------
    extra : mapping
        As given with ``--extra-body``.

    Examples
    --------
    >>> worst_case({"n": 3, "max_tokens": 50}).output_tokens(20)
    150
    """
    return WorstCase(
        longest=max(_numbers(extra, _LENGTHS), default=0),
        answers=max(_numbers(extra, _COUNTS), default=1),
        extra_bytes=len(json.dumps(dict(extra))) if extra else 0,
        own_prompt=any(name in extra for name in _PROMPTS),
    )


def refuse_open_ended(extra: Mapping[str, Any]) -> None:
    """Refuse fields that leave open how long answers may be; what they cost has no upper end then.

    Parameters
    ----------
    extra : mapping
        As given with ``--extra-body``.

    Raises
    ------
    InputError
        If one of them is no number of at least 1.

    Examples
    --------
    >>> refuse_open_ended({"n": 3, "max_tokens": 50, "top_k": None})
    """
    for name in (*_LENGTHS, *_COUNTS):
        if name in extra and not _is_count(extra[name]):
            raise InputError(
                f"--extra-body leaves open how long answers may be ({name} is {extra[name]!r} in place of a "
                "number of at least 1), so their cost has no upper end; give a number, or leave it out"
            )


def _numbers(extra: Mapping[str, Any], names: Sequence[str]) -> list[int]:
    return [extra[name] for name in names if name in extra and _is_count(extra[name])]


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 1
