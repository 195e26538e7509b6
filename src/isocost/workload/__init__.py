"""Request shapes and where they come from; when requests arrive."""

from isocost.workload.arrivals import CONSTANT, arrivals_of_count, arrivals_within, coefficient_of_variation
from isocost.workload.demand import FLAT, DayPart, DiurnalCurve, LoadInterval, daily_load
from isocost.workload.shapes import PRESETS, LengthTail, LongTailed, fixed, listed, long_tailed, preset
from isocost.workload.tasks import TaskType, draw_tasks
from isocost.workload.trace import Trace, first_requests, no_longer_than, time_scaled, trace_window
from isocost.workload.workload import Workload

__all__ = [
    "CONSTANT",
    "FLAT",
    "PRESETS",
    "DayPart",
    "DiurnalCurve",
    "LengthTail",
    "LoadInterval",
    "LongTailed",
    "TaskType",
    "Trace",
    "Workload",
    "arrivals_of_count",
    "arrivals_within",
    "coefficient_of_variation",
    "daily_load",
    "draw_tasks",
    "first_requests",
    "fixed",
    "listed",
    "long_tailed",
    "no_longer_than",
    "preset",
    "time_scaled",
    "trace_window",
]
