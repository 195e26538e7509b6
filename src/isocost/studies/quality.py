"""What models score, joined to whatever is to be compared: units of a file or deployments of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange import read_quality
from isocost.exchange.quality import QualityFiles
from isocost.studies.scored import study_scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.core.quality import QualityScore

__all__ = ["JoinedQuality", "joined_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedQuality:
    """Quality by name of what is compared.

    Parameters
    ----------
    quality : mapping of str to Estimate
        Mean over tasks, by our names; names without scores are absent.
    tasks : tuple of str
        Over which tasks the mean is taken, the same for all.
    scores : tuple of QualityScore
        What it rests on.
    cautions : tuple of Caution
    """

    quality: Mapping[str, Estimate]
    tasks: tuple[str, ...]
    scores: tuple[QualityScore, ...]
    cautions: tuple[Caution, ...]


def joined_quality(
    paths: Sequence[Path],
    names: Sequence[str],
    *,
    metric: str | None = None,
    tasks: Sequence[str] = (),
    renames: Mapping[str, str] | None = None,
) -> JoinedQuality:
    """Give each name the mean score of its model over tasks that all of them were scored on.

    A mean of tasks weighs them alike; its standard error is taken as if tasks were independent.

    Parameters
    ----------
    paths : sequence of Path
        Files of scores, see `isocost.exchange.read_quality`; or studies that asked questions.
    names : sequence of str
        Of what is compared.
    metric : str, optional
        To take of each task.
    tasks : sequence of str
        Only these tasks.
    renames : mapping of str to str, optional
        The files' names of models to ours.

    Returns
    -------
    JoinedQuality

    Raises
    ------
    InputError
        If no name has a score, a task is unknown, or models share no task.
    """
    studies = [path for path in paths if (path / "study.yaml").is_file()]
    files = [path for path in paths if path not in studies]
    read = (
        read_quality(files, metric=metric) if files or not studies else QualityFiles(scores=(), cautions=())
    )
    every = (*read.scores, *(score for path in studies for score in study_scores(path)))
    found: dict[str, dict[str, QualityScore]] = {}
    for score in every:
        ours = (renames or {}).get(score.model, score.model)
        if ours in names:
            found.setdefault(ours, {})[score.task] = score
    known = sorted({score.model for score in every})
    if not found:
        raise InputError(
            f"no score is of anything compared: the files tell of {_few(known)}, and compared are "
            f"{_few(list(names))}; say which is which with --map THEIRS=OURS"
        )
    shared = _shared(found, tasks, {score.task for score in every})
    used = {name: [scores[task] for task in shared] for name, scores in found.items()}
    return JoinedQuality(
        quality={name: _mean([score.value for score in scores]) for name, scores in used.items()},
        tasks=shared,
        scores=tuple(score for scores in used.values() for score in scores),
        cautions=(*read.cautions, *_doubts(found, names, shared, asked=bool(tasks))),
    )


def _shared(
    found: Mapping[str, Mapping[str, QualityScore]], asked: Sequence[str], known: set[str]
) -> tuple[str, ...]:
    unknown = next((task for task in asked if task not in known), None)
    if unknown is not None:
        raise InputError(f"no file tells of the task {unknown!r}; there are {_few(sorted(known))}")
    everywhere = set.intersection(*(set(scores) for scores in found.values()))
    lacking = next((task for task in asked if task not in everywhere), None)
    if lacking is not None or not everywhere:
        raise InputError(
            f"{'no task was' if lacking is None else f'{lacking} was not'} scored for all of "
            f"{_few(list(found))}; scores on different tasks are not alike"
        )
    return tuple(asked) or tuple(sorted(everywhere))


def _mean(values: Sequence[Estimate]) -> Estimate:
    """Average scores; the interval from their half-widths in quadrature, ``None`` where one has none."""
    count = len(values)
    if count == 1:
        return values[0]
    mean = sum(value.value for value in values) / count
    ends = [
        (value.value - value.low, value.high - value.value)
        for value in values
        if value.low is not None and value.high is not None
    ]
    whole = len(ends) == count
    below, above = (sum(end[side] ** 2 for end in ends) ** 0.5 / count for side in (0, 1))
    return Estimate(
        value=mean,
        low=mean - below if whole else None,
        high=mean + above if whole else None,
        unit="1",
        kind="published",
        method=f"mean over {count} tasks, alike in weight and independent",
        n=sum(value.n for value in values if value.n is not None) or None,
        source="; ".join(dict.fromkeys(value.source for value in values if value.source is not None)),
    )


def _doubts(
    found: Mapping[str, Mapping[str, QualityScore]],
    names: Sequence[str],
    shared: tuple[str, ...],
    *,
    asked: bool,
) -> Iterator[Caution]:
    without = [name for name in names if name not in found]
    if without:
        yield Caution(
            "quality-unknown",
            f"no score is known of {_few(without)}: left out where quality counts; if a file names it "
            "otherwise, say --map THEIRS=OURS",
        )
    some = {task for scores in found.values() for task in scores} - set(shared)
    if some and not asked:
        yield Caution(
            "tasks-left-out", f"{_few(sorted(some))}: not scored for all that are compared, so left out"
        )


def _few(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
