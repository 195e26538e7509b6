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

from doubles.preloaded import Ended
from isocost.journal import read_runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from doubles.truth_server import RunningTruth

GRACE_S = 0.25
_FIRST_SIZE = 1000
_REQUESTS = 300
_WARMUP = 8  # the first sizes are sent again to warm each segment up, on purpose


@dataclass
class Verdict:
    """What a campaign of kills did to the journal."""

    kills: int = 0
    studies: int = 0
    answered: int = 0
    lost: int = 0
    measured_twice: int = 0
    not_resumed: int = 0
    unfinished: int = 0


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Where, how often and how studies are killed.

    Parameters
    ----------
    truth : RunningTruth
    folder : Path
        Where the studies go.
    kills : int
    seed : int
    within_s : tuple of float
        How long a process lives, at least and at most.
    run : callable
        Runs a command and kills it after so many seconds, or not.
    """

    truth: RunningTruth
    folder: Path
    kills: int
    seed: int
    within_s: tuple[float, float] = (0.5, 1.6)
    run: Callable[[list[str], float | None], Ended]


def kill_again_and_again(campaign: Campaign) -> Verdict:
    """Carry out studies, killing each at random instants, until so many kills were made."""
    rng = random.Random(campaign.seed)  # noqa: S311 - no secret
    verdict = Verdict()
    while verdict.kills < campaign.kills:
        _one_study(campaign, campaign.folder / f"study-{verdict.studies}", verdict, rng)
        verdict.studies += 1
    return verdict


def _one_study(campaign: Campaign, study: Path, verdict: Verdict, rng: random.Random) -> None:
    campaign.truth.forget()
    command = study_command(campaign.truth, study, campaign.folder / "lengths.csv")
    killed_at: list[float] = []
    for _ in range(100):
        ended = campaign.run(
            command, rng.uniform(*campaign.within_s) if verdict.kills < campaign.kills else None
        )
        if ended.killed_at_s is None:
            verdict.not_resumed += ended.status != 0
            break
        killed_at.append(ended.killed_at_s)
        verdict.kills += 1
        if (study / "study.yaml").exists():
            command = ["run", str(study), "--quiet"]
    judge(campaign.truth, study, killed_at, verdict)


def study_command(truth: RunningTruth, study: Path, lengths: Path) -> list[str]:
    """Return the command that measures a study whose requests, of the sizes written to `lengths`, differ."""
    sizes = "".join(f"{_FIRST_SIZE + number},6\n" for number in range(_REQUESTS))
    lengths.write_text("input_tokens,output_tokens\n" + sizes)
    return [
        "measure", "load", truth.url, "--out", str(study), "--workload", str(lengths), "--concurrency", "8",
        "--num-requests", str(_REQUESTS), "--repeats", "1", "--quiet",
    ]  # fmt: skip


def run_afresh(arguments: list[str], kill_after_s: float | None) -> Ended:
    """Run isocost as a user does; kill it after so many seconds, or not."""
    process = subprocess.Popen([sys.executable, "-m", "isocost", *arguments], stdout=subprocess.DEVNULL)
    try:
        return Ended(process.wait(timeout=kill_after_s or 120), None)
    except subprocess.TimeoutExpired:
        killed_at_s = time.monotonic()  # before it dies: what it had in flight is not finished
        process.kill()
        process.wait()
        return Ended(None, killed_at_s)


def judge(truth: RunningTruth, study: Path, killed_at: list[float], verdict: Verdict) -> None:
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
