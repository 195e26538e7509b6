"""The engine's processes start, end and never outlive their parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from isocost.core.errors import InputError, MeasurementError, MissingExtraError
from isocost.engine import PRESETS, running_engine, serve, server
from isocost.engine.gguf_file import cached_model

if TYPE_CHECKING:
    from isocost.engine import RunningEngine

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(find_spec("openvino_genai") is None, reason="the extra [engine] is not installed"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from /proc"),
]

MICRO = """
from isocost.architecture import LlamaDimensions
from isocost.engine import custom, running_engine, serve
dimensions = LlamaDimensions(layers=2, hidden_size=64, heads=2, kv_heads=1, head_size=32,
                             intermediate_size=128, vocabulary_size=512)
micro = custom(dimensions, name="micro", context_length=30_000)
"""
HOLD = (
    MICRO
    + """
with running_engine(micro) as engine:
    print(engine.url, flush=True)
    import time; time.sleep(60)
"""
)
SERVE = (
    MICRO
    + """
serve(micro, port=0, on_ready=lambda engine: print(engine.url, flush=True))
print("ended", flush=True)
"""
)


def parents() -> dict[int, int]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" (")
        except OSError:
            continue
        state, parent = rest.rpartition(") ")[2].split()[:2]
        if state != "Z":
            found[int(pid)] = int(parent)
    return found


def descendants(ancestor: int) -> set[int]:
    known, found = parents(), {ancestor}
    while more := {pid for pid, parent in known.items() if parent in found} - found:
        found |= more
    return found - {ancestor}


def all_gone(pids: set[int], within_s: float = 8.0) -> bool:
    until = time.monotonic() + within_s
    while pids & parents().keys():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def script(text: str) -> subprocess.Popen[str]:
    """Run `text` from standard input: a script that no child could run again."""
    process = subprocess.Popen(
        [sys.executable, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    process.stdin.write(text)
    process.stdin.close()
    process.stdin = None
    return process


def test_http_process_never_imports_openvino(tiny_engine: RunningEngine) -> None:
    loaded = {pid: "openvino" in Path(f"/proc/{pid}/maps").read_text() for pid in descendants(os.getpid())}
    assert tiny_engine.url
    (web,) = [pid for pid, parent in parents().items() if parent == os.getpid() and pid in loaded]
    assert loaded.pop(web) is False
    assert list(loaded.values()) == [True]
    assert "openvino" not in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_when_their_parent_is_killed(number: signal.Signals) -> None:
    with script(HOLD) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        children = descendants(process.pid)
        assert len(children) == 2
        process.send_signal(number)
        process.communicate(timeout=60)
        assert all_gone(children)


def test_children_end_when_their_parent_is_killed_while_they_start() -> None:
    with script(HOLD) as process:
        until = time.monotonic() + 10
        while len(children := descendants(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.005)
        assert len(children) == 2
        process.kill()
        assert process.stdout.read() == ""  # it had not come to its first word
        process.communicate(timeout=60)
        assert all_gone(children)


def test_ctrl_c_reaches_the_caller_alone() -> None:
    with script(HOLD) as process:
        process.stdout.readline()
        children = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        _out, errors = process.communicate(timeout=60)
        assert process.returncode != 0
        assert errors.count("Traceback") == 1  # the caller's own KeyboardInterrupt
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert all_gone(children)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    with script(SERVE) as process:
        url = process.stdout.readline().strip()
        children = descendants(process.pid)
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=10)) as connection:
            connection.request(
                "POST", "/v1/completions", json.dumps({"prompt": [1], "max_tokens": 25_000, "stream": True})
            )
            connection.getresponse().read(10)
            os.killpg(process.pid, number)
            out, errors = process.communicate(timeout=60)
        assert (process.returncode, out, errors) == (0, "ended\n", "")
        assert all_gone(children)


def test_children_end_with_the_block() -> None:
    before = descendants(os.getpid())
    children: set[int] = set()

    def fail_within() -> None:
        with running_engine("tiny"):
            children.update(descendants(os.getpid()) - before)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_within()
    assert len(children) == 2
    assert all_gone(children, within_s=0.5)


def test_a_dead_worker_breaks_off_the_answer() -> None:
    before = descendants(os.getpid())
    with running_engine("tiny") as engine:
        new = descendants(os.getpid()) - before
        (worker,) = [pid for pid in new if parents()[pid] in new]
        with closing(HTTPConnection(urlsplit(engine.url).netloc, timeout=10)) as connection:
            body = {"prompt": [1], "max_tokens": 2000, "ignore_eos": True, "stream": True}
            connection.request("POST", "/v1/completions", json.dumps(body))
            response = connection.getresponse()
            response.read(10)
            os.kill(worker, signal.SIGKILL)
            rest = response.read()
        assert b'"type":"server_error"' in rest
        assert b"[DONE]" not in rest


def test_a_port_in_use_is_one_sentence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError) as caught:
            serve("tiny", port=port)
    assert str(caught.value) == (
        f"cannot listen at 127.0.0.1 port {port}: Address already in use; choose another one with --port"
    )


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("127.0.0.1", 70_000, "the port must be a whole number from 0 to 65535, got 70000"),
        (
            "256.1.1.1",
            0,
            "cannot listen at '256.1.1.1': Name or service not known; give an address of this machine",
        ),
        ("a" * 64, 0, f"cannot listen at '{'a' * 64}': no name of a host; give an address of this machine"),
    ],
)
def test_an_impossible_address_is_one_sentence(host: str, port: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        serve("tiny", host=host, port=port)
    assert str(caught.value) == message


def test_an_unknown_model_is_one_sentence() -> None:
    with pytest.raises(InputError) as caught, running_engine("huge"):
        pass
    assert str(caught.value) == (
        "no model 'huge'; give tiny, small, smollm2-135m or the path of a file that ends in .gguf"
    )


def test_serves_a_file_and_knows_its_precision(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.symlink_to(cached_model(PRESETS["tiny"], precision="Q8_0"))
    with running_engine(path) as engine:
        assert (engine.model, engine.deployment.name) == ("mine", "mine Q8_0")
        assert engine.deployment.parameters == 15_735_936
    with pytest.raises(InputError, match=r"mine.gguf holds Q8_0 weights; leave the precision F16 out$"):
        server.find_model(path, precision="F16")


def test_a_file_that_the_engine_cannot_load_is_one_sentence(tmp_path: Path) -> None:
    data = cached_model(PRESETS["tiny"]).read_bytes()
    path = tmp_path / "broken.gguf"
    path.write_bytes(data.replace(b"blk.3.ffn_up.weight", b"blk.3.ffn_xx.weight"))
    with (
        pytest.raises(
            InputError, match=rf"^the engine cannot load {path} \(.+\); is it a whole model"
        ) as caught,
        running_engine(path),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_too_little_time_is_one_sentence() -> None:
    with pytest.raises(MeasurementError) as caught, running_engine("tiny", timeout_s=0.01):
        pass
    assert str(caught.value) == (
        "the embedded engine's server did not start within 0.01 s; try a smaller model"
    )


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError) as caught:
        serve("tiny", port=0)
    assert str(caught.value) == (
        "the embedded engine needs the extra [engine]: pip install 'isocost[engine]'"
    )
