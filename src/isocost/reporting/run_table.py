"""The runs of a sweep one by one: warm-up cut, drift, how they ended, and the look back at the beginning."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.reporting.format import bracket, grouped, percent
from isocost.reporting.markup import shorten
from isocost.reporting.objects import estimate_object
from isocost.reporting.tables import NAME_LIMIT, Column, Table
from isocost.statistics.settling import FEWEST_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.operating_point import OperatingPoint
    from isocost.studies.report import DeploymentReport, StudyReport

__all__ = ["run_lines", "run_rows", "run_table"]

Json = dict[str, Any]
_TOO_FEW = f"a warm-up cut needs a steady part with {FEWEST_VALUES} requests"


def run_rows(report: StudyReport) -> dict[str, list[Json]]:
    """Return tables for JSON: ``runs``, ``anchors`` and ``endings``; only runs that isocost measured itself.

    Parameters
    ----------
    report : StudyReport
    """
    return {
        "runs": [_run(point) for each in report.deployments for point in _measured(each)],
        "anchors": [
            {
                "deployment": check.deployment,
                "load": check.load.label,
                "ratio": estimate_object(check.ratio),
                "drifted": check.drifted,
            }
            for each in report.deployments
            for check in each.anchors
        ],
        "endings": [asdict(ending) for each in report.deployments for ending in each.endings],
    }


def _run(point: OperatingPoint) -> Json:
    cut = point.warm_up_cut
    return {
        "deployment": point.deployment,
        "load": point.load.label,
        "repeat": point.repeat,
        "requests": point.requests,
        "failures": point.failures,
        "window_s": point.window_s,
        "output_tokens_per_second": estimate_object(point.output_tokens_per_second),
        "warm_up_cut_untold": _TOO_FEW if cut is None else None,
        "warm_up_cut_s": None if cut is None else cut.seconds,
        "warm_up_cut_requests": None if cut is None else cut.requests,
        "warm_up_cut_by": None if cut is None else list(cut.by),
        "unsettled": None if cut is None else list(cut.unsettled),
        "drift": None if point.drift is None else asdict(point.drift),
    }


def run_table(report: StudyReport) -> Table | None:
    """Tabulate what was cut and what drifted in each run, where a run was long enough to tell."""
    groups = tuple(
        (shorten(each.deployment.name, NAME_LIMIT), tuple(_row(point) for point in _measured(each)))
        for each in report.deployments
        if any(point.warm_up_cut is not None or point.drift is not None for point in _measured(each))
    )
    if not groups:
        return None
    columns = (
        Column(title="Run", numeric=False),
        Column(title="Window", unit="s"),
        Column(title="Warm-up cut", unit="s"),
        Column(title="Cut by", numeric=False),
        Column(title="Drift", numeric=False),
    )
    return Table(title="Steady parts of runs", columns=columns, groups=groups)


def _row(point: OperatingPoint) -> tuple[str, ...]:
    cut, drift = point.warm_up_cut, point.drift
    moved = "none seen" if cut is not None else "too few requests"
    if drift is not None:
        when = "all along" if drift.gradual else f"after {grouped(drift.at_s, 1)} s"
        moved = f"{drift.of} {percent(drift.ratio - 1)} {when}"
    return (
        f"{point.load.label} #{point.repeat}",
        "" if point.window_s is None else grouped(point.window_s, 1),
        "too few requests" if cut is None else grouped(cut.seconds, 1),
        "" if cut is None else " and ".join(cut.by),
        moved,
    )


def run_lines(each: DeploymentReport) -> Iterator[str]:
    """Say in a line each how the end of a sweep compares with its beginning, and how its runs ended."""
    for check in each.anchors:
        ratio = check.ratio
        told = f"{ratio.value:.2f} {bracket(ratio.low, ratio.high, 2)}".strip()
        yield f"anchor: {check.load.label} again at the end yielded {told} of its throughput before"
    if each.endings:
        reached = sum(ending.reached for ending in each.endings)
        longest = len(each.endings) - reached
        wanted = each.endings[0].wanted
        yield (
            f"until \N{PLUS-MINUS SIGN}{wanted:.1%}: {reached} of {len(each.endings)} runs ended there"
            + (f", {longest} at the longest duration" if longest else "")
        )


def _measured(each: DeploymentReport) -> Iterator[OperatingPoint]:
    """Yield the runs behind a deployment's levels that isocost measured."""
    for level in () if each.curve is None else each.curve.levels:
        yield from (point for point in level.points if point.provenance.tool.startswith("isocost "))
