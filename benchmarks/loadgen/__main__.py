"""How far stopwatches are off: ours and other load generators' against one server of known timing.

Run ``python benchmarks/loadgen [--streams 64 256 1024] [--peer-streams 64 1024] [--tools isocost aiperf …]
[--peers FOLDER] [--out FILE]``; all of it takes some seven minutes on two idle cores. The server sends the
first token 50 ms after it read a request and then one every 20 ms, 64 in all. It is pinned to the last core
and each tool, with all that it starts, to the first. Each tool's own report is held against the server's log
of that tool's requests. On a machine that does other work, errors grow.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import peers
from peers import ENVIRONMENT, PEERS, RUNNERS, Reported, Task, why_absent
from tree import Finished, run
from truth import Log, Truth, built, running_truth

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from machine import heading  # noqa: E402 - it stands one folder up

_OURS = {
    "isocost": [],
    "isocost, no kernel stamps": ["--no-stamps"],
    "isocost, TLS": [],
    "isocost, with journal": ["--journal"],
    "isocost, 2 processes, all cores": ["--workers", "2"],
}
_RATES_ONLY = ("isocost, with journal", "isocost, 2 processes, all cores")
_BURST = 320  # finished answers that our reader keeps unread at 64 streams before it catches up
_COLUMNS = (
    "tool",
    "requests",
    "TTFT error",
    "mean gap",
    "p99 gap",
    "tokens/s",
    "CPU s/1k tokens",
    "server CPU",
    "whole run",
)


@dataclass(frozen=True)
class Row:
    """One tool at one load, or why there is nothing to say."""

    tool: str
    said: Reported | None = None
    log: Log | None = None
    cpu_s: float = 0.0
    server_cpu_s: float = 0.0
    wall_s: float = 0.0
    pooled: bool = True
    why: str = ""

    def cells(self) -> tuple[str, ...]:
        if self.said is None or self.log is None:
            return (self.tool, self.why, *[""] * (len(_COLUMNS) - 2))
        tokens = self.log.token_at_s.size
        return (
            self.tool,
            f"{self.log.read_at_s.size:,}",
            _plus(self.said.ttft_s, float(self.log.ttft_s.mean())),
            _share(self.said.gap_s, float(self.log.gaps_s.mean())),
            _share(self.said.gap_p99_s, self._true_p99()) + ("" if self.pooled else " *"),
            f"{tokens / self.log.seconds:,.0f}",
            f"{1e3 * self.cpu_s / tokens:.4f}",
            f"{100 * self.server_cpu_s / self.log.seconds:.0f} %",
            f"{self.wall_s:.0f} s",
        )

    def _true_p99(self) -> float:
        """Return the server's 99th percentile of what the tool's is of: gaps, or requests' mean gaps."""
        gaps = self.log.gaps_s if self.log is not None else np.zeros((1, 1))
        return float(np.quantile(gaps if self.pooled else gaps.mean(axis=1), 0.99))


def _plus(said: float | None, true: float) -> str:
    return "-" if said is None else f"{1e3 * (said - true):+.2f} ms"


def _share(said: float | None, true: float) -> str:
    return "-" if said is None else f"{100 * (said / true - 1):+.3f} %"


def _row(tool: str, truth: Truth, task: Task, *, cpu: int, limit_s: float) -> Row:
    """Let one tool carry out a task, and hold what it says against the server's log."""
    absent = None if tool in _OURS else why_absent(tool)
    if absent is not None:
        return Row(tool, why=absent)
    truth.forget()
    before_s = truth.log(task.tokens).cpu_s
    done = run(_command(tool, task), cpu=cpu, limit_s=limit_s, environment=ENVIRONMENT)
    wall_s = time.monotonic() - done.began_at_s
    log = truth.log(task.tokens).latest(task.requests)
    if done.code is None:
        return Row(tool, why=f"not done in {limit_s:.0f} s; {len(log.read_at_s)} of {task.requests} answered")
    if done.code or not len(log.read_at_s):
        return Row(tool, why=f"failed: {(done.output.strip().splitlines() or ['in silence'])[-1][:160]}")
    try:
        said = _reported(tool, task, done)
    except (OSError, KeyError, TypeError, ValueError, IndexError) as error:
        return Row(tool, why=f"its report cannot be read: {error!r}"[:160])
    cpu_s = done.cpu_between(float(log.read_at_s.min()), float(log.token_at_s.max()))
    pooled = tool in _OURS or PEERS[tool]["gaps"] == "pooled"
    return Row(tool, said, log, cpu_s, log.cpu_s - before_s, wall_s, pooled)


