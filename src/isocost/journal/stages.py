"""What a study asks for: its stages, as records and as ``study.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from isocost.core.errors import InputError
from isocost.core.limits import Limits
from isocost.core.load import RequestShape
from isocost.core.prefix import SharedPrefix
from isocost.journal.find_limit import FindLimitSpec
from isocost.journal.open_loop import OpenLoopSpec
from isocost.journal.replay import ConversationSpec, TraceSpec, check_prompts, check_trace
from isocost.journal.target_spec import STRICT, EngineSpec, ExecutorSpec, TargetSpec, TransformersSpec

__all__ = [
    "LoadStage",
    "QualityStage",
    "RuntimeStage",
    "Stage",
    "difference",
    "to_plain",
]

_MOST_QUESTIONS = 256  # each has a thread
_MOST_REPEATS = 10_000
_MOST_REQUESTS = 10_000_000  # of a run; as many as an open loop may offer
_MOST_STREAMS = 100_000  # each has a connection


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeStage:
    """Profile T(p, o): single requests of chosen sizes, one at a time, in interleaved repeats.

    Parameters
    ----------
    target : TargetSpec
    cells : tuple of RequestShape or None
        The (p, o) to profile; ``None``: seven sizes, as large as the target holds.
    name : str
        Of the stage, unique in the study.
    deployment : str or None
        Of the deployment; stages of one deployment are reported together. ``None``: the model's name.
    repeats : int
        How often each.
    seed : int
    warmups : int or None
        Requests sent first and not counted, at least 1; ``None``: one of each of the three largest sizes, of
        transformers ten and each size at least once.
    limits : Limits or None
        What may be used; a stage that differs in its limits alone asks for the same.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    target: TargetSpec
    cells: tuple[RequestShape, ...] | None = None
    name: str = "runtime"
    deployment: str | None = None
    repeats: int = 8
    seed: int = 0
    request_timeout_s: float = 600.0
    warmups: int | None = None
    limits: Limits | None = None
    kind: Literal["runtime"] = "runtime"

    def __post_init__(self) -> None:
        """Refuse a stage that would measure nothing."""
        _require_count("repeats", self.repeats, _MOST_REPEATS)
        if self.cells == ():
            raise InputError("a runtime stage needs at least one cell")
        _require_seed(self.seed)
        if self.warmups is not None and self.warmups < 1:
            raise InputError(f"warmups must be at least 1, got {self.warmups}")
        _require_timeout(self.request_timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStage:
    """Sweep over concurrency or request rate: a workload at each level, in repeats of random order.

    Parameters
    ----------
    target, name, deployment
        As in `RuntimeStage`.
    workload : str
        The workload in words.
    shapes : tuple of RequestShape
        Its requests, in order; taken round and round.
    concurrency : tuple of int
        Levels of a closed loop; each at least 1.
    open_loop : OpenLoopSpec or None
        Rates of an open loop.
    trace : TraceSpec or None
        A trace to be replayed, which also says the requests. Exactly one of the three is given, or
        `find_limit`.
    conversation : ConversationSpec or None
        Conversations of several turns, of which each is a request; ``None``: requests that stand alone.
    shared_prefix : str or None
        What all prompts begin with, as `SharedPrefix.parse` reads it; ``None``: no two begin alike.
    repeats : int
        How often each level.
    requests_per_level : int or None
        Requests of each run; ``None``: as many as `duration_s` allows.
    duration_s : float or None
        Seconds of sending of each run. Exactly one of the two is given; none with a schedule of rates, which
        says itself how long it lasts.
    seed : int
    limits : Limits or None
        As in `RuntimeStage`.
    until_width : float or None
        A run ends before its duration once throughput and mean time to the first token are known to this
        relative half-width, in (0, 1); ``None``: it does not.
    anchor : bool
        Whether the level that is measured first is measured once more at the end; a stage that differs in
        this alone asks for the same.
    executor : ExecutorSpec or None
        Who sends; ``None``: this process, straight into the journal.
    find_limit : FindLimitSpec or None
        The load is a search for the highest rate under service levels; it says itself how long it lasts.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    target: TargetSpec
    workload: str
    shapes: tuple[RequestShape, ...] = ()
    concurrency: tuple[int, ...] = ()
    open_loop: OpenLoopSpec | None = None
    name: str = "load"
    deployment: str | None = None
    repeats: int = 3
    requests_per_level: int | None = None
    duration_s: float | None = None
    seed: int = 0
    request_timeout_s: float = 600.0
    limits: Limits | None = None
    until_width: float | None = None
    anchor: bool = False
    executor: ExecutorSpec | None = None
    trace: TraceSpec | None = None
    conversation: ConversationSpec | None = None
    shared_prefix: str | None = None
    find_limit: FindLimitSpec | None = None
    kind: Literal["load"] = "load"

    def __post_init__(self) -> None:
        """Refuse a stage that would measure nothing or never end."""
        check_trace(self)
        check_prompts(self)
        self._check_load()
        if len(set(self.concurrency)) < len(self.concurrency):
            raise InputError(f"concurrency levels must differ, got {list(self.concurrency)}")
        _require_count("repeats", self.repeats, _MOST_REPEATS)
        searched = self.find_limit is not None
        if not (self.scheduled or searched) and (self.requests_per_level is None) == (
            self.duration_s is None
        ):
            raise InputError("a sweep needs either a number of requests for each run or a duration, not both")
        if self.requests_per_level is not None:
            _require_count("the number of requests", self.requests_per_level, _MOST_REQUESTS)
        if self.duration_s is not None and not 0 < self.duration_s < float("inf"):
            option = "--duration" if self.until_width is None else "--max-duration"
            raise InputError(f"{option} must be above 0 seconds and finite, got {self.duration_s:g}")
        if not self.shapes and self.trace is None:
            raise InputError("a load stage needs at least one request shape")
        _require_seed(self.seed)
        if self.target.transformers is not None and max(self.concurrency, default=2) > 1:
            raise InputError(
                "transformers in this process answers one request at a time; a sweep over load needs "
                f"an endpoint or the embedded engine (engine:{self.target.transformers.model})"
            )
        _require_timeout(self.request_timeout_s)
        self._check_width()
        self._check_executor()

    @property
    def scheduled(self) -> bool:
        """Whether the load itself says how long a run lasts."""
        return self.trace is not None or (self.open_loop is not None and bool(self.open_loop.schedule))

    @property
    def prefix(self) -> SharedPrefix | None:
        """What all prompts begin with."""
        return None if self.shared_prefix is None else SharedPrefix.parse(self.shared_prefix)

    def _check_load(self) -> None:
        if self.find_limit is not None:
            self._check_search()
        elif self.open_loop is not None:
            self._check_open_loop(self.open_loop)
        elif self.trace is not None:
            return
        elif not self.concurrency or min(self.concurrency) < 1:
            raise InputError(f"concurrency levels must be at least 1, got {list(self.concurrency)}")
        elif max(self.concurrency) > _MOST_STREAMS:
            raise InputError(f"concurrency must be at most {_MOST_STREAMS:,}, got {max(self.concurrency):,}")

    def _check_search(self) -> None:
        if self.concurrency or self.open_loop is not None:
            raise InputError("a search for the limit chooses its rates itself; give no other load")
        ends = (self.requests_per_level, self.duration_s, self.until_width)
        if any(each is not None for each in ends):
            raise InputError(
                "a search for the limit says itself when its probes end; leave out duration, number of "
                "requests and width"
            )
        if self.executor is not None:
            raise InputError(
                "probes of a search for the limit are judged by the process that sends them; leave out the "
                "executor, and measure rates beyond this process by --request-rate with --executor"
            )

    def _check_width(self) -> None:
        if self.until_width is None:
            return
        if not 0 < self.until_width < 1:
            raise InputError(
                f"the wanted width must be above 0 and below 1, such as 0.05, got {self.until_width!r}"
            )
        if self.duration_s is None:
            raise InputError("a run that ends at a wanted width needs a longest duration")
        if self.executor is not None:
            raise InputError(
                "a run that ends at a wanted width is judged by the process that sends it; leave out either "
                "the width or the executor"
            )

    def _check_executor(self) -> None:
        if self.executor is not None and self.target.url is None:
            raise InputError(
                "several workers measure an endpoint, and this target is a stack that the measurement starts "
                "itself; serve it first (isocost engine serve), then give its address"
            )

    def _check_open_loop(self, loop: OpenLoopSpec) -> None:
        if self.concurrency:
            raise InputError("a sweep is over concurrency or over request rates; give one of them")
        if loop.schedule and not (self.requests_per_level is None and self.duration_s is None):
            raise InputError(
                "a schedule of rates says itself how long it lasts; leave out the duration and the "
                "number of requests"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityStage:
    """Ask questions with known answers: greedy, untimed, each once.

    Parameters
    ----------
    target, name, deployment
        As in `RuntimeStage`.
    questions : str
        Path of a file of questions, or name of a shipped set.
    digest : str
        SHA-256 of that file, hexadecimal.
    count : int
        How many questions it holds, at least 1.
    max_tokens : int
        Longest answer.
    concurrency : int
        Requests in flight, at most 256.
    prompt_format, grading_rule : int
        Versions of the wording and of what counts as right.
    keep_answers : bool
        Whether the texts of answers are stored.
    seed : int
        Sent to a target that takes one.
    limits : Limits or None
        As in `RuntimeStage`.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    target: TargetSpec
    questions: str
    digest: str
    count: int
    name: str = "quality"
    deployment: str | None = None
    max_tokens: int = 16
    concurrency: int = 1
    prompt_format: int = 1
    grading_rule: int = 1
    keep_answers: bool = False
    seed: int = 0
    request_timeout_s: float = 600.0
    limits: Limits | None = None
    kind: Literal["quality"] = "quality"

    def __post_init__(self) -> None:
        """Refuse a stage that would ask nothing or cannot be carried out."""
        for name in ("count", "max_tokens", "concurrency"):
            if getattr(self, name) < 1:
                raise InputError(f"{name.replace('_', ' ')} must be at least 1, got {getattr(self, name)}")
        if self.target.endpoint_type == "responses":
            raise InputError(
                "questions are put by chat or completions, not by responses; give the chat endpoint"
            )
        if self.concurrency > _MOST_QUESTIONS:
            raise InputError(f"at most {_MOST_QUESTIONS} questions are asked at once, got {self.concurrency}")
        _require_seed(self.seed)
        _require_timeout(self.request_timeout_s)


Stage = RuntimeStage | LoadStage | QualityStage


def _require_count(name: str, value: int, most: int) -> None:
    """Refuse what is no number of anything, or more than can be planned."""
    if value < 1:
        raise InputError(f"{name} must be at least 1, got {value}")
    if value > most:
        raise InputError(f"{name} must be at most {most:,}, got {value:,}")


def _require_seed(seed: int) -> None:
    if seed < 0:
        raise InputError(f"seed must be at least 0, got {seed}")


def _require_timeout(request_timeout_s: float) -> None:
    if not 0 < request_timeout_s < float("inf"):
        raise InputError(f"the time-out of a request must be above 0 seconds, got {request_timeout_s!r}")


def to_plain(stage: Stage) -> dict[str, Any]:
    """Turn a stage into plain lists and dictionaries for a file; defaults and absent values are left out."""
    kept = _without_defaults(stage)
    return {"name": kept.pop("name"), "kind": stage.kind, **kept}


def difference(there: Stage, here: Stage) -> str | None:
    """Say in which fields two stages differ, name and limits apart; ``None`` when they ask for the same."""
    old, new = _without_defaults(there), _without_defaults(here)
    parts = [
        f"{name.replace('_', ' ')} {_short(old.get(name))} there, {_short(new.get(name))} here"
        for name in dict.fromkeys((*old, *new))
        if name not in ("name", "anchor", "limits") and old.get(name) != new.get(name)
    ]
    return "; ".join(parts) or None


def _short(value: Any) -> str:  # noqa: ANN401 - any field of a stage
    text = "none" if value is None else str(value).replace("'", "")
    return text if len(text) <= 60 else text[:57] + "..."


def _without_defaults(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the records above
    kept = {}
    for item in fields(record):
        value = getattr(record, item.name)
        unsaid = value in (None, {}, (), Limits())
        if unsaid or item.name == "kind" or (item.name in ("anchor", "self_hosted") and not value):
            continue
        kept[item.name] = _plain(value)
    return kept


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of a stage
    if isinstance(value, RequestShape):
        return f"{value.input_tokens}x{value.output_tokens}"
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    specs = (
        ConversationSpec
        | TraceSpec
        | EngineSpec
        | ExecutorSpec
        | FindLimitSpec
        | Limits
        | OpenLoopSpec
        | TargetSpec
        | TransformersSpec
    )
    if isinstance(value, specs):
        return _without_defaults(value)
    return dict(value) if isinstance(value, Mapping) else value
