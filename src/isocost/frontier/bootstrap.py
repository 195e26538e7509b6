"""How biased and how sure efficiency scores are: the smoothed homogeneous bootstrap of Simar and Wilson."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.frontier.radial import Orientation, radial_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.hull import Technology

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = [
    "BandwidthRule",
    "BootstrapOptions",
    "BootstrapScores",
    "BootstrapUnit",
    "ScoreScale",
    "bandwidth_of",
    "bootstrap_scores",
]

BandwidthRule = Literal["silverman", "normal-reference"]
ScoreScale = Literal["farrell", "shephard"]
_FEWEST = 5
_EFFICIENT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapOptions:
    """How to bootstrap.

    Parameters
    ----------
    technology : {"vrs", "crs", "drs", "irs"}
    orientation : {"input", "output"}
    rule : {"silverman", "normal-reference"}
        Of the bandwidth: 0.9 min(s, IQR/1.34) or 1.06 s, times N^(-1/5), as `bandwidth_of` says.
    scale : {"farrell", "shephard"}
        On which bias is subtracted and intervals are formed; Shephard's is the reciprocal. Scores are
        returned in the Farrell convention either way.
    resamples : int
        At least 100.
    level : float
        Nominal coverage, in (0, 1).
    """

    technology: Technology = "vrs"
    orientation: Orientation = "input"
    rule: BandwidthRule = "silverman"
    scale: ScoreScale = "shephard"
    resamples: int = 2000
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapUnit:
    """The score of one unit, corrected.

    Parameters
    ----------
    name : str
    score : float
        As envelopment gives it, Farrell: too good, since the best of all is not among the units.
    corrected : Estimate
        The score less its bias, and the interval; Farrell.
    bias : float
        On the scale of the options.
    standard_error : float
        Spread over resamples, on that scale.
    worth_correcting : bool
        Whether bias^2 is above three times the variance: correcting adds more noise than it takes off bias
        otherwise (Simar and Wilson, eq. 2.24 of the year 2000).
    """

    name: str
    score: float
    corrected: Estimate
    bias: float
    standard_error: float
    worth_correcting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapScores:
    """Scores of all units with what the bootstrap says of them.

    Parameters
    ----------
    units : tuple of BootstrapUnit
    options : BootstrapOptions
    bandwidth : float
        On the scale on which scores are at least 1.
    clusters : int or None
        Deployments whose levels were kept together.
    cautions : tuple of Caution
    """

    units: tuple[BootstrapUnit, ...]
    options: BootstrapOptions
    bandwidth: float
    clusters: int | None
    cautions: tuple[Caution, ...] = ()


def bandwidth_of(distances: FloatArray, *, rule: BandwidthRule = "silverman") -> float:
    r"""Return the bandwidth for smoothing distances that are at least 1.

    By reflection: the rule is applied to the m inefficient distances d and their mirror images 2 - d, N = 2m
    values, and carried to all n units by :math:`h = h_m (2m/n)^{1/5} s_n/s_{2m}` (Simar and Wilson 2008, eq.
    3.24-3.26, doi:10.1007/978-0-387-71607-7_14; Silverman 1986, eq. 3.31).

    Parameters
    ----------
    distances : float array, shape (n,)
        At least 1: Shephard's for inputs, Farrell's for outputs.
    rule : {"silverman", "normal-reference"}

    Returns
    -------
    float

    Raises
    ------
    InputError
        If the rule is not known.
    EstimationError
        If fewer than two units are inefficient.

    Examples
    --------
    Mirrored: 0, 0.5, 1.5, 2; s = 0.91287, IQR/1.34 = 0.9328; 0.9 s 4^(-1/5) (4/4)^(1/5) 0.47871/0.91287.

    >>> round(bandwidth_of(np.array([1.0, 1.0, 1.5, 2.0])), 4)
    0.3265
    """
    if rule not in get_args(BandwidthRule):
        raise InputError(f"a bandwidth rule is {' or '.join(get_args(BandwidthRule))}, got {rule!r}")
    inefficient = distances[distances > 1 + _EFFICIENT]
    if len(inefficient) < 2:
        raise EstimationError(
            f"{len(inefficient)} of {len(distances)} units are inefficient: how efficiency is distributed "
            "cannot be told from fewer than two; add units or leave inputs or outputs out"
        )
    mirrored = np.concatenate([2 - inefficient, inefficient])
    spread = float(mirrored.std(ddof=1))
    low, high = np.quantile(mirrored, [0.25, 0.75])
    width = 0.9 * min(spread, float(high - low) / 1.34) if rule == "silverman" else 1.06 * spread
    count, whole = len(mirrored), len(distances)
    base = width * count**-0.2
    return float(base * (count / whole) ** 0.2 * distances.std(ddof=1) / spread)


def bootstrap_scores(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    names: Sequence[str],
    rng: np.random.Generator,
    options: BootstrapOptions | None = None,
    clusters: Sequence[str] | None = None,
) -> BootstrapScores:
    r"""Bootstrap radial scores (Simar and Wilson, Management Science 44, 1998, doi:10.1287/mnsc.44.1.49).

    Each resample draws an efficiency for each unit from the smoothed, reflected distribution of all, moves
    the units from the estimated frontier back by it, and scores the *original* units against them. The
    interval is that of the year 2000 (Journal of Applied Statistics 27, doi:10.1080/02664760050081951):
    quantiles of the resampled less the estimated score, subtracted. It takes efficiency to be distributed
    alike for all units (homogeneous) and the frontier to be free of noise.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    outputs : float array, shape (n, s)
        At least 0.
    names : sequence of str, length n
    rng : numpy.random.Generator
    options : BootstrapOptions, optional
    clusters : sequence of str, length n, optional
        The deployment of each unit. Each then borrows the efficiencies of one deployment drawn at random, by
        size, so that the levels of a deployment stay as alike as they are.

    Returns
    -------
    BootstrapScores

    Raises
    ------
    InputError
        If values cannot be used or there are fewer than five units.
    EstimationError
        If fewer than two units are inefficient.

    Examples
    --------
    >>> x, y = np.array([[2.0], [4.0], [3.0], [5.0], [6.0]]), np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    >>> found = bootstrap_scores(x, y, names="abcde", rng=np.random.default_rng(1))
    >>> second = found.units[1]
    >>> second.score, bool(second.corrected.low < second.corrected.value < second.score)
    (0.625, True)
    """
    chosen = options or BootstrapOptions()
    x, y = _tables(inputs, outputs)
    _check(x, chosen, names, clusters)
    technology, orientation = chosen.technology, chosen.orientation
    scores = radial_scores(x, y, technology=technology, orientation=orientation)
    distances = np.maximum(1 / scores if orientation == "input" else scores, 1.0)
    width = bandwidth_of(distances, rule=chosen.rule)
    members = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    resampled = np.empty((chosen.resamples, len(x)))
    for at in range(chosen.resamples):
        drawn = _smoothed(_borrowed(distances, members, rng), distances, width, rng)
        moved = (drawn / distances)[:, None]  # from d on the frontier's ray to the drawn distance
        resampled[at] = radial_scores(
            x, y,
            reference_inputs=x * moved if orientation == "input" else x,
            reference_outputs=y if orientation == "input" else y / moved,
            technology=technology, orientation=orientation,
        )  # fmt: skip
    units = tuple(
        _unit(name, float(score), column[np.isfinite(column)], chosen)
        for name, score, column in zip(names, scores, resampled.T, strict=True)
    )
    return BootstrapScores(
        units=units,
        options=chosen,
        bandwidth=width,
        clusters=None if members is None else int(members.max()) + 1,
        cautions=tuple(_cautions(units)),
    )


def _tables(inputs: FloatArray, outputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = (np.asarray(part, dtype=np.float64) for part in (inputs, outputs))
    return (x[:, None] if x.ndim == 1 else x), (y[:, None] if y.ndim == 1 else y)


def _check(
    inputs: FloatArray, options: BootstrapOptions, names: Sequence[str], clusters: Sequence[str] | None
) -> None:
    count = len(inputs)
    if count < _FEWEST:
        raise InputError(f"a bootstrap of scores needs at least {_FEWEST} units, got {count}")
    if len(names) != count or (clusters is not None and len(clusters) != count):
        raise InputError(f"{count} units need a name and, if any, a cluster each, got {len(names)} names")
    if options.scale not in get_args(ScoreScale):
        raise InputError(
            f"scores are on the scale {' or '.join(get_args(ScoreScale))}, got {options.scale!r}"
        )
    if options.technology == "fdh":
        raise InputError("free disposal hulls cannot be bootstrapped so; use order-m (partial_scores)")
    if options.resamples < 100 or not 0 < options.level < 1:
        raise InputError(
            f"a bootstrap needs at least 100 resamples and a level between 0 and 1, got {options.resamples} "
            f"and {options.level!r}"
        )


def _borrowed(distances: FloatArray, members: IntArray | None, rng: np.random.Generator) -> FloatArray:
    """Draw a distance for each unit; with clusters, one cluster's for a whole cluster."""
    if members is None:
        return np.asarray(rng.choice(distances, size=len(distances)))
    found = np.empty_like(distances)
    for cluster in range(int(members.max()) + 1):
        mine = members == cluster
        lender = members[rng.integers(len(members))]  # by size, so that each unit's is lent as often
        found[mine] = rng.choice(distances[members == lender], size=int(mine.sum()))
    return found


