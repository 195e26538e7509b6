"""Request shapes and where they come from; when requests arrive."""

from isocost.workload.arrivals import CONSTANT, arrivals_of_count, arrivals_within, coefficient_of_variation
from isocost.workload.demand import FLAT, DayPart, DiurnalCurve, LoadInterval, daily_load
from isocost.workload.shapes import PRESETS, LengthTail, LongTailed, fixed, listed, long_tailed, preset
from isocost.workload.tasks import TaskType, draw_tasks
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
    "Workload",
    "arrivals_of_count",
    "arrivals_within",
    "coefficient_of_variation",
    "daily_load",
    "draw_tasks",
    "fixed",
    "listed",
    "long_tailed",
    "preset",
]
