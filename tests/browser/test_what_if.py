"""What is tried in the page, against the library called with the same values."""

from __future__ import annotations

import html
import json
import math
import random
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from doubles.study_reports import nothing_qualifies, runtime_only, study_report
from isocost.core.service_level import parse_service_level
from isocost.economics import capital_recovery_factor, hourly_parts
from isocost.reporting import format as words
from isocost.reporting import html_page
from isocost.reporting.document import Part
from isocost.reporting.markup import Markup, shorten
from isocost.reporting.verdict import verdict_of
from isocost.studies.machine import find_machine
from isocost.studies.sweeps import FileQuestion, report_files

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.studies.report import StudyReport

pytestmark = pytest.mark.browser

ROWS = (  # gpus, concurrency, tokens/s out, in, requests/s, TTFT p95 ms, TPOT p50 ms, USD/h
    (1, 1, 98.0, 294.0, 0.765625, 41.0, 10.1, 2.1),
    (1, 8, 640.0, 1920.0, 5.0, 66.0, 12.0, 2.1),
    (1, 32, 1650.0, 4950.0, 12.890625, 190.0, 17.8, 2.1),
    (1, 64, 2060.0, 6180.0, 16.09375, 880.0, 27.4, 2.1),
    (2, 1, 150.0, 450.0, 1.171875, 33.0, 6.5, 4.2),
    (2, 8, 1020.0, 3060.0, 7.96875, 48.0, 7.6, 4.2),
    (2, 32, 2840.0, 8520.0, 22.1875, 120.0, 10.5, 4.2),
    (2, 64, 3900.0, 11700.0, 30.46875, 410.0, 14.6, 4.2),
)
TRY = """
const wait = () => new Promise((done) => setTimeout(done, 2));
const form = document.querySelector(".what-if");
const text = (selector) => document.querySelector(selector)?.textContent ?? null;
const shown = () => document.querySelector("main").innerHTML.replace(/ data-state="[^"]*"/, "");
const own = shown();
const found = [];
for (const steps of SCENARIOS) {
  form.reset();
  await wait();
  const back = shown() === own;
  for (const [id, value] of steps) {
    const node = document.getElementById(id);
    if (typeof value === "boolean") node.checked = value;
    else node.value = value;
    node.dispatchEvent(new Event("input", { bubbles: true }));
  }
  found.push({
    back,
    ...JSON.parse(document.getElementById("what-if-data").dataset.state),
    verdict: text("h1") + text(".lead"),
    said: text(".said"),
    field: document.getElementById("price")?.value ?? null,
    cells: Array.from(document.querySelectorAll("td .cost")).map((node) => Number(node.dataset.usd)),
    judged: Array.from(document.querySelectorAll(".judged, td.added")).map((node) => node.textContent),
    bold: Array.from(document.querySelectorAll(".in-zone")).map((node) => node.dataset.level),
    zones: document.querySelectorAll("#cost .zone").length,
    hollow: document.querySelectorAll("#cost .wide .open").length,
    intervals: document.querySelectorAll("td .cost small").length,
    halo: document.querySelector(".halo")?.closest("[data-level]").dataset.level ?? null,
    bounds: Array.from(document.querySelectorAll(".bound-label")).map((node) => node.textContent),
    bars: Array.from(document.querySelectorAll(".wide .waterfall title")).map((node) => node.textContent),
    notes: document.querySelectorAll(".stays:not([hidden])").length,
  });
}
return found;
"""


def sweep(folder: Path, *, repeats: int = 1, priced: bool = False) -> Path:
    """A file of two sweeps; repeats differ by up to 1 %."""
    spread = random.Random(7)  # noqa: S311 - made-up noise
    head = "gpus,concurrency,output_tokens_per_second,input_tokens_per_second,requests_per_second"
    lines = [f"{head},ttft_p95_ms,tpot_p50_ms,requests,repeat" + (",price_usd_per_hour" if priced else "")]
    for gpus, users, out, into, rate, ttft, tpot, usd in ROWS:
        for repeat in range(repeats):
            by = 1 + (0.01 * spread.uniform(-1, 1) if repeats > 1 else 0)
            cells = (gpus, users, out * by, into * by, rate * by, ttft * by, tpot, 4000, repeat)
            lines.append(",".join(str(cell) for cell in (*cells, *((usd,) if priced else ()))))
    file = folder / "sweep.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def tried(browser: Any, report: StudyReport, scenarios: list[list[tuple[str, Any]]]) -> list[dict[str, Any]]:
    """What the page shows in each scenario; before each one it must have come back as it was."""
    script = f"const SCENARIOS = {json.dumps(scenarios)};{TRY}"
    found: list[dict[str, Any]] = browser.evaluate(html_page(report), script)
    assert [each["back"] for each in found] == [True] * len(scenarios)
    return found


