"""Figures of benchmarks: one line each, and whether its target is met.

A benchmark prints the line ``figure | ours | target | beside`` and, right below, a line of that form for each
figure: its name, our value, what it has to reach (``under 1.8 %``, ``at most 0.75``, ``at least 3``,
``93 to 97 %``, ``336/336``; empty: nothing), and what others reach. A fifth field, ``met`` or ``missed``, is
taken at its word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEAD = "figure | ours | target | beside"
_NUMBER = r"(?:(?<![\d%])[-+])?\$?\d[\d,]*\.?\d*(?:e[-+]?\d+)?"
_BOUNDS = {
    "under": "<", "below": "<", "<": "<", "at most": "<=", "<=": "<=",
    "above": ">", "over": ">", ">": ">", "at least": ">=", ">=": ">=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a benchmark."""

    name: str
    ours: str
    target: str = ""
    beside: str = ""
    said: str = ""

    @property
    def line(self) -> str:
        """The figure as it is printed."""
        return " | ".join([self.name, self.ours, self.target, self.beside]).rstrip()

    @property
    def state(self) -> str:
        """Whether it meets its target: met, missed, or ``-`` where there is none or it cannot be told."""
        if self.said in ("met", "missed"):
            return self.said
        held = _holds(self.ours, self.target)
        return "-" if held is None else "met" if held else "missed"


def show(figures: Iterable[Figure]) -> None:
    """Print figures under their head."""
    print(HEAD)
    for figure in figures:
        print(figure.line)


def read_figures(lines: Iterable[str]) -> Iterator[Figure]:
    """Find the figures in what a benchmark printed.

    >>> found = list(read_figures([HEAD, "error | 1.2 % | under 1.8 % | 4.2 %", "", "a | b | c | d"]))
    >>> [(figure.name, figure.state) for figure in found]
    [('error', 'met')]
    """
    within = False
    for line in lines:
        fields = [field.strip() for field in line.split("|")]
        if line.strip() == HEAD:
            within = True
        elif within and len(fields) >= 3:
            yield Figure(*(fields + [""] * 2)[:5])
        else:
            within = False


def _holds(ours: str, target: str) -> bool | None:
    """Compare our value with a target, as far as both can be read.

    >>> _holds("0.86 %", "under 0.80 %"), _holds("94.6 %", "93 to 97 %"), _holds("0.41", "at most 0.75")
    (False, True, True)
    >>> _holds("18/30", "18/30"), _holds("35/35", "34/35"), _holds("much", "under 1 %")
    (True, False, None)
    """
    target = re.sub(r"\s*\(.*?\)", "", target).strip()
    if not target:
        return None
    if "/" in target:
        return ours.split(maxsplit=1)[0] == target
    numbers = [_value(text, percent="%" in target) for text in re.findall(_NUMBER, target)]
    found = re.match(_NUMBER, ours.strip())
    if found is None or not numbers:
        return None
    value = _value(found[0], percent="%" in ours)
    if len(numbers) == 2:
        return min(numbers) <= value <= max(numbers)
    word = next((word for word in sorted(_BOUNDS, key=len, reverse=True) if target.startswith(word)), None)
    if word is None:
        return value == numbers[0] if re.match(_NUMBER, target) else None
    sign, bound = _BOUNDS[word], numbers[0]
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def _value(text: str, *, percent: bool) -> float:
    value = float(text.replace("$", "").replace(",", ""))
    return value / 100 if percent else value
