"""Published coefficients of T(p, o) as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.catalog_envelope import catalog_json
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.catalog import PublishedFit

__all__ = [
    "coefficient_lines",
    "fit_object",
    "hardware_text",
    "published_catalog_json",
    "published_catalog_text",
]

Json = dict[str, Any]


def hardware_text(fit: PublishedFit, accelerators: int | None = None) -> str:
    """Name what a published runtime holds for: ``"8 x a100-80gb"`` or ``"its API"``."""
    count = fit.costed if accelerators is None else accelerators
    return "its API" if fit.accelerator is None else f"{count} x {fit.accelerator}"


def published_catalog_text(models: Sequence[Sequence[PublishedFit]], *, width: int = 100) -> str:
    """Write models with a published runtime: one with all coefficients, several with those of decode."""
    if len(models) == 1:
        return "\n".join(coefficient_lines(models[0], width=width))
    columns = (
        Column(title="Model", numeric=False),
        *(
            Column(title=title, unit=unit)
            for title, unit in (("A100", "GPUs"), ("decode", "ms"), ("V100", "GPUs"), ("decode", "ms"))
        ),
        Column(title="API", unit="ms"),
        Column(title="Coefficients of", numeric=False),
    )
    rows = tuple(_row(fits) for fits in models)
    title = f"{len(rows)} models with a published runtime; decode in ms a token, API denoised"
    lines = table_lines(Table(title=title, columns=columns, groups=(("", rows),)), width=width)
    return "\n".join([*lines, "", "isocost catalog published NAME tells coefficients, hardware and source."])


def published_catalog_json(models: Sequence[Sequence[PublishedFit]]) -> str:
    """Return published coefficients as JSON text: a row for each model and hardware."""
    rows = [fit_object(fit) for fits in models for fit in fits]
    return catalog_json(f"{len(models)} models with a published runtime", {"published": rows})


def coefficient_lines(fits: Sequence[PublishedFit], *, width: int = 100) -> list[str]:
    """Write all coefficients of one model, a column for each hardware, and where each comes from."""
    sizes = sorted({size for fit in fits for size, _ in fit.runtime.prefill_s})
    alphas = [dict(fit.runtime.prefill_s) for fit in fits]
    rows = [(f"alpha({size:,})", *(_ms(alpha.get(size)) for alpha in alphas)) for size in sizes]
    rows.append(("beta, each further token", *(_ms(fit.runtime.decode_s) for fit in fits)))
    if any(fit.runtime.overhead_s is not None for fit in fits):
        rows.append(("overhead", *(_ms(fit.runtime.overhead_s) for fit in fits)))
    columns = (
        Column(title="T(p, o)", unit="", numeric=False),
        *(Column(title=hardware_text(fit), unit="ms") for fit in fits),
    )
    title = f"{fits[0].name}: T(p, o) = alpha(p) + beta (o - 1), and overhead behind an API"
    lines = table_lines(Table(title=title, columns=columns, groups=(("", tuple(rows)),)), width=width)
    return [*lines, "", *(line for fit in fits for line in _about(fit))]


def fit_object(fit: PublishedFit) -> Json:
    """Return one published fit as plain objects."""
    return {
        "name": fit.name,
        "hardware": fit.hardware,
        "metric": fit.metric,
        "accelerator": fit.accelerator,
        "profiled": fit.profiled,
        "costed": fit.costed,
        "copy_of": fit.copy_of,
        "relation": fit.relation,
        "dimensions": fit.model,
        "decode_s": fit.runtime.decode_s,
        "overhead_s": fit.runtime.overhead_s,
        "prefill": [{"input_tokens": size, "alpha_s": alpha} for size, alpha in fit.runtime.prefill_s],
        "longest_output": fit.longest_output,
        "description": fit.description,
        "source": fit.source,
        "date": fit.date,
        "note": fit.note,
    }


def _row(fits: Sequence[PublishedFit]) -> tuple[str, ...]:
    known = {fit.hardware: fit for fit in fits}
    cells = []
    for hardware in ("a100", "v100"):
        fit = known.get(hardware)
        cells += ["-", "-"] if fit is None else [str(fit.costed), _ms(fit.runtime.decode_s)]
    service = known.get("api")
    copies = dict.fromkeys(fit.copy_of for fit in fits if fit.copy_of is not None)
    return fits[0].name, *cells, "-" if service is None else _ms(service.runtime.decode_s), ", ".join(copies)


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1000 * seconds:.0f}"


def _about(fit: PublishedFit) -> list[str]:
    lines = [f"{hardware_text(fit)}, {fit.metric}: {fit.description}", f"  {fit.source}, {fit.date}"]
    if fit.profiled != fit.costed:
        lines.append(f"  {fit.profiled} accelerators were timed; the whole model takes {fit.costed}")
    if fit.copy_of is not None:
        lines.append(f"  a copy of {fit.copy_of} ({fit.relation}), to the digit")
    return lines + ([f"  doubt: {fit.note}"] if fit.note else [])
