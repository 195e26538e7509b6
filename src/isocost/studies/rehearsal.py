"""What a stage would send and cost at most; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.limits import Limits, Spent
from isocost.journal import LoadStage, QualityStage, RuntimeStage, StudyFolder
from isocost.measurement import PROBING_REQUESTS, question_at_most, worst_case
from isocost.runtime import profile_cells
from isocost.studies.plans import planned_runs
from isocost.studies.question_sets import question_set
from isocost.studies.sizes import with_history
from isocost.studies.spending import longest_request, paid_because, stage_budget, stage_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from isocost.core.load import RequestShape
    from isocost.core.token_price import TokenPrice
    from isocost.journal import Stage
    from isocost.studies.plans import PlannedRun

__all__ = ["PlannedLevel", "Rehearsal", "rehearse_stage"]

_LONGEST_PROMPT, _LONGEST_ANSWER = 1024, 64  # of a profile whose sizes the target is still to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLevel:
    """What all runs of one load would send, warm-up included; ``None`` where only a duration ends them.

    Parameters
    ----------
    load : str
        In words.
    runs : int
    requests : int or None
    input_tokens, output_tokens : int or None
        As asked for, answers at full length.
    input_at_most, output_at_most : int or None
        As they would be set aside: of text each byte a token.
    seconds : float or None
        Of sending; ``None`` where it takes as long as it takes.
    """

    load: str
    runs: int
    requests: int | None
    input_tokens: int | None
    output_tokens: int | None
    input_at_most: int | None
    output_at_most: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a stage would send and cost.

    Parameters
    ----------
    stage, kind, target : str
        Name, kind and target of the stage.
    levels : tuple of PlannedLevel
    probing_requests : int
        Requests of one token before, at most.
    price : TokenPrice or None
    usd, usd_at_most : float or None
        Of tokens as asked for, and the most that limits and sizes allow; ``None`` where unknown.
    limits : Limits
    used : Spent
        By earlier parts of this stage.
    paid : str or None
        Why requests may cost money.
    obstacle : str or None
        Why the stage would be refused as it is.
    """

    stage: str
    kind: str
    target: str
    levels: tuple[PlannedLevel, ...]
    probing_requests: int
    price: TokenPrice | None
    usd: float | None
    usd_at_most: float | None
    limits: Limits
    used: Spent
    paid: str | None
    obstacle: str | None

    @property
    def requests(self) -> int | None:
        """Of the whole stage; ``None`` where a duration decides."""
        return _total(level.requests for level in self.levels)

    @property
    def tokens(self) -> int | None:
        """Of prompts and answers, as asked for."""
        return _total(_pair(level.input_tokens, level.output_tokens) for level in self.levels)

    @property
    def tokens_at_most(self) -> int | None:
        """Of prompts and answers, as they would be set aside."""
        return _total(_pair(level.input_at_most, level.output_at_most) for level in self.levels)

    @property
    def minutes(self) -> float | None:
        """Of sending, about; ``None`` where it takes as long as it takes."""
        limit = self.limits.max_minutes
        seconds = [level.seconds for level in self.levels]
        total = _sum(seconds)
        known = None if total is None else total / 60
        return limit if known is None or (limit is not None and limit < known) else known


def rehearse_stage(study: Path, stage: Stage) -> Rehearsal:
    """Say what a stage would send and cost at most; nothing is sent, and nothing written.

    Parameters
    ----------
    study : Path
        The study folder; need not be there.
    stage : Stage
        A profile whose sizes the target is still to tell is taken at the usual seven.
    """
    if isinstance(stage, RuntimeStage) and stage.cells is None:
        stage = replace(stage, cells=profile_cells(_LONGEST_PROMPT, _LONGEST_ANSWER))
    limits = stage.limits or Limits()
    price = stage_price(stage)
    obstacle, used = None, Spent()
    try:
        used = stage_budget(stage, StudyFolder(study).journal_file).spent
    except InputError as error:
        obstacle = str(error)
    levels = _levels(stage)
    probing = PROBING_REQUESTS if _is_probed(stage) else 0
    return Rehearsal(
        stage=stage.name,
        kind=stage.kind,
        target=_target(stage),
        levels=levels,
        probing_requests=probing,
        price=price,
        usd=None if price is None else _usd(price, levels),
        usd_at_most=None if price is None else _usd_at_most(price, levels, stage, probing),
        limits=limits,
        used=used,
        paid=None if limits.self_hosted else paid_because(stage.target),
        obstacle=obstacle,
    )