def promised(*levels: str) -> FileQuestion:
    return FileQuestion(price_usd_per_hour=4.2, service_levels=levels)


# ---- the hour of an owned machine


@pytest.mark.parametrize("machine", ["2xa800-owned", "8xh100-owned", "server-2core-owned"])
def test_the_hour_of_an_owned_machine_is_the_librarys(browser: Any, tmp_path: Path, machine: str) -> None:
    report = report_files([sweep(tmp_path)], FileQuestion(machine=machine))
    owned = find_machine(machine)
    given = {name: each.value for name, each in owned.profile.parameters.items()}  # type: ignore[union-attr]
    tries = [
        (u, e) for u, e in product((1.0, 0.5, 0.137, 0.02), (0.0, 0.12, 2.5)) if u != given["utilization"]
    ]
    scenarios: list[list[tuple[str, Any]]] = [
        [("utilization", str(u)), ("electricity", str(e))] for u, e in tries
    ]
    for (utilization, electricity), seen in zip(tries, tried(browser, report, scenarios), strict=True):
        values = {**given, "utilization": utilization, "electricity": electricity}
        formula, boundary = owned.profile.formula, owned.profile.boundary  # type: ignore[union-attr]
        widest = "accelerator" if formula == "published" else "all-in"
        parts = hourly_parts(values, formula=formula, boundary=widest)  # type: ignore[arg-type]
        rate = owned.currency.per_usd
        usd = (
            owned.count * math.fsum(hourly_parts(values, formula=formula, boundary=boundary).values()) / rate
        )
        assert seen["price"] == pytest.approx(usd, rel=1e-9)
        assert seen["hour"]["parts"] == pytest.approx(
            {name: part / rate for name, part in parts.items()}, rel=1e-9
        )
        assert float(seen["field"]) == pytest.approx(usd, rel=1e-5)  # six digits are shown in the field
        # every bar of the waterfall: the parts and the totals within each boundary
        bars = {bar.split(": ")[0]: bar.split(": ")[1] for bar in seen["bars"]}
        assert bars.keys() == {
            *parts,
            *({"accelerator"} if widest == "accelerator" else {"accelerator", "all-in"}),
        }
        for name, part in parts.items():
            assert bars[name] == f"{part / rate:.4f} USD per hour"
        expected = [usd / 3600 * 1e6 / row[2] for row in ROWS]
        levels = [level for each in seen["deployments"] for level in each["levels"]]
        assert [level["cost"][0] for level in levels] == pytest.approx(expected, rel=1e-9)
        assert [level["cost"][1:] for level in levels] == [[None, None]] * len(ROWS)
        assert seen["intervals"] == 0
        assert "without intervals" in seen["said"]


def test_costs_on_every_basis_follow_the_price(browser: Any, tmp_path: Path) -> None:
    report = report_files([sweep(tmp_path)], promised())
    prices = (6.98, 0.0137, 1234.5)
    found = tried(browser, report, [[("price", str(price))] for price in prices])
    for price, seen in zip(prices, found, strict=True):
        second = price / 3600
        first = [second * 1e6 / out for _, _, out, *_ in ROWS]  # levels of load
        every = [  # costs on every basis: output, input, both, a thousand requests
            each
            for _, _, out, into, rate, *_ in ROWS
            for each in (
                second * 1e6 / out,
                second * 1e6 / into,
                second * 1e6 / (out + into),
                second * 1e3 / rate,
            )
        ]
        units = [second * 1e6 / out for _, _, out, *_ in ROWS]
        assert seen["cells"] == pytest.approx([*first, *every, *units], rel=1e-9)
        assert seen["price"] == price


