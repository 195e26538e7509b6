"""Which metrics and models of a capability report come first, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.frontier import Standing
    from isocost.studies.capability import CapabilityReport

__all__ = ["main_metrics", "metric_label", "ordered_models", "standing_of"]

_UNITS = ("_s", "_ms", "_cents", "_usd", "_j", "_wh", "_kwh", "_w")


def metric_label(name: str) -> str:
    """Write a column's name as words, its unit apart.

    Examples
    --------
    >>> metric_label("raw_runtime_s"), metric_label("idealized_cost_cents"), metric_label("flops")
    ('raw runtime', 'idealized cost', 'FLOPs')
    """
    stem = next((name.removesuffix(unit) for unit in _UNITS if name.endswith(unit)), name)
    return "FLOPs" if stem == "flops" else stem.replace("_", " ")


def main_metrics(report: CapabilityReport) -> tuple[str, str | None]:
    """Return the metric to begin with and the one to compare it with."""
    if report.ratio is not None:
        return report.ratio.over, report.ratio.under
    names = [metric.name for metric in report.table.metrics]
    return names[0], names[1] if len(names) > 1 else None


def standing_of(report: CapabilityReport, model: str, metric: str) -> Standing | None:
    """Return a model's standing by a metric; ``None`` where it was never compared by it."""
    found = (each for each in report.standings if (each.model, each.metric) == (model, metric))
    return next(found, None)


def ordered_models(report: CapabilityReport) -> list[str]:
    """Return the models, those on most frontiers of the main metrics first."""
    keys = [metric for metric in reversed(main_metrics(report)) if metric is not None]

    def place(model: str) -> tuple[int, ...]:
        seen = [standing_of(report, model, key) for key in keys]
        return tuple(0 if each is None else -each.ahead for each in seen)

    return sorted(report.table.models, key=place)
