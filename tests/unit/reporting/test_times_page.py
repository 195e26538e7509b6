"""Pages of fits and of trends are small, closed, and take any name for text."""

import csv
import re

import numpy as np
import pytest

from doubles.hostile import NAMES
from isocost.exchange import TimesFormat
from isocost.reporting import times_page, trends_page
from isocost.studies.table_trends import table_trends
from isocost.studies.times import TimesQuestion, fit_times
from isocost.studies.trends import TrendQuestion


@pytest.fixture
def table(tmp_path):
    def write(names, sizes=((1, 1), (1, 8), (64, 1), (64, 8), (128, 1), (128, 8))):
        rng = np.random.default_rng(3)
        rows = [
            (
                name,
                p,
                o,
                trial,
                f"2026-01-0{1 + trial % 2}",
                0.1 + 0.001 * p + 0.02 * o + 0.001 * rng.random(),
            )
            for name in names
            for p, o in sizes
            for trial in range(4)
        ]
        path = tmp_path / "times.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["model", "prompt_tokens", "output_tokens", "trial", "date", "runtime_s"])
            writer.writerows(rows)
        return path

    return write


def closed(page):
    assert len(page.encode()) < 300 * 1024
    assert page.count("<script>") == 1
    assert not re.search(r"<[^>]+\s(on\w+|src|href|style|srcdoc|action)\s*=", page)
    assert set(re.findall(r"https?://[^\s\"'<;&]+", page)) <= {"http://www.w3.org/2000/svg"}


HOSTILE = [name for name in NAMES if name.strip() and name.isprintable()][:6]


@pytest.mark.parametrize("denoised", [False, True])
def test_names_from_outside_stay_text(table, denoised):
    report = fit_times(table(HOSTILE), TimesQuestion(denoised=denoised), TimesFormat(ignore=("date",)))
    closed(times_page(report))


def test_trends_take_any_name(table):
    path = table(HOSTILE)
    closed(trends_page(table_trends(path, TrendQuestion(drift="date"))))


def test_many_sizes_become_dots_and_two_prompts(table):
    sizes = [(p, o) for p in (1, 2, 4, 8, 16, 32) for o in (1, 2, 4, 8)]
    report = fit_times(table(["m"], sizes), TimesQuestion(), TimesFormat(ignore=("date",)))
    page = times_page(report)
    assert "To the last token: the shortest and the longest prompt of many." in page
    last = page[page.index(">To the last token<") : page.index(">Measured against model<")]
    assert {int(p) for p in re.findall(r"<title>(\d+) in, \d+ out", last)} == {1, 32}
    rest = page[page.index(">Measured against model<") : page.index("Points: medians")]
    assert rest.count("<circle") == 24  # a dot for each size
    few = times_page(fit_times(table(["m"]), TimesQuestion(), TimesFormat(ignore=("date",))))
    assert "128 in, 8 out</text>" in few  # a row for each size


def test_several_models_are_summed_up_and_told_in_a_table(table):
    report = fit_times(table(["a", "b"]), TimesQuestion(), TimesFormat(ignore=("date",)))
    head = re.search("<h1>(.*?)</h1>", times_page(report)).group(1)
    assert re.fullmatch(
        r"A further token takes \d+\.\d+ ms \[.*\] on [ab] to \d+\.\d+ ms \[.*\] on [ab]\.", head
    )
