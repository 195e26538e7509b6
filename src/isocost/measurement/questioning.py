"""Questions asked of an endpoint: one untimed request each, tried again while the target is busy."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import MeasurementError
from isocost.core.observation import Observation, Outcome
from isocost.core.question import GradedAnswer
from isocost.measurement.answer import one_line
from isocost.measurement.blotting import blot_out, hiding
from isocost.measurement.budget import Budget
from isocost.measurement.dialect import read_error, read_usage
from isocost.measurement.grading import grade
from isocost.measurement.plain_http import PlainClient
from isocost.measurement.rewording import reworded
from isocost.measurement.wording import question_body, question_prompt
from isocost.measurement.worst_case import TEMPLATE_TOKENS, worst_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isocost.core.question import Question
    from isocost.measurement.plain_http import Reply
    from isocost.measurement.target import HttpTarget

__all__ = ["Asked", "Questioner", "question_at_most"]

_TRIES = 4
_LONGEST_WAIT_S = 30.0
_MOST_WORDINGS = 4
_BUSY = (408, 409, 425, 429)
_NO_ACCESS = (401, 402, 403, 404, 405)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking a question.

    Parameters
    ----------
    observation : Observation
        The request that was answered or refused; without chunks, since nothing was streamed, and 0 requested
        input tokens, since no length was asked for.
    answer : GradedAnswer
    """

    observation: Observation
    answer: GradedAnswer


def question_at_most(question: Question, max_tokens: int, extra: Mapping[str, Any]) -> tuple[int, int]:
    """Return the most input and output tokens of a question: each byte of its text a token.

    Parameters
    ----------
    question : Question
    max_tokens : int
        Longest answer.
    extra : mapping
        Fields that the user adds.

    Examples
    --------
    >>> from isocost.core.question import Question
    >>> question_at_most(Question(name="q", text="", prompt="Hello", answers=("hi",)), 16, {})
    (69, 16)
    """
    worst = worst_case(extra)
    text = (question.system or "") + question_prompt(question)
    size = len(text.encode("utf-8", "replace")) + worst.extra_bytes
    return size + TEMPLATE_TOKENS, worst.output_tokens(max_tokens)


def _slept(seconds: float) -> bool:
    time.sleep(seconds)
    return True


