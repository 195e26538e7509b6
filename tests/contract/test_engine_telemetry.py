"""The embedded engine phones nobody, though openvino would."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from isocost.engine import PRESETS, cached_model

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(find_spec("openvino_genai") is None, reason="the extra [engine] is not installed"),
]

# Runs in every Python process of the test, forks included: notes each name asked for and each connection
# that would leave this machine, and lets none through.
TRAP = """
import os, socket

def note(*what):
    with open(os.environ["TRAP_NOTES"], "a") as notes:
        print(*what, file=notes)

def trapped(method, kind, place):
    def call(*arguments, **rest):
        address = arguments[place]
        host = address[0] if isinstance(address, tuple) else address if kind == "dns" else None
        if host not in (None, "127.0.0.1", "::1", ""):
            note(kind, host)
            raise OSError("trapped")
        return method(*arguments, **rest)
    return call

socket.socket.connect = trapped(socket.socket.connect, "connect", 1)
socket.socket.connect_ex = trapped(socket.socket.connect_ex, "connect", 1)
socket.socket.sendto = trapped(socket.socket.sendto, "sendto", -1)
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, trapped(getattr(socket, name), "dns", 0))
if os.environ.get("WITHOUT_GUARD"):
    import isocost.engine.pipeline
    isocost.engine.pipeline.silence_telemetry = lambda: None
"""
RUN = """
import json, urllib.request
from isocost.engine import running_engine
with running_engine("tiny") as engine:
    body = json.dumps({"prompt": [1], "max_tokens": 3}).encode()
    print(urllib.request.urlopen(engine.url + "/v1/completions", body).status)
"""


def run_trapped(folder: Path, **change: str) -> tuple[str, list[str]]:
    """Notes of the trap and files in a fresh HOME after the engine has run in it."""
    (folder / "home").mkdir()
    (folder / "trap").mkdir()
    (folder / "trap" / "sitecustomize.py").write_text(TRAP)
    notes = folder / "notes"
    notes.touch()
    hidden = ("CI", "TF_BUILD", "JENKINS_URL", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(cached_model(PRESETS["tiny"]).parents[1]),
        "PYTHONPATH": str(folder / "trap"),
        "TRAP_NOTES": str(notes),
        **change,
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "200\n"
    time.sleep(0.5)  # telemetry leaves a child behind that sends
    files = [str(path.relative_to(folder)) for path in (folder / "home").rglob("*") if path.is_file()]
    return notes.read_text(), files


def test_nothing_is_sent_and_no_file_is_left(tmp_path: Path) -> None:
    assert run_trapped(tmp_path) == ("", [])


def test_the_trap_catches_openvino_without_the_guard(tmp_path: Path) -> None:
    if find_spec("openvino_telemetry") is None:
        pytest.skip("this openvino brings no telemetry")
    notes, files = run_trapped(tmp_path, WITHOUT_GUARD="1")
    assert "google-analytics" in notes
    assert files
