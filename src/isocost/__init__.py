"""isocost: what an answer from a language model really costs, on equal footing, and where to run it.

Examples
--------
>>> import isocost
>>> isocost.parse_service_level("ttft.p95=1s").label
'TTFT p95 <= 1 s'
>>> fitting = isocost.profile_cells(1920, 64)
>>> len(fitting)
7
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Estimate": "isocost.core.estimate",
    "InputError": "isocost.core.errors",
    "IsocostError": "isocost.core.errors",
    "LoadStage": "isocost.journal",
    "MeasurementError": "isocost.core.errors",
    "RequestShape": "isocost.core.load",
    "RuntimeStage": "isocost.journal",
    "TargetSpec": "isocost.journal",
    "fit_study": "isocost.studies.profile",
    "measure_stage": "isocost.studies.measure",
    "parse_service_level": "isocost.core.service_level",
    "profile_cells": "isocost.runtime",
    "html_page": "isocost.reporting",
    "report_study": "isocost.studies.answer",
    "run_study": "isocost.studies.measure",
    "running_engine": "isocost.engine",
    "workload_of": "isocost.studies.asking",
}

__all__ = [
    "Estimate",
    "InputError",
    "IsocostError",
    "LoadStage",
    "MeasurementError",
    "RequestShape",
    "RuntimeStage",
    "TargetSpec",
    "__version__",
    "fit_study",
    "html_page",
    "measure_stage",
    "parse_service_level",
    "profile_cells",
    "report_study",
    "run_study",
    "running_engine",
    "workload_of",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name when it is first asked for, so that importing isocost costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'isocost' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)


if TYPE_CHECKING:
    from isocost.core.errors import InputError, IsocostError, MeasurementError
    from isocost.core.estimate import Estimate
    from isocost.core.load import RequestShape
    from isocost.core.service_level import parse_service_level
    from isocost.engine import running_engine
    from isocost.journal import LoadStage, RuntimeStage, TargetSpec
    from isocost.reporting import html_page
    from isocost.runtime import profile_cells
    from isocost.studies.answer import report_study
    from isocost.studies.asking import workload_of
    from isocost.studies.measure import measure_stage, run_study
    from isocost.studies.profile import fit_study
