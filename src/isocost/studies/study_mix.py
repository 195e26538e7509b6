"""The mix of a study's own deployments: which share of the requests to send where, by cost and quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.provenance import Provenance
from isocost.frontier import Axis, ProductionUnit
from isocost.studies.mix import MixQuestion, mixed_units
from isocost.studies.right_answers import shared_quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.studies.mix import MixReport
    from isocost.studies.report import DeploymentReport

__all__ = ["study_mix"]

_AXES = (
    Axis(name="cost of a request", unit="USD", better="lower"),
    Axis(name="quality", unit="1", better="higher", bounded=True),
)


def study_mix(name: str, reports: Sequence[DeploymentReport]) -> MixReport | None:
    """Find what mixing the deployments of a study reaches, each at its best level.

    Parameters
    ----------
    name : str
        Of the study.
    reports : sequence of DeploymentReport

    Returns
    -------
    MixReport or None
        ``None`` with fewer than two deployments whose cost of a request and quality on the same questions are
        known.
    """
    shared = shared_quality(reports)
    units = []
    for report in reports:
        quality, curve = shared.get(report.deployment.name), report.curve
        if quality is None or curve is None or curve.zone.best is None:
            continue
        cost = curve.level_at(curve.zone.best).cost_per_request
        if cost is not None:
            units.append(
                ProductionUnit(
                    name=report.deployment.name, group=report.deployment.name, values=(cost, quality.score)
                )
            )
    if len(units) < 2:
        return None
    source = Provenance(source=name, tool="this study, each deployment at its best level")
    return mixed_units(name, _AXES, units, MixQuestion(), provenance=source)
