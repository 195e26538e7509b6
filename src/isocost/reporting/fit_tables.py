"""Tables of fitted runtimes: coefficients with intervals, and each size measured and fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts.residuals import residual
from isocost.reporting.format import estimate_text, percent, seconds
from isocost.reporting.markup import shorten
from isocost.reporting.tables import Column, Table
from isocost.reporting.times import coefficients
from isocost.reporting.trend_tables import times_text_of
from isocost.runtime import RuntimeModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.studies.times import TimesFit

__all__ = ["beside_table", "coefficient_table", "fitted_cell_table", "model_rows"]

NAME_LIMIT = 60
_WIDE = (Column(title="Coefficient", numeric=False), Column(title="Value", unit="95 % interval"))


def coefficient_table(fits: Sequence[TimesFit]) -> Table:
    """Return what was fitted of each model of a table."""
    groups = tuple((shorten(fit.name, NAME_LIMIT), tuple(_rows(fit))) for fit in fits)
    return Table(title="Coefficients of T(p, o)", columns=_WIDE, groups=groups)


def beside_table(fits: Sequence[TimesFit]) -> Table | None:
    """Return how raw, denoised and idealized runtimes compare; ``None`` where nothing is compared."""
    seen = [(fit.name, fit.beside) for fit in fits if fit.beside is not None]
    if not seen:
        return None
    columns = (
        Column(title="Model", numeric=False),
        Column(title="Raw / denoised", unit="median, 95 %"),
        Column(title="Denoised / idealized", unit="median, 95 %"),
        Column(title="Raw / idealized", unit="median, 95 %"),
        Column(title="The service, not the model", unit="of raw, 95 %"),
    )
    rows = tuple(
        (
            shorten(name, NAME_LIMIT),
            times_text_of(each.raw_over_denoised),
            times_text_of(each.denoised_over_idealized),
            times_text_of(each.raw_over_idealized),
            _share(each.service_share),
        )
        for name, each in seen
    )
    return Table(title="How much of the runtime is the service", columns=columns, groups=(("", rows),))


def _share(share: Estimate | None) -> str:
    return "-" if share is None else percent(share.value, share.low, share.high).lstrip("+")


def model_rows(model: RuntimeModel) -> Iterator[tuple[str, str]]:
    """Yield names and values of coefficients, chosen terms and the error on sizes left out."""
    yield from _prefill(model.prefill)
    yield "each further token, beta", estimate_text(model.decode)
    yield (
        "context, gamma, for 1,000 tokens",
        "not needed" if model.context is None else _thousand(model.context),
    )
    yield (
        "first decode step, delta",
        "not needed" if model.changeover is None else estimate_text(model.changeover),
    )
    tile = model.tile_tokens
    yield "prefill between sizes", "straight" if tile is None else f"a staircase in tiles of {tile}"
    error = model.held_out_error
    yield (
        "error on sizes left out",
        "too few sizes" if error is None else percent(error.value, error.low, error.high).lstrip("+"),
    )


def fitted_cell_table(fits: Sequence[TimesFit]) -> Table:
    """Return each size of each model, measured and fitted."""
    columns = (
        Column(title="Input", unit="tokens"),
        Column(title="Output", unit="tokens"),
        Column(title="Measured"),
        Column(title="Model"),
        Column(title="Residual"),
    )
    groups = tuple((shorten(fit.name, NAME_LIMIT), tuple(_cells(fit))) for fit in fits)
    return Table(title="Timed sizes of T(p, o)", columns=columns, groups=groups)


def _rows(fit: TimesFit) -> Iterator[tuple[str, str]]:
    if isinstance(fit.fit, RuntimeModel):
        yield from model_rows(fit.fit)
        return
    decode, prefill, overhead = coefficients(fit)
    yield from _prefill(prefill)
    yield "each further token, beta", estimate_text(decode)
    if overhead is not None:
        yield "overhead of a request", estimate_text(overhead)


def _prefill(prefill: Iterable[tuple[int, Estimate]]) -> Iterator[tuple[str, str]]:
    for size, alpha in prefill:
        yield f"first token of {size:,} in, alpha", estimate_text(alpha)


def _thousand(gamma: Estimate) -> str:
    ends = [None if end is None else 1000 * end for end in (gamma.low, gamma.high)]
    return seconds(1000 * gamma.value, *ends)


def _cells(fit: TimesFit) -> Iterator[tuple[str, ...]]:
    for cell in fit.cells:
        yield (
            f"{cell.input_tokens:,}",
            f"{cell.output_tokens:,}",
            estimate_text(cell.measured),
            seconds(cell.fitted_s),
            percent(residual(cell, cell.fitted_s)),
        )
