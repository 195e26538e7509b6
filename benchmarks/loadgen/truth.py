"""The truth server: built from C, run on a core of its own, its log read back."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
_CACHE = HERE / ".built"


@dataclass(frozen=True)
class Log:
    """What the server knows of a run; instants in seconds on the machine's monotonic clock."""

    read_at_s: np.ndarray
    token_at_s: np.ndarray  # requests x tokens
    cpu_s: float

    @property
    def ttft_s(self) -> np.ndarray:
        return self.token_at_s[:, 0] - self.read_at_s

    @property
    def gaps_s(self) -> np.ndarray:
        return np.diff(self.token_at_s, axis=1)

    @property
    def seconds(self) -> float:
        return float(self.token_at_s.max() - self.read_at_s.min())

    def latest(self, count: int) -> Log:
        """Leave out what was asked before the last `count` requests: looking at the server, warming up."""
        chosen = np.argsort(self.read_at_s)[-count:]
        return Log(self.read_at_s[chosen], self.token_at_s[chosen], self.cpu_s)

    def fastest(self, count: int) -> float | None:
        """Return the highest rate, requests a second, of any `count` in a row."""
        read_at_s = np.sort(self.read_at_s)
        return (
            None if read_at_s.size <= count else count / float((read_at_s[count:] - read_at_s[:-count]).min())
        )


@dataclass(frozen=True)
class Truth:
    """A truth server that runs."""

    url: str
    pid: int

    def _get(self, path: str) -> dict[str, Any]:
        context = ssl.create_default_context() if self.url.startswith("https") else None
        if context is not None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(self.url + path, timeout=60, context=context) as answer:  # noqa: S310
            return json.load(answer)

    def forget(self) -> None:
        self._get("/forget")

    def first_read_at_s(self, tokens: int) -> tuple[float, float]:
        """Return when the first request of any kind was read since `forget`, and the first of `tokens`."""
        said = self._get("/log")
        return said["first_at_s"], min(row[2] for row in said["requests"] if row[1] == tokens)

    def log(self, tokens: int) -> Log:
        """Return the log of all requests that were answered with `tokens` tokens."""
        said = self._get("/log")
        rows = [row[2:] for row in said["requests"] if row[1] == tokens and len(row) == tokens + 3]
        table = np.array(rows, dtype=float).reshape(-1, tokens + 1)
        return Log(table[:, 0], table[:, 1:], said["cpu_s"])


def built(name: str) -> Path:
    """Compile ``name.c`` if it is newer than what was compiled."""
    source, program = HERE / f"{name}.c", _CACHE / name
    if not program.is_file() or program.stat().st_mtime < source.stat().st_mtime:
        _CACHE.mkdir(exist_ok=True)
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", "-o", str(program), str(source), "-ldl"], check=True)
    return program


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and its key."""
    paths = folder / "certificate.pem", folder / "key.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-out", str(paths[0]), "-keyout", str(paths[1]), *subject],
        check=True, capture_output=True,
    )  # fmt: skip
    return paths


@contextmanager
def running_truth(*, first_s: float, gap_s: float, cpu: int, tls: bool = False) -> Iterator[Truth]:
    """Run the server, pinned to `cpu` (-1: to none), and always stop it."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(path) for path in certificate(Path(folder))] if tls else []
        command = [str(built("truth_server")), str(first_s), str(gap_s), str(cpu), *files]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline())
                yield Truth(f"{'https' if tls else 'http'}://127.0.0.1:{port}", process.pid)
            finally:
                process.kill()
