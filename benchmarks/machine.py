"""Name the machine, the versions and the command: the head of every benchmark's output."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def heading(title: str, *packages: str) -> str:
    """Return the lines that go above a benchmark's figures."""
    versions = ", ".join(f"{name} {_version(name)}" for name in ("isocost", "numpy", *packages))
    command = " ".join([Path(sys.executable).name, *sys.argv])
    cores = len(os.sched_getaffinity(0))
    return "\n".join(
        [
            title,
            f"  machine: {_processor()}, {cores} cores, {platform.system()} {platform.release()}",
            f"  versions: Python {platform.python_version()}, {versions}",
            f"  command: {command}",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
