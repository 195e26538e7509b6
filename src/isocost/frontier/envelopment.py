"""Data envelopment: how far each unit is from what the others span, whom to learn from, what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.frontier.direction import Direction, direction_rows
from isocost.frontier.hull import Points, check_technology, reach
from isocost.frontier.production import check_scalable, doubts_about
from isocost.frontier.radial import column_scale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Caution
    from isocost.frontier.hull import Reach, Technology
    from isocost.frontier.linear import Solver, Status
    from isocost.frontier.production import EnvelopmentProblem

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["Disposability", "EnvelopedUnit", "Envelopment", "Peer", "envelop"]

Disposability = Literal["weak", "strong"]
"""How bad outputs can be cut: weak, only together with good ones; strong, freely, like inputs."""
Towards = Literal["input", "output", "directional"]

_CONVENTIONS = {
    "input": "Farrell, input: which share of its inputs would do; 1 is efficient, less is worse",
    "output": "Farrell, output: by what its outputs could be multiplied; 1 is efficient, more is worse",
    "directional": "directional distance: how many steps could be gone; 0 is efficient, more is worse",
}
_ALMOST = 1e-9


@dataclass(frozen=True, slots=True)
class Peer:
    """An efficient unit that another is held against.

    Parameters
    ----------
    name : str
    weight : float
        Its share in what the unit is compared with; above 0.
    """

    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopedUnit:
    """What envelopment says of one unit.

    Parameters
    ----------
    name : str
    status : {"optimal", "infeasible", "unbounded"}
        Whether there is a score. Infeasible: no combination of others does what the unit does, however far it
        were to go. Unbounded: no other makes any of its outputs, so that no factor compares them. Without a
        score all further fields are ``None`` or empty.
    score : float or None
        In the convention of the `Envelopment`.
    shephard : float or None
        The same as Shephard's distance, one over Farrell's score; ``None`` for directional distances.
    efficient : bool or None
        Whether it can go nowhere along the orientation.
    leaves_slack : bool or None
        Whether, having gone, it could still do with less of one input or make more of one output.
    peers : tuple of Peer
        Heaviest first.
    slacks : tuple of float
        What is left of each axis after the score: inputs, outputs, bad outputs, in their units.
    targets : tuple of float
        What the unit would take and make on the frontier, slacks gone too.
    """

    name: str
    status: Status
    score: float | None = None
    shephard: float | None = None
    efficient: bool | None = None
    leaves_slack: bool | None = None
    peers: tuple[Peer, ...] = ()
    slacks: tuple[float, ...] = ()
    targets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelopment:
    """Scores of all units against what they span together.

    Parameters
    ----------
    technology : {"crs", "vrs", "drs", "irs", "fdh"}
    orientation : {"input", "output", "directional"}
    convention : str
        What a score means, in words.
    direction : Direction or None
        Of directional distances.
    disposability : {"weak", "strong"} or None
        Of bad outputs; ``None`` where there are none.
    super_efficiency : bool
        Whether each unit was left out of what it was held against.
    axes : tuple of str
        Names in the order of slacks and targets.
    units : tuple of EnvelopedUnit
        In the order given.
    cautions : tuple of Caution
    """

    technology: Technology
    orientation: Towards
    convention: str
    direction: Direction | None
    disposability: Disposability | None
    super_efficiency: bool
    axes: tuple[str, ...]
    units: tuple[EnvelopedUnit, ...]
    cautions: tuple[Caution, ...]

    @property
    def scores(self) -> FloatArray:
        """Scores, shape (n,); NaN where there is none."""
        return np.array([np.nan if unit.score is None else unit.score for unit in self.units])


def envelop(
    problem: EnvelopmentProblem,
    *,
    technology: Technology = "vrs",
    orientation: Towards = "input",
    direction: Direction | None = None,
    disposability: Disposability | None = None,
    super_efficiency: bool = False,
    solver: Solver | None = None,
) -> Envelopment:
    r"""Score units against what they span together, and name peers and slacks.

    Each unit goes as far as it can: the largest :math:`\beta` with
    :math:`\sum\lambda_j x_j \le x - \beta g_x` and :math:`\sum\lambda_j y_j \ge y + \beta g_y`. Input:
    :math:`g = (x, 0)`, score :math:`\theta = 1 - \beta`; output: :math:`g = (0, y)`, score
    :math:`\varphi = 1 + \beta` (Farrell 1957, doi:10.2307/2343100; Charnes, Cooper & Rhodes 1978,
    doi:10.1016/0377-2217(78)90138-8; Banker, Charnes & Cooper 1984, doi:10.1287/mnsc.30.9.1078). Slacks come
    from a second stage: among all optima the largest sum of slacks, each over the mean of its axis.

    Parameters
    ----------
    problem : EnvelopmentProblem
    technology : {"vrs", "crs", "drs", "irs", "fdh"}
        What a combination of units may be; scaling ones are refused where an axis is a ratio.
    orientation : {"input", "output", "directional"}
    direction : Direction, optional
        For directional distances only; by default each unit's own values.
    disposability : {"weak", "strong"}, optional
        To be said where there are bad outputs. Weak, after Kuosmanen 2005
        (doi:10.1111/j.1467-8276.2005.00788.x): each unit may cut its outputs, good and bad, by a factor of
        its own.
    super_efficiency : bool
        Leave each unit out of what it is held against (Andersen & Petersen 1993,
        doi:10.1287/mnsc.39.10.1261); an efficient unit then scores beyond 1, or has no score.
    solver : {"highspy", "scipy"}, optional
        Who calls HiGHS where it is needed.

    Returns
    -------
    Envelopment

    Raises
    ------
    InputError
        If a word is not known or words do not go together.

    Examples
    --------
    Three firms; the second makes with 4 what half the first and half the third make with 2.5:

    >>> from isocost.frontier.dominance import Axis
    >>> from isocost.frontier.production import EnvelopmentProblem
    >>> problem = EnvelopmentProblem(
    ...     names=("a", "b", "c"),
    ...     input_axes=(Axis(name="cost", unit="USD", better="lower"),),
    ...     output_axes=(Axis(name="speed", unit="tok/s", better="higher"),),
    ...     inputs=np.array([[2.0], [4.0], [3.0]]),
    ...     outputs=np.array([[1.0], [2.0], [3.0]]),
    ... )
    >>> unit = envelop(problem).units[1]
    >>> unit.score, [(peer.name, round(peer.weight, 9)) for peer in unit.peers]
    (0.625, [('a', 0.5), ('c', 0.5)])
    """
    _check(problem, technology, orientation, direction, disposability, super_efficiency)
    if orientation == "directional":
        direction = direction or Direction()
    scale = _column_scale(problem)
    along = _along(problem, orientation, direction)
    rows, points = _program(problem, along / scale, disposability, technology)
    if super_efficiency:
        points = replace(points, without=np.arange(problem.units))
    weights = np.zeros(rows.shape[1])
    weights[: len(scale)] = 1 / np.maximum(np.abs(rows[: problem.units, : len(scale)]).mean(axis=0), _ALMOST)
    found = reach(rows, points, technology, slack_weights=weights, solver=solver)
    return Envelopment(
        technology=technology,
        orientation=orientation,
        convention=_CONVENTIONS[orientation],
        direction=direction,
        disposability=disposability,
        super_efficiency=super_efficiency,
        axes=tuple(axis.name for axis in problem.axes),
        units=tuple(_units(problem, orientation, found, along, scale)),
        cautions=doubts_about(problem, technology),
    )


def _check(
    problem: EnvelopmentProblem,
    technology: Technology,
    orientation: Towards,
    direction: Direction | None,
    disposability: Disposability | None,
    super_efficiency: bool,
) -> None:
    """Refuse words that are not known or do not go together."""
    check_technology(technology)
    if orientation not in get_args(Towards):
        raise InputError(f"orientation is one of {', '.join(get_args(Towards))}; got {orientation!r}")
    check_scalable(problem, technology, f"{technology} envelopment")
    if direction is not None and orientation != "directional":
        raise InputError(
            f"a direction needs orientation 'directional', got {orientation!r}; leave the direction out"
        )
    if problem.bads is None:
        if disposability is not None:
            raise InputError("disposability is of bad outputs, and there are none; leave it out")
        return
    if orientation != "directional":
        raise InputError(
            f"bad outputs need orientation 'directional', got {orientation!r}; or count them among the inputs"
        )
    if disposability not in get_args(Disposability):
        raise InputError(
            "bad outputs need a word on how they can be cut: disposability 'weak' (only together with good "
            f"outputs) or 'strong' (freely, like inputs); got {disposability!r}"
        )
    if disposability == "weak" and (technology == "fdh" or super_efficiency):
        raise InputError(
            "weak disposability mixes units: it goes neither with fdh nor with super-efficiency; "
            "take 'strong', or another technology"
        )


def _along(problem: EnvelopmentProblem, orientation: Towards, direction: Direction | None) -> FloatArray:
    """Direction of each unit, shape (n, axes)."""
    if orientation == "input":
        direction = Direction(inputs="own", outputs=None, bads=None)
    elif orientation == "output":
        direction = Direction(inputs=None, outputs="own", bads=None)
    return direction_rows(problem, direction or Direction())


def _column_scale(problem: EnvelopmentProblem) -> FloatArray:
    parts = [problem.inputs, problem.outputs] + ([] if problem.bads is None else [problem.bads])
    return column_scale(*parts)


def _program(
    problem: EnvelopmentProblem,
    along: FloatArray,
    disposability: Disposability | None,
    technology: Technology,
) -> tuple[FloatArray, Points]:
    """Rows of the reference units, and the units as points; both of about unit size.

    Under weak disposability a bad output must be met exactly: its row comes twice, once negative. Each unit
    may be run with all outputs cut to nothing (Kuosmanen 2005); where weights may sum to less, or inputs be
    scaled, that adds nothing.
    """
    tables = [problem.inputs, -problem.outputs] + ([] if problem.bads is None else [problem.bads])
    own = np.hstack(tables) / _column_scale(problem)
    if problem.bads is None or disposability == "strong":
        return own, Points(rhs=own, direction=along)
    bad = slice(own.shape[1] - problem.bads.shape[1], None)
    own, along = np.c_[own, -own[:, bad]], np.c_[along, -along[:, bad]]
    rows = own
    if technology in ("vrs", "irs"):
        idle = own * (np.arange(own.shape[1]) < problem.inputs.shape[1])
        rows = np.vstack([own, idle])
    return rows, Points(rhs=own, direction=along, start=np.arange(problem.units))


def _units(
    problem: EnvelopmentProblem, orientation: Towards, found: Reach, along: FloatArray, scale: FloatArray
) -> Iterator[EnvelopedUnit]:
    """Put the numbers into records; `along` is in the units of the axes."""
    tables = [problem.inputs, problem.outputs] + ([] if problem.bads is None else [problem.bads])
    have = np.hstack(tables)
    slacks = found.slack[:, : len(scale)]
    slacks = np.where(slacks > _ALMOST, slacks, 0.0) * scale
    grows = (np.arange(len(scale)) >= problem.inputs.shape[1]) & (
        np.arange(len(scale)) < problem.inputs.shape[1] + problem.outputs.shape[1]
    )
    targets = have + np.where(grows, 1, -1) * (found.step[:, None] * along + slacks)
    for i, name in enumerate(problem.names):
        status, step = found.status[i], float(found.step[i]) + 0.0  # no negative zero
        if orientation == "output" and 1 + step < _ALMOST:
            status = "unbounded"
        if status != "optimal":
            yield EnvelopedUnit(name=name, status=status)
            continue
        score = {"input": 1 - step, "output": 1 + step, "directional": step}[orientation]
        yield EnvelopedUnit(
            name=name,
            status=status,
            score=score,
            shephard=None if orientation == "directional" else 1 / score,
            efficient=step <= _ALMOST,
            leaves_slack=bool((slacks[i] > 0).any()),
            peers=_peers(problem.names, found.support[i], found.weights[i]),
            slacks=tuple(slacks[i].tolist()),
            targets=tuple(targets[i].tolist()),
        )


def _peers(names: tuple[str, ...], support: IntArray, weights: FloatArray) -> tuple[Peer, ...]:
    """Name who counts; a unit run with all outputs cut is the same unit."""
    shares: dict[str, float] = {}
    for place, weight in zip(support.tolist(), weights.tolist(), strict=True):
        if place >= 0 and weight > _ALMOST:
            name = names[place % len(names)]
            shares[name] = shares.get(name, 0.0) + weight
    return tuple(Peer(name, shares[name]) for name in sorted(shares, key=lambda name: -shares[name]))