def _levels(stage: Stage) -> tuple[PlannedLevel, ...]:
    if isinstance(stage, QualityStage):
        return (_questions(stage),)
    if isinstance(stage, LoadStage) and stage.find_limit is not None:
        return (_search(),)
    by_load: dict[str, list[PlannedRun]] = {}
    for run in sorted(
        planned_runs(stage), key=lambda run: (run.load.concurrency or 0, run.load.rate_per_s or 0)
    ):
        by_load.setdefault(run.load.label, []).append(run)
    return tuple(_level(stage, load, runs) for load, runs in by_load.items())


def _search() -> PlannedLevel:
    """Say what is known of a search beforehand: each probe ends when it can be told."""
    return PlannedLevel(
        load="probes, each until it is told",
        runs=1,
        requests=None,
        input_tokens=None,
        output_tokens=None,
        input_at_most=None,
        output_at_most=None,
        seconds=None,
    )


def _level(stage: Stage, load: str, runs: Sequence[PlannedRun]) -> PlannedLevel:
    warmup = [shape for run in runs for shape in run.warmup]
    counted = all(run.duration_s is None for run in runs)
    sizes = [*warmup, *(shape for run in runs for shape in _shapes(run))] if counted else None
    worst = worst_case(stage.target.extra_body)
    most = None if sizes is None else [worst.of_size(each.input_tokens, each.output_tokens) for each in sizes]
    return PlannedLevel(
        load=load,
        runs=len(runs),
        requests=None if sizes is None else len(sizes),
        input_tokens=None if sizes is None else sum(each.input_tokens for each in sizes),
        output_tokens=None if sizes is None else sum(each.output_tokens for each in sizes),
        input_at_most=None if most is None else sum(used for used, _ in most),
        output_at_most=None if most is None else sum(written for _, written in most),
        seconds=_sum([_seconds(run) for run in runs]),
    )


def _seconds(run: PlannedRun) -> float | None:
    """Return how long a run sends: as asked, or until its last request is due."""
    return run.duration_s if run.due_s is None else max(run.due_s, default=0.0)


def _shapes(run: PlannedRun) -> Iterable[RequestShape]:
    asked = [run.shapes[number % len(run.shapes)] for number in range(run.requests or 0)]
    return with_history(asked, turns=run.turns)


def _questions(stage: QualityStage) -> PlannedLevel:
    questions = question_set(stage.questions).questions
    most = [question_at_most(each, stage.max_tokens, stage.target.extra_body) for each in questions]
    return PlannedLevel(
        load=f"{stage.concurrency} concurrent",
        runs=1,
        requests=len(most),
        input_tokens=None,  # nobody has counted the questions' tokens
        output_tokens=len(most) * stage.max_tokens,
        input_at_most=sum(used for used, _ in most),
        output_at_most=sum(written for _, written in most),
        seconds=None,
    )


def _is_probed(stage: Stage) -> bool:
    return not isinstance(stage, QualityStage) and stage.target.transformers is None


def _target(stage: Stage) -> str:
    target = stage.target
    if target.engine is not None:
        return f"engine:{target.engine.model}"
    return target.url or f"transformers:{'' if target.transformers is None else target.transformers.model}"


def _usd(price: TokenPrice, levels: Sequence[PlannedLevel]) -> float | None:
    """Price tokens as asked for."""
    total = 0.0
    for level in levels:
        if level.requests is None or level.input_tokens is None or level.output_tokens is None:
            return None
        total += price.usd(level.input_tokens, level.output_tokens) + price.request_usd * (level.requests - 1)
    return total


def _usd_at_most(
    price: TokenPrice, levels: Sequence[PlannedLevel], stage: Stage, probing: int
) -> float | None:
    """Return the least of what limits and sizes allow; ``None`` where neither tells."""
    limits = stage.limits or Limits()
    ceilings = [] if limits.max_cost_usd is None else [limits.max_cost_usd]
    if limits.max_tokens is not None and not price.request_usd:
        ceilings.append(limits.max_tokens * max(price.input_usd, price.output_usd) / 1e6)
    if limits.max_requests is not None:
        ceilings.append(limits.max_requests * price.usd(*longest_request(stage)))
    known = [
        price.usd(level.input_at_most, level.output_at_most) + price.request_usd * (level.requests - 1)
        for level in levels
        if level.requests is not None and level.input_at_most is not None and level.output_at_most is not None
    ]
    if len(known) == len(levels):
        before = worst_case(stage.target.extra_body).probing
        ceilings.append(sum(known) + probing * price.usd(*before))
    return min(ceilings, default=None)


def _pair(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _sum(parts: Sequence[float | None]) -> float | None:
    return None if None in parts else sum(each for each in parts if each is not None)


def _total(parts: Iterable[int | None]) -> int | None:
    """Add up; ``None`` where a part is unknown."""
    found = list(parts)
    return None if None in found else sum(each for each in found if each is not None)
