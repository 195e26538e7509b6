"""Kill a measurement under load again and again, let it go on, and judge by the server's own log.

Every request of the study has a prompt length of its own, so the server's log says which one it answered.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.journal import read_runs

if TYPE_CHECKING:
    from pathlib import Path

    from doubles.truth_server import RunningTruth

GRACE_S = 0.25
_FIRST_SIZE = 1000
_REQUESTS = 300
_WARMUP = 8  # the first sizes are sent again to warm each segment up, on purpose


@dataclass(kw_only=True)
class Verdict:
    """What a campaign of kills did to the journal."""

    kills: int = 0
    studies: int = 0
    answered: int = 0
    lost: int = 0
    measured_twice: int = 0
    not_resumed: int = 0
    unfinished: int = 0


def kill_again_and_again(truth: RunningTruth, folder: Path, *, kills: int, seed: int) -> Verdict:
    """Carry out studies, killing each at random instants, until so many kills were made."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    verdict = Verdict()
    while verdict.kills < kills:
        _one_study(truth, folder / f"study-{verdict.studies}", verdict, kills, rng)
        verdict.studies += 1
    return verdict


def _one_study(truth: RunningTruth, study: Path, verdict: Verdict, kills: int, rng: random.Random) -> None:
    truth.forget()
    lengths = study.parent / "lengths.csv"
    sizes = "".join(f"{_FIRST_SIZE + number},6\n" for number in range(_REQUESTS))
    lengths.write_text("input_tokens,output_tokens\n" + sizes)
    command = [
        "measure", "load", truth.url, "--out", str(study), "--workload", str(lengths), "--concurrency", "8",
        "--num-requests", str(_REQUESTS), "--repeats", "1", "--quiet",
    ]  # fmt: skip
    killed_at: list[float] = []
    for _ in range(100):
        ended = _run(command, rng.uniform(0.5, 1.6) if verdict.kills < kills else None, killed_at)
        if ended is not None:
            verdict.not_resumed += ended != 0
            break
        verdict.kills += 1
        if (study / "study.yaml").exists():
            command = ["run", str(study), "--quiet"]
    _judge(truth, study, killed_at, verdict)


def _run(arguments: list[str], kill_after_s: float | None, killed_at: list[float]) -> int | None:
    """Run isocost; return its exit status, or note the instant and return ``None`` when it was killed."""
    process = subprocess.Popen([sys.executable, "-m", "isocost", *arguments], stdout=subprocess.DEVNULL)
    try:
        return process.wait(timeout=kill_after_s or 120)
    except subprocess.TimeoutExpired:
        killed_at.append(time.monotonic())  # before it dies: what it had in flight is not finished
        process.kill()
        process.wait()
        return None


def _judge(truth: RunningTruth, study: Path, killed_at: list[float], verdict: Verdict) -> None:
    """Hold the journal against the server's log.

    An answer whose last byte left more than `GRACE_S` before a kill must be in the journal: had it been
    lost, or not been seen as finished, its request would have been sent again after that kill.
    """
    answers: dict[int, list[tuple[float, float]]] = {}
    for size, log in zip(truth.sizes(), truth.log(), strict=True):
        if size >= _FIRST_SIZE and len(log) == 7:  # when it was read, and its six tokens
            answers.setdefault(size, []).append((log[0], log[-1]))
    verdict.answered += len(answers)
    (run,) = read_runs(study / "journal.sqlite")
    seen = run.observations
    finished = {int(n) for n in seen.input_tokens[seen.ok & ~seen.warmup]}
    numbers = [int(n) for n in seen.index[seen.ok & ~seen.warmup]]
    verdict.unfinished += _REQUESTS - len(set(numbers))
    verdict.measured_twice += len(numbers) - len(set(numbers))
    for size, spans in answers.items():
        began_at, done_at = min(spans)
        next_kill = min((at for at in killed_at if at > began_at), default=None)
        if next_kill is not None and next_kill - done_at > GRACE_S:  # it had the time to be committed
            verdict.lost += size not in finished
            again = any(start > next_kill for start, _ in spans)
            verdict.measured_twice += again and size >= _FIRST_SIZE + _WARMUP
