"""Compare what isocost times with what a foreign engine says of itself in ``/metrics``.

Run: ``.venv/bin/python benchmarks/foreign_engine.py http://127.0.0.1:8000``, against a vLLM or llama.cpp
server (``--metrics``) that nobody else uses meanwhile. Results: ``benchmarks/results/foreign-engine.md``.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from urllib.request import urlopen

import numpy as np
from machine import heading

from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import HttpTarget, open_target

_REQUESTS = 80
_SHAPE = RequestShape(128, 32)
_LEVELS = (1, 2, 4, 8)
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{.*\})? ([0-9.eE+-]+)")
# name here: sums of seconds there
_TOLD = {
    "vllm": {
        "to first token": "vllm:time_to_first_token_seconds_sum",
        "first to last token": "vllm:request_decode_time_seconds_sum",
        "end to end": "vllm:e2e_request_latency_seconds_sum",
    },
    "llamacpp": {
        "prompt": "llamacpp:prompt_seconds_total",
        "first to last token": "llamacpp:tokens_predicted_seconds_total",
    },
}


def counters(root: str) -> dict[str, float]:
    """Read the server's counters, labels left out."""
    with urlopen(f"{root}/metrics", timeout=10) as reply:  # noqa: S310 - the address was given by the user
        lines = reply.read().decode().splitlines()
    found = (_SAMPLE.fullmatch(line) for line in lines if "_bucket" not in line)
    return {one[1]: float(one[2]) for one in found if one}


def timed(target: HttpTarget, level: int) -> list[Observation]:
    """Measure so many requests at one level."""
    rows: list[Observation] = []
    plan = RunPlan(
        load=Load(concurrency=level), shapes=(_SHAPE,), indices=tuple(range(_REQUESTS)), seed=level
    )
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows


def ours(rows: list[Observation]) -> str:
    """Say what was seen from here, mean milliseconds of answers that showed text."""
    seen = [row for row in rows if row.outcome is Outcome.OK and len(row.chunk_at_s) > 1]
    first = np.array([row.chunk_at_s[0] - row.sent_at_s for row in seen])
    between = np.array([row.chunk_at_s[-1] - row.chunk_at_s[0] for row in seen])
    whole = np.array([row.done_at_s - row.sent_at_s for row in seen])
    bursts = sum(np.median(np.diff(row.chunk_at_s)) == 0 for row in seen)
    return (
        f"here: to first token {1e3 * first.mean():6.1f} (median {1e3 * np.median(first):6.1f}), "
        f"first to last {1e3 * between.mean():6.1f}, end to end {1e3 * whole.mean():6.1f}; "
        f"{len(seen)} of {len(rows)} with text, {bursts} in bursts"
    )


def theirs(before: dict[str, float], after: dict[str, float]) -> str:
    """Say what the server counted meanwhile, mean milliseconds a request."""
    engine = "vllm" if any(name.startswith("vllm:") for name in after) else "llamacpp"
    told = {
        name: 1e3 * (after[key] - before.get(key, 0.0)) / _REQUESTS for name, key in _TOLD[engine].items()
    }
    return "there: " + ", ".join(f"{name} {value:6.1f}" for name, value in told.items())


def main() -> None:
    """Print one pair of lines for each endpoint type and level."""
    root = sys.argv[1].rstrip("/")
    print(heading("Timings here against the server's own, mean ms a request, 128 in, 32 out"))
    for endpoint_type in ("completions", "chat"):
        target = open_target(root, endpoint_type=endpoint_type)
        for level in _LEVELS:
            time.sleep(0.5)  # the counters are written a little after the last byte
            before = counters(root)
            rows = timed(target, level)
            time.sleep(0.5)
            print(f"{endpoint_type}, {level} concurrent\n  {ours(rows)}\n  {theirs(before, counters(root))}")


if __name__ == "__main__":
    main()
