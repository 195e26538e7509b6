"""Logs of Inspect, the evaluation framework of the UK's AI Security Institute: log version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.quality import QualityScore
from isocost.exchange.score_parts import finite, preferred, scored
from isocost.exchange.tool_run import require_version

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["inspect_scores", "is_inspect"]

NEWEST = 2


def is_inspect(content: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether a JSON file is a log of Inspect, or the header of one."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("eval"), dict)
        and {"task", "model"} <= content["eval"].keys()
        and "status" in content
    )


def inspect_scores(content: Any, source: str, asked: str | None) -> Iterator[QualityScore]:  # noqa: ANN401
    """Yield the first scorer's score; an evaluation that failed is refused.

    Raises
    ------
    InputError
        If the log is of a newer format, or the evaluation did not succeed.
    """
    require_version(source, "Inspect", content.get("version", NEWEST), NEWEST)
    if content["status"] != "success":
        raise InputError(
            f"{source}: this evaluation ended with status {content['status']!r}; give one that succeeded"
        )
    results = content.get("results") or {}
    for scorer in results.get("scores") or []:
        figures = {name: finite(each.get("value")) for name, each in (scorer.get("metrics") or {}).items()}
        metric = preferred([name for name, value in figures.items() if value is not None], asked)
        value = None if metric is None else figures[metric]
        if metric is None or value is None:
            continue
        questions = finite(results.get("completed_samples"))
        version = (content["eval"].get("packages") or {}).get("inspect_ai")
        yield QualityScore(
            model=str(content["eval"]["model"]),
            task=str(content["eval"]["task"]),
            metric=metric,
            value=scored(
                value,
                error=figures.get("stderr"),
                questions=None if questions is None else int(questions),
                source=source,
            ),
            tool="Inspect" if version is None else f"Inspect {version}",
        )
        return
