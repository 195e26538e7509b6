"""Scores, costs of successes and changes of productivity as dots."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from doubles.hostile import NAMES
from doubles.planes import known
from isocost.core.errors import InputError
from isocost.reporting.charts import ProductivityParts, Score, malmquist_figure, score_figure
from isocost.reporting.charts.dots import DotRow, Dots, dot_figure

if TYPE_CHECKING:
    from isocost.reporting.charts import Figure

SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure: Figure | None, number: int = 0) -> ET.Element:
    assert figure is not None
    return ET.fromstring(figure.panels[0].drawings[number])  # noqa: S314 - our own drawing


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [node for node in root.iter() if name in node.get("class", "").split()]


def names(root: ET.Element) -> list[str]:
    """The names of the rows, from top to bottom."""
    ticks = [node for node in of_class(root, "tick") if node.get("text-anchor") == "end"]
    return [node.text or "" for node in sorted(ticks, key=lambda node: float(node.get("y", "")))]


def place(root: ET.Element, unit: int) -> tuple[float, float]:
    node = next(each for each in of_class(root, "unit") if each.get("data-unit") == str(unit))
    mark = next(each for each in node.iter() if "mark" in each.get("class", "").split())
    return float(mark.get("cx", "")), float(mark.get("cy", ""))


def scores(values: list[float | None]) -> list[Score]:
    return [
        Score(name=f"u{i}", value=None if value is None else known(value, "1", value * 0.9, value))
        for i, value in enumerate(values)
    ]


# ---- scores


def test_input_scores_stand_from_one_downward_with_the_line_of_the_frontier() -> None:
    figure = score_figure(scores([0.4, 1.0, None, 0.7]), orientation="input", technology="VRS")
    root = drawn(figure)
    assert names(root) == ["u1", "u3", "u0", "u2"]
    (line,) = of_class(root, "bound")
    assert float(line.get("x1", "")) == pytest.approx(place(root, 0)[0], abs=0.1)
    assert [node.text for node in of_class(root, "bound-label")] == ["1: on the frontier"]
    places = [place(root, number)[0] for number in range(3)]
    # 1.0, 0.7 and 0.4 are equally far apart
    assert places[0] - places[1] == pytest.approx(places[1] - places[2], abs=0.2)
    assert "no score" in [node.text for node in of_class(root, "label")]


def test_output_scores_stand_from_one_upward_and_the_convention_is_named() -> None:
    figure = score_figure(scores([1.8, 1.0, 1.2]), orientation="output", technology="CRS")
    assert figure is not None
    assert names(drawn(figure)) == ["u1", "u2", "u0"]
    assert figure.title == "Efficiency, output, CRS"
    assert figure.subtitle.startswith("Farrell, output: how many times its outputs a unit could produce")


def test_sixty_rows_are_drawn_and_the_rest_counted_and_in_the_data() -> None:
    figure = score_figure(scores([0.2 + i / 200 for i in range(90)]), orientation="input", technology="VRS")
    assert figure is not None
    assert len(names(drawn(figure))) == 60
    assert "The first 60 of 90 rows; 30 more are not drawn." in figure.notes
    assert len(figure.data) == 91
    assert figure.data[1][0] == "u89"


def test_without_any_score_there_is_no_picture() -> None:
    assert score_figure(scores([None, None]), orientation="input", technology="VRS") is None


# ---- what has no bound


def test_what_is_unbounded_is_an_arrow_with_its_word_and_stays_in_the_picture() -> None:
    rows = (
        DotRow(name="sure", value=known(1.0, "USD", 0.8, 1.3)),
        DotRow(name="never", value=None, otherwise="unbounded", at_least=known(900.0, "USD", 400.0, 2000.0)),
    )
    figure = dot_figure(Dots(key="k", title="t", subtitle="s", quantity="cost", rows=rows, log=True))
    assert figure is not None
    assert figure.notes[-1] == "Arrows: at least this much."
    for number, width in enumerate((880.0, 400.0)):
        root = drawn(figure, number)
        (word,) = [node for node in of_class(root, "label") if node.text == "unbounded"]
        assert float(word.get("x", "")) + 9 * 0.56 * 12 <= width
        tip = of_class(root, "open")[0].findtext(f"{SVG}title", "")
        assert tip.startswith("never\nunbounded; at least $900 [400, 2,000]")
    assert figure.data[2] == ("never", "", "", "", "unbounded; at least $900 [400, 2,000]")


def test_a_logarithmic_axis_gives_equal_ratios_equal_room() -> None:
    rows = tuple(DotRow(name=str(value), value=known(value, "USD")) for value in (1.0, 3.0, 9.0))
    root = drawn(dot_figure(Dots(key="k", title="t", subtitle="s", quantity="q", rows=rows, log=True)))
    places = [place(root, number)[0] for number in range(3)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)


# ---- productivity


def parts(name: str, efficiency: float, technical: float) -> ProductivityParts:
    index = efficiency * technical
    return ProductivityParts(
        name=name, efficiency=known(efficiency, "1"), technical=known(technical, "1"), index=known(index, "1")
    )


def test_no_change_stands_where_the_lines_cross_and_equal_products_on_the_slanted_one() -> None:
    changes = [parts("same", 1.0, 1.0), parts("swap", 0.8, 1.25), parts("better", 1.1, 1.2)]
    figure = malmquist_figure(changes, before="2024", after="2025")
    root = drawn(figure)
    upright, level = of_class(root, "neutral")
    assert place(root, 0) == pytest.approx(
        (float(upright.get("x1", "")), float(level.get("y1", ""))), abs=0.1
    )
    (slanted,) = of_class(root, "frontier-line")
    (x1, y1), (x2, y2) = (
        (float(a), float(b)) for a, b in (p.split(",") for p in slanted.get("points", "").split())
    )
    for number, on_it in enumerate((True, True, False)):
        x, y = place(root, number)
        line = y1 + (y2 - y1) * (x - x1) / (x2 - x1)
        assert (abs(y - line) < 0.3) == on_it
    assert place(root, 2)[1] < place(root, 0)[1]  # up is better
    assert figure.notes[0].endswith("1 of 3 units became more productive.")
    assert figure.data[3][0] == "better"
    assert math.isclose(float(figure.data[3][7]), 1.32)


def test_tooltips_tell_both_parts_and_their_product() -> None:
    root = drawn(malmquist_figure([parts("a", 0.9, 1.2)], before="A", after="B"))
    (unit,) = of_class(root, "unit")
    assert unit.findtext(f"{SVG}title", "").splitlines() == [
        "a",
        "efficiency change: 0.900",
        "technical change: 1.20",
        "Malmquist index: 1.08",
    ]


def test_changes_are_above_zero_and_there_is_one() -> None:
    with pytest.raises(InputError, match="a picture of productivity needs one unit at least"):
        malmquist_figure([], before="A", after="B")
    with pytest.raises(InputError, match="a change of productivity must be above 0; a has one that is not"):
        malmquist_figure([parts("a", 0.0, 1.2)], before="A", after="B")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text(name: str) -> None:
    figures = [
        score_figure(
            [Score(name=name, value=known(0.5, "1"), group=name)], orientation="input", technology="VRS"
        ),
        malmquist_figure([parts(name, 0.9, 1.1)], before=name, after=name),
    ]
    for figure in figures:
        root = drawn(figure)  # well-formed, so nothing broke out
        assert not [node for node in root.iter() if node.tag.removeprefix(SVG) in ("script", "image", "a")]
