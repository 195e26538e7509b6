"""Pictures show the records they were given, the same way each time."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import PRICE, estimate, runtime_only, study_report
from isocost.core.load import Load
from isocost.reporting.charts import cost_figure, frontier_figure, latency_figure, runtime_figures
from isocost.reporting.charts.figure import Figure, extent
from isocost.studies.report import StudyReport

SVG = "{http://www.w3.org/2000/svg}"


def figures(report: StudyReport) -> list[Figure]:
    found = [frontier_figure(report), cost_figure(report), latency_figure(report), *runtime_figures(report)]
    return [figure for figure in found if figure is not None]


def drawings(report: StudyReport) -> list[ET.Element]:
    return [
        ET.fromstring(drawing)  # noqa: S314 - our own drawings
        for figure in figures(report)
        for panel in figure.panels
        for drawing in panel.drawings
    ]


REPORTS = {
    "four": study_report(),
    "no price": study_report(price=None),
    "eight": study_report(stacks=8),
    "one": study_report(stacks=1),
    "hostile": study_report(names=NAMES[:4]),
    "more hostile": study_report(names=NAMES[4:8]),
    "still more hostile": study_report(names=NAMES[8:12]),
    "formulas": study_report(names=NAMES[-4:]),
    "runtime only": runtime_only(),
}


@pytest.mark.parametrize("name", REPORTS)
def test_drawings_are_well_formed_named_and_within_their_box(name: str) -> None:
    seen = set()
    for drawing in drawings(REPORTS[name]):
        title, description = drawing[0], drawing[1]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.get("id") not in seen
        seen.add(title.get("id"))
        width, height = (float(part) for part in (drawing.get("viewBox") or "").split()[2:])
        for each in drawing.iter():
            for key, limit in (
                ("x", width),
                ("cx", width),
                ("x1", width),
                ("y", height),
                ("cy", height),
                ("y1", height),
            ):
                if each.get(key) is not None:
                    assert 0 <= float(each.get(key) or 0) <= limit


def test_the_same_report_is_drawn_the_same() -> None:
    assert figures(study_report()) == figures(study_report())


def test_no_sweep_no_load_charts() -> None:
    report = runtime_only()
    assert frontier_figure(report) is None
    assert cost_figure(report) is None
    assert latency_figure(report) is None
    assert len(runtime_figures(report)) == 1


@pytest.mark.parametrize(("name", "panels"), [("four", 1), ("eight", 8)])
def test_more_than_four_deployments_get_a_panel_each(name: str, panels: int) -> None:
    figure = cost_figure(REPORTS[name])
    assert figure is not None
    assert len(figure.panels) == panels


def test_cost_points_stand_where_their_cost_puts_them() -> None:
    figure = cost_figure(study_report(stacks=1))
    assert figure is not None
    root = ET.fromstring(figure.panels[0].drawings[0])  # noqa: S314
    marks = [each for each in root.iter(f"{SVG}circle") if each.get("class") == "mark"]
    assert len(marks) == 5
    heights = [float(mark.get("cy") or 0) for mark in marks]
    # linear axis from 0 (one deployment spans less than a factor of 12): heights above the base are
    # in proportion to the costs. The axis says where $0 is and where another amount is.
    axis = next(each for each in root.iter(f"{SVG}g") if each.get("class") == "axis" and each.get("data-log"))
    assert axis.get("data-log") == "0"
    low, start, end, high = (float(axis.get(f"data-{key}") or 0) for key in ("low", "start", "end", "high"))
    assert low == 0.0
    curve = study_report(stacks=1).deployments[0].curve
    assert curve is not None
    seconds = [level.machine_seconds_per_million.value for level in curve.levels]
    expected = [start + (end - start) * each / high for each in seconds]
    assert heights == pytest.approx(expected, abs=0.06)  # coordinates are rounded to a tenth


def test_levels_that_miss_are_hollow_and_the_zone_is_shaded() -> None:
    figure = cost_figure(study_report())
    assert figure is not None
    wide = figure.panels[0].drawings[0]
    # TTFT p95 = 1.4 * first * (1 + .55 * 15) at 16: tiny .39 and .35 s, small 1.55 and 1.30 s:
    # two of twenty levels miss 1 s
    assert wide.count('class="open"') == 2
    assert wide.count('class="full"') == 18
    assert wide.count('class="zone"') == 1


def test_dominated_units_are_grey_and_the_recommended_one_is_named() -> None:
    report = study_report()
    figure = frontier_figure(report)
    assert figure is not None
    assert report.frontier is not None
    wide = figure.panels[0].drawings[0]
    behind = sum(not unit.on_frontier for unit in report.frontier.units)
    assert wide.count('class="dominated"') == behind
    assert wide.count('class="halo"') == 1
    assert re.search(r'class="label chosen"[^>]*>small-Q8_0 at 8 concurrent<', wide)


def test_residuals_are_drawn_for_each_cell_and_for_each_left_out() -> None:
    (figure,) = runtime_figures(runtime_only())
    rest = figure.panels[2].drawings[0]
    assert rest.count('class="full"') == 7
    assert rest.count('class="open"') == 6  # one of seven cells cannot be left out


def test_rates_instead_of_concurrency() -> None:
    report = study_report(stacks=1)
    curve = report.deployments[0].curve
    assert curve is not None
    rates = {level.load: Load(rate_per_s=0.5 * 2**i) for i, level in enumerate(curve.levels)}
    open_loop = replace(
        curve,
        levels=tuple(replace(level, load=rates[level.load]) for level in curve.levels),
        zone=replace(curve.zone, best=rates[Load(concurrency=16)], levels=(rates[Load(concurrency=16)],)),
        technology=None,
    )
    changed = replace(report, deployments=(replace(report.deployments[0], curve=open_loop),))
    figure = cost_figure(changed)
    assert figure is not None
    assert "requests offered per second" in figure.subtitle
    assert 'class="band"' not in figure.panels[0].drawings[0]


def test_one_level_and_no_interval_can_be_drawn() -> None:
    report = study_report(stacks=1)
    curve = report.deployments[0].curve
    assert curve is not None
    level = curve.levels[-1]
    bare = replace(
        level,
        cost_per_million_tokens={"output": estimate(0.02, "USD/1M tokens", spread=None)},
        latency={"ttft.p50": estimate(0.1, "s", spread=None)},
    )
    one = replace(curve, levels=(bare,), technology=None)
    changed = replace(report, deployments=(replace(report.deployments[0], curve=one),))
    assert len(drawings(changed)) > 3


def test_a_free_machine_can_be_drawn() -> None:
    assert drawings(study_report(price=replace(PRICE, usd_per_hour=0.0)))


def test_a_wide_interval_does_not_flatten_the_picture() -> None:
    values, cut = extent(
        [estimate(1.0, "s", spread=0.1), estimate(4.0, "s", spread=0.99), estimate(2.0, "s")]
    )
    # values 1 to 4, so ends are held within .5 and 8: 4 * .01 = .04 is cut
    assert (min(values), max(values), cut) == (0.5, 7.96, True)
    assert extent([estimate(1.0, "s", spread=None)]) == ([1.0], False)
    assert extent([]) == ([], False)