def _smoothed(drawn: FloatArray, distances: FloatArray, width: float, rng: np.random.Generator) -> FloatArray:
    """Add noise, reflect at 1, and shrink so that mean and variance stay those of the distances."""
    noisy = drawn + width * rng.standard_normal(len(drawn))
    noisy = np.where(noisy < 1, 2 - noisy, noisy)
    shrink = math.sqrt(1 + width**2 / float(distances.var()))
    return np.asarray(np.maximum(drawn.mean() + (noisy - drawn.mean()) / shrink, 1.0))


def _unit(name: str, score: float, resampled: FloatArray, options: BootstrapOptions) -> BootstrapUnit:
    shephard = options.scale == "shephard"
    at, values = (1 / score, 1 / resampled) if shephard else (score, resampled)
    bias, spread = float(values.mean() - at), float(values.std(ddof=1))
    tails = np.array([(1 + options.level) / 2, (1 - options.level) / 2])
    ends = at - (np.quantile(values, tails) - at)
    corrected = at - bias
    ends, corrected = (1 / ends, 1 / corrected) if shephard else (ends, corrected)
    low, high = sorted(float(end) for end in ends)
    estimate = Estimate(
        value=float(corrected), low=low, high=high, level=options.level, unit="1", kind="fitted",
        method=f"Simar-Wilson 1998, {options.scale} scale, bandwidth by {options.rule}",
    )  # fmt: skip
    return BootstrapUnit(
        name=name,
        score=score,
        corrected=estimate,
        bias=bias,
        standard_error=spread,
        worth_correcting=bias**2 > 3 * spread**2,
    )


def _cautions(units: Sequence[BootstrapUnit]) -> list[Caution]:
    few = [unit.name for unit in units if not unit.worth_correcting]
    if not few:
        return []
    text = (
        f"the bias of {len(few)} of {len(units)} scores is small beside its spread: their corrected scores "
        "are noisier than the plain ones"
    )
    return [Caution("bias-hardly-told", text)]