@dataclass(slots=True, kw_only=True)
class Questioner:
    """Asks questions of an endpoint; may be used from several threads.

    A target that is busy (HTTP 408, 409, 425, 429, 5xx) or does not answer is asked again three times, after
    the time it names, at most 30 seconds, or 1, 2 and 4 seconds. Once it has answered a question, another
    one that it refuses counts as refused; before, all is wrong and it is an error.

    Parameters
    ----------
    target : HttpTarget
    max_tokens : int
        Longest answer, at least 1.
    seed : int
        Sent where the target takes one.
    timeout_s : float
        Longest time for one answer.
    keep_answers : bool
        Whether the texts of answers are returned.
    budget : Budget
        Reserved before each request.
    wait : callable
        Takes the seconds to wait before another try; returns whether to try at all.
    answered : bool
        Whether the target has answered a question already.
    """

    target: HttpTarget
    max_tokens: int
    seed: int = 0
    timeout_s: float = 600.0
    keep_answers: bool = False
    budget: Budget = field(default_factory=Budget)
    wait: Callable[[float], bool] = _slept
    answered: bool = False
    _takes_seed: bool = True

    def ask(self, number: int, question: Question) -> Asked | None:
        """Ask question `number`; ``None`` when waiting was broken off.

        Raises
        ------
        BudgetError
            If no more may be sent.
        MeasurementError
            If there is no server, it refuses access, stays busy, or answers with something unreadable.
        """
        with hiding(self.target.hidden):
            return self._ask(number, question)

    def _ask(self, number: int, question: Question) -> Asked | None:
        failure = ""
        pause_s: float | None = None
        for attempt in range(_TRIES):
            if attempt and not self.wait(min(pause_s or 2.0 ** (attempt - 1), _LONGEST_WAIT_S)):
                return None
            sent_at_s = time.monotonic()
            try:
                reply = self._send(question)
            except MeasurementError as error:
                failure, pause_s = str(error), None
                continue
            if reply.status == 200:
                return self._answer(number, question, reply, sent_at_s)
            if reply.status not in _BUSY and reply.status < 500:
                return self._refusal(number, question, reply, sent_at_s)
            failure = f"{self.target.address.url} answers with HTTP {reply.status}: {reply.explanation}"
            pause_s = reply.retry_after_s
        raise MeasurementError(
            f"question {question.name!r} was sent {_TRIES} times without an answer: {failure}"
        )

    def _send(self, question: Question) -> Reply:
        """Send a question; said otherwise, and without a seed, where the server refuses how it was said."""
        reply = self._request(question)
        for _ in range(_MOST_WORDINGS):
            said = self.target.dialect
            other = reworded(said, reply.explanation) if reply.status in (400, 422) else said
            if other == said:
                break
            self.target = replace(self.target, dialect=other)
            reply = self._request(question)
        if self._takes_seed and reply.status in (400, 422) and re.search(r"\bseed\b", reply.explanation):
            self._takes_seed = False
            reply = self._request(question)
        return reply

    def _request(self, question: Question) -> Reply:
        seed = self.seed if self._takes_seed else None
        body = question_body(self.target.dialect, question, max_tokens=self.max_tokens, seed=seed)
        most = question_at_most(question, self.max_tokens, self.target.dialect.extra)
        reserved = self.budget.reserve(*most)  # kept where no answer comes: it may be written all the same
        reply = self._client().ask("POST", self.target.address.path(self.target.endpoint_type), body)
        if reply.status == 200:
            document = reply.document
            usage = read_usage(document.get("usage")) if isinstance(document, dict) else None
            self.budget.settle(reserved, usage)
        elif 400 <= reply.status < 500:
            self.budget.release(reserved)
        return reply

    def _client(self) -> PlainClient:
        return PlainClient(
            address=self.target.address,
            headers=self.target.request_headers,
            hide=self.target.hidden,
            insecure=self.target.insecure,
            timeout_s=self.timeout_s,
        )

    def _answer(self, number: int, question: Question, reply: Reply, sent_at_s: float) -> Asked:
        document = reply.document
        text, finish = self._text(document)
        self.answered = True
        usage = read_usage(document.get("usage"))
        observation = self._observation(
            number,
            sent_at_s,
            outcome=Outcome.OK,
            http_status=200,
            finish_reason=None if finish is None else one_line(blot_out(finish[:1024], self.target.hidden)),
            input_tokens=None if usage is None else usage.input_tokens,
            output_tokens=None if usage is None else usage.output_tokens,
            reasoning_tokens=None if usage is None else usage.reasoning_tokens,
            cached_tokens=None if usage is None else usage.cached_tokens,
            counted_by=None if usage is None or usage.output_tokens is None else "usage",
        )
        answer = GradedAnswer(
            question=question.name,
            verdict=grade(question, text),
            category=question.category,
            text=blot_out(text, self.target.hidden) if self.keep_answers else None,
            cut=finish == "length",
        )
        return Asked(observation=observation, answer=answer)

    def _text(self, document: Any) -> tuple[str, str | None]:  # noqa: ANN401 - whatever JSON came
        """Return what was written and why it ended."""
        choices = document.get("choices") if isinstance(document, dict) else None
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            said = read_error(document) if isinstance(document, dict) else None
            raise MeasurementError(
                f"{self.target.address.url} answers a {self.target.endpoint_type} request with what is no "
                f"answer ({(said or 'no choices in it')[:200]}); check the address and --endpoint-type"
            )
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) else choice.get("text")
        if isinstance(text, list):
            parts = (part.get("text") for part in text if isinstance(part, dict))
            text = "".join(part for part in parts if isinstance(part, str))
        finish = choice.get("finish_reason")
        whole = text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""
        return whole, finish if isinstance(finish, str) else None

    def _refusal(self, number: int, question: Question, reply: Reply, sent_at_s: float) -> Asked:
        told = f"HTTP {reply.status}: {reply.explanation}"
        if not self.answered or reply.status in _NO_ACCESS or reply.status < 400:
            raise MeasurementError(
                f"{self.target.address.url} does not take question {question.name!r} as a "
                f"{self.target.endpoint_type} request ({told}); check the address, --endpoint-type, the key "
                "and the length of the question"
            )
        observation = self._observation(
            number, sent_at_s, outcome=Outcome.HTTP_ERROR, http_status=reply.status, detail=told
        )
        answer = GradedAnswer(question=question.name, verdict="refused", category=question.category)
        return Asked(observation=observation, answer=answer)

    def _observation(self, number: int, sent_at_s: float, **told: Any) -> Observation:  # noqa: ANN401
        return Observation(
            index=number,
            requested_input_tokens=0,
            requested_output_tokens=self.max_tokens,
            due_at_s=sent_at_s,
            sent_at_s=sent_at_s,
            done_at_s=time.monotonic(),
            **told,
        )
