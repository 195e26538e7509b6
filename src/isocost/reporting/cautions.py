"""Every doubt of a report in one list, each with what it is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.reporting.markup import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isocost.economics.curve import CostCurve
    from isocost.studies.report import StudyReport

__all__ = ["cautions_of", "client_saturated", "shared_cautions"]


def cautions_of(report: StudyReport) -> tuple[tuple[str, Caution], ...]:
    """Collect cautions with their scope (``""``: the whole study), each once, in the order of the report."""
    return tuple(dict.fromkeys((doubt.scope, doubt.caution) for doubt in _all(report)))


def shared_cautions(report: StudyReport) -> tuple[tuple[str, Caution], ...]:
    """Collect cautions for people: said once where several places share one, one of a kind a deployment.

    Those of its levels name the loads: ``"a at 1, 2, 4 concurrent"``.
    """
    first: dict[tuple[str, bool, str], Caution] = {}
    more: Counter[tuple[str, bool, str]] = Counter()
    loads: dict[tuple[str, bool, str], list[str]] = {}
    for doubt in dict.fromkeys(_all(report)):
        at_level = doubt.load is not None
        key = (doubt.about, at_level, doubt.caution.code if doubt.about else doubt.caution.text)
        first.setdefault(key, doubt.caution)
        more[key] += first[key].text != doubt.caution.text
        if doubt.load is not None:
            loads.setdefault(key, []).append(doubt.load)
    scopes: dict[Caution, list[str]] = {}
    for key, caution in first.items():
        again = f" (and {more[key]} more like it)" if more[key] else ""
        about = shorten(key[0], 60) + _at(loads.get(key, ()))
        scopes.setdefault(Caution(caution.code, caution.text + again), []).append(about)
    return tuple((", ".join(about), caution) for caution, about in scopes.items())


def _at(loads: Iterable[str]) -> str:
    *others, last = list(dict.fromkeys(loads)) or [""]
    return f" at {', '.join([*(load.removesuffix(' concurrent') for load in others), last])}" if last else ""


def client_saturated(curve: CostCurve) -> bool:
    """Whether the load generator was the limit at any level of a sweep."""
    return any(doubt.caution.code == "client-saturated" for doubt in _of_curve(curve))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A caution with the deployment it is about, ``""`` for the whole study, and the load if of a level."""

    about: str
    caution: Caution
    load: str | None = None

    @property
    def scope(self) -> str:
        return self.about if self.load is None else f"{self.about} at {self.load}"


def _all(report: StudyReport) -> Iterator[_Doubt]:
    for caution in report.cautions:
        yield _Doubt("", caution)
    for each in report.deployments:
        if each.runtime is not None:
            for caution in each.runtime.cautions:
                yield _Doubt(each.deployment.name, caution)
        for quality in each.qualities:
            for caution in quality.cautions:
                yield _Doubt(quality.deployment, caution)
        if each.curve is not None:
            yield from _of_curve(each.curve)


def _of_curve(curve: CostCurve) -> Iterator[_Doubt]:
    for caution in curve.cautions:
        yield _Doubt(curve.deployment, caution)
    for level in curve.levels:
        for point in level.points:
            for caution in point.cautions:
                yield _Doubt(curve.deployment, caution, level.load.label)
