"""What a table says of each size beside what a fit to it says, for charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.estimate import Estimate
from isocost.runtime import DenoisedRuntime, PublishedRuntime, RuntimeCell, RuntimeModel
from isocost.statistics import cells_of

if TYPE_CHECKING:
    from isocost.runtime import RuntimeTable

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]
    Fit = PublishedRuntime | RuntimeModel | DenoisedRuntime

__all__ = ["first_tokens", "fitted_cells"]


def fitted_cells(table: RuntimeTable, fit: Fit) -> tuple[RuntimeCell, ...]:
    """Return each size with what was measured and what the fit says.

    Our own fit brings its cells along: medians. Denoising takes the least of each size, the published rule
    the last row.

    Parameters
    ----------
    table : RuntimeTable
    fit : PublishedRuntime, RuntimeModel or DenoisedRuntime
        Fitted to it.
    """
    if isinstance(fit, RuntimeModel):
        return fit.cells
    denoised = isinstance(fit, DenoisedRuntime) or fit.overhead_s is not None
    sizes, times = _of_each_size(table, least=denoised)
    method = "least of its instances" if denoised else "last row"
    fitted = fit.runtime_s(*sizes.T.astype(np.float64))
    return tuple(
        RuntimeCell(
            input_tokens=p,
            output_tokens=o,
            measured=Estimate(value=time, unit="s", kind="measured", method=method),
            fitted_s=said,
            held_out_s=None,
        )
        for (p, o), time, said in zip(sizes.tolist(), times.tolist(), fitted.tolist(), strict=True)
    )


def first_tokens(fit: Fit) -> tuple[tuple[int, Estimate], ...]:
    """Return T(p, 1) at the prompt sizes of a fit, overhead included."""
    if isinstance(fit, RuntimeModel):
        return fit.prefill
    if isinstance(fit, DenoisedRuntime):
        return tuple((int(size), fit.predict(int(size), 1)) for size in fit.input_tokens)
    sizes = np.array([float(size) for size, _ in fit.prefill_s])
    times = fit.runtime_s(sizes, np.ones(len(sizes)))
    return tuple(
        (int(size), Estimate(value=float(time), unit="s", kind="fitted", method="rule of arXiv 2305.02440"))
        for size, time in zip(sizes, times, strict=True)
    )


def _of_each_size(table: RuntimeTable, *, least: bool) -> tuple[IntArray, FloatArray]:
    """Return p and o, and the least or the last runtime of each size, by rising p and o."""
    sizes, number = cells_of(table.input_tokens, table.output_tokens)
    times = np.full(len(sizes), np.inf)
    if least:
        np.minimum.at(times, number, table.runtime_s)
    else:
        times[number] = table.runtime_s  # of repeated places the last counts
    return sizes, times
