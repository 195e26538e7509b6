"""Partial frontiers: order-m and order-alpha scores, which one lucky unit does not move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.frontier.radial import Orientation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["PartialScore", "order_alpha_scores", "order_m_scores", "partial_scores"]


_BLOCK = 4_000_000
"""Ratios that are held at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialScore:
    """How a unit stands against a partial frontier.

    Parameters
    ----------
    name : str
    score : Estimate
        Farrell; input: below 1 where it uses more than is expected of the best of m others, above 1 where
        less.
    peers : int
        Units that it is compared with, itself among them: those that make as much (input), or use as little
        (output).
    """

    name: str
    score: Estimate
    peers: int


def order_m_scores(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    m: int,
    orientation: Orientation = "input",
    reference_inputs: FloatArray | None = None,
    reference_outputs: FloatArray | None = None,
) -> FloatArray:
    r"""Return expected order-m scores (Cazals, Florens and Simar 2002), exact in any dimension.

    Input: against the best of m units drawn at random, with replacement, from those that make at least as
    much, :math:`E[\min_{k \le m} \max_j x_{kj}/x_{0j}]` (Journal of Econometrics 106,
    doi:10.1016/S0304-4076(01)00080-X). Of each unit only its ratio r counts, so the expectation over the N
    sorted ratios is the finite sum :math:`\sum_k r_{(k)} [(\frac{N-k+1}{N})^m - (\frac{N-k}{N})^m]`: nothing
    is simulated. It tends to the FDH score as m grows.

    Parameters
    ----------
    inputs : float array, shape (n, p)
        Above 0.
    outputs : float array, shape (n, q)
        Above 0 for the output orientation, at least 0 for the input orientation.
    m : int
        At least 1.
    orientation : {"input", "output"}
    reference_inputs, reference_outputs : float array, shapes (N, p) and (N, q), optional
        By default the units themselves.

    Returns
    -------
    float array, shape (n,)
        Farrell scores; NaN where no unit of the reference compares.

    Raises
    ------
    InputError
        If m or the values cannot be used.

    Examples
    --------
    Two units make as much as the first: ratios 1 and 3/2. The best of two is 1 in three of four draws.

    >>> order_m_scores(np.array([[2.0], [3.0]]), np.array([[1.0], [1.0]]), m=2)[0]
    np.float64(1.125)
    """
    if not (isinstance(m, (int, np.integer)) and m >= 1):
        raise InputError(f"order-m draws a whole number of units, at least 1; got m = {m!r}")
    data = _Compared.of(inputs, outputs, orientation, reference_inputs, reference_outputs)
    weights = np.ones((1, data.size))
    return np.array([_expected_best(ratios, weights[:, rows], m)[0] for ratios, rows in data.each()])


def order_alpha_scores(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    alpha: float,
    orientation: Orientation = "input",
    reference_inputs: FloatArray | None = None,
    reference_outputs: FloatArray | None = None,
) -> FloatArray:
    """Return order-alpha scores: against the frontier that a share 1 - alpha of the peers surpass.

    Daouia and Simar (Journal of Econometrics 140, 2007, doi:10.1016/j.jeconom.2006.07.002): the least theta
    at which more than a share 1 - alpha of the units that make at least as much use at most theta times the
    input. It is the FDH score at alpha = 1.

    Parameters
    ----------
    inputs, outputs, orientation, reference_inputs, reference_outputs
        As for `order_m_scores`.
    alpha : float
        In (0, 1].

    Returns
    -------
    float array, shape (n,)
        Farrell scores; NaN where no unit of the reference compares.

    Raises
    ------
    InputError
        If alpha or the values cannot be used.

    Examples
    --------
    Ratios 1, 2, 3 and 4: the least one that more than a quarter are at or below is the second.

    >>> order_alpha_scores(np.array([[1.0], [2.0], [3.0], [4.0]]), np.ones((4, 1)), alpha=0.75)[0]
    np.float64(2.0)
    """
    if not 0 < alpha <= 1:
        raise InputError(f"alpha is a share above 0 and at most 1, got {alpha!r}")
    data = _Compared.of(inputs, outputs, orientation, reference_inputs, reference_outputs)
    weights = np.ones((1, data.size))
    return np.array([_quantile(ratios, weights[:, rows], alpha)[0] for ratios, rows in data.each()])


