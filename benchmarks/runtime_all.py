"""All figures of idealized runtime: each ``runtime_*.py`` run one after the other, then one table.

``make bench-runtime`` runs it. A benchmark that fails, or is stopped by its time limit, is told, too, and the
exit status is 1 then.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from figures import Figure, read_figures

HERE = Path(__file__).resolve().parent
LIMIT_S = 1800


def benchmarks(wanted: list[str]) -> list[Path]:
    own = Path(__file__).name
    found = [path for path in sorted(HERE.glob("runtime_*.py")) if path.name != own]
    return [path for path in found if not wanted or path.stem.removeprefix("runtime_") in wanted]


def run(path: Path) -> tuple[list[Figure], bool]:
    """Run a benchmark, pass its output on, and return its figures and whether it ended well."""
    print(f"\n== {path.name}", flush=True)
    lines = []
    with subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, text=True, cwd=HERE
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
        status = process.wait(LIMIT_S)
    return list(read_figures(lines)), status == 0


def table(found: list[tuple[str, Figure]]) -> str:
    rows = [("benchmark", "figure", "ours", "target", "beside", "")]
    rows += [(name, f.name, f.ours, f.target, f.beside, f.state) for name, f in found]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("benchmark", nargs="*", help="only these, such as: published trends")
    found, failed = [], []
    for path in benchmarks(options.parse_args().benchmark):
        figures, well = run(path)
        found += [(path.stem.removeprefix("runtime_"), figure) for figure in figures]
        failed += [] if well else [path.name]
    states = [figure.state for _, figure in found]
    print(f"\n== all figures\n{table(found)}")
    print(
        f"\n{states.count('met')} met, {states.count('missed')} missed, {states.count('-')} without a target"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
