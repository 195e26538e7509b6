"""Formulas of the pages become MathML that a browser can draw, and no page loads a script from elsewhere."""

import html
import importlib.util
import re
from xml.etree import ElementTree

import pytest

from examples.documents import ROOT, documents

nodes = pytest.importorskip("docutils.nodes", reason="the pages need the extra [dev]")
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)


@pytest.fixture(scope="module")
def convert():
    pytest.importorskip("sphinx", reason="the pages need the extra [dev]")
    spec = importlib.util.spec_from_file_location("mathml", ROOT / "docs" / "mathml.py")
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    return extension.mathml


def formulas(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [(block or inline, bool(block)) for block, inline in FORMULA.findall(text)]


WITH_FORMULAS = [page for page in documents() if page.is_relative_to(ROOT / "docs") and formulas(page)]


@pytest.mark.parametrize("page", WITH_FORMULAS, ids=lambda page: page.stem)
def test_each_formula_is_converted(convert, page):
    for text, is_block in formulas(page):
        node = (nodes.math_block if is_block else nodes.math)(text, text)
        drawing = html.unescape(convert(node).replace("&lt;", "&amp;lt;"))
        tree = ElementTree.fromstring(drawing)  # noqa: S314 - of our own making
        assert tree.tag.endswith("}math"), text
        assert (tree.get("display") == "block") == is_block
        # each number of the source is drawn, in its order
        drawn = "".join(tree.itertext())
        assert re.findall(r"\d", drawn) == re.findall(r"\d", re.sub(r"\\[a-z]+\{?", " ", text)), text


def test_there_are_formulas():
    assert sum(len(formulas(page)) for page in WITH_FORMULAS) > 60


def test_what_cannot_be_converted_stays_readable(convert, caplog):
    node = nodes.math(r"\nosuchthing < 1", r"\nosuchthing < 1")
    assert convert(node).startswith("<code>")


def test_no_extension_loads_scripts_from_elsewhere():
    text = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    assert "mathjax" not in text
    assert "http" not in text
