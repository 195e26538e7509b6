"""A headless Chromium, or a reason to skip."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Browser:
    """Opens one page at a time, in a fresh profile."""

    program: str
    folder: Path

    def run(self, page: str, *flags: str, fragment: str = "") -> str:
        """Write `page` to a file, open it and return what the browser prints."""
        file = self.folder / "page.html"
        file.write_text(page, encoding="utf-8")
        profile = f"--user-data-dir={self.folder / 'profile'}"
        command = [self.program, *FLAGS, profile, *flags, f"{file.as_uri()}#{fragment}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def dom(self, page: str, fragment: str = "") -> str:
        """Return the document after its scripts ran."""
        return self.run(page, "--dump-dom", fragment=fragment)

    def evaluate(self, page: str, script: str) -> Any:
        """Run an asynchronous function body in `page`, freed of its policy; return what it returns."""
        freed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        code = f"""<script>(async () => {{
          const answer = await (async () => {{ {script} }})();
          const pre = document.createElement("pre");
          pre.id = "answer";
          pre.textContent = JSON.stringify(answer);
          document.body.append(pre);
        }})();</script>"""
        seen = self.run(
            freed.replace("</body>", f"{code}</body>"), "--dump-dom", "--virtual-time-budget=20000"
        )
        found = re.search(r'<pre id="answer">(.*?)</pre>', seen, re.DOTALL)
        assert found is not None, "the script ended with an error"
        return json.loads(html.unescape(found[1]))

    def first_pixel(self, page: str, *flags: str, fragment: str = "") -> tuple[int, int, int]:
        """Return the colour of the page's upper left corner."""
        picture = self.folder / "page.png"
        self.run(page, f"--screenshot={picture}", "--window-size=500,300", *flags, fragment=fragment)
        return first_pixel(picture.read_bytes())


def first_pixel(png: bytes) -> tuple[int, int, int]:
    """Read the first pixel of a PNG; as no pixel precedes it, every row filter leaves it as it is."""
    data, place = b"", 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + size]
        place += 12 + size
    row = zlib.decompress(data)
    return row[1], row[2], row[3]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """Return a headless Chromium; without one, skip, or fail where ISOCOST_REQUIRE_BROWSER=1 forbids that."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        message = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get("ISOCOST_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return Browser(program, tmp_path)
