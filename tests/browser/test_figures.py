"""Figures in a real browser: their points by keyboard, linked panels, and what can be downloaded."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest

from browser.devtools import Session, opened, until
from doubles.planes import known, made_up_frontier
from doubles.study_reports import study_report
from isocost.frontier import Axis, ProductionUnit, frontier_of
from isocost.reporting import html_page
from isocost.reporting.charts import Plane, linked_figure, plane_figure
from isocost.reporting.document import Part, document, figure_markup, table_markup
from isocost.reporting.markup import element
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from isocost.reporting.charts import Figure

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}"
FORMULAS = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =cmd|'/C calc'!A0", "-e5")


def page_of(*figures: Figure, tables: tuple[Table, ...] = ()) -> str:
    parts = [Part(title=each.title, markup=figure_markup(each), expendable=False) for each in figures]
    parts += [
        Part(title=each.title, markup=table_markup(each, opened=True), expendable=False) for each in tables
    ]
    return document(name="pictures", dates=(), verdict=element("p", None, "v"), parts=parts, footer=[])


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Any:
    from browser.conftest import FLAGS

    def run(page: str) -> AbstractContextManager[Session]:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        return opened(browser.program, FLAGS, file, tmp_path)

    return run


def download(session: Session, folder: Path, selector: str, label: str) -> str:
    """Click a button and return the file that it makes."""
    before = {path.name for path in folder.iterdir()}
    buttons = f"Array.from(document.querySelectorAll({selector!r}))"
    session.evaluate(f"{buttons}.find((each) => each.textContent === {label!r}).click()")

    def made() -> Iterator[Path]:
        return (p for p in folder.iterdir() if p.suffix == f".{label.lower()}" and p.name not in before)

    found: Path = until(lambda: next(made(), None))
    assert session.errors == []  # the page's policy forbade nothing
    return found.read_bytes().decode("utf-8")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def said(session: Session, figure: str = "figure") -> str:
    text: str = session.evaluate(f"document.querySelector('{figure} .point-said').textContent")
    return text


# ---- downloads


def test_a_figures_numbers_come_as_csv(open_page: Any, tmp_path: Path) -> None:
    frontier = made_up_frontier(12, groups=3)
    figure = plane_figure(Plane(key="plane", title="Cost and quality", frontier=frontier))
    with open_page(page_of(figure)) as session:
        table = rows(download(session, tmp_path, "#plane button", "CSV"))
    assert table[0][:6] == ["unit", "group", "cost, USD", "cost low", "cost high", "quality"]
    assert len(table) == 13
    for row, unit in zip(table[1:], frontier.units, strict=True):
        assert row[:2] == [unit.name, unit.group]
        assert float(row[2]) == pytest.approx(unit.values[0].value, rel=1e-11)
        assert float(row[5]) == pytest.approx(unit.values[1].value, rel=1e-11)
        assert row[-1] == ("yes" if unit.on_frontier else "no")


def test_a_figure_comes_as_svg_that_stands_alone(open_page: Any, tmp_path: Path) -> None:
    figure = plane_figure(Plane(key="plane", title="Cost & quality", frontier=made_up_frontier(12, groups=3)))
    with open_page(page_of(figure)) as session:
        text = download(session, tmp_path, "#plane button", "SVG")
        theme = session.evaluate("getComputedStyle(document.body).backgroundColor")
    root = ET.fromstring(text)  # noqa: S314 - our own drawing
    assert root.tag == f"{SVG}svg"
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert words[0] == "Cost & quality"
    assert {"vendor 0", "vendor 1", "vendor 2", "model-7"} <= set(words)
    marks = [node for node in root.iter() if node.get("class") == "mark"]
    assert len(marks) == 12 + 3  # and the legend's
    assert all(node.get("fill", "").startswith("rgb") for node in marks)  # no style sheet needed
    assert len({node.get("fill") for node in marks}) >= 3
    assert next(root.iter(f"{SVG}rect")).get("fill") == theme


def test_every_figure_of_a_study_can_be_downloaded(open_page: Any, tmp_path: Path) -> None:
    with open_page(html_page(study_report())) as session:
        keys = session.evaluate("Array.from(document.querySelectorAll('figure.plot'), (each) => each.id)")
        assert len(keys) > 3
        for key in keys:
            table = rows(download(session, tmp_path, f"#{key} button", "CSV"))
            assert len(table) > 3
            assert len({len(row) for row in table}) == 1
            drawing = ET.fromstring(download(session, tmp_path, f"#{key} button", "SVG"))  # noqa: S314
            assert len(list(drawing.iter(f"{SVG}svg"))) >= 2


def test_a_downloaded_figure_shows_the_price_that_was_tried(open_page: Any, tmp_path: Path) -> None:
    with open_page(html_page(study_report())) as session:
        plain = download(session, tmp_path, "#cost button", "CSV")
    with open_page(html_page(study_report())) as session:
        session.evaluate(
            "(() => { const field = document.getElementById('price'); field.value = '100';"
            "field.dispatchEvent(new Event('input', { bubbles: true })); })()"
        )
        for path in tmp_path.glob("*.csv"):
            path.unlink()
        tried = download(session, tmp_path, "#cost button", "CSV")
    assert tried != plain
    assert len(rows(tried)) == len(rows(plain))


def test_what_looks_like_a_formula_stays_text_in_csv_and_numbers_stay_numbers(
    open_page: Any, tmp_path: Path
) -> None:
    table = Table(
        title="Attacks",
        columns=(Column(title="Name", numeric=False), Column(title="Value")),
        groups=(("", (*((name, "-0.5") for name in FORMULAS), ("plain", "-1,234.5"), ("a", "-1e-05"))),),
    )
    units = [
        ProductionUnit(name=name, group=name, values=(known(1.0 + i, "USD"), known(-0.1 * i, "")))
        for i, name in enumerate(FORMULAS)
    ]
    axes = (Axis(name="=cost", unit="USD", better="lower"), Axis(name="quality", unit="", better="higher"))
    figure = plane_figure(Plane(key="plane", title="=1+1", frontier=frontier_of(units, axes=axes)))
    with open_page(page_of(figure, tables=(table,))) as session:
        told = rows(download(session, tmp_path, "details button", "CSV"))
        drawn = rows(download(session, tmp_path, "#plane button", "CSV"))
    for row in [*told, *drawn]:
        for cell in row:
            assert cell.lstrip()[:1] not in ("=", "@", "\t")
            if cell.lstrip()[:1] in ("+", "-"):
                float(cell.replace(",", ""))  # a number and nothing else
    assert [row[1] for row in told[1:]] == ["-0.5"] * len(FORMULAS) + ["-1,234.5", "-1e-05"]
    assert [row[0] for row in told[1:4]] == ['\'=HYPERLINK("http://x")', "'+1+1", "'-2+3"]
    assert [row[0] for row in drawn[1:4]] == ['\'=HYPERLINK("http://x")', "'+1+1", "'-2+3"]
    assert float(drawn[3][5]) == pytest.approx(-0.2)


def test_without_scripts_there_are_no_buttons_and_the_numbers_stay_hidden() -> None:
    page = page_of(plane_figure(Plane(key="plane", title="t", frontier=made_up_frontier(3))))
    body = page[page.index("<main>") : page.index("<script>")]
    assert "<button" not in body
    assert '<pre class="figure-data" hidden>' in body


# ---- keyboard and linked panels


def test_arrow_keys_walk_from_left_to_right_and_say_what_stands_there(open_page: Any) -> None:
    frontier = made_up_frontier(12)
    figure = plane_figure(Plane(key="plane", title="t", frontier=frontier))
    by_cost = sorted(frontier.units, key=lambda unit: unit.values[0].value)
    with open_page(page_of(figure)) as session:
        session.press("Tab")  # the theme
        session.press("Tab")
        assert session.evaluate("document.activeElement.className") == "panels columns-1"
        seen = []
        for _ in range(12):
            session.press("ArrowRight")
            seen.append(said(session))
        assert [text.split(" · ")[0] for text in seen] == [unit.name for unit in by_cost]
        assert "cost: $" in seen[0]
        session.press("Home")
        assert said(session) == seen[0]
        session.press("End")
        session.press("ArrowLeft")
        assert said(session) == seen[-2]
        session.press("Escape")
        assert said(session) == ""
        assert session.evaluate("document.querySelectorAll('.here, .lit').length") == 0


def test_a_unit_lights_up_in_all_three_panels_by_pointer_and_by_key(open_page: Any) -> None:
    frontier = made_up_frontier(9, axes=3, intervals=False)
    other = plane_figure(Plane(key="other", title="another figure", frontier=frontier))
    figure = linked_figure(frontier, key="linked", title="Three")
    nodes = "Array.from(document.querySelectorAll('.lit'), (each) => {})"
    lit = nodes.replace("{}", "[each.closest('figure').id, each.dataset.unit]")
    drawings = f"new Set({nodes.replace('{}', 'each.closest(`svg`)')}).size"
    with open_page(page_of(figure, other)) as session:
        session.hover("#linked .panel:nth-child(2) [data-unit='4'] .mark")
        assert session.evaluate(lit) == [["linked", "4"]] * 3
        assert session.evaluate(drawings) == 3
        session.hover("h2")
        assert session.evaluate(lit) == []
        session.evaluate("document.querySelector('#linked .panels').focus()")
        session.press("ArrowRight")
        leftmost = min(range(9), key=lambda number: frontier.units[number].values[0].value)
        assert session.evaluate(lit) == [["linked", str(leftmost)]] * 3
        assert said(session, "#linked").startswith(frontier.units[leftmost].name)


def test_points_of_a_narrow_page_are_those_of_the_narrow_drawing(open_page: Any) -> None:
    figure = plane_figure(Plane(key="plane", title="t", frontier=made_up_frontier(5)))
    with open_page(page_of(figure)) as session:
        session.call(
            "Emulation.setDeviceMetricsOverride", width=400, height=900, deviceScaleFactor=1, mobile=False
        )
        session.evaluate("document.querySelector('.panels').focus()")
        for _ in range(9):
            session.press("ArrowRight")
        here = "document.querySelector('.here').closest('.narrow, .wide').className"
        assert session.evaluate(here) == "narrow"


def test_hostile_names_stay_text_in_downloads(open_page: Any, tmp_path: Path) -> None:
    name = "<script>document.title='pwned'</script><img src=x onerror=document.title='pwned'>"
    units = [
        ProductionUnit(name=f"{name}{i}", group=name, values=(known(1.0 + i, "USD"), known(0.1 * i, "")))
        for i in range(4)
    ]
    frontier = frontier_of(units, axes=made_up_frontier(3).axes)
    with open_page(page_of(plane_figure(Plane(key="plane", title=name, frontier=frontier)))) as session:
        session.evaluate("document.querySelector('.panels').focus()")
        session.press("ArrowRight")
        assert "<script>" in said(session)
        table = rows(download(session, tmp_path, "#plane button", "CSV"))
        drawing = ET.fromstring(download(session, tmp_path, "#plane button", "SVG"))  # noqa: S314
        assert "pwned" not in session.evaluate("document.title")
    assert table[1][0] == f"{name}0"
    tags = {node.tag.removeprefix(SVG) for node in drawing.iter()}
    assert tags.isdisjoint({"script", "img", "image", "a", "foreignObject"})