def partial_scores(  # noqa: PLR0913  all but two by keyword
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    names: Sequence[str],
    order: int | float,
    rng: np.random.Generator,
    orientation: Orientation = "input",
    clusters: Sequence[str] | None = None,
    resamples: int = 1000,
    level: float = 0.95,
) -> tuple[PartialScore, ...]:
    """Return partial scores with bootstrap intervals.

    The reference is resampled, the unit stays; both partial frontiers converge like a mean, so that the plain
    bootstrap holds for them, as it does not for DEA and FDH. With `clusters` whole clusters are resampled.

    Parameters
    ----------
    inputs : float array, shape (n, p)
    outputs : float array, shape (n, q)
    names : sequence of str, length n
    order : int or float
        A whole number: order-m; a float in (0, 1]: order-alpha.
    rng : numpy.random.Generator
    orientation : {"input", "output"}
    clusters : sequence of str, length n, optional
        The deployment of each unit: levels of one are not independent.
    resamples : int
    level : float

    Returns
    -------
    tuple of PartialScore
        Without interval where resamples leave a unit without anyone to compare with in more than 5 %.

    Raises
    ------
    InputError
        If the order or the values cannot be used.

    Examples
    --------
    >>> x, y = np.array([[2.0], [3.0], [4.0]]), np.ones((3, 1))
    >>> found = partial_scores(x, y, names="abc", order=25, rng=np.random.default_rng(0))
    >>> [round(one.score.value, 3) for one in found]
    [1.0, 0.667, 0.5]
    """
    whole = isinstance(order, (int, np.integer)) and not isinstance(order, bool)
    if not (order >= 1 if whole else 0 < order <= 1):
        raise InputError(f"order is a whole number m of at least 1 or a share alpha in (0, 1], got {order!r}")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, got {level!r}")
    data = _Compared.of(inputs, outputs, orientation, None, None)
    if len(names) != data.size or (clusters is not None and len(clusters) != data.size):
        raise InputError(f"{data.size} units need a name and, if any, a cluster each, got {len(names)} names")
    score: Callable[[FloatArray, FloatArray, Any], FloatArray] = _expected_best if whole else _quantile
    drawn = np.vstack([np.ones(data.size), _resampled(clusters, data.size, resamples, rng)])
    method = f"order-m, m = {order}" if whole else f"order-alpha, alpha = {order:g}"
    found, independent = [], data.size if clusters is None else len(set(clusters))
    for name, (ratios, rows) in zip(names, data.each(), strict=True):
        scores = score(ratios, drawn[:, rows], order)
        told = scores[1:][np.isfinite(scores[1:])]
        ends: tuple[float | None, float | None] = (None, None)
        if len(told) >= max(0.95 * resamples, 2):
            low, high = np.quantile(told, [(1 - level) / 2, (1 + level) / 2])
            ends = (float(low), float(high))
        estimate = Estimate(
            value=float(scores[0]), low=ends[0], high=ends[1], level=level, unit="1", kind="fitted",
            method=f"{method}; bootstrap of the reference", n=independent,
        )  # fmt: skip
        found.append(PartialScore(name=name, score=estimate, peers=int(rows.sum())))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Units and reference: less is better of `used`, whose ratios count, and more of `made`."""

    used: FloatArray
    made: FloatArray
    used_by: FloatArray
    made_by: FloatArray
    output: bool

    @classmethod
    def of(
        cls,
        inputs: FloatArray,
        outputs: FloatArray,
        orientation: Orientation,
        reference_inputs: FloatArray | None,
        reference_outputs: FloatArray | None,
    ) -> _Compared:
        if orientation not in get_args(Orientation):
            raise InputError(f"orientation is 'input' or 'output', got {orientation!r}")
        if (reference_inputs is None) != (reference_outputs is None):
            raise InputError("a reference needs its inputs and its outputs: give both or neither")
        x, y = _table(inputs, "inputs"), _table(outputs, "outputs")
        by_x = x if reference_inputs is None else _table(reference_inputs, "inputs of the reference")
        by_y = y if reference_outputs is None else _table(reference_outputs, "outputs of the reference")
        shapes = (len(x) == len(y), len(by_x) == len(by_y), x.shape[1:] == by_x.shape[1:])
        if not (all(shapes) and y.shape[1:] == by_y.shape[1:]):
            raise InputError(
                f"inputs {x.shape} and outputs {y.shape} do not fit each other or the reference's "
                f"{by_x.shape} and {by_y.shape}"
            )
        if (x <= 0).any() or (orientation == "output" and (y <= 0).any()):
            raise InputError(f"partial scores by {orientation} need values above 0 to compare with")
        return cls(x, y, by_x, by_y, False) if orientation == "input" else cls(y, -x, by_y, -by_x, True)

    @property
    def size(self) -> int:
        return len(self.used_by)

    def each(self) -> Iterator[tuple[FloatArray, BoolArray]]:
        """Yield for each unit the ratios of those it compares with, less being better, and who they are.

        Of outputs the ratio is negative: its least is the largest proportion that all outputs reach.
        """
        step = max(1, _BLOCK // (self.size * self.used.shape[1]))
        for start in range(0, len(self.used), step):
            used, made = self.used[start : start + step, None], self.made[start : start + step, None]
            able: BoolArray = np.asarray((self.made_by >= made).all(axis=2))
            ratios = self.used_by / used
            best = -ratios.min(axis=2) if self.output else ratios.max(axis=2)
            for row, rows in zip(best, able, strict=True):
                yield row[rows], rows


def _table(values: FloatArray, what: str) -> FloatArray:
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or 0 in table.shape or not np.isfinite(table).all():
        raise InputError(f"{what} need finite numbers, one row a unit; got shape {table.shape}")
    return table


def _expected_best(ratios: FloatArray, weights: FloatArray, m: int) -> FloatArray:
    """Return the expected least of m draws, a row of weights a resample; NaN where all weigh nothing."""
    if ratios.size == 0:
        return np.full(len(weights), np.nan)
    order = np.argsort(ratios, kind="stable")
    left = np.cumsum(weights[:, order[::-1]], axis=1)[:, ::-1]  # weight of this ratio and all above
    with np.errstate(invalid="ignore", divide="ignore"):
        above = (left / left[:, :1]) ** m
    shares = above - np.column_stack([above[:, 1:], np.zeros(len(above))])
    return np.asarray(abs(shares @ ratios[order]))


def _quantile(ratios: FloatArray, weights: FloatArray, alpha: float) -> FloatArray:
    """Return the least ratio at or below which lies more than a share 1 - alpha of the weight."""
    if ratios.size == 0:
        return np.full(len(weights), np.nan)
    order = np.argsort(ratios, kind="stable")
    below = np.cumsum(weights[:, order], axis=1)
    total = below[:, -1:]
    first = (below > (1 - alpha) * total + 1e-9 * total).argmax(axis=1)
    return np.where(total[:, 0] > 0, abs(ratios[order][first]), math.nan)


def _resampled(
    clusters: Sequence[str] | None, size: int, resamples: int, rng: np.random.Generator
) -> FloatArray:
    """How often each unit is drawn, a row a resample; whole clusters at a time."""
    members = np.arange(size) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    count = int(members.max()) + 1
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.asarray(drawn[:, members], dtype=np.float64)
