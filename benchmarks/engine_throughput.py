"""How the embedded engine carries load over HTTP: hand-over at 16 streams, throughput at 1 and 16.

Hand-over is the time from the end of a step in the engine's process to the writing of its tokens in the
HTTP process, as the server reports it. Throughput counts the events that reach a raw-socket client in a
closed loop (prompt 64, answer 128 tokens) within a window after a warm-up. Targets: hand-over p99 at most
5 ms; 16 streams bring at least 3 times (tiny) and 4 times (small) the tokens of one.

    python benchmarks/engine_throughput.py [--precision F16] [--seconds 5] [--models tiny,small]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import selectors
import socket
import statistics
import sys
import time
import urllib.request
from importlib.metadata import version
from urllib.parse import urlsplit

from isocost.engine import running_engine

PROMPT_TOKENS, ANSWER_TOKENS, WARM_UP_S = 64, 128, 1.5
TARGETS = {"tiny": 3.0, "small": 4.0}
HAND_OVER_TARGET_S = 0.005


class Stream:
    """One connection that asks again as soon as it is answered."""

    def __init__(self, address: tuple[str, int], model: str, seed: int) -> None:
        body = {
            "model": model,
            "prompt": [(seed * 7919 + place) % 4000 for place in range(PROMPT_TOKENS)],
            "max_tokens": ANSWER_TOKENS,
            "ignore_eos": True,
            "temperature": 0,
            "stream": True,
        }
        raw = json.dumps(body).encode()
        head = f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}\r\n\r\n"
        self.request = head.encode() + raw
        self.connection = socket.create_connection(address)
        self.tail = b""
        self.ask()

    def ask(self) -> None:
        self.connection.sendall(self.request)

    def read(self) -> int:
        """Count the tokens that have come; ask again after the last."""
        data = self.tail + self.connection.recv(1 << 16)
        if b"HTTP/1.1 4" in data or b"HTTP/1.1 5" in data or not data:
            raise SystemExit(f"the server answered {data[:300]!r}")
        ended = data.endswith(b"\r\n0\r\n\r\n")
        whole = len(data) if ended else data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
        self.tail = data[whole:]
        if ended:
            self.ask()
        return data[:whole].count(b"data: {")


def throughput(url: str, model: str, streams: int, seconds: float) -> float:
    """Tokens per second that reach the client within the window."""
    parts = urlsplit(url)
    with selectors.DefaultSelector() as selector:
        opened = [Stream((parts.hostname, parts.port), model, seed) for seed in range(streams)]
        for stream in opened:
            selector.register(stream.connection, selectors.EVENT_READ, stream)
        start = time.monotonic() + WARM_UP_S
        tokens, now = 0, time.monotonic()
        while now < start + seconds:
            for key, _events in selector.select(1.0):
                count = key.data.read()
                tokens += count if now >= start else 0
            now = time.monotonic()
        for stream in opened:
            stream.connection.close()
    return tokens / (now - start)


def hand_over_s(url: str) -> float:
    """The server's own 99th percentile."""
    text = urllib.request.urlopen(url + "/metrics").read().decode()  # noqa: S310 - our own server
    return float(re.search(r'hand_over_seconds\{.*quantile="0.99"\} (\S+)', text)[1])


def bench(model: str, precision: str, seconds: float, rounds: int) -> bool:
    """Measure and print one model; tell whether its targets are met."""
    with running_engine(model, precision=precision) as engine:
        many = [throughput(engine.url, engine.model, 16, seconds)]
        hand_over = hand_over_s(engine.url)
        one = [throughput(engine.url, engine.model, 1, seconds)]
        for _round in range(rounds - 1):
            many.append(throughput(engine.url, engine.model, 16, seconds))
            one.append(throughput(engine.url, engine.model, 1, seconds))
    gain = statistics.median(many) / statistics.median(one)
    good = gain >= TARGETS[model] and hand_over <= HAND_OVER_TARGET_S
    print(
        f"{model:5} {precision:4}  1 stream {statistics.median(one):7.0f} tok/s   "
        f"16 streams {statistics.median(many):7.0f} tok/s   gain {gain:.2f}x (target {TARGETS[model]:g}x)   "
        f"hand-over p99 {hand_over * 1e3:.2f} ms (target 5 ms)   {'met' if good else 'MISSED'}",
        flush=True,
    )
    return good


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--precision", default="F16")
    parser.add_argument("--models", default="tiny,small")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"command  python {' '.join(sys.argv)}")
    print(f"machine  {platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"versions Python {platform.python_version()}, openvino-genai {version('openvino-genai')}")
    models = options.models.split(",")
    met = [bench(model, options.precision, options.seconds, options.rounds) for model in models]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
