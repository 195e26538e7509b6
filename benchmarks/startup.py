"""CPU seconds of starting: ``isocost --help`` (at most 0.4) and ``import isocost`` (at most 0.25)."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from machine import heading

COMMANDS = {
    "isocost --help": ["-m", "isocost", "--help"],
    "import isocost": ["-c", "import isocost"],
    "python alone": ["-c", "pass"],
}


def cpu_seconds(arguments: list[str]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    print(heading("CPU seconds of starting (median of 9 after one warm-up)", "typer"))
    for name, arguments in COMMANDS.items():
        cpu_seconds(arguments)
        print(f"  {name:16s} {statistics.median(cpu_seconds(arguments) for _ in range(9)):.3f} s")


if __name__ == "__main__":
    main()
