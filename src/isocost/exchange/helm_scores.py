"""Statistics of a run of HELM: stats.json beside run_spec.json, version 0.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.quality import QualityScore
from isocost.exchange.score_parts import finite, preferred, scored

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["helm_scores", "is_helm_stats"]


def is_helm_stats(content: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether a JSON file is HELM's list of statistics of a run."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(each, dict) and isinstance(each.get("name"), dict) for each in content)
    )


def helm_scores(stats: Any, run: Any, source: str, asked: str | None) -> Iterator[QualityScore]:  # noqa: ANN401
    """Yield the score of a run on its test split, without perturbed inputs."""
    plain = [
        each
        for each in stats
        if each["name"].get("split") in ("test", None) and "perturbation" not in each["name"]
    ]
    means = {
        str(each["name"].get("name")): value
        for each in plain
        if (value := finite(each.get("mean"))) is not None
    }
    metric = preferred(means, asked)
    if metric is None:
        return
    questions = means.get("num_instances")
    run = run if isinstance(run, dict) else {}
    adapter = run.get("adapter_spec") if isinstance(run.get("adapter_spec"), dict) else {}
    yield QualityScore(
        model=str((adapter or {}).get("model") or "unnamed"),
        task=_task(str(run.get("name") or "unnamed")),
        metric=metric,
        value=scored(
            means[metric],
            error=None,
            questions=None if questions is None else int(questions),
            source=source,
        ),
        tool="HELM",
    )


def _task(name: str) -> str:
    """Take the model out of the name of a run, ``"boolq:model=…,data_augmentation=canonical"``."""
    scenario, _, arguments = name.partition(":")
    kept = [part for part in arguments.split(",") if part and not part.startswith("model=")]
    return f"{scenario}:{','.join(kept)}" if kept else scenario
