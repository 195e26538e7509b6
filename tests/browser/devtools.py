"""A page that stays open under its own policy: clicks, keys, and what it downloads."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 30.0
LAUNCH = """
import os, sys
ends = [os.dup(int(end)) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)  # the browser reads commands from 3 and writes answers to 4
os.dup2(ends[1], 4)
for end in (3, 4):
    os.set_inheritable(end, True)
os.execvp(sys.argv[3], sys.argv[3:])
"""


@dataclass
class Session:
    """Speaks the browser's debugging protocol through a pipe: messages in JSON, each ended by a null byte."""

    reading: int
    writing: int
    page: str = ""
    last: int = 0
    rest: bytes = b""
    errors: list[str] = field(default_factory=list)

    def call(self, method: str, *, whole: bool = False, **params: Any) -> Any:
        """Ask the page, or the whole browser, and return the answer."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.page and not whole:
            message["sessionId"] = self.page
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.errors.append(json.dumps(answer["params"]))
            if answer.get("id") == self.last:
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            more = os.read(self.reading, 1 << 20)
            assert more, "the browser hung up"
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def hover(self, selector: str) -> None:
        """Put the pointer on the middle of an element."""
        node = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{node}.scrollIntoView({{block: 'center'}})")
        x, y = self.evaluate(
            f"((r) => [r.x + r.width / 2, r.y + r.height / 2])({node}.getBoundingClientRect())"
        )
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)


@contextlib.contextmanager
def opened(program: str, flags: tuple[str, ...], page: Path, folder: Path) -> Iterator[Session]:
    """Open a page from its file; downloads go to `folder`."""
    to_browser, writing = os.pipe()
    reading, from_browser = os.pipe()

    profile = f"--user-data-dir={folder / 'profile'}"
    command = [program, *flags, profile, "--remote-debugging-pipe", "--window-size=1200,1600"]
    browser = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(to_browser), str(from_browser), *command],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield _load(Session(reading, writing), page, folder)
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        os.close(writing)
        os.close(reading)


def _load(session: Session, page: Path, folder: Path) -> Session:
    target = session.call("Target.createTarget", url="about:blank")["targetId"]
    session.page = session.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log"):
        session.call(f"{domain}.enable")
    session.call("Browser.setDownloadBehavior", whole=True, behavior="allow", downloadPath=str(folder))
    session.call("Page.navigate", url=page.as_uri())
    until(lambda: session.evaluate("document.readyState === 'complete' && location.protocol === 'file:'"))
    return session


def until(condition: Any) -> Any:
    """Wait until a condition holds and return what it returned."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
