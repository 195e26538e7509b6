"""Feed the readers of events and HTTP answers made-up inputs, a million; with atheris also grown ones.

Every input is read whole, split at random places and byte by byte; all three must agree with each other and
with a naive reader written after the standards (``tests/doubles/naive_readers.py``). One input in eight is a
piece of a recorded stream with some bytes changed.

``--atheris SECONDS`` lets atheris grow inputs that reach new branches, where it is installed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from multiprocessing import Pool
from pathlib import Path

from machine import heading

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from doubles.stream_noise import (
    ANSWER_HEADS,
    EVENT_WORDS,
    STREAM_HEAD,
    WIRE_WORDS,
    check_answer,
    check_events,
    spelled,
)

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "fuzz.md"
RECORDED = ROOT / "tests" / "unit" / "measurement" / "recorded"
BATCH = 10_000


def recorded_streams() -> list[bytes]:
    """Return what real servers streamed."""
    return [path.read_bytes() for path in sorted(RECORDED.glob("*.txt"))]


def changed_piece(rng: random.Random, streams: list[bytes]) -> bytes:
    """Cut a piece out of a recorded stream and change a few of its bytes."""
    stream = rng.choice(streams)
    start = rng.randrange(len(stream))
    piece = bytearray(stream[start : start + rng.randrange(1, 60)])
    for _ in range(rng.randrange(3)):
        piece[rng.randrange(len(piece))] = rng.choice(b"\r\n:d \x00\xff")
    return bytes(piece)


def check_batch(asked: tuple[str, int]) -> list[str]:
    """Check so many inputs of one kind; return what failed, at most one."""
    kind, seed = asked
    rng = random.Random(f"{kind} {seed}")  # noqa: S311 - no secret
    streams = recorded_streams()
    for number in range(BATCH):
        choices = rng.randbytes(rng.randrange(21))
        places = rng.randbytes(rng.randrange(6))
        try:
            if kind == "events":
                recorded = number % 8 == 0
                check_events(
                    changed_piece(rng, streams) if recorded else spelled(choices, EVENT_WORDS), places
                )
            elif number % 8 == 0:
                piece = changed_piece(rng, streams)
                check_answer(STREAM_HEAD + b"%x\r\n%b\r\n0\r\n\r\n" % (len(piece), piece), places)
            else:
                check_answer(ANSWER_HEADS[number % 4] + spelled(choices[:12], WIRE_WORDS), places)
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is what is looked for
            return [f"{kind}, seed {seed}, input {number}: {type(error).__name__}: {error}"]
    return []


def soak(streams: int, answers: int) -> list[str]:
    """Check so many inputs of each kind; print and return the lines of the result."""
    lines = []
    for kind, inputs in (("events", streams), ("answers", answers)):
        began = time.monotonic()
        jobs = [(kind, seed) for seed in range(-(-inputs // BATCH))]
        with Pool() as pool:
            failures = [failure for found in pool.imap_unordered(check_batch, jobs) for failure in found]
        lines.append(
            f"  {kind}: {len(jobs) * BATCH:,} inputs, each read in three splits, "
            f"{time.monotonic() - began:.0f} s, crashes and disagreements {len(failures)}"
        )
        lines += [f"    {failure}" for failure in failures[:5]]
        print("\n".join(lines[-1 - len(failures[:5]) :]), flush=True)
    return lines


def grow(seconds: int) -> None:
    """Let atheris grow inputs until time is over or something fails; it ends the process itself."""
    import atheris  # noqa: PLC0415 - optional

    for name in [name for name in sys.modules if name.startswith(("isocost", "doubles"))]:
        del sys.modules[name]  # to be imported again, with counters at each branch
    with atheris.instrument_imports(include=["isocost.measurement"]):
        from doubles import stream_noise as noise  # noqa: PLC0415 - only now with its counters

    def one(data: bytes) -> None:
        kind, places, rest = data[:1], data[1:4], data[4:]
        if kind < b"\x40":
            noise.check_events(rest, places)
        elif kind < b"\x80":
            noise.check_events(spelled(rest, EVENT_WORDS), places)
        elif kind < b"\xc0":
            noise.check_answer(rest, places)
        else:
            noise.check_answer(ANSWER_HEADS[kind[0] & 3] + spelled(rest, WIRE_WORDS), places)

    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=200", "-print_final_stats=1"], one)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=1_000_000, help="event streams; of answers a fifth")
    parser.add_argument("--atheris", type=int, metavar="SECONDS", help="grow inputs instead, for so long")
    options = parser.parse_args()
    if options.atheris:
        try:
            grow(options.atheris)
        except ImportError:
            sys.exit("atheris is not installed here; pip install atheris")
        return
    head = heading("Made-up streams and answers against naive readers")
    print(head)
    lines = soak(options.inputs, options.inputs // 5)
    if options.inputs >= 1_000_000:
        RESULTS.write_text(f"# Fuzzing\n\n```text\n{head}\n" + "\n".join(lines) + "\n```\n", encoding="utf-8")
    if any("    " in line[:4] for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
