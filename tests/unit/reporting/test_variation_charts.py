"""Charts of contention, variation and drift."""

import re

from isocost.core.estimate import Estimate
from isocost.reporting.charts import contention_figure, drift_figure, variation_figure
from isocost.runtime import CellVariation, Drift, DriftStep, contention


def cell(coefficient):
    return CellVariation(input_tokens=1, output_tokens=1, mean_s=1.0, coefficient=coefficient, n=10)


def test_nothing_gives_no_figure():
    assert contention_figure([]) is None
    assert variation_figure({}) is None
    assert variation_figure({"a": []}) is None
    assert drift_figure([]) is None


def test_contention_has_a_panel_a_name_and_a_line_a_request():
    seen = [contention([1, 2, 4], [1.0, 1.0, k], name=n, request=f"{k} out") for n in "ab" for k in (2, 3)]
    figure = contention_figure(seen)
    assert [panel.title for panel in figure.panels] == ["a", "b"]
    assert [series.name for series in figure.legend] == ["2 out", "3 out"]
    (drawn,) = figure.panels[0].drawings
    assert drawn.count("<polyline") == 2
    assert "3 out, 4 at once: 3.00 s, 3.00 times" in drawn


def test_variation_has_a_row_a_name_and_a_dot_a_cell():
    figure = variation_figure({"a": [cell(0.1), cell(0.3), cell(0.0)], "b": [cell(1.0)], "none": []})
    wide, narrow = figure.panels[0].drawings
    assert wide.count("<circle") == narrow.count("<circle") == 4
    assert "a: 0 to 0.3, median 0.1" in wide
    assert all(f">{name}</text>" in wide for name in ("a", "b", "none"))


def test_variation_of_exact_repeats_can_be_drawn():
    assert variation_figure({"a": [cell(0.0)]}) is not None


def test_drift_starts_at_one_and_shows_intervals():
    ratio = Estimate(value=0.5, low=0.4, high=0.6, unit="", kind="measured", method="by hand")
    step = DriftStep(date="2022-09-30", ratio=ratio, cells=3)
    figure = drift_figure([Drift(name="api", first="2022-07-10", steps=(step,))])
    wide, _ = figure.panels[0].drawings
    assert "api, 2022-09-30: 0.50 [0.40, 0.60], 3 cells" in wide
    assert wide.count('class="whisker"') == 1
    levels = re.findall(r'<line class="base" x1="58" y1="([\d.]+)" x2="866"', wide)  # of 0 or 1
    assert re.search(r'<polyline class="line thin" points="[\d.]+,([\d.]+)', wide).group(1) == min(
        levels, key=float
    )
