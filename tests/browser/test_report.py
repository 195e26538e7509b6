"""The report in a real browser: names stay text, prices can be tried, nothing asks the network."""

from __future__ import annotations

import contextlib
import html
import re
import socketserver
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import PRICE, study_report
from isocost.core.estimate import Caution
from isocost.reporting import html_page
from isocost.studies.report import Assumption, StudyReport

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


def costs(page: str) -> list[str]:
    """All costs shown in sentences and tables, as text."""
    cells = re.findall(
        r'<span class="cost[^"]*"[^>]*>((?:<span.*?</span>)?(?:<small.*?</small>)?[^<]*)</span>', page
    )
    return [html.unescape(re.sub("<[^>]+>", " ", cell)).strip() for cell in cells]


def axis_numbers(page: str) -> list[list[str]]:
    """The numbers of every axis of costs."""
    axes = re.findall(r'<g class="axis" data-low.*?</g>', page, re.DOTALL)
    return [re.findall(r"<text[^>]*>([^<]+)</text>", axis) for axis in axes]


def tips(page: str) -> list[str]:
    """All tooltips that hold a cost."""
    return [html.unescape(tip) for tip in re.findall(r'<title class="cost-tip"[^>]*>([^<]*)</title>', page)]


@contextlib.contextmanager
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that notes whoever calls."""
    calls: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            calls.append(self.request.recv(1000))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], calls
        server.shutdown()
        thread.join()


def hostile_report(port: int) -> StudyReport:
    """A report whose every text attacks."""
    address = f"http://127.0.0.1:{port}/canary"
    more = (
        f"<img src={address}>",
        f'<link rel="stylesheet" href="{address}"><style>@import url({address});</style>',
        f'"><iframe src="{address}"></iframe><meta http-equiv="refresh" content="0;url={address}">',
    )
    report = study_report(names=(*NAMES[:3], more[0]))
    return replace(
        report,
        name=NAMES[0],
        assumptions=tuple(Assumption(name=name, value=name, source=name) for name in (*NAMES, *more)),
        cautions=tuple(Caution(name, name) for name in (*NAMES, *more)),
    )


def test_hostile_names_run_nothing_and_call_nobody(browser: Any) -> None:
    with listener() as (port, calls):
        page = html_page(hostile_report(port))
        seen = browser.dom(page, fragment="price=1&ttft.p95=0.2")
    title = re.search(r"<head>.*?<title>(.*?)</title>", seen, re.DOTALL)
    assert title is not None
    assert "isocost report" in title[1]  # "pwned" alone, had anything run
    assert calls == []
    assert not re.search(r"<(img|iframe|link|a)\b", seen)
    assert seen.count("<script") == page.count("<script") == 8  # seven of ours, and the data
    assert "tried here" in seen


def test_the_canary_would_be_heard(browser: Any) -> None:
    with listener() as (port, calls):
        script = "document.title = 'pwned'"
        page = f"<title>x</title><img src=http://127.0.0.1:{port}/canary><script>{script}</script>"
        seen = browser.dom(page)
    assert calls
    assert "<title>pwned</title>" in seen


def test_a_price_tried_in_the_page_reads_like_one_given_in_the_report(browser: Any) -> None:
    dearer = replace(PRICE, usd_per_hour=6.98)
    expected = html_page(study_report(price=dearer))
    seen = browser.dom(html_page(study_report()), fragment="price=6.98")
    assert costs(expected)
    assert costs(seen) == costs(expected)
    assert tips(seen) == tips(expected)
    assert axis_numbers(expected)
    assert axis_numbers(seen) == axis_numbers(expected)
    assert "($6.98/h for the deployment, tried here)" in seen


def test_an_unknown_price_can_be_tried(browser: Any) -> None:
    expected = html_page(study_report())
    unknown = html_page(study_report(price=None))
    seen = browser.dom(unknown, fragment="price=0.0857")
    assert costs(seen)[0] == costs(expected)[0]
    assert axis_numbers(seen) == axis_numbers(expected)
    assert "machine-seconds" not in costs(seen)[0]
    assert ">USD</span> per M output" in seen


@pytest.mark.parametrize("price", ["-1", "abc", "1e999", ""])
def test_what_is_no_price_changes_nothing(browser: Any, price: str) -> None:
    page = html_page(study_report())
    assert costs(browser.dom(page, fragment=f"price={price}")) == costs(page)


def test_light_and_dark_differ(browser: Any) -> None:
    page = html_page(study_report(stacks=1))
    light = browser.first_pixel(page, fragment="theme=light")
    dark = browser.first_pixel(page, fragment="theme=dark")
    assert min(light) > 230
    assert max(dark) < 50
    assert browser.first_pixel(page, "--blink-settings=preferredColorScheme=0") == dark
    assert browser.first_pixel(page, "--blink-settings=preferredColorScheme=1") == light
