"""Executors: who carries work out beside this process, and how its parts are dealt and put together."""

from __future__ import annotations

from isocost.execution.clocks import ClockOffset, compare_clocks
from isocost.execution.dealing import deal
from isocost.execution.processes import Processes
from isocost.execution.ray_cluster import RayCluster
from isocost.execution.serial import Serial
from isocost.execution.worst import worst_health

__all__ = ["ClockOffset", "Processes", "RayCluster", "Serial", "compare_clocks", "deal", "worst_health"]
