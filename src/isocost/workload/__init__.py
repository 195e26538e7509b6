"""Request shapes and where they come from: fixed sizes, long-tailed lengths, lists."""

from isocost.workload.shapes import PRESETS, LengthTail, LongTailed, fixed, from_sizes, long_tailed, preset
from isocost.workload.workload import Workload

__all__ = [
    "PRESETS",
    "LengthTail",
    "LongTailed",
    "Workload",
    "fixed",
    "from_sizes",
    "long_tailed",
    "preset",
]
