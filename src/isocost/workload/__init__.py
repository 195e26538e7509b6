"""Request shapes and where they come from: fixed sizes, long-tailed lengths, lists."""

from isocost.workload.demand import FLAT, DayPart, DiurnalCurve, LoadInterval, daily_load
from isocost.workload.shapes import PRESETS, LengthTail, LongTailed, fixed, listed, long_tailed, preset
from isocost.workload.tasks import TaskType, draw_tasks
from isocost.workload.workload import Workload

__all__ = [
    "FLAT",
    "PRESETS",
    "DayPart",
    "DiurnalCurve",
    "LengthTail",
    "LoadInterval",
    "LongTailed",
    "TaskType",
    "Workload",
    "daily_load",
    "draw_tasks",
    "fixed",
    "listed",
    "long_tailed",
    "preset",
]
