"""Nothing unescaped gets into a page."""

import html
from html.parser import HTMLParser

import pytest

from doubles.hostile import NAMES
from isocost.reporting.markup import Markup, clean, element, exact, join, shorten


class Seen(HTMLParser):
    """What a parser makes of a piece of markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_stay_text_and_attribute(name: str) -> None:
    seen = Seen(element("b", {"title": name}, name))
    assert seen.tags == ["b"]
    assert seen.attributes == [("title", clean(name))]
    assert seen.text == clean(name)


def test_direction_and_terminal_controls_are_made_visible() -> None:
    assert clean("a\u202eb\x1bc\u0000d\u2066") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert clean("two\nlines\tand a tab, \u05d0\u0628 \u00e9 \N{GRINNING FACE}") == (
        "two\nlines\tand a tab, \u05d0\u0628 \u00e9 \N{GRINNING FACE}"
    )


def test_what_was_built_is_not_escaped_again() -> None:
    inner = element("i", None, "<")
    assert element("b", None, inner, ">") == "<b><i>&lt;</i>&gt;</b>"
    assert join([inner, "<"]) == "<i>&lt;</i>&lt;"
    assert isinstance(join([]), Markup)


def test_absent_attributes_are_left_out() -> None:
    assert (
        element("input", {"value": None, "hidden": True, "open": False, "min": 0.0})
        == '<input hidden min="0">'
    )


def test_coordinates_are_rounded_and_finite() -> None:
    assert element("line", {"x1": 1.26, "x2": -0.01, "y1": 3.0}) == '<line x1="1.3" x2="0" y1="3"/>'
    with pytest.raises(ValueError, match="a coordinate must be finite"):
        element("line", {"x1": float("nan")})
    with pytest.raises(ValueError, match="attribute names come from code"):
        element("b", {'x" onclick="': "1"})


def test_long_names_lose_their_middle() -> None:
    assert shorten("x" * 10_000, 11) == "xxxxx\N{HORIZONTAL ELLIPSIS}xxxxx"
    assert shorten("short", 11) == "short"


def test_numbers_for_programs_read_back() -> None:
    assert float(exact(1 / 3)) == pytest.approx(1 / 3, rel=1e-11)
    assert html.escape(exact(1e-9)) == "1e-09"
