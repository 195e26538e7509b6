"""Scores of models on tasks, as other tools write them: recognised by what a file holds."""

from __future__ import annotations

import json
import math
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.exchange.harness_scores import harness_scores, is_harness
from isocost.exchange.helm_scores import helm_scores, is_helm_stats
from isocost.exchange.inspect_scores import inspect_scores, is_inspect
from isocost.exchange.quality_table import quality_table
from isocost.exchange.text_file import text_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from isocost.core.quality import QualityScore

__all__ = ["KNOWN_QUALITY_TOOLS", "QualityFiles", "read_quality"]

KNOWN_QUALITY_TOOLS = (
    "lm-evaluation-harness (results_*.json), HELM (a run's folder), Inspect (.eval or .json)"
)
_LARGEST_HEADER = 1 << 26
_LARGEST_FILE = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFiles:
    """Scores that were read.

    Parameters
    ----------
    scores : tuple of QualityScore
    cautions : tuple of Caution
    """

    scores: tuple[QualityScore, ...]
    cautions: tuple[Caution, ...]


def read_quality(paths: Sequence[Path], *, metric: str | None = None) -> QualityFiles:
    """Read what models scored; a folder stands for all result files below it.

    Of each task one metric is taken: `metric`, or the first that the file has of ``exact_match``,
    ``acc_norm``, ``acc``, ``pass@1``, ``quasi_exact_match``, ``f1``, ``accuracy``, ``mean``; told in the
    score. A CSV has the columns ``model`` and ``score`` (or ``accuracy``, ``quality``, ``acc``), and
    optionally ``task``, and for the interval ``score_se`` (or ``stderr``), ``score_low`` and ``score_high``,
    or ``n`` questions.

    Parameters
    ----------
    paths : sequence of Path
        At least one.
    metric : str, optional

    Returns
    -------
    QualityFiles

    Raises
    ------
    InputError
        If a file cannot be read, is none of a known tool, or gives no score.

    Notes
    -----
    Written after the documentation of the tools: lm-evaluation-harness 0.3 and 0.4, HELM 0.5, Inspect's log
    version 2.
    """
    scores: list[QualityScore] = []
    passed_over = 0
    for path in paths:
        for file in _files(path):
            found = list(_scores(file, metric))
            passed_over += not found and file != path
            if not found and file == path:
                raise InputError(
                    f"{path} is no file of scores that isocost knows: {KNOWN_QUALITY_TOOLS}, or a CSV "
                    "with the columns model and score"
                    + ("" if metric is None else f"; or it lacks {metric!r}")
                )
            scores += found
    if not scores:
        names = ", ".join(str(path) for path in paths)
        raise InputError(
            f"{names}: no file of scores found, such as {KNOWN_QUALITY_TOOLS}, or a CSV with model and score"
        )
    return QualityFiles(scores=_once(scores), cautions=tuple(_told(passed_over)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    endings = (".json", ".eval", ".csv")
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() in endings and each.is_file())
    if not found:
        raise InputError(f"{path} holds no {', '.join(endings)} files")
    return found


def _scores(path: Path, metric: str | None) -> Iterator[QualityScore]:
    if path.suffix.lower() == ".csv":
        yield from quality_table(path)
        return
    content = _archived(path) if path.suffix.lower() == ".eval" else _parsed(path)
    if is_harness(content):
        yield from harness_scores(content, str(path), metric)
    elif is_inspect(content):
        yield from inspect_scores(content, str(path), metric)
    elif is_helm_stats(content):
        yield from helm_scores(content, _parsed(path.with_name("run_spec.json")), str(path), metric)


def _parsed(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    with text_file(path, largest=_LARGEST_FILE) as file:
        try:
            return json.load(file)
        except (ValueError, RecursionError):
            raise InputError(f"{path} is not JSON") from None


def _archived(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read the header of an Inspect log in its archive form."""
    try:
        with zipfile.ZipFile(path) as archive:
            header = archive.getinfo("header.json")
            if header.file_size > _LARGEST_HEADER:
                raise InputError(f"{path}: its header.json is larger than {_LARGEST_HEADER >> 20} MiB")
            return json.loads(archive.read(header))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except KeyError:
        raise InputError(f"{path} holds no header.json: the evaluation did not end") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RecursionError):
        raise InputError(f"{path} is no Inspect log") from None


def _once(scores: Sequence[QualityScore]) -> tuple[QualityScore, ...]:
    """Refuse two scores of one model on one task: which is meant cannot be told."""
    seen: dict[tuple[str, str], QualityScore] = {}
    for score in scores:
        other = seen.setdefault((score.model, score.task), score)
        if other is not score and not math.isclose(other.value.value, score.value.value):
            raise InputError(
                f"{score.model} has two scores on {score.task}, {other.value.value:g} of "
                f"{other.value.source} and {score.value.value:g} of {score.value.source}; give one "
                "of both files"
            )
    return tuple(seen.values())


def _told(passed_over: int) -> Iterator[Caution]:
    if passed_over:
        files = "one file was" if passed_over == 1 else f"{passed_over} files were"
        yield Caution("files-passed-over", f"{files} passed over: no scores in a form that is known")
