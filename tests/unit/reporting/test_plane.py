"""Units by two and three quantities: marks, names that do not collide, lines where they belong."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from doubles.hostile import NAMES
from doubles.planes import AXES, known, made_up_frontier
from isocost.core.errors import InputError
from isocost.frontier import Axis, ProductionUnit, frontier_of
from isocost.reporting.charts import InputPrices, Plane, PlanePoint, SlopeLine, linked_figure, plane_figure
from isocost.reporting.charts.frontier_lines import Band
from isocost.reporting.svg import text_width

if TYPE_CHECKING:
    from isocost.frontier import Frontier
    from isocost.reporting.charts import Figure

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]


def drawn(figure: Figure, number: int = 0, panel: int = 0) -> ET.Element:
    return ET.fromstring(figure.panels[panel].drawings[number])  # noqa: S314 - our own drawing


def classes(node: ET.Element) -> list[str]:
    return node.get("class", "").split()


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [node for node in root.iter() if name in classes(node)]


def points(node: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in node.get("points", "").split())]


def box(node: ET.Element) -> Box:
    """Left, top, right, bottom of the letters, by their estimated width and two thirds of their height."""
    size = 13.0 if "chosen" in classes(node) else 12.0
    x, y, width = float(node.get("x", "")), float(node.get("y", "")), text_width(node.text or "", size)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[node.get("text-anchor", "start")]
    return left, y - 0.7 * size, left + width, y


def apart(one: Box, other: Box) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def mark_of(unit: ET.Element) -> ET.Element:
    return next(node for node in unit.iter() if "mark" in classes(node))


def base_line(root: ET.Element) -> tuple[float, float, float]:
    """Left, right and place of the horizontal axis."""
    lines = [node for node in of_class(root, "base") if node.get("y1") == node.get("y2")]
    widest = max(lines, key=lambda node: float(node.get("x2", "")) - float(node.get("x1", "")))
    return float(widest.get("x1", "")), float(widest.get("x2", "")), float(widest.get("y1", ""))


def plane(frontier: Frontier, **more: object) -> Plane:
    return Plane(key="plane", title="Cost and quality", frontier=frontier, **more)  # type: ignore[arg-type]


# ---- names

CROWDS = {
    "three": {"count": 3},
    "twelve": {"count": 12},
    "forty in groups": {"count": 40, "groups": 4},
    "forty with long names": {"count": 40, "name": "organisation/a-model-with-a-long-name-{}-instruct"},
    "forty that are nearly one": {"count": 40, "spread": 0.001, "intervals": False},
    "three hundred": {"count": 300, "intervals": False},
}


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("width", [0, 1])
@pytest.mark.parametrize("shape", ["staircase", "hull"])
def test_no_two_names_overlap_and_none_leaves_the_frame(crowd: str, width: int, shape: str) -> None:
    frontier = made_up_frontier(**CROWDS[crowd])  # type: ignore[arg-type]
    root = drawn(plane_figure(plane(frontier, shape=shape, chosen=frontier.units[0].name)), width)
    left, right, bottom = base_line(root)
    boxes = [box(node) for node in of_class(root, "label")]
    assert boxes
    assert all(apart(one, other) for one, other in itertools.combinations(boxes, 2))
    for each in boxes:
        assert left <= each[0]
        assert each[2] <= right + 0.05
        assert each[3] <= bottom
        assert each[1] >= 28  # the frame begins at 30; capitals reach seven tenths of their size


def test_up_to_forty_names_all_find_room() -> None:
    figure = plane_figure(plane(made_up_frontier(40, groups=4)))
    named = {node.text for node in of_class(drawn(figure), "label")}
    assert named == {f"model-{number}" for number in range(40)}
    assert not any("are named" in note for note in figure.notes)


def test_in_a_crowd_the_frontier_is_named_and_the_others_are_counted() -> None:
    frontier = made_up_frontier(300, intervals=False)
    figure = plane_figure(plane(frontier))
    ahead = {unit.name for unit in frontier.units if unit.on_frontier}
    named = {node.text for node in of_class(drawn(figure), "label")}
    assert named <= ahead
    assert f"{len(named)} of 300 units are named; point at the others." in figure.notes


def test_the_picture_is_the_same_each_time() -> None:
    first, again = (plane_figure(plane(made_up_frontier(40, groups=4))) for _ in range(2))
    assert first == again


# ---- marks


def test_dominated_units_are_grey_and_each_unit_has_a_tooltip_with_its_numbers() -> None:
    frontier = made_up_frontier(12, groups=3)
    root = drawn(plane_figure(plane(frontier)))
    marks = {node.get("data-unit"): node for node in of_class(root, "unit")}
    assert len(marks) == 12
    for number, unit in enumerate(frontier.units):
        node = marks[str(number)]
        assert ("dominated" in classes(node)) != unit.on_frontier
        tip = node.findtext(f"{SVG}title", "")
        assert tip.splitlines()[:2] == [unit.name, unit.group]
        assert re.search(r"cost: \$[\d.,]+ \[[\d.,]+, [\d.,]+\]", tip)
        assert len([each for each in node.iter() if "whisker" in classes(each)]) == 2


def test_many_dominated_units_become_dots() -> None:
    root = drawn(plane_figure(plane(made_up_frontier(900, intervals=False))))
    assert len(of_class(root, "unit")) == 300
    (dots,) = of_class(root, "dots")
    assert 500 < dots.get("d", "").count("M") <= 600  # those at one place, to a pixel, are one dot


def test_a_picture_of_ten_thousand_units_is_small_and_says_what_its_data_hold() -> None:
    frontier = made_up_frontier(10_000, intervals=False)
    figure = plane_figure(plane(frontier))
    assert sum(map(len, figure.panels[0].drawings)) < 200 * 1024
    assert len(figure.data) == 1001
    ahead = [unit.name for unit in frontier.units if unit.on_frontier]
    assert [row[0] for row in figure.data[1 : 1 + len(ahead)]] == ahead
    assert "The CSV holds 1,000 of 10,000 units, those on the frontier first." in figure.notes


def test_groups_differ_in_colour_and_shape_and_stand_in_the_legend() -> None:
    figure = plane_figure(plane(made_up_frontier(12, groups=3)))
    assert [series.name for series in figure.legend] == ["vendor 0", "vendor 1", "vendor 2"]
    assert len({(series.kind, series.shape) for series in figure.legend}) == 3
    assert plane_figure(plane(made_up_frontier(12))).legend == ()


def test_the_chosen_unit_has_a_halo_and_its_name() -> None:
    frontier = made_up_frontier(12)
    root = drawn(plane_figure(plane(frontier, chosen="model-7")))
    assert len(of_class(root, "halo")) == 1
    assert [node.text for node in of_class(root, "chosen")] == ["model-7"]


def test_a_point_that_is_no_unit_is_shown_and_in_the_data() -> None:
    mix = PlanePoint(name="half a, half b", x=known(1.0, "USD"), y=known(0.6, "", 0.5, 0.7))
    figure = plane_figure(plane(made_up_frontier(12), points=(mix,)))
    (mark,) = of_class(drawn(figure), "mix")
    assert mark.findtext(f"{SVG}title") == "half a, half b\ncost: $1.00\nquality: 0.60 [0.50, 0.70]"
    assert figure.data[-1] == ("half a, half b", "", "1", "", "", "0.6", "0.5", "0.7", "no unit")


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ("lower", "higher", "upper left"),
        ("higher", "higher", "upper right"),
        ("lower", "lower", "lower left"),
    ],
)
def test_the_better_corner_is_told(x: str, y: str, words: str) -> None:
    axes = (replace(AXES[0], better=x), replace(AXES[1], better=y))
    frontier = made_up_frontier(5)
    figure = plane_figure(plane(replace(frontier, axes=axes)))
    assert figure.subtitle.endswith(f"{words} is better")
    (corner,) = of_class(drawn(figure), "corner")
    left, right, bottom = base_line(drawn(figure))
    assert ("left" in words) == (float(corner.get("x", "")) < (left + right) / 2)
    assert ("upper" in words) == (float(corner.get("y", "")) < bottom / 2)


# ---- scales


def test_costs_over_decades_are_logarithmic_and_shares_never() -> None:
    wide = plane_figure(plane(made_up_frontier(40)))
    assert wide.subtitle == "quality against cost, USD (logarithmic across); upper left is better"
    narrow = plane_figure(plane(made_up_frontier(40, spread=0.1)))
    assert "logarithmic" not in narrow.subtitle
    small = [
        ProductionUnit(name=f"u{i}", group="g", values=(known(1.0 + i, "USD"), known(0.001 * 10**i, "")))
        for i in range(3)
    ]
    assert "logarithmic" not in plane_figure(plane(frontier_of(small, axes=AXES[:2]))).subtitle


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e9, 1e15])
def test_any_scale_can_be_drawn_and_puts_units_at_the_same_places(scale: float) -> None:
    def places(factor: float) -> list[tuple[float, float]]:
        units = [
            ProductionUnit(name=f"u{i}", group="g", values=(known(factor * cost, "USD"), known(quality, "")))
            for i, (cost, quality) in enumerate([(1.0, 0.2), (40.0, 0.7), (300.0, 0.8)])
        ]
        root = drawn(plane_figure(plane(frontier_of(units, axes=AXES[:2]))))
        left, right, _ = base_line(root)
        marks = [
            next(node for node in each.iter() if "mark" in classes(node)) for each in of_class(root, "unit")
        ]
        return [((float(m.get("cx", "")) - left) / (right - left), float(m.get("cy", ""))) for m in marks]

    for seen, plain in zip(places(scale), places(1.0), strict=True):
        assert seen == pytest.approx(plain, abs=0.002)


def test_units_at_one_place_can_be_drawn() -> None:
    same = [
        ProductionUnit(name=f"u{i}", group="g", values=(known(2.0, "USD"), known(0.0, ""))) for i in range(5)
    ]
    root = drawn(plane_figure(plane(frontier_of(same, axes=AXES[:2]), shape="hull")))
    assert len(of_class(root, "unit")) == 5


# ---- lines


def test_the_frontier_line_passes_its_units_and_nobody_stands_above_it() -> None:
    frontier = made_up_frontier(40)
    root = drawn(plane_figure(plane(frontier)))
    line = points(of_class(root, "frontier-line")[0])
    for node in of_class(root, "unit"):
        mark = next(each for each in node.iter() if "mark" in classes(each))
        x, y = float(mark.get("cx", "")), float(mark.get("cy", ""))
        reached = min(b for a, b in line if a <= x + 0.11)  # up is small in a drawing
        assert y >= reached - 0.11
        if "dominated" not in classes(node):
            assert min(math.dist((x, y), corner) for corner in line) < 0.2


def test_a_band_holds_the_line() -> None:
    frontier = made_up_frontier(2, spread=0.2, intervals=False, seed=1)
    places = (frontier.units[0].values[0].value, frontier.units[1].values[0].value)
    band = Band(x=(min(places), max(places)), low=(0.1, 0.2), high=(0.9, 0.95))
    root = drawn(plane_figure(plane(frontier, shape="hull", band=band)))
    (area,) = of_class(root, "band")
    corners = points(area)
    assert len(corners) == 4
    upper, lower = corners[:2], corners[2:][::-1]
    for (x, high), (same, low) in zip(upper, lower, strict=True):
        assert x == same
        assert high < low


def slope_in_numbers(root: ET.Element, kind: str) -> list[float]:
    """Slopes of straight lines in drawings that are linear both ways, by the ticks of their axes."""
    ticks_x, ticks_y = [], []
    for node in of_class(root, "tick"):
        value = float((node.text or "").replace("$", ""))
        upright = node.get("text-anchor") == "end"
        place = float(node.get("y", "")) - 4 if upright else float(node.get("x", ""))
        (ticks_y if upright else ticks_x).append((value, place))
    per_x = (ticks_x[-1][1] - ticks_x[0][1]) / (ticks_x[-1][0] - ticks_x[0][0])
    per_y = (ticks_y[-1][1] - ticks_y[0][1]) / (ticks_y[-1][0] - ticks_y[0][0])
    found = []
    for node in of_class(root, kind):
        (x1, y1), (x2, y2) = points(node)[0], points(node)[-1]
        found.append(((y2 - y1) / per_y) / ((x2 - x1) / per_x))
    return found


def test_a_shadow_price_is_a_line_of_its_slope_with_its_label() -> None:
    # a hundredth of quality costs $0.05, so quality rises by 0.2 a dollar
    line = SlopeLine(x=1.0, y=0.5, slope=0.2, label="$0.05 per 0.01 of quality")
    root = drawn(plane_figure(plane(made_up_frontier(12, spread=0.4), slope=line)))
    assert slope_in_numbers(root, "price-line") == [pytest.approx(0.2, rel=0.01)]
    assert [node.text for node in of_class(root, "line-label")] == ["$0.05 per 0.01 of quality"]


INPUTS = (Axis(name="GPUs", unit="", better="lower"), Axis(name="power", unit="kW", better="lower"))


def test_isocost_lines_fall_by_the_ratio_of_prices_and_the_least_touches_the_cheapest() -> None:
    amounts = [(2.0, 8.0), (3.0, 4.0), (6.0, 3.0), (9.0, 2.5), (8.0, 7.0)]
    units = [
        ProductionUnit(name=f"site {i}", group="g", values=(known(a, ""), known(b, "kW")))
        for i, (a, b) in enumerate(amounts)
    ]
    frontier = frontier_of(units, axes=INPUTS)
    root = drawn(plane_figure(plane(frontier, shape="hull", prices=InputPrices(x=2.0, y=3.0))))
    slopes = slope_in_numbers(root, "price-line")
    assert len(slopes) > 1
    assert slopes == [pytest.approx(-2 / 3, rel=0.02)] * len(slopes)
    # costs: 28, 18, 21, 25.5, 37
    assert "$18.0, the least" in [node.text for node in of_class(root, "line-label")]
    full = next(node for node in of_class(root, "price-line") if "dashed" not in classes(node))
    (x1, y1), (x2, y2) = points(full)
    mark = next(
        each
        for node in of_class(root, "unit")
        if node.get("data-unit") == "1"
        for each in node.iter()
        if "mark" in classes(each)
    )
    x, y = float(mark.get("cx", "")), float(mark.get("cy", ""))
    assert y == pytest.approx(y1 + (y2 - y1) * (x - x1) / (x2 - x1), abs=0.2)


def test_isocost_lines_are_refused_where_cost_or_an_output_is_an_axis() -> None:
    with pytest.raises(InputError) as caught:
        plane(made_up_frontier(3), prices=InputPrices(x=1.0, y=1.0))
    assert str(caught.value) == "isocost lines need two inputs, where less is better; got cost and quality"


# ---- three quantities


def test_three_quantities_share_their_units_over_three_panels() -> None:
    frontier = made_up_frontier(25, axes=3, groups=3)
    figure = linked_figure(frontier, key="linked", title="Three", chosen="model-3")
    assert len(figure.panels) == 3
    for panel in range(3):
        root = drawn(figure, panel=panel)
        assert {node.get("data-unit") for node in of_class(root, "unit")} == {str(i) for i in range(25)}
        assert [node.text for node in of_class(root, "chosen")] == ["model-3"]
        grey = {node.get("data-unit") for node in of_class(root, "dominated")}
        assert grey == {str(i) for i, unit in enumerate(frontier.units) if not unit.on_frontier}
    ids = re.findall(r' id="([^"]+)"', "".join(panel.drawings[0] for panel in figure.panels))
    assert len(ids) == len(set(ids))


def test_linked_planes_need_three_axes() -> None:
    with pytest.raises(InputError, match="linked planes need three different axes, got 2"):
        linked_figure(made_up_frontier(3, axes=3), key="k", title="t", axes=(0, 1, 1))


def test_a_plane_needs_two_axes_and_a_unit() -> None:
    with pytest.raises(InputError, match="a plane needs two different axes of 2, got 1 and 1"):
        plane(made_up_frontier(3), x=1, y=1)
    with pytest.raises(InputError, match="a plane needs one unit at least"):
        plane(replace(made_up_frontier(3), units=()))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text(name: str) -> None:
    units = [
        ProductionUnit(
            name=f"{name}{i}", group=f"{name} {i % 2}", values=(known(1.0 + i, "USD"), known(i / 9, ""))
        )
        for i in range(5)
    ]
    axes = (replace(AXES[0], name=name), AXES[1])
    figure = plane_figure(plane(frontier_of(units, axes=axes)))
    for number in (0, 1):
        root = drawn(figure, number)  # well-formed, so nothing broke out
        assert not [node for node in root.iter() if node.tag.removeprefix(SVG) in ("script", "image", "a")]
        assert not [key for node in root.iter() for key in node.attrib if key.startswith("on")]
