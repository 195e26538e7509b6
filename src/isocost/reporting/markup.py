"""Building HTML and SVG so that nothing unescaped can get in."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["HAZARDS", "Markup", "clean", "element", "exact", "join", "shorten"]

_VOID = frozenset({"meta", "input", "br", "link", "hr"})
_SHAPES = frozenset({"line", "polyline", "polygon", "circle", "rect", "path"})
HAZARDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
"""Signs that a terminal may obey, that turn or hide text, or that are none."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

Value = str | float | bool | None


class Markup(str):
    """Text that `element` or `join` has made; every other string is escaped before it gets in."""

    __slots__ = ()


def clean(text: str) -> str:
    r"""Replace control characters, terminal escapes among them, and what turns or hides text by a mark.

    Examples
    --------
    >>> ascii(clean("a\x1b[31mb"))
    "'a\\ufffd[31mb'"
    """
    return HAZARDS.sub("\N{REPLACEMENT CHARACTER}", text)


def shorten(text: str, limit: int) -> str:
    """Cut `text` in the middle to at most `limit` characters, at least 3.

    Examples
    --------
    >>> shorten("abcdefghij", 7)
    'abc\N{HORIZONTAL ELLIPSIS}hij'
    """
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return text[: limit - 1 - tail] + "\N{HORIZONTAL ELLIPSIS}" + text[len(text) - tail :]


def element(tag: str, attributes: Mapping[str, Value] | None = None, *children: str) -> Markup:
    """Write one element; strings among `children` that are no `Markup` and all attributes are escaped.

    Parameters
    ----------
    tag : str
        Name of the element, from code, never from data.
    attributes : mapping, optional
        ``None`` and ``False`` leave an attribute out, ``True`` writes its name alone, a float is a
        coordinate and is rounded to a tenth.
    *children : str
        Content, in order.

    Examples
    --------
    >>> print(element("b", {"title": 'a"b'}, "<script>"))
    <b title="a&quot;b">&lt;script&gt;</b>
    """
    head = tag + "".join(_attribute(name, value) for name, value in (attributes or {}).items())
    if tag in _VOID:
        return Markup(f"<{head}>")
    if tag in _SHAPES and not children:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{join(children)}</{tag}>")


def join(parts: Iterable[str]) -> Markup:
    """Put parts one after the other, escaping those that are no `Markup`."""
    return Markup("".join(part if isinstance(part, Markup) else _escape(part) for part in parts))


def exact(value: float) -> str:
    """Write a number for programs, to twelve significant digits."""
    return f"{value:.12g}"


def _escape(text: str) -> str:
    return html.escape(clean(text), quote=True)


def _attribute(name: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    if not _NAME.fullmatch(name):
        raise ValueError(f"attribute names come from code and are plain, got {name!r}")
    if value is True:
        return f" {name}"
    return f' {name}="{_escape(value if isinstance(value, str) else _coordinate(value))}"'


def _coordinate(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"a coordinate must be finite, got {value!r}")
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