def test_a_price_that_is_set_goes_before_the_computed_hour(browser: Any, tmp_path: Path) -> None:
    report = report_files([sweep(tmp_path)], FileQuestion(machine="2xa800-owned"))
    set_, emptied, faulty = tried(
        browser,
        report,
        [
            [("utilization", "0.5"), ("price", "9")],
            [("price", "9"), ("utilization", "0.5"), ("price", "")],
            [("utilization", "1.5")],
        ],
    )
    # arXiv 2510.26136 at u = .5: (120000 / (3 * 8760 * .5) + .6 + 120000 * .03 / 8760) / 7.09 CNY/USD, twice
    computed = 2 * (120_000 / (3 * 8760 * 0.5) + 0.6 + 3600 / 8760) / 7.09
    assert set_["price"] == 9
    assert set_["hour"]["usd"] == pytest.approx(computed, rel=1e-9)
    assert f"the hour that utilization and electricity make would be ${computed:.2f}/h." in set_["said"]
    assert emptied["price"] == pytest.approx(computed, rel=1e-9)
    assert faulty["said"] == "utilization is above 0 and at most 1"
    assert faulty["price"] == pytest.approx(report.price.usd_per_hour)  # type: ignore[union-attr]


def test_intervals_scale_with_an_exact_price_alone(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path, repeats=3)
    exact = report_files([file], promised())
    assumed = report_files([file], FileQuestion(machine="2xa800-owned"))
    (seen,) = tried(browser, exact, [[("price", "8.4")]])
    (over,) = tried(browser, assumed, [[("price", "8.4")]])
    dearer = report_files([file], FileQuestion(price_usd_per_hour=8.4))
    for got in (seen, over):
        for mine, each in zip(got["deployments"], dearer.deployments, strict=True):
            assert each.curve is not None
            for level, truth in zip(mine["levels"], each.curve.levels, strict=True):
                cost = truth.cost_per_million_tokens["output"]
                assert level["cost"] == pytest.approx([cost.value, cost.low, cost.high], rel=1e-9)
    # 8 levels: once in the first table, four bases in the second, once among the production units; under
    # assumed prices input, both and requests have no interval of their own, nor have the units
    assert seen["intervals"] == 6 * 8
    assert over["intervals"] == 2 * 8


# ---- service levels


def test_verdicts_read_as_the_librarys_at_and_around_every_edge(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path)
    report = report_files([file], promised("ttft.p95=500ms", "tpot.p50=15ms"))
    tries = [  # at, just under and beyond what was measured: 410 and 14.6 at 2 GPUs and 64, 33 and 6.5 at 1
        ("410", "14.6"),
        ("409.999", "14.6"),
        ("410", "14.599"),
        ("48", "30"),
        ("33", "6.5"),
        ("32.9", "30"),
        ("880", "6.4"),
        ("1200", "27.4"),
        ("32.9", "6.4"),
    ]
    found = tried(browser, report, [[("service-0", first), ("service-1", second)] for first, second in tries])
    for (first, second), seen in zip(tries, found, strict=True):
        truth = report_files([file], promised(f"ttft.p95={first}ms", f"tpot.p50={second}ms"))
        assert seen["verdict"] == verdict_of(truth).text
        assert seen["recommended"] == truth.recommended
        for mine, each in zip(seen["deployments"], truth.deployments, strict=True):
            assert each.curve is not None
            zone = each.curve.zone
            assert mine["best"] == (None if zone.best is None else zone.best.label)
            assert mine["zone"] == [load.label for load in zone.levels]
            assert [level["unmet"] for level in mine["levels"]] == [
                [asked.label for asked in level.unmet or ()] for level in each.curve.levels
            ]


def test_charts_and_tables_follow_service_levels(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path)
    report = report_files([file], promised("ttft.p95=500ms"))
    (seen,) = tried(browser, report, [[("service-0", "60")]])
    # under 60 ms: 1 GPU at 1, 2 GPUs at 1 and 8; the cheapest of them is 2 GPUs at 8 (4.2/1020 < 4.2/98)
    assert seen["recommended"] == "gpus 2"
    assert seen["bold"] == ["0.0", "1.1"]
    assert seen["halo"] == "1.1"
    assert seen["zones"] == 2  # of the recommended one, in the wide and in the narrow drawing
    assert seen["hollow"] == 5
    missed = "misses TTFT p95 <= 60 ms"
    assert seen["judged"] == ["kept", missed, missed, missed, "kept", "kept", missed, missed]
    assert seen["bounds"] == ["TTFT p95 <= 60 ms"]
    truth = html.unescape(html_page(report_files([file], promised("ttft.p95=60ms"))))
    assert truth.count(f'<td><span class="judged">{missed}</span>') == 5


