"""What envelopment compares: units with their inputs, outputs and bad outputs, checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from isocost.frontier.dominance import Axis
    from isocost.frontier.hull import Technology

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["EnvelopmentProblem", "check_scalable", "doubts_about"]

_DIMENSIONS = "Cooper, Seiford & Tone 2007, doi:10.1007/978-0-387-45283-8"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnvelopmentProblem:
    """Units and what each takes and makes.

    Parameters
    ----------
    names : tuple of str
        Unique.
    input_axes, output_axes, bad_axes : tuple of Axis
        Inputs and bad outputs are better lower, outputs better higher. A ratio says so: ``bounded=True``.
    inputs : float array, shape (n, inputs)
        Above 0.
    outputs : float array, shape (n, outputs)
        At least 0, one of each unit above 0.
    bads : float array, shape (n, bad outputs), or None
        What nobody wants but production brings: a wait, emissions; above 0.

    Raises
    ------
    InputError
        If names, axes and tables do not fit together, or a number is missing or out of its range.

    Examples
    --------
    >>> from isocost.frontier.dominance import Axis
    >>> problem = EnvelopmentProblem(
    ...     names=("a", "b"),
    ...     input_axes=(Axis(name="cost", unit="USD", better="lower"),),
    ...     output_axes=(Axis(name="speed", unit="tok/s", better="higher"),),
    ...     inputs=np.array([[1.0], [2.0]]),
    ...     outputs=np.array([[20.0], [20.0]]),
    ... )
    >>> problem.units
    2
    """

    names: tuple[str, ...]
    input_axes: tuple[Axis, ...]
    output_axes: tuple[Axis, ...]
    inputs: FloatArray
    outputs: FloatArray
    bad_axes: tuple[Axis, ...] = ()
    bads: FloatArray | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be enveloped."""
        if not self.names or not self.input_axes or not self.output_axes:
            raise InputError(
                "envelopment needs units, inputs and outputs; got "
                f"{len(self.names)} units, {len(self.input_axes)} inputs, {len(self.output_axes)} outputs"
            )
        name, count = Counter(self.names).most_common(1)[0]
        if count > 1:
            raise InputError(f"{count} units are named {name!r}; give each unit a name of its own")
        axis, count = Counter(axis.name for axis in self.axes).most_common(1)[0]
        if count > 1:
            raise InputError(f"{axis!r} is named {count} times among inputs and outputs; name it once")
        if (self.bads is None) != (not self.bad_axes):
            raise InputError("bad outputs need both bad_axes and bads, or neither")
        for field in ("inputs", "outputs", "bads"):
            object.__setattr__(self, field, _numbers(field, getattr(self, field)))
        for word, axes, table in self._tables():
            self._check(word, axes, table)
        idle = np.flatnonzero((self.outputs == 0).all(axis=1))
        if idle.size:
            raise InputError(f"unit {self.names[idle[0]]!r} has no output, all are 0; leave such units out")

    @property
    def units(self) -> int:
        """How many units."""
        return len(self.names)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All axes: inputs, outputs, bad outputs."""
        return self.input_axes + self.output_axes + self.bad_axes

    def _tables(self) -> list[tuple[str, tuple[Axis, ...], FloatArray]]:
        found = [("input", self.input_axes, self.inputs), ("output", self.output_axes, self.outputs)]
        return found if self.bads is None else [*found, ("bad output", self.bad_axes, self.bads)]

    def _check(self, word: str, axes: tuple[Axis, ...], table: FloatArray) -> None:
        if table.shape != (self.units, len(axes)):
            raise InputError(
                f"{self.units} units and {len(axes)} {word}s need a table of shape "
                f"{(self.units, len(axes))}, got {table.shape}"
            )
        better = "higher" if word == "output" else "lower"
        for axis in axes:
            if axis.better != better:
                raise InputError(
                    f"{axis.name!r} is better {axis.better}, but as {word} it would be better {better}; "
                    "what should be little is an input or a bad output"
                )
        bad = ~np.isfinite(table) | (table < 0 if word == "output" else table <= 0)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise InputError(
                f"{axes[column].name!r} of unit {self.names[row]!r} must be finite and "
                f"{'at least' if word == 'output' else 'above'} 0, got {table[row, column]:g}; "
                "leave out units whose values are not known"
            )


def _numbers(field: str, table: FloatArray | None) -> FloatArray | None:
    """Take a copy of a table, out of lists too."""
    try:
        return None if table is None else np.array(table, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{field} must be a table of numbers, a row a unit") from None


def check_scalable(problem: EnvelopmentProblem, technology: Technology | None, what: str) -> None:
    """Refuse to scale a ratio: twice the resources do not answer twice the share of questions rightly.

    Parameters
    ----------
    problem : EnvelopmentProblem
    technology : Technology or None
        ``vrs`` and ``fdh`` scale nothing; ``None`` stands for whatever compares scales.
    what : str
        What was asked for, the sentence's subject.

    Raises
    ------
    InputError
        If an axis is bounded and the technology scales.
    """
    ratio = next((axis for axis in problem.axes if axis.bounded), None)
    if ratio is not None and technology not in ("vrs", "fdh"):
        raise InputError(
            f"{what} would scale {ratio.name!r}, which is a ratio with an upper end: twice the inputs do not "
            "give twice the share; use vrs or fdh"
        )


def doubts_about(problem: EnvelopmentProblem, technology: Technology) -> tuple[Caution, ...]:
    """Say what the scores of a problem cannot tell.

    Parameters
    ----------
    problem : EnvelopmentProblem
    technology : Technology

    Returns
    -------
    tuple of Caution
        ``few-units``, ``constant-axis``, ``equal-units``, ``mixed-ratio``.
    """
    found = [_few_units(problem), _constant(problem), _equal(problem), _mixed(problem, technology)]
    return tuple(each for each in found if each is not None)


def _few_units(problem: EnvelopmentProblem) -> Caution | None:
    takes, makes = len(problem.input_axes), len(problem.output_axes) + len(problem.bad_axes)
    advised = max(takes * makes, 3 * (takes + makes))
    if problem.units >= advised:
        return None
    return Caution(
        "few-units",
        f"{problem.units} units for {takes + makes} inputs and outputs: at least {advised} are advised "
        f"({_DIMENSIONS}); with fewer, most units are efficient only because none is like them",
    )


def _constant(problem: EnvelopmentProblem) -> Caution | None:
    tables = [problem.inputs, problem.outputs] + ([] if problem.bads is None else [problem.bads])
    flat = np.ptp(np.hstack(tables), axis=0) == 0
    if problem.units == 1 or not flat.any():
        return None
    names = [axis.name for axis, same in zip(problem.axes, flat, strict=True) if same]
    return Caution(
        "constant-axis",
        f"{', '.join(map(repr, names))} is the same for all units and tells none from another",
    )


def _equal(problem: EnvelopmentProblem) -> Caution | None:
    tables = [problem.inputs, problem.outputs] + ([] if problem.bads is None else [problem.bads])
    _, first, counts = np.unique(np.hstack(tables), axis=0, return_index=True, return_counts=True)
    if (counts == 1).all():
        return None
    name = problem.names[int(first[counts > 1].min())]
    return Caution(
        "equal-units",
        f"{int(counts[counts > 1].sum())} units share all their values with another, {name!r} among them; "
        "they score alike",
    )


def _mixed(problem: EnvelopmentProblem, technology: Technology) -> Caution | None:
    ratio = next((axis for axis in problem.axes if axis.bounded), None)
    if ratio is None or technology == "fdh":
        return None
    return Caution(
        "mixed-ratio",
        f"{ratio.name!r} is a ratio: a point between two units means requests mixed between them, "
        "not one deployment in between; fdh compares with single units only",
    )
