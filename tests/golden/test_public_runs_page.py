"""The page on the public runs of arXiv 2606.11690: tables up to date, and a text true to the files."""

import csv
import math
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared/data/patil2026"
PAGE = ROOT / "docs/studies/public-h100-a100.md"
BESIDE = ("machine", "public_pictures", "public_runs")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def told():
    """Return the text of the page on one line."""
    return re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8").replace("**", ""))


def numbers(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not here; it is no part of the project")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def runs():
    """Return plain numbers by configuration and rate, read without the code under test."""
    return {(row["config"], float(row["rps"])): row for row in numbers(FOLDER / "runs.csv")}


@pytest.fixture(scope="module")
def longer():
    return {float(row["rps"]): row for row in numbers(FOLDER / "stability_c2.csv")}


def share_in_flight(row):
    return float(row["rps"]) * float(row["e2el_p50_ms"]) / 1000 / 500


def test_tables_are_those_that_the_script_writes(monkeypatch, runs):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    try:
        import public_runs

        page = PAGE.read_text(encoding="utf-8")
        assert public_runs.filled(page, dict(public_runs.blocks())) == page, (
            "run: python benchmarks/public_runs.py --page"
        )
    finally:
        for name in BESIDE:
            sys.modules.pop(name, None)


def test_how_many_runs_were_levels(runs, told):
    shares = {key: share_in_flight(row) for key, row in runs.items()}
    never = {key for key, share in shares.items() if share >= 1}
    partly = {key for key, share in shares.items() if 0.15 <= share < 1}
    assert f"Of {len(shares)} runs {len(never)} never were in a steady state" in told
    assert f"{len(partly)} were partly steady, {len(shares) - len(never) - len(partly)} steady" in told
    assert max(rate for name, rate in runs if (name, rate) not in never | partly) == 10
    usable = {name: sum(1 for key in runs if key[0] == name and key not in never) for name, _ in runs}
    assert set(usable.values()) == {3, 4}
    most = {}
    for (name, _), row in runs.items():
        most[name] = max(most.get(name, 0), float(row["request_throughput"]))
    h100 = [rate for name, rate in most.items() if name.startswith("C")]
    assert f"{min(h100):.0f} to {max(h100):.0f} requests per second" in told


@pytest.mark.parametrize("name", ["cost", "steadiness"])
def test_a_picture_shows_each_run_once(runs, name):
    drawn = ElementTree.parse(ROOT / f"docs/images/public-runs-{name}.svg")  # noqa: S314 - our own file
    groups = [each.get("class") for each in drawn.iter(f"{SVG}g")]
    never = sum(share_in_flight(row) >= 1 for row in runs.values())
    assert (groups.count("open"), groups.count("full")) == (never, len(runs) - never)


def test_requests_are_of_one_length(runs):
    for row in runs.values():
        assert float(row["tps_output"]) / float(row["request_throughput"]) == pytest.approx(256, rel=1e-3)


def test_short_runs_beside_longer_ones(runs, longer, told):
    def ratio(rate, theirs, ours):
        return float(longer[rate][theirs]) / float(runs["C2", rate][ours])

    assert abs(ratio(50, "ceff_mean", "c_eff_per_mtok") - 1) < 0.003
    assert max(abs(ratio(rate, "ceff_mean", "c_eff_per_mtok") - 1) for rate in (1, 10)) < 0.004
    first, whole = ratio(50, "ttft_p50_mean_ms", "ttft_p50_ms"), ratio(50, "e2el_p50_mean_ms", "e2el_p50_ms")
    assert f"TTFT is {first:.1f} times and E2E {whole:.1f} times as long" in told
    short = 1 - 1 / ratio(100, "ceff_mean", "c_eff_per_mtok")
    assert f"the short run is too cheap by {short:.0%}".replace("%", " %") in told
    fall = 1 - float(runs["C2", 100]["c_eff_per_mtok"]) / float(runs["C2", 50]["c_eff_per_mtok"])
    assert f"in the short runs (by {100 * fall:.1f} %)" in told
    wait = float(longer[50]["e2el_p50_mean_ms"]) - float(longer[50]["ttft_p50_mean_ms"])
    assert wait / 255 > 2 * 50  # the promise of 50 ms, missed by a factor of two
    assert float(longer[50]["tps_mean"]) / 256 == pytest.approx(30, abs=0.5)


def test_the_loss_in_overload_and_its_interval(longer, told):
    from scipy import stats

    # Welch: two means of three runs, from coefficients of variation, on logarithms
    parts = [float(longer[rate]["tps_cv_pct"]) ** 2 / 1e4 / 3 for rate in (50, 100)]
    loss = math.log(float(longer[50]["tps_mean"]) / float(longer[100]["tps_mean"]))
    freedom = sum(parts) ** 2 / sum(part**2 / 2 for part in parts)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(sum(parts))
    low, value, high = (100 * math.expm1(loss + step * half) for step in (-1, 0, 1))
    assert f"{value:.1f} % [{low:.1f}, {high:.1f}]" in told


def test_derived_time_per_token_agrees_with_the_told_one(runs):
    for rate in (1, 10, 50, 100):
        row = runs["C2", rate]
        derived = (float(row["e2el_p50_ms"]) - float(row["ttft_p50_ms"])) / 255
        assert derived == pytest.approx(float(row["tpot_p50_ms"]), rel=0.01)


def test_the_cost_of_idling(runs, told):
    over = {name: float(runs[name, 1.0]["underutil_penalty"]) for name, _ in runs}
    assert f"{min(over.values()):.0f} to {max(over.values()):.0f} times" in told


def test_returns_fall_along_every_row(runs, told):
    seen = {"C": [], "A": []}
    for name in dict.fromkeys(name for name, _ in runs):
        kept = [row for (mine, _), row in runs.items() if mine == name and share_in_flight(row) < 1]
        kept.sort(key=lambda row: float(row["rps"]))
        speeds = [math.log(float(row["tps_output"])) for row in kept]
        flights = [math.log(float(row["request_throughput"]) * float(row["e2el_p50_ms"])) for row in kept]
        slopes = [(speeds[i + 1] - speeds[i]) / (flights[i + 1] - flights[i]) for i in range(len(speeds) - 1)]
        assert slopes == sorted(slopes, reverse=True)
        seen[name[0]].append(slopes[1])
    assert f"{min(seen['C']):.2f} to {max(seen['C']):.2f} % more tokens on H100" in told
    assert f"{min(seen['A']):.2f} to {max(seen['A']):.2f} % on A100" in told


def test_energy_and_its_doubt(runs, told):
    def joules(rate):
        return {
            name: float(runs[name, rate]["gpu_power_w"]) / float(runs[name, rate]["tps_output"])
            for name in dict.fromkeys(name for name, _ in runs)
        }

    at_one, at_five = joules(1.0), joules(5.0)
    shares = [100 * at_five[name] / at_one[name] for name in at_one]
    assert (
        f"takes {min(at_five.values()):.2f} to {max(at_five.values()):.2f} J, "
        f"{min(shares):.0f} to {max(shares):.0f} % of what it takes at 1/s"
    ) in told
    busy = {rate: float(runs["C1", rate]["gpu_util_pct"]) for rate in (5, 10, 100)}
    assert f"from {busy[5]:.0f} % at 5/s to {busy[100]:.0f} % at 100/s" in told
    assert f"({busy[10]:.0f} % busy on C1)" in told
    lasting = [500 / float(runs[name, 100.0]["request_throughput"]) for name in at_one if name[0] == "C"]
    assert f"on H100 runs at 100/s last {min(lasting):.0f} to {max(lasting):.0f} s" in told
    watts = float(runs["C1", 5.0]["gpu_power_w"])
    hour = watts / 1000 * 1.54 * 0.09
    assert f"{watts:.0f} W (C1 at 5/s)" in told
    assert f"is {hour:.3f} USD an hour, {100 * hour / 6.98:.1f} % of the 6.98 paid" in told
    for rate, apart in ((1, 0.05), (5, 0.01)):
        two = [float(runs[name, rate]["gpu_power_w"]) for name in ("C2", "C4")]
        assert abs(two[0] - two[1]) < apart
