"""Kill a measurement under load again and again, let it go on, and judge by the server's own log.

Every request of the study has a prompt length of its own, so the server's log says which one it answered.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doubles.preloaded import Ended
from isocost.journal import read_runs

if TYPE_CHECKING:
    from pathlib import Path

    from doubles.truth_server import RunningTruth

GRACE_S = 0.25
EARLY_SHARE = 0.2  # of the kills: at any time from the start on
_FIRST_SIZE = 1000
_REQUESTS = 300
_WARMUP = 8  # the first sizes are sent again to warm each segment up, on purpose


@dataclass
class Verdict:
    """What a campaign of kills did to the journal."""

    kills: int = 0
    under_load: int = 0  # of the kills: after requests of that process had reached the server
    studies: int = 0
    answered: int = 0
    lost: int = 0
    measured_twice: int = 0
    not_resumed: int = 0
    unfinished: int = 0


Alive = Callable[[], bool]
Doomed = Callable[[Alive], bool]
"""Waits for the instant of death; false if the process ended before by itself."""


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
    run : callable
        Runs a command and kills it when it is doomed.
    grace_s : float
        An answer that left the server so long before a kill must have been kept; where much else runs, the
        client may get its turn later than that.
    longest_s : float
        Until the kill: after the process began to measure, or of an early one after its start.
    """

    truth: RunningTruth
    folder: Path
    kills: int
    seed: int
    run: Callable[[list[str], Doomed], Ended]
    grace_s: float = GRACE_S
    longest_s: float = 0.9


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
    lives: list[tuple[float, float]] = []
    for _ in range(1000):
        began_at_s = time.monotonic()
        ended = campaign.run(command, _doom(campaign, rng) if verdict.kills < campaign.kills else _spare)
        if ended.killed_at_s is None:
            verdict.not_resumed += ended.status != 0
            break
        lives.append((began_at_s, ended.killed_at_s))
        verdict.kills += 1
        if (study / "study.yaml").exists():
            command = ["run", str(study), "--quiet"]
    killed_at_s = [killed for _, killed in lives]
    judge(campaign.truth, study, killed_at_s, verdict, grace_s=campaign.grace_s)
    read_at_s = [
        log[0]
        for size, log in zip(campaign.truth.sizes(), campaign.truth.log(), strict=True)
        if size >= _FIRST_SIZE
    ]
    verdict.under_load += sum(any(began < at < killed for at in read_at_s) for began, killed in lives)


def _doom(campaign: Campaign, rng: random.Random) -> Doomed:
    """Choose an instant: mostly after it began to measure, sometimes at any time from its start on."""
    before = campaign.truth.answering(_FIRST_SIZE)
    early, wait_s = rng.random() < EARLY_SHARE, rng.uniform(0.0, campaign.longest_s)

    def doomed(alive: Alive) -> bool:
        while not early and alive() and campaign.truth.answering(_FIRST_SIZE) == before:
            time.sleep(0.05)
        until = time.monotonic() + wait_s
        while alive() and time.monotonic() < until:
            time.sleep(0.005)
        return alive()

    return doomed


def _spare(alive: Alive) -> bool:
    while alive():
        time.sleep(0.01)
    return False


def study_command(truth: RunningTruth, study: Path, lengths: Path) -> list[str]:
    """Return the command that measures a study whose requests, of the sizes written to `lengths`, differ."""
    sizes = "".join(f"{_FIRST_SIZE + number},6\n" for number in range(_REQUESTS))
    lengths.write_text("input_tokens,output_tokens\n" + sizes)
    return [
        "measure", "load", truth.url, "--out", str(study), "--workload", str(lengths), "--concurrency", "8",
        "--num-requests", str(_REQUESTS), "--repeats", "1", "--quiet",
    ]  # fmt: skip


def run_afresh(arguments: list[str], doomed: Doomed) -> Ended:
    """Run isocost as a user does; kill it when `doomed` says so."""
    process = subprocess.Popen([sys.executable, "-m", "isocost", *arguments], stdout=subprocess.DEVNULL)
    if not doomed(lambda: process.poll() is None):
        return Ended(process.wait(), None)
    killed_at_s = time.monotonic()  # before it dies: what it had in flight is not finished
    process.kill()
    process.wait()
    return Ended(None, killed_at_s)


def judge(
    truth: RunningTruth, study: Path, killed_at: list[float], verdict: Verdict, *, grace_s: float = GRACE_S
) -> None:
    """Hold the journal against the server's log.

    An answer whose last byte left more than `grace_s` before a kill must be in the journal: had it been
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
        if next_kill is not None and next_kill - done_at > grace_s:  # it had the time to be committed
            verdict.lost += size not in finished
            again = any(start > next_kill for start, _ in spans)
            verdict.measured_twice += again and size >= _FIRST_SIZE + _WARMUP
