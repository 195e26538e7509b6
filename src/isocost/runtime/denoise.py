"""From timed requests to a black-box service to its denoised runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.runtime.denoised import DenoisedRuntime
from isocost.statistics.regression import least_squares_map, monotone

if TYPE_CHECKING:
    from collections.abc import Mapping

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["FULL_INSTANCES", "denoise", "distinct_instances", "instances_needed"]

FULL_INSTANCES = 10
"""Instances of each cell in arXiv 2305.02440: the minimum of so many is what denoised runtime means."""

SLOPE_SHARE = 0.5
"""How much of the growth of noise with output size is believed; all of it would at times worsen beta."""

_CORRECTION_DOUBT = 0.5
_SUBSETS = 40
_FARTHEST = 10


def denoise(
    input_tokens: IntArray,
    output_tokens: IntArray,
    runtime_s: FloatArray,
    *,
    deployment: str,
    least_known: bool = False,
) -> DenoisedRuntime:
    r"""Estimate the denoised runtime of a service from a few instances of each (p, o).

    Denoised runtime is what the least of ten instances follows (arXiv 2305.02440). The least of n fewer is
    too high: were the lower tail exponential, by :math:`(1/n - 1/10) (n - 1) (x_2 - x_1)` on average,
    :math:`x_1, x_2` the two least (Renyi's representation of spacings). That is taken off, with a line in o
    through these spacings (Theil-Sen; half of its slope, so that beta is not worsened). Then one beta for all
    cells, by least squares weighted :math:`T^{-1/2}`, and alpha of each p weighted :math:`T^{-2}`, so that
    cells whose best instance was slow, too, count for less; alpha never falls with p. The interval is
    Student's t over cells, from the mean of a pooled and a leave-one-out variance of the residuals, with half
    of the correction as a doubt of its own. (A bootstrap of a minimum covers nothing.)

    Parameters
    ----------
    input_tokens, output_tokens : int arrays, shape (n,)
        p and o of each request, both at least 1; answers of another length than asked for left out.
    runtime_s : float array, shape (n,)
        Seconds, above 0.
    deployment : str
    least_known : bool
        Whether each row is already the least of many instances.

    Returns
    -------
    DenoisedRuntime

    Raises
    ------
    EstimationError
        If no prompt size has two output sizes.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> p, o = np.repeat([1, 512], 15), np.tile(np.repeat([1, 8, 64], 5), 2)
    >>> seconds = 0.2 + 0.0002 * p + 0.03 * (o - 1) + rng.exponential(0.02, size=30)
    >>> found = denoise(p, o, seconds, deployment="service")
    >>> found.decode.low < 0.03 < found.decode.high
    True
    """
    cells = _cells(*_sorted(input_tokens, output_tokens, runtime_s))
    design, sizes = _design(cells)
    shift = np.zeros(len(cells.least)) if least_known else _shift(cells)
    times = np.maximum(cells.least - shift, cells.least / 2)
    estimator = _estimator(design, times)
    raw = estimator @ times
    covariance = _covariance(design, times, estimator, shift)
    return DenoisedRuntime(
        deployment=deployment,
        input_tokens=sizes,
        coefficients=np.append(monotone(raw[:-1]), raw[-1]),
        covariance=covariance,
        degrees=max(len(design) - design.shape[1], 0),
        longest_output=int(cells.output_tokens.max()),
        cells=len(cells.least),
        instances=int(np.median(cells.instances)),
        correction_s=float(shift.mean()),
        cautions=_cautions(cells, raw, covariance, least_known=least_known),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The least two runtimes of each (p, o); `second` is NaN where there is one instance."""

    input_tokens: IntArray
    output_tokens: IntArray
    instances: IntArray
    least: FloatArray
    second: FloatArray


def distinct_instances(input_tokens: IntArray, output_tokens: IntArray, runtime_s: FloatArray) -> BoolArray:
    """Tell which rows are no copies of an earlier row.

    A copy has the same p and o, and the same runtime to the last of more than three decimals; two requests
    never agree so far, while runtimes told to the millisecond may.

    Parameters
    ----------
    input_tokens, output_tokens, runtime_s : arrays, shape (n,)

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> seconds = np.array([0.4013019, 0.512, 0.4013019, 0.512])
    >>> distinct_instances(np.ones(4, int), np.ones(4, int), seconds).tolist()
    [True, True, False, True]
    """
    order = np.lexsort((runtime_s, output_tokens, input_tokens))  # stable: the earlier of equal rows first
    p, o, times = input_tokens[order], output_tokens[order], runtime_s[order]
    fine = np.abs(np.round(times[1:], 3) - times[1:]) > 1e-9
    same = (np.diff(p) == 0) & (np.diff(o) == 0) & (np.diff(times) == 0) & fine
    distinct = np.ones(len(order), dtype=np.bool_)
    distinct[order[1:][same]] = False
    return distinct


def _sorted(p: IntArray, o: IntArray, times: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    order = np.lexsort((times, o, p))
    return p[order], o[order], times[order]


def _cells(p: IntArray, o: IntArray, times: FloatArray) -> _Cells:
    starts = np.flatnonzero(np.append(True, (np.diff(p) != 0) | (np.diff(o) != 0)))
    counts = np.diff(np.append(starts, len(p)))
    second = np.where(counts > 1, times[np.minimum(starts + 1, len(p) - 1)], np.nan)
    return _Cells(
        input_tokens=p[starts],
        output_tokens=o[starts],
        instances=counts,
        least=times[starts],
        second=second,
    )


def _design(cells: _Cells) -> tuple[FloatArray, FloatArray]:
    """Return the design matrix, a column for each prompt size and one for o - 1; and the prompt sizes."""
    sizes = np.unique(cells.input_tokens)
    design = np.column_stack([cells.input_tokens[:, None] == sizes, cells.output_tokens - 1.0])
    if least_squares_map(design, np.ones(len(design))) is None:
        raise EstimationError(
            "the timed sizes cannot tell prefill from decode; "
            "time at least one prompt size with two or more output sizes"
        )
    return design, sizes.astype(np.float64)


def _shift(cells: _Cells) -> FloatArray:
    """Return by how much the least of each cell is expected to lie above the least of ten."""
    several = cells.instances > 1
    if not several.any():
        return np.zeros(len(cells.least))
    later = np.asarray(cells.output_tokens - 1.0, dtype=np.float64)
    spacing = (cells.instances - 1) * (cells.second - cells.least)
    slope = SLOPE_SHARE * max(_theil_sen(later[several], spacing[several]), 0.0)
    start = max(float(np.median(spacing[several] - slope * later[several])), 0.0)
    missing = np.maximum(1 / cells.instances - 1 / FULL_INSTANCES, 0.0)
    return np.asarray(missing * (start + slope * later))


def _theil_sen(x: FloatArray, y: FloatArray) -> float:
    """Return the median slope over all pairs of points with different x; 0 where there is no such pair."""
    one, other = np.nonzero(x[None, :] > x[:, None])
    return float(np.median((y[other] - y[one]) / (x[other] - x[one]))) if len(one) else 0.0


def _estimator(design: FloatArray, times: FloatArray) -> FloatArray:
    """Return the matrix from times to coefficients: beta from all cells, then alpha of each prompt size."""
    pooled = least_squares_map(design, times**-0.25)
    if pooled is None:  # cannot be: the design was checked
        raise EstimationError("the timed sizes cannot tell prefill from decode")
    of_prompt = design[:, :-1] * (times**-2)[:, None]
    means = (of_prompt / of_prompt.sum(axis=0)).T
    return np.vstack([means - np.outer(means @ design[:, -1], pooled[-1]), pooled[-1]])


def _covariance(
    design: FloatArray, times: FloatArray, estimator: FloatArray, shift: FloatArray
) -> FloatArray | None:
    """Return the covariance of the coefficients from the residuals of the cells."""
    spare = len(design) - design.shape[1]
    if spare < 1:
        return None
    residuals = times - design @ (estimator @ times)
    scaled = design / times[:, None]
    leverage = np.einsum("ij,ji->i", scaled, np.linalg.pinv(scaled))
    pooled = times * float((residuals**2 / times).sum()) / spare
    apart = leverage < 1 - 1e-6
    left_out = np.where(apart, (residuals / np.where(apart, 1 - leverage, 1.0)) ** 2, pooled)
    doubt = _CORRECTION_DOUBT * (estimator @ shift)
    return np.asarray((estimator * (pooled + left_out) / 2) @ estimator.T + np.outer(doubt, doubt))


def _cautions(
    cells: _Cells, raw: FloatArray, covariance: FloatArray | None, *, least_known: bool
) -> tuple[Caution, ...]:
    few = not least_known and int(np.median(cells.instances)) < 3
    told = {
        "few-instances": (
            few,
            "one or two instances of each size say little about the least; time 3 to 10",
        ),
        "no-overhead": (
            bool(raw[0] < raw[-1]),
            "the shortest prompt takes less than one decode step, so no overhead can be told apart",
        ),
        "no-interval": (covariance is None, "there are too few sizes for an interval"),
    }
    return tuple(Caution(code, text) for code, (applies, text) in told.items() if applies)


def instances_needed(
    input_tokens: IntArray,
    output_tokens: IntArray,
    runtime_s: FloatArray,
    *,
    half_width_share: float,
    rng: np.random.Generator,
) -> tuple[int | None, Mapping[int, float]]:
    """Tell how many instances of each (p, o) narrow the intervals of T to a wanted half-width.

    Half-widths at fewer instances than there are come from random subsets; for more, the power of n that they
    follow goes on, at most 1 / n, to ten times the instances at hand. Told from five, ten come out as 6 to 26
    (half of the time 7 to 13) on five of the six services of arXiv 2305.02440, and farther off on one.

    Parameters
    ----------
    input_tokens, output_tokens, runtime_s : arrays, shape (n,)
        As for `denoise`, at least three instances of most cells.
    half_width_share : float
        Wanted median over cells of half the 95 % interval over T, in (0, 1).
    rng : numpy.random.Generator

    Returns
    -------
    int or None
        Instances of each cell, at least 2; ``None`` when more than ten times those at hand would be needed:
        then more sizes are the better way.
    mapping of int to float
        Number of instances to the median half-width share found with so many.

    Raises
    ------
    InputError
        If `half_width_share` is out of range.
    EstimationError
        If there are fewer than three instances of each cell.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> p, o = np.repeat([1, 512], 24), np.tile(np.repeat([1, 8, 64], 8), 2)
    >>> seconds = 0.2 + 0.0002 * p + 0.03 * (o - 1) + rng.exponential(0.02, size=48)
    >>> instances_needed(p, o, seconds, half_width_share=0.2, rng=rng)[0]
    2
    """
    if not 0 < half_width_share < 1:
        raise InputError(f"half_width_share must be between 0 and 1, got {half_width_share!r}")
    rows = _sorted(input_tokens, output_tokens, runtime_s)
    most = int(np.median(_cells(*rows).instances))
    if most < 3:
        raise EstimationError(
            f"how many instances are needed can be told from at least 3 of each size; there are {most}"
        )
    found = {count: _median_half_width(rows, count, rng) for count in range(2, most + 1)}
    if min(found.values()) <= half_width_share:
        return min(count for count, share in found.items() if share <= half_width_share), found
    counts = np.array([count for count in found if count > 2], dtype=np.float64)
    shares = np.array([found[int(count)] for count in counts])
    if len(counts) < 2:
        return None, found
    power, _ = np.polyfit(np.log(counts), np.log(shares), 1)
    power = float(np.clip(power, -1.0, -1e-9))  # the least of n nears a floor no faster than 1 / n
    needed = most * (half_width_share / found[most]) ** (1 / power)
    return (int(np.ceil(needed)) if needed <= _FARTHEST * most else None), found


def _median_half_width(
    rows: tuple[IntArray, IntArray, FloatArray], count: int, rng: np.random.Generator
) -> float:
    """Return the median half-width share over cells and random subsets of `count` instances of each."""
    p, o, times = rows
    found = []
    for _ in range(_SUBSETS):
        keep = _chosen(p, o, count, rng)
        fit = denoise(p[keep], o[keep], times[keep], deployment="")
        shares = fit.half_width_shares(p[keep].astype(np.float64), o[keep].astype(np.float64))
        if shares is None:
            raise EstimationError("there are too few sizes for an interval; time more prompt or output sizes")
        found.append(np.median(shares))
    return float(np.mean(found))


def _chosen(p: IntArray, o: IntArray, count: int, rng: np.random.Generator) -> BoolArray:
    """Choose at most `count` rows of each (p, o) at random; rows are sorted by p and o."""
    order = np.lexsort((rng.random(len(p)), o, p))
    starts = np.append(True, (np.diff(p) != 0) | (np.diff(o) != 0))
    rank = np.arange(len(p)) - np.flatnonzero(starts)[np.cumsum(starts) - 1]
    keep = np.zeros(len(p), dtype=np.bool_)
    keep[order[rank < count]] = True
    return keep
