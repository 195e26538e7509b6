"""The machine that measures."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

__all__ = ["machine_facts"]


def machine_facts() -> dict[str, str]:
    """Return processor, cores, system and Python of this machine, as text.

    Examples
    --------
    >>> sorted(machine_facts())
    ['client_cores', 'client_processor', 'client_python', 'client_system']
    """
    return {
        "client_processor": _processor(),
        "client_cores": str(len(os.sched_getaffinity(0))),
        "client_system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "client_python": platform.python_version(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or "unknown"