def _command(tool: str, task: Task) -> list[str]:
    if tool not in _OURS:
        return RUNNERS[tool][0](task)
    asked = [task.url, str(task.streams), str(task.tokens), str(task.requests), *_OURS[tool]]
    return [sys.executable, str(HERE / "ours.py"), *asked]


def _reported(tool: str, task: Task, done: Finished) -> Reported:
    if tool not in _OURS:
        return RUNNERS[tool][1](task)
    said = json.loads(done.output.splitlines()[-1])
    return Reported(said["ttft_s"], said["gap_s"], said["gap_p99_s"])


def _table(rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def _timings(asked: argparse.Namespace, tools: list[str], cores: tuple[int, int]) -> str:
    """Tables of timing: the same load for all tools at each number of streams."""
    parts = []
    for streams in sorted({*asked.streams, *asked.peer_streams}):
        rows = [_COLUMNS]
        for tool in tools:
            if streams not in (asked.streams if tool in _OURS else asked.peer_streams):
                continue
            rounds = asked.rounds if tool in _OURS else max(min(asked.rounds, 2048 // streams), 1)
            with (
                tempfile.TemporaryDirectory() as folder,
                running_truth(first_s=0.05, gap_s=0.02, cpu=cores[1], tls="TLS" in tool) as truth,
            ):
                task = Task(truth.url, streams, 64, streams * rounds, Path(folder))
                rows.append(_row(tool, truth, task, cpu=cores[0], limit_s=asked.limit).cells())
                print(*rows[-1], sep="  ", file=sys.stderr)
        parts.append(f"## {streams:,} streams of 64 tokens\n\n{_table(rows)}\n")
    return "\n".join(parts)


def _rates(asked: argparse.Namespace, tools: list[str], cores: tuple[int, int]) -> str:
    """Requests a second at 64 streams of one token, answered at once."""
    rows = [("tool", "requests", "requests/s", f"fastest {_BURST} in a row", "CPU us/request", "server CPU")]
    for tool in tools:
        with (
            tempfile.TemporaryDirectory() as folder,
            running_truth(first_s=0.0, gap_s=0.02, cpu=cores[1], tls="TLS" in tool) as truth,
        ):
            task = Task(truth.url, 64, 1, 60_000 if tool in _OURS else 1_600, Path(folder))
            cpu = -1 if "all cores" in tool else cores[0]
            rows.append(_rate(_row(tool, truth, task, cpu=cpu, limit_s=asked.limit)))
            print(*rows[-1], sep="  ", file=sys.stderr)
    return f"## 64 streams of one token, answered at once\n\n{_table(rows)}\n"


def _rate(row: Row) -> tuple[str, ...]:
    """Return the cells of one tool: over the whole run, and while it had not to catch up with reading."""
    if row.log is None:
        return (row.tool, row.why, "", "", "", "")
    answered, fastest = len(row.log.read_at_s), row.log.fastest(_BURST)
    return (
        row.tool,
        f"{answered:,}",
        f"{answered / row.log.seconds:,.0f}",
        "-" if fastest is None else f"{fastest:,.0f}",
        f"{1e6 * row.cpu_s / answered:.1f}",
        f"{100 * row.server_cpu_s / row.log.seconds:.0f} %",
    )


def _ceiling(cores: tuple[int, int]) -> str:
    """What the server can do, asked by a client of a few lines of C."""
    with running_truth(first_s=0.0, gap_s=0.02, cpu=cores[1]) as truth:
        port = truth.url.rpartition(":")[2]
        before_s, start_s = truth.log(1).cpu_s, time.monotonic()
        done = run([str(built("stream_client")), port, "64", "4"], cpu=cores[0], limit_s=30)
        log = truth.log(1)
    answered = len(log.read_at_s)
    each_us = 1e6 * (log.cpu_s - before_s) / answered
    return (
        f"The server's own ceiling, asked by a client in C: {answered / log.seconds:,.0f} one-token answers "
        f"a second at 64 streams, {each_us:.1f} us of its core each ({1e6 / each_us:,.0f}/s if it had the "
        f"core to itself; {done.output.strip()}, {time.monotonic() - start_s:.0f} s)."
    )


def _starts(cores: tuple[int, int], *, times: int = 10) -> str:
    """How long after the command the first request of any kind arrives, and the first of the load."""
    any_s, load_s, cpu_s = [], [], []
    command = [sys.executable, str(HERE / "start.py")]
    options = ["--input-tokens", "16", "--output-tokens", "8", "--concurrency", "1", "--num-requests", "4",
               "--repeats", "1", "--quiet"]  # fmt: skip
    with running_truth(first_s=0.0, gap_s=0.001, cpu=cores[1]) as truth, _compiled() as environment:
        for number in range(times + 1):
            with tempfile.TemporaryDirectory() as folder:
                truth.forget()
                begin_s = time.monotonic()
                done = subprocess.run(
                    [*command, truth.url, *options, "--out", f"{folder}/study"],
                    check=True,
                    capture_output=True,
                    text=True,
                    env=environment,
                )
                first_s, loaded_s = truth.first_read_at_s(8)
            if number:  # the first start reads files that were not in memory, and compiles
                any_s.append(first_s - begin_s)
                load_s.append(loaded_s - begin_s)
                cpu_s.append(float(done.stdout.splitlines()[-1]))
    any_of_cpu = f"{statistics.median(cpu_s):.3f} s of CPU, least {min(cpu_s):.3f}"
    return (
        f"`isocost measure load`, {times} starts: first request of any kind after "
        f"{statistics.median(any_s):.3f} s (longest {max(any_s):.3f}; {any_of_cpu}), "
        f"first of the load after {statistics.median(load_s):.3f} s (longest {max(load_s):.3f})."
    )


@contextmanager
def _compiled() -> Iterator[dict[str, str]]:
    """Yield an environment in which modules are kept compiled, as an installer leaves them."""
    unset = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        yield {**unset, "PYTHONPYCACHEPREFIX": folder}


def _versions() -> str:
    lines = [
        f"- {name}: {', '.join(peer['requirements'])}; {peer['says']}" + (f"; absent: {why}" if why else "")
        for name, peer in PEERS.items()
        for why in [why_absent(name)]
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, nargs="+", default=[64, 256, 1024], help="of ours")
    parser.add_argument("--peer-streams", type=int, nargs="+", default=[64, 1024], help="of the others")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--limit", type=float, default=150.0, help="seconds for one run of one tool")
    parser.add_argument("--tools", nargs="+", default=[*_OURS, *PEERS])
    parser.add_argument("--no-rates", action="store_true", help="leave out requests a second and starts")
    parser.add_argument("--peers", type=Path, help="folder of the others' environments; else .venv-peers")
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    asked = parser.parse_args()
    if asked.peers is not None:
        peers.ENVIRONMENTS = asked.peers.absolute()
    available = sorted(os.sched_getaffinity(0))
    cores = (available[0], available[-1]) if len(available) > 1 else (-1, -1)
    load = os.getloadavg()[0]
    begun = heading("# Load generators against a server of known timing")
    for path in filter(None, (asked.peers, asked.out)):
        begun = begun.replace(str(path), path.name)  # where it lies on this machine says nothing
    timed = [tool for tool in asked.tools if tool not in _RATES_ONLY]
    parts = [
        begun,
        f"  date: {time.strftime('%Y-%m-%d')}; load average when it began: {load:.1f}\n",
        "TTFT error: the tool's mean minus the server's. Gaps: the tool's figure over the server's, minus 1; "
        "*: its 99th percentile is over requests' mean gaps, and so is the server's. CPU: of the tool "
        "and all that it starts, from the first request read to the last token sent.\n",
        *([] if asked.no_rates else [_ceiling(cores) + "\n"]),
        _timings(asked, timed, cores),
        *([] if asked.no_rates else [_rates(asked, asked.tools, cores), _starts(cores) + "\n"]),
        "How peers were run:\n\n" + _versions(),
    ]
    text = "\n".join(parts) + "\n"
    print(text)
    if asked.out is not None:
        asked.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
