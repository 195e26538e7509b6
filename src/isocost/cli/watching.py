"""Progress on standard error, and Ctrl-C as a clean stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from isocost.cli.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from isocost.studies.measure import Progress

__all__ = ["stoppable", "watching"]


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a request to stop, the second into an interrupt."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        sys.stderr.write("\nstopping: what is finished is kept (Ctrl-C again to stop at once)\n")

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def watching(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show progress: a live bar on a terminal, a line every few seconds elsewhere, nothing when quiet."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column
    from rich.text import Text

    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
        BarColumn(bar_width=16),
        TaskProgressColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    bars = Progress(*columns, console=console, expand=True)
    tasks: dict[str, object] = {}
    latest: list[str] = []

    def drawn() -> Group:
        return Group(bars, *map(Text, _folded(latest, console.width)))

    with Live(get_renderable=drawn, console=console, transient=True):

        def show(progress: object) -> None:
            name = progress.stage  # type: ignore[attr-defined]
            if name not in tasks:
                tasks[name] = bars.add_task(harmless(name), total=1.0)
            described = _one_line(f"{name}: {progress.run}")  # type: ignore[attr-defined]
            bars.update(tasks[name], completed=progress.fraction, description=described)  # type: ignore[arg-type,attr-defined]
            latest[:] = [*_requests(progress), *_pace(progress)]  # type: ignore[arg-type]

        yield show


def _folded(parts: Sequence[str], width: int) -> list[str]:
    """Put parts into as few lines as a terminal needs to show them all; none is broken.

    Examples
    --------
    >>> _folded(["143 requests", "42 failed", "318 tokens/s", "$0.1 of $1"], 30)
    ['143 requests, 42 failed,', '318 tokens/s, $0.1 of $1']
    """
    lines: list[str] = []
    for place, part in enumerate(parts):
        piece = f"{part}," if place < len(parts) - 1 else part
        if lines and len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _lines() -> Callable[[Progress], None]:
    began: dict[str, tuple[float, float]] = {}
    told: dict[str, float] = {}

    def show(progress: Progress) -> None:
        now = time.monotonic()
        start, done_before = began.setdefault(progress.stage, (now, progress.fraction))
        if now - told.get(progress.stage, now - 60) < 5:
            return
        told[progress.stage] = now
        left_s = _left_s(now - start, progress.fraction - done_before, 1 - progress.fraction)
        left = "" if left_s is None else f", about {left_s:.0f} s left"
        sys.stderr.write(f"{_text(progress)}  {progress.fraction:4.0%}{left}\n")

    return show


def _left_s(spent_s: float, share_done: float, share_left: float) -> float | None:
    """Return how long the rest takes at the pace so far; ``None`` until there is a pace."""
    return spent_s * share_left / share_done if spent_s >= 1 and share_done > 0.01 else None


def _text(progress: Progress) -> str:
    r"""Say how far a run has come; whatever a name holds cannot steer a terminal.

    Examples
    --------
    >>> from isocost.studies.progress import Progress
    >>> told = Progress(
    ...     stage="load",
    ...     run="2 concurrent #0",
    ...     done=0,
    ...     total=3,
    ...     requests=12,
    ...     failures=0,
    ...     fraction=0.25,
    ...     tokens_per_s=812.4,
    ...     requests_per_s=12.7,
    ...     time_to_first_token_s=0.0523,
    ...     spent_usd=0.0123,
    ...     max_cost_usd=1,
    ... )
    >>> _text(told)
    'load: 2 concurrent #0 (12 requests), 812 tokens/s, 12.7 requests/s, first token 52 ms, $0.0123 of $1'
    """
    counted = ", ".join(_requests(progress))
    return _one_line(", ".join([f"{progress.stage}: {progress.run} ({counted})", *_pace(progress)]))


def _requests(progress: Progress) -> list[str]:
    failed = [f"{progress.failures} failed"] if progress.failures else []
    return [f"{progress.requests} requests", *failed]


def _pace(progress: Progress) -> list[str]:
    """Return how fast it goes and what it has cost, as far as that is known."""
    parts = []
    if progress.tokens_per_s is not None and progress.requests_per_s is not None:
        parts += [f"{progress.tokens_per_s:,.0f} tokens/s", f"{progress.requests_per_s:.3g} requests/s"]
    if progress.time_to_first_token_s is not None:
        parts.append(f"first token {1000 * progress.time_to_first_token_s:,.0f} ms")
    if progress.spent_usd is not None:
        limit = "" if progress.max_cost_usd is None else f" of ${progress.max_cost_usd:g}"
        parts.append(f"${progress.spent_usd:.4f}{limit}")
    return parts


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))
