"""Every doubt of a report in one list, each with what it is about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.reporting.markup import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.economics.curve import CostCurve
    from isocost.studies.report import StudyReport

__all__ = ["cautions_of", "client_saturated", "shared_cautions"]


def cautions_of(report: StudyReport) -> tuple[tuple[str, Caution], ...]:
    """Collect cautions with their scope (``""``: the whole study), each once, in the order of the report."""
    return tuple(dict.fromkeys(_all(report)))


def shared_cautions(report: StudyReport) -> tuple[tuple[str, Caution], ...]:
    """Collect cautions for people: said once where several places share one, one of a kind a place."""
    first: dict[tuple[str, str], Caution] = {}
    more: Counter[tuple[str, str]] = Counter()
    for scope, caution in cautions_of(report):
        key = (scope, caution.code) if scope else (scope, caution.text)
        first.setdefault(key, caution)
        more[key] += first[key] is not caution
    scopes: dict[Caution, list[str]] = {}
    for key, caution in first.items():
        again = f" (and {more[key]} more like it)" if more[key] else ""
        scopes.setdefault(Caution(caution.code, caution.text + again), []).append(shorten(key[0], 60))
    return tuple((", ".join(about), caution) for caution, about in scopes.items())


def client_saturated(curve: CostCurve) -> bool:
    """Whether the load generator was the limit at any level of a sweep."""
    return any(caution.code == "client-saturated" for _, caution in _of_curve(curve))


def _all(report: StudyReport) -> Iterator[tuple[str, Caution]]:
    for caution in report.cautions:
        yield "", caution
    for each in report.deployments:
        if each.runtime is not None:
            for caution in each.runtime.cautions:
                yield each.deployment.name, caution
        for quality in each.qualities:
            for caution in quality.cautions:
                yield quality.deployment, caution
        if each.curve is not None:
            yield from _of_curve(each.curve)


def _of_curve(curve: CostCurve) -> Iterator[tuple[str, Caution]]:
    for caution in curve.cautions:
        yield curve.deployment, caution
    for level in curve.levels:
        for point in level.points:
            for caution in point.cautions:
                yield f"{curve.deployment} at {level.load.label}", caution
