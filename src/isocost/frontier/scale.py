"""Scale efficiency, and which way each unit is off its best size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.production import check_scalable
from isocost.frontier.radial import check_orientation, radial_scores

if TYPE_CHECKING:
    from isocost.frontier.production import EnvelopmentProblem
    from isocost.frontier.radial import Orientation

__all__ = ["Returns", "ScaleEfficiency", "scale_efficiencies"]

Returns = Literal["irs", "crs", "drs"]

_SAME = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleEfficiency:
    """What a unit loses by its size.

    Parameters
    ----------
    name : str
    crs, vrs : float
        Farrell scores under constant and under variable returns.
    scale : float
        Share of productivity that is left by its size, in (0, 1]; 1 at the best size.
    returns : {"irs", "crs", "drs"}
        ``irs``: too small, growing raises productivity; ``drs``: too large; ``crs``: of best size. Of the
        point on the frontier that the orientation leads to.
    """

    name: str
    crs: float
    vrs: float
    scale: float
    returns: Returns


def scale_efficiencies(
    problem: EnvelopmentProblem, *, orientation: Orientation = "input"
) -> tuple[ScaleEfficiency, ...]:
    r"""Compare scores under constant, variable and non-increasing returns (Färe, Grosskopf & Lovell 1985).

    Scale efficiency is :math:`\theta_{crs} / \theta_{vrs}` for inputs and
    :math:`\varphi_{vrs} / \varphi_{crs}` for outputs. Where it is below 1, returns increase if the score
    under non-increasing returns (``drs``) is that under constant returns, otherwise they decrease.

    Parameters
    ----------
    problem : EnvelopmentProblem
        Without ratios and bad outputs.
    orientation : {"input", "output"}

    Returns
    -------
    tuple of ScaleEfficiency
        In the order given.

    Raises
    ------
    InputError
        If an axis is a ratio or a bad output, or a word is not known.

    Examples
    --------
    >>> from isocost.frontier.dominance import Axis
    >>> from isocost.frontier.production import EnvelopmentProblem
    >>> problem = EnvelopmentProblem(
    ...     names=("small", "best", "large"),
    ...     input_axes=(Axis(name="GPUs", unit="", better="lower"),),
    ...     output_axes=(Axis(name="speed", unit="tok/s", better="higher"),),
    ...     inputs=np.array([[2.0], [3.0], [6.0]]),
    ...     outputs=np.array([[1.0], [3.0], [5.0]]),
    ... )
    >>> [(unit.returns, round(unit.scale, 3)) for unit in scale_efficiencies(problem)]
    [('irs', 0.5), ('crs', 1.0), ('drs', 0.833)]
    """
    check_orientation(orientation)
    check_scalable(problem, None, "scale efficiency")
    if problem.bads is not None:
        raise InputError("scale efficiency knows no bad outputs; leave them out, or make them inputs")
    crs, vrs, drs = (
        radial_scores(problem.inputs, problem.outputs, technology=technology, orientation=orientation)
        for technology in ("crs", "vrs", "drs")
    )
    scale = np.minimum(crs / vrs if orientation == "input" else vrs / crs, 1.0)
    too_small = np.abs(drs / crs - 1) <= _SAME
    return tuple(
        ScaleEfficiency(
            name=name,
            crs=float(crs[i]),
            vrs=float(vrs[i]),
            scale=float(scale[i]),
            returns="crs" if scale[i] >= 1 - _SAME else "irs" if too_small[i] else "drs",
        )
        for i, name in enumerate(problem.names)
    )
