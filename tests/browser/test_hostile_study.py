"""The page of a study that a hostile server named: no script of it runs, nobody is called."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from browser.test_report import listener
from doubles.hostile_study import hostile_study, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser


def test_the_page_of_a_hostile_study_runs_nothing_and_calls_nobody(
    browser: Any, tmp_path: Path, capsys: Any
) -> None:
    study = tmp_path / "study"
    with listener() as (port, calls):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert hostile_study(study, f"http://127.0.0.1:{port}/canary") == 0
        assert run("report", study, "--price-per-hour", 1, "--slo", "ttft.p50=1s") == 0
        page = (study / "report.html").read_text(encoding="utf-8")
        seen = browser.dom(page, fragment="price=2")
    assert calls == []
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src &#x27;none&#x27;" in policy[1] or "default-src 'none'" in policy[1]
    title = re.search(r"<head>.*?<title>(.*?)</title>", seen, re.DOTALL)
    assert title is not None
    assert "isocost report" in title[1]
    assert not re.search(r"<(img|iframe|link|a|math|base|object|embed)\b", seen)
    assert not re.search(
        r"\son\w+=", re.sub(r"<script.*?</script>", "", seen, flags=re.DOTALL).split("<body")[0]
    )
    assert seen.count("<script") == page.count("<script")
    assert "pwned" in seen  # the names did reach the page, as text