def test_service_levels_can_be_added_taken_away_and_conflict(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path, priced=True)
    report = report_files([file], FileQuestion(service_levels=("ttft.p95=500ms",)))
    added, without, never = tried(
        browser,
        report,
        [
            [("add-service", "1"), ("service-1", "12")],
            [("service-0-on", False)],
            [("service-0", "1"), ("add-service", "1"), ("service-1", "7")],
        ],
    )
    asked = ("ttft.p95=500ms", "tpot.p50=12ms")
    assert added["verdict"] == verdict_of(report_files([file], FileQuestion(service_levels=asked))).text
    assert without["verdict"] == verdict_of(report_files([file], FileQuestion())).text
    assert added["field"] is None  # the deployments differ in price: no common field
    assert never["recommended"] is None
    assert never["obstacle"] == "no level keeps TTFT p95 <= 1 ms"
    conflict = ("ttft.p95=1ms", "tpot.p50=7ms")
    assert never["verdict"] == verdict_of(report_files([file], FileQuestion(service_levels=conflict))).text
    assert never["zones"] == 0
    assert never["halo"] is None


def test_without_service_levels_in_the_report_a_column_is_added(browser: Any, tmp_path: Path) -> None:
    report = report_files([sweep(tmp_path)], promised())
    (seen,) = tried(browser, report, [[("add-service", "1"), ("service-1", "12")]])
    missed = "misses time per token p50 <= 12 ms"
    assert seen["judged"] == ["kept", "kept", missed, missed, "kept", "kept", "kept", missed]


def test_probabilities_are_left_out_where_other_levels_qualify(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path, repeats=3)
    report = report_files([file], promised("ttft.p95=500ms"))
    same, other = tried(browser, report, [[("service-0", "499")], [("service-0", "60")]])
    truth = verdict_of(report_files([file], promised("ttft.p95=499ms"))).text
    assert "P(best)" in truth
    assert same["verdict"] == truth
    assert "P(best)" not in other["verdict"]
    assert "Probabilities are left out" in other["said"]
    # the premium has its interval, from joint draws: they do not hang on which levels qualify
    expected = verdict_of(report_files([file], promised("ttft.p95=60ms"))).text
    assert expected.split(" costs +")[1].split(" over")[0] in other["verdict"]


@pytest.mark.parametrize(
    "report",
    [study_report(), study_report(price=None), nothing_qualifies()],
    ids=["four", "no price", "nothing"],
)
def test_the_reports_own_verdict_comes_out_of_the_page_too(browser: Any, report: StudyReport) -> None:
    """Trying the report's own price by another number: all words but the price are the report's."""
    (seen,) = tried(browser, report, [[("service-0", "1e9"), ("service-0", "")]])
    assert seen["verdict"] == verdict_of(report).text


def test_parts_that_stay_say_so(browser: Any, tmp_path: Path) -> None:
    report = report_files([sweep(tmp_path)], FileQuestion(machine="2xa800-owned"))
    price, hour = tried(browser, report, [[("price", "9")], [("utilization", "0.5")]])
    assert price["notes"] == 1  # the small print
    assert hour["notes"] == 6  # and own against rent, what the hour hangs on, its assumptions, two of energy
    assert Part(title="new", markup=Markup(), expendable=True).stays == "price hour service"


def test_a_page_without_a_sweep_has_nothing_to_try() -> None:
    assert "what-if" not in html_page(runtime_only()).split("</style>")[1]


def test_a_fragment_opens_the_page_with_what_it_says(browser: Any, tmp_path: Path) -> None:
    file = sweep(tmp_path)
    report = report_files([file], promised("ttft.p95=500ms"))
    seen = browser.dom(html_page(report), fragment="price=6.98&ttft.p95=off&tpot.p50=0.012")
    truth = verdict_of(
        report_files([file], FileQuestion(price_usd_per_hour=6.98, service_levels=("tpot.p50=12ms",)))
    ).text
    assert truth.split(":")[0] in seen
    assert "misses time per token p50 &lt;= 12 ms" in seen
    assert "misses TTFT" not in seen.split('id="what-if-data"')[1].split("<script>")[0]


# ---- pure functions


def pure(browser: Any, expression: str) -> Any:
    """Evaluate an expression over the assets that touch no page."""
    assets = resources.files("isocost.reporting").joinpath("assets")
    names = ("numbers.js", "economics.js", "sentence.js", "drawing.js")
    code = "".join(f"<script>{assets.joinpath(name).read_text(encoding='utf-8')}</script>" for name in names)
    return browser.evaluate(f"<body>{code}</body>", f"return {expression};")


