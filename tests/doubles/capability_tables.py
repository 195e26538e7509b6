"""Small tables of capability whose frontiers are found by hand."""

from __future__ import annotations

from isocost.core.estimate import Estimate
from isocost.frontier import Axis, CapabilityTable, CapabilityUnit

RAW = Axis(name="raw_runtime_s", unit="s", better="lower")
OWN = Axis(name="idealized_runtime_s", unit="s", better="lower")
ACCURACY = Axis(name="accuracy", unit="", better="higher")

# scenario, model, accuracy, raw, idealized
ROWS = (
    ("boolq", "quick", 0.6, 1.0, 0.5),
    ("boolq", "large", 0.9, 2.0, 4.0),
    ("boolq", "copy", 0.9, 3.0, 3.0),
    ("boolq", "poor", 0.5, 4.0, 6.0),
    ("imdb", "quick", 0.8, 2.0, 1.0),
    ("imdb", "large", 0.7, 1.0, 2.0),
)


def value(number: float, unit: str) -> Estimate:
    """A published number without interval."""
    return Estimate(value=number, unit=unit, kind="published", method="by hand")


def table(rows: tuple[tuple[str, str, float, float | None, float | None], ...] = ROWS) -> CapabilityTable:
    """The rows as a table of two runtimes."""
    units = tuple(
        CapabilityUnit(
            scenario=scenario,
            model=model,
            capability=value(accuracy, ""),
            metrics=tuple(None if each is None else value(each, "s") for each in takes),
        )
        for scenario, model, accuracy, *takes in rows
    )
    return CapabilityTable(capability=ACCURACY, metrics=(RAW, OWN), units=units)


def csv_text(rows: tuple[tuple[str, str, float, float | None, float | None], ...] = ROWS) -> str:
    """The same as a file."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(["scenario,model,accuracy,raw_runtime_s,idealized_runtime_s", *lines]) + "\n"
