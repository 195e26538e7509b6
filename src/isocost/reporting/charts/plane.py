"""What to draw of units by two of their quantities: the frontier, its band, price lines, a mix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.reporting.charts.frontier_lines import frontier_corners

if TYPE_CHECKING:
    from isocost.core.estimate import Estimate
    from isocost.frontier.dominance import Axis, Frontier
    from isocost.reporting.charts.frontier_lines import Band, Shape

__all__ = ["InputPrices", "Plane", "PlanePoint", "SlopeLine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanePoint:
    """A point that is no unit, such as a mix of units.

    Parameters
    ----------
    name : str
        ``"half a, half b"``.
    x, y : Estimate
    short : str
        What it is called in a narrow picture; ``""``: the name, cut.
    chosen : bool
        Whether to stress it.
    """

    name: str
    x: Estimate
    y: Estimate
    short: str = ""
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeLine:
    """A line that trades one quantity for the other at a constant rate, such as a shadow price.

    Parameters
    ----------
    x, y : float
        A point of the line.
    slope : float
        dy/dx, finite and not 0.
    label : str
        What one costs in the other, ``"$0.003 per 0.01 of quality"``.
    """

    x: float
    y: float
    slope: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPrices:
    """What two inputs cost, for lines of equal cost.

    Parameters
    ----------
    x, y : float
        Price of one of the horizontal and of the vertical input, above 0.
    unit : str
        Of the cost.
    """

    x: float
    y: float
    unit: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """What to draw of units by two quantities.

    Parameters
    ----------
    key : str
        Of the figure, unique in the page.
    title : str
    frontier : Frontier
        At least one unit. Units that are not on the frontier are drawn grey.
    x, y : int
        Which axes of the frontier; each better lower or higher.
    shape : {"staircase", "hull"} or None
        How the frontier of the two is drawn; ``None`` leaves its line out.
    band : Band or None
        How well that line is known.
    chosen : str or None
        Name of a unit to stress.
    points : tuple of PlanePoint
        What is no unit.
    slope : SlopeLine or None
        A shadow price. Lines of equal cost are never drawn where cost is an axis: they are vertical there and
        tell nothing.
    prices : InputPrices or None
        Of two inputs: draws lines of equal cost. Only for units of the same output.
    notes : tuple of str
        More about how to read it.
    """

    key: str
    title: str
    frontier: Frontier
    x: int = 0
    y: int = 1
    shape: Shape | None = "staircase"
    band: Band | None = None
    chosen: str | None = None
    points: tuple[PlanePoint, ...] = ()
    slope: SlopeLine | None = None
    prices: InputPrices | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        count = len(self.frontier.axes)
        if not (0 <= self.x < count and 0 <= self.y < count) or self.x == self.y:
            raise InputError(f"a plane needs two different axes of {count}, got {self.x} and {self.y}")
        if not self.frontier.units:
            raise InputError("a plane needs one unit at least")
        if self.prices is not None and {axis.better for axis in self.axes} != {"lower"}:
            names = " and ".join(axis.name for axis in self.axes)
            raise InputError(f"isocost lines need two inputs, where less is better; got {names}")

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The horizontal and the vertical one."""
        return self.frontier.axes[self.x], self.frontier.axes[self.y]

    def corners(self) -> tuple[int, ...]:
        """Return which units are the corners of the frontier of the two quantities."""
        if self.shape is None:
            return ()
        across, up = ([unit.values[i].value for unit in self.frontier.units] for i in (self.x, self.y))
        return frontier_corners(across, up, (self.axes[0].better, self.axes[1].better), self.shape)
