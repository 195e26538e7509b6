"""Results of EleutherAI's lm-evaluation-harness, versions 0.3 and 0.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.quality import QualityScore
from isocost.exchange.score_parts import finite, preferred, scored

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["harness_scores", "is_harness"]


def is_harness(content: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether a JSON file is a result of lm-evaluation-harness."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("results"), dict)
        and "config" in content
        and all(isinstance(each, dict) for each in content["results"].values())
    )


def harness_scores(content: Any, source: str, asked: str | None) -> Iterator[QualityScore]:  # noqa: ANN401
    """Yield a score of each task; groups, which are means of tasks listed beside them, are passed over.

    A metric stands as ``"acc"`` or, with the filter of answers behind it, ``"acc,none"``; of several filters
    the first counts unless the whole name is asked for.
    """
    groups = content.get("group_subtasks") or {}
    tool = "lm-evaluation-harness"
    version = content.get("lm_eval_version")
    for task, figures in content["results"].items():
        if groups.get(task):
            continue
        named = {name.split(",", maxsplit=1)[0]: name for name in reversed(list(figures))}
        named |= {name: name for name in figures}
        metric = preferred(named, asked)
        value = None if metric is None else finite(figures[named[metric]])
        if metric is None or value is None:
            continue
        key, _, kept = named[metric].partition(",")
        error = finite(figures.get(f"{key}_stderr,{kept}" if kept else f"{key}_stderr"))
        yield QualityScore(
            model=_model(content),
            task=str(task),
            metric=metric,
            value=scored(value, error=error, questions=_questions(content, task), source=source),
            tool=tool if version is None else f"{tool} {version}",
        )


def _model(content: dict[str, Any]) -> str:
    """Return what was evaluated: by name, by its arguments (``pretrained=…``), or by kind."""
    config = content.get("config") if isinstance(content.get("config"), dict) else {}
    arguments = (config or {}).get("model_args")
    if isinstance(arguments, str):
        pairs = dict(part.split("=", maxsplit=1) for part in arguments.split(",") if "=" in part)
    else:
        pairs = arguments if isinstance(arguments, dict) else {}
    found = content.get("model_name") or pairs.get("pretrained") or pairs.get("model")
    return str(found or (config or {}).get("model") or "unnamed")


def _questions(content: dict[str, Any], task: str) -> int | None:
    counts = content.get("n-samples")
    told = counts.get(task) if isinstance(counts, dict) else None
    value = finite(told.get("effective")) if isinstance(told, dict) else None
    return None if value is None else int(value)
