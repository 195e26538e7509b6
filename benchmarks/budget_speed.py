"""What a budget and the live view cost the thread that reads, a request: set aside, settle, count.

20,000 requests a second leave 50 us for each.
"""

from __future__ import annotations

import threading
import time

from machine import heading

from isocost.core.limits import Limits
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.core.token_price import TokenPrice
from isocost.measurement import Budget, Dialect, RunGate
from isocost.measurement.prompts import IdPrompts
from isocost.measurement.request import RequestWriter
from isocost.measurement.worst_case import worst_case
from isocost.studies.live import RunWatch

REQUESTS = 200_000


def observation(index: int) -> Observation:
    return Observation(
        index=index,
        requested_input_tokens=32,
        requested_output_tokens=1,
        due_at_s=0.0,
        sent_at_s=0.0,
        done_at_s=0.01,
        chunk_at_s=(0.01,),
        outcome=Outcome.OK,
        input_tokens=32,
        output_tokens=1,
        counted_by="usage",
    )


def main() -> None:
    price = TokenPrice(name="api", input_usd=1.0, output_usd=10.0, source="made up", date="")
    budget = Budget(Limits(max_cost_usd=1e9, max_requests=10**9, max_error_rate=0.5), price=price)
    gate = RunGate(budget)
    writer = RequestWriter(head=b"POST / HTTP/1.1", dialect=Dialect(model="m"), prompts=IdPrompts(ids=(1, 2)))
    request = writer.write(0, RequestShape(32, 1), seed=0, warmup=False)
    worst = worst_case({})
    seen = [observation(index) for index in range(REQUESTS)]
    began = time.thread_time()
    for index in range(REQUESTS):
        used, written = worst.of(request)
        gate.admits(index, warmup=False, input_tokens=used, output_tokens=written)
    admitted = time.thread_time()
    for each in seen:
        gate.settle(each)
    settled = time.thread_time()
    plan = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(32, 1),), indices=tuple(range(REQUESTS)))
    told: list[object] = []
    with RunWatch(told.append, ("load", "run", 0, 1), plan, budget) as watch:
        counted = time.thread_time()
        for each in seen:
            watch.see(each)
        watched = time.thread_time()
    lines = {
        "set aside before a send": admitted - began,
        "settled by usage": settled - admitted,
        "counted for the live view": watched - counted,
    }
    print(heading(f"CPU of the reading thread a request, of {REQUESTS:,}"))
    for name, seconds in lines.items():
        print(f"  {name:26s} {seconds / REQUESTS * 1e6:6.2f} us")
    total = sum(lines.values()) / REQUESTS
    print(f"  {'in all':26s} {total * 1e6:6.2f} us: {20_000 * total:.1%} of a core at 20,000 requests/s")

    watch = RunWatch(told.append, ("load", "run", 0, 1), plan, budget)
    for each in seen:
        watch.see(each)
    before = time.thread_time()
    for _ in range(100):
        watch.tell()
    once = (time.thread_time() - before) / 100
    print(f"  {'telling once':26s} {once * 1e6:6.0f} us, four times a second: {4 * once:.2%} of a core")
    assert threading.active_count() == 1


if __name__ == "__main__":
    main()