def numbers() -> list[float]:
    draw = random.Random(3)  # noqa: S311 - not for secrets
    made = [draw.uniform(1, 10) * 10 ** draw.randint(-7, 9) for _ in range(400)]
    halves = [0.5, 1.5, 2.5, 0.125, 0.375, 12.5, 1000.5, 0.0005, 2.675, 99.95, 999.5, 0.99949]
    return [0.0, *halves, *made, *(float(f"{each:.2g}") for each in made[:100])]


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("hourly", words.hourly),
        ("probability", lambda value: words.probability(value % 1)),
        ("si", words.si),
        ("general", lambda value: f"{value:g}"),
    ],
)
def test_numbers_are_written_as_the_library_writes_them(browser: Any, name: str, truth: Any) -> None:
    argument = "each % 1" if name == "probability" else "each"
    given = numbers()
    seen = pure(browser, f"{json.dumps(given)}.map((each) => isocost.numbers.{name}({argument}))")
    assert seen == [truth(value) for value in given]


def test_amounts_with_intervals_are_written_as_the_library_writes_them(browser: Any) -> None:
    draw = random.Random(5)  # noqa: S311 - not for secrets
    given = [
        (each, each * (1 - draw.random() * 0.3), each * (1 + draw.random() * 0.3)) for each in numbers()[1:]
    ]
    bare = [(each, None, None) for each, _, _ in given]
    seen = pure(
        browser,
        f"{json.dumps([*given, *bare])}"
        ".map((each) => ['money', 'seconds', 'percent'].map((name) => isocost.numbers[name](each)))",
    )
    assert seen == [
        [words.money(*each), words.seconds(*each), words.percent(*each)] for each in [*given, *bare]
    ]


def test_names_are_cut_and_capital_is_recovered_as_in_the_library(browser: Any) -> None:
    names = ["short", "x" * 41, "gpus \U0001f600" * 12]
    assert pure(browser, f"{json.dumps(names)}.map((each) => isocost.numbers.shorten(each, 40))") == [
        shorten(name, 40) for name in names
    ]
    rates = [0.0, 1e-310, 1e-12, 0.08, 0.5, 3.0]
    free = {"full_power_w": 0.0, "pue": 1.0, "electricity": 0.0, "maintenance_rate": 0.0}
    given = json.dumps({"purchase_price": 8760.0, "lifetime_years": 4.0, "utilization": 1.0, **free})
    cost = f"isocost.economics.hourlyParts({{...{given}, cost_of_capital: rate}}, 'full', 'accelerator')"
    total = pure(
        browser,
        f"{json.dumps(rates)}.map((rate) => {cost})"
        ".map((each) => each.depreciation + each['cost of capital'])",
    )
    # without residual value the two together are price / 8760 h times the factor
    assert total == pytest.approx([capital_recovery_factor(rate, 4.0) for rate in rates], rel=1e-9)


def test_labels_of_service_levels_are_the_librarys(browser: Any) -> None:
    texts = [
        "ttft.p95=1s",
        "ttft.p99=999.5ms",
        "tpot.p50=50ms",
        "e2e.mean=2min",
        "user_speed.p95=20tok/s",
        "ttft.p90=0.3us",
    ]
    levels = [parse_service_level(text) for text in texts]
    from isocost.reporting.what_if_data import service_data

    given = json.dumps([service_data(level, asked=True) for level in levels])
    assert pure(browser, f"{given}.map(isocost.sentence.label)") == [level.label for level in levels]


@pytest.mark.parametrize(
    ("workloads", "says"), [("aab", "of 2 comparable deployments, of 3"), ("abb", "None of")]
)
def test_rivals_are_counted_as_in_the_library(
    browser: Any, tmp_path: Path, workloads: str, says: str
) -> None:
    rows = [
        f"gpu{i},{name},{load},{(100 - i) * load**0.8:.0f},{20 * load}\n"
        for i, name in enumerate(workloads)
        for load in (1, 4, 16)
    ]
    file = tmp_path / "several.csv"
    file.write_text("gpu,workload,concurrency,output_tokens_per_second,ttft_p95_ms\n" + "".join(rows))
    report = report_files([file], promised("ttft.p95=500ms"))
    (seen,) = tried(browser, report, [[("service-0", "90")]])
    truth = verdict_of(report_files([file], promised("ttft.p95=90ms"))).text
    assert says in truth
    assert seen["verdict"] == truth
