"""Raw, denoised and idealized runtime of the same requests beside each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.statistics.percentiles import percentiles

if TYPE_CHECKING:
    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["SideBySide", "side_by_side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """How three runtimes of the same sizes of request compare, as medians over the sizes.

    Parameters
    ----------
    cells : int
        Number of (p, o).
    raw_over_denoised : Estimate
        What waiting and contention multiply: at least about 1.
    denoised_over_idealized, raw_over_idealized : Estimate or None
        What the service's own way and other hardware multiply, below 1 where the service is faster than the
        stack of the idealized runtime; and both together. ``None`` without idealized runtimes.
    """

    cells: int
    raw_over_denoised: Estimate
    denoised_over_idealized: Estimate | None
    raw_over_idealized: Estimate | None

    @property
    def service_share(self) -> Estimate | None:
        """Which part of the raw runtime is the service, not the model: 1 - idealized / raw.

        Below 0 where the service is faster than the stack of the idealized runtime.
        """
        ratio = self.raw_over_idealized
        if ratio is None:
            return None
        low, high = (None if end is None else 1 - 1 / end for end in (ratio.low, ratio.high))
        return replace(ratio, value=1 - 1 / ratio.value, low=low, high=high, unit="fraction")


def side_by_side(
    raw_s: FloatArray, denoised_s: FloatArray, idealized_s: FloatArray | None = None
) -> SideBySide:
    """Compare runtimes of the same sizes of request (arXiv 2305.02440, section 5).

    Parameters
    ----------
    raw_s, denoised_s : float arrays, shape (n,)
        Mean and denoised runtime of each (p, o), seconds, above 0.
    idealized_s : float array, shape (n,), optional
        Runtime on stated hardware without contention.

    Returns
    -------
    SideBySide

    Raises
    ------
    InputError
        If lengths differ or there is none.

    Examples
    --------
    >>> found = side_by_side(np.array([2.0, 4.0]), np.array([1.0, 2.0]), np.array([0.5, 1.0]))
    >>> found.raw_over_denoised.value, found.service_share.value  # 1 - .5 / 2
    (2.0, 0.75)
    """
    sizes = {len(raw_s), len(denoised_s)} | (set() if idealized_s is None else {len(idealized_s)})
    if len(sizes) != 1 or not len(raw_s):
        raise InputError(f"runtimes to compare must be of the same requests, got {sorted(sizes)} of them")
    return SideBySide(
        cells=len(raw_s),
        raw_over_denoised=_median(raw_s / denoised_s),
        denoised_over_idealized=None if idealized_s is None else _median(denoised_s / idealized_s),
        raw_over_idealized=None if idealized_s is None else _median(raw_s / idealized_s),
    )


def _median(ratios: FloatArray) -> Estimate:
    found = percentiles(ratios, [50.0], unit="1", kind="measured").get(50.0)
    if found is not None:
        return found
    return Estimate(value=float(np.median(ratios)), unit="1", kind="measured", method="median", n=len(ratios))
