"""A study of a hostile server: whatever it and its user name attacks whoever looks at it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from doubles.bad_weather import answer, bad_weather, json_reply
from doubles.hostile import NAMES
from isocost.cli import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MODEL = " ".join(name for name in NAMES if len(name) < 1000)
DEPLOYMENT = f"../../{MODEL}"
STAGE = f"/../{MODEL}"


def serving(calls_to: str) -> Any:
    """Serve a model of that name; every text names an address, too, which must not be asked."""
    bait = f"<img src={calls_to}><svg onload=fetch('{calls_to}')>{MODEL}"

    def script(number: int, path: str, body: Any) -> Sequence[Any]:
        if path.endswith("/models"):
            return json_reply("200 OK", {"data": [{"id": MODEL, "owned_by": bait}]})
        if path.endswith("/version"):
            return json_reply("200 OK", {"version": bait})
        if not path.endswith("completions"):
            return json_reply("404 Not Found", {"error": {"message": bait}})
        if isinstance(body, dict) and body.get("max_tokens") == 3 and number % 4 == 0:
            return json_reply("500 Oops", {"error": {"message": bait}})
        return answer(body["max_tokens"])

    return script


def run(*words: object) -> int:
    """Carry out a command in this process; return its exit status."""
    before = sys.argv
    sys.argv = ["isocost", *map(str, words)]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


def hostile_study(folder: Path, calls_to: str) -> int:
    """Measure such a server into `folder`; return the exit status."""
    with bad_weather(serving(calls_to)) as server:
        names = ["--deployment", DEPLOYMENT, "--stage", STAGE]
        sizes = ["--isl", 4, "--osl", 3, "--num-requests", 24, "--repeats", 1, "--concurrency", "1,2"]
        return run("measure", "load", server.url, "--out", folder, *names, *sizes)
