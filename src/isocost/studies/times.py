"""From a table of runtimes to T(p, o) of each model in it, by the published rule, denoised, or ours."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import EstimationError, ExtrapolationWarning, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.exchange import read_helm, read_times
from isocost.runtime import (
    DenoisedRuntime,
    PublishedRuntime,
    RuntimeModel,
    denoise,
    distinct_instances,
    fit_runtime,
    instances_needed,
    published_rule,
    side_by_side,
)
from isocost.runtime.gathered import MOST_SIZES, count_sizes, gathered
from isocost.statistics import cells_of, generator
from isocost.studies.cells import first_tokens, fitted_cells
from isocost.studies.fitting import FitTerms
from isocost.studies.naming import names_apart
from isocost.studies.request_cost import CostTerms, cost_aware, must_have_request
from isocost.studies.trends import DEFAULT_SHARE, variation_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isocost.exchange import TimesFormat
    from isocost.runtime import CostAware, RuntimeCell, RuntimeTable, SideBySide
    from isocost.studies.trends import Variation

    BoolArray = np.ndarray[Any, np.dtype[np.bool_]]

_MOST_SIZES_TO_DENOISE = 2000

__all__ = ["Needed", "TimesFit", "TimesQuestion", "TimesReport", "fit_times"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesQuestion:
    """What is asked of a table of runtimes.

    Parameters
    ----------
    rule : {"published"} or None
        The rule of the paper, or ours.
    denoised : bool
        Whether the rows are requests to a service, whose least runtimes count.
    request : tuple of int, or None
        p and o to predict the runtime of.
    half_width_share : float or None
        Wanted half-width of denoised runtimes over the runtime: how many instances does it take?
    idealized : Path or None
        Coefficients in HELM's form to compare denoised runtimes with.
    terms : CostTerms
        Hardware, money and power behind the request.
    fitting : FitTerms
        Of our own fit.
    seed : int
        Seeds resampling.
    """

    rule: Literal["published"] | None = None
    denoised: bool = False
    request: tuple[int, int] | None = None
    half_width_share: float | None = None
    idealized: Path | None = None
    terms: CostTerms = field(default_factory=CostTerms)
    fitting: FitTerms = field(default_factory=FitTerms)
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        ours_denoised = self.denoised and self.rule is None
        if self.half_width_share is not None and not ours_denoised:
            raise InputError("--width asks how many instances denoising needs; give it with --denoised alone")
        if self.idealized is not None and not self.denoised:
            raise InputError("--idealized compares with denoised runtimes; give it with --denoised")
        must_have_request(self.terms, self.request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """How many instances of each size a wanted width takes."""

    half_width_share: float
    instances: int | None
    found: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesFit:
    """T(p, o) of one model under one set of conditions.

    Parameters
    ----------
    name : str
        The model, and the conditions that tell it from others of the table.
    table : RuntimeTable
        What it was fitted to.
    fit : PublishedRuntime, RuntimeModel or DenoisedRuntime
    runtime : Estimate or None
        Of the request that was asked about, seconds.
    costs : CostAware or None
        What the request costs and draws.
    needed : Needed or None
    beside : SideBySide or None
        Raw, denoised and, where known, idealized runtimes.
    cautions : tuple of Caution
    cells : tuple of RuntimeCell
        Each size with what was measured there: the median of its repeats, or where the fit takes another the
        least or the last of them.
    first_token : tuple of (int, Estimate)
        T(p, 1) at each prompt size that was timed, overhead included, seconds.
    variation : Variation or None
        How much equal requests differ; ``None`` where rows are no requests, or none comes twice.
    """

    name: str
    table: RuntimeTable
    fit: PublishedRuntime | RuntimeModel | DenoisedRuntime
    runtime: Estimate | None
    costs: CostAware | None
    needed: Needed | None
    beside: SideBySide | None
    cautions: tuple[Caution, ...]
    cells: tuple[RuntimeCell, ...] = ()
    first_token: tuple[tuple[int, Estimate], ...] = ()
    variation: Variation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesReport:
    """The fits of a table, in its order.

    Parameters
    ----------
    source : str
        The file.
    question : TimesQuestion
    fits : tuple of TimesFit
    """

    source: str
    question: TimesQuestion
    fits: tuple[TimesFit, ...]


def fit_times(path: Path, question: TimesQuestion, form: TimesFormat | None = None) -> TimesReport:
    """Fit T(p, o) to each model of a table of runtimes.

    Parameters
    ----------
    path : Path
        A CSV file as `isocost.exchange.read_times` takes it.
    question : TimesQuestion
    form : TimesFormat, optional
        How to read its columns.

    Raises
    ------
    InputError
        If the table cannot be read, or single requests are asked for where it holds means.
    EstimationError
        If a model's rows cannot identify T(p, o); the message names the model.
    """
    tables = read_times(path, form)
    idealized = {} if question.idealized is None else read_helm(question.idealized)
    if question.idealized is not None and not any(table.model in idealized for table in tables):
        raise InputError(
            f"{question.idealized} has none of the models of {path}; it has "
            f"{', '.join(sorted(idealized)[:8])}"
        )
    names = names_apart([(table.model, table.conditions) for table in tables])
    return TimesReport(
        source=str(path),
        question=question,
        fits=tuple(
            _fitted(table, name, question, idealized.get(table.model))
            for table, name in zip(tables, names, strict=True)
        ),
    )


def _fitted(
    table: RuntimeTable, name: str, question: TimesQuestion, idealized: PublishedRuntime | None
) -> TimesFit:
    try:
        if question.denoised:
            table, cautions = _instances(table)
        else:
            cautions = _notes(table, ours=question.rule is None)
        fit = _fit(table, name, question)
        needed = _needed(table, question)
    except EstimationError as error:
        raise EstimationError(f"{name}: {error}") from None
    runtime, doubts = _predicted(fit, question.request)
    own = fit.cautions if isinstance(fit, (RuntimeModel, DenoisedRuntime)) else ()
    beside = _beside(table, fit, idealized) if question.denoised and table.rows_are == "single" else None
    return TimesFit(
        name=name,
        table=table,
        fit=fit,
        runtime=runtime,
        costs=None if runtime is None else cost_aware(runtime, question.terms),
        needed=needed,
        beside=beside,
        cautions=(*cautions, *own, *doubts),
        cells=fitted_cells(table, fit),
        first_token=first_tokens(fit),
        variation=variation_of(name, table.samples(), DEFAULT_SHARE) if table.rows_are == "single" else None,
    )


def _fit(
    table: RuntimeTable, name: str, question: TimesQuestion
) -> PublishedRuntime | RuntimeModel | DenoisedRuntime:
    columns = (table.input_tokens, table.output_tokens, table.runtime_s)
    if question.rule == "published":
        return published_rule(*columns, denoised=question.denoised)
    if question.denoised:
        _require_few_sizes(table, name)
        return denoise(*columns, deployment=name, least_known=table.rows_are == "minimum")
    return fit_runtime(
        gathered(table.samples()),
        deployment=name,
        seed=question.seed,
        tile_tokens=question.fitting.tile,
        prior=question.fitting.runtime_prior(),
    )


def _require_few_sizes(table: RuntimeTable, name: str) -> None:
    sizes = count_sizes(table.input_tokens, table.output_tokens)
    if sizes > _MOST_SIZES_TO_DENOISE:
        raise InputError(
            f"{name} has {sizes:,} sizes of request, and the least of each says little; denoise at most "
            f"{_MOST_SIZES_TO_DENOISE:,}: choose rows with --where, or round the sizes"
        )


def _notes(table: RuntimeTable, *, ours: bool = False) -> tuple[Caution, ...]:
    sizes = count_sizes(table.input_tokens, table.output_tokens) if ours else 0
    told = {
        "inexact-answers": (
            table.inexact > 0,
            f"{table.inexact} rows were left out: the answer had not the length that was asked for",
        ),
        "sizes-gathered": (
            sizes > MOST_SIZES,
            f"{sizes:,} sizes of request are too many to be fitted apart: "
            "near prompts were taken together, and of answers sixteen lengths kept",
        ),
        "runtime-scaled": (
            table.runtime_scale != 1,
            f"runtimes were multiplied by {table.runtime_scale:g}, the model's runtime_scale",
        ),
    }
    return tuple(Caution(code, text) for code, (applies, text) in told.items() if applies)


def _instances(table: RuntimeTable) -> tuple[RuntimeTable, tuple[Caution, ...]]:
    """Return the single requests of a table without copies."""
    if table.rows_are == "mean":
        raise InputError(
            f"{table.model} has means of several requests; denoising takes the least of single requests"
        )
    keep = distinct_instances(table.input_tokens, table.output_tokens, table.runtime_s)
    if keep.all():
        return table, _notes(table)
    caution = Caution(
        "copied-instances",
        f"{int((~keep).sum())} of {len(keep)} runtimes repeat another of the same size to the last digit; "
        "they are taken for copies and left out",
    )
    return _part(table, keep), (*_notes(table), caution)


def _part(table: RuntimeTable, keep: BoolArray) -> RuntimeTable:
    return replace(
        table,
        input_tokens=table.input_tokens[keep],
        output_tokens=table.output_tokens[keep],
        runtime_s=table.runtime_s[keep],
        repeat=None if table.repeat is None else table.repeat[keep],
    )


def _needed(table: RuntimeTable, question: TimesQuestion) -> Needed | None:
    if question.half_width_share is None:
        return None
    instances, found = instances_needed(
        table.input_tokens,
        table.output_tokens,
        table.runtime_s,
        half_width_share=question.half_width_share,
        rng=generator(question.seed, f"instances {table.model}"),
    )
    return Needed(half_width_share=question.half_width_share, instances=instances, found=found)


def _predicted(
    fit: PublishedRuntime | RuntimeModel | DenoisedRuntime, request: tuple[int, int] | None
) -> tuple[Estimate | None, tuple[Caution, ...]]:
    if request is None:
        return None, ()
    if isinstance(fit, PublishedRuntime):
        return _by_published(fit, *request)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runtime = fit.predict(*request)
    beyond = [one for one in caught if issubclass(one.category, ExtrapolationWarning)]
    return runtime, tuple(Caution("extrapolated", str(one.message)) for one in beyond)


def _by_published(fit: PublishedRuntime, p: int, o: int) -> tuple[Estimate, tuple[Caution, ...]]:
    if p < 1 or o < 1:
        raise InputError(f"a runtime is predicted for at least 1 input and 1 output token, got {p} and {o}")
    sizes = [size for size, _ in fit.prefill_s]
    inside = sizes[0] <= p <= sizes[-1]
    runtime = Estimate(
        value=float(fit.runtime_s(np.array([p]), np.array([o]))[0]),
        unit="s",
        kind="fitted" if p in sizes else "interpolated" if inside else "extrapolated",
        method="rule of arXiv 2305.02440, linear between prompt sizes",
    )
    beyond = Caution("extrapolated", f"{p} input tokens lie outside {sizes[0]} to {sizes[-1]}")
    return runtime, () if inside else (beyond,)


def _beside(
    table: RuntimeTable,
    fit: PublishedRuntime | RuntimeModel | DenoisedRuntime,
    idealized: PublishedRuntime | None,
) -> SideBySide:
    """Compare the mean of each cell's instances with what the fits say of it."""
    sizes, cell = cells_of(table.input_tokens, table.output_tokens)
    raw = np.bincount(cell, weights=table.runtime_s) / np.bincount(cell)
    p, o = sizes.astype(np.float64).T
    return side_by_side(raw, fit.runtime_s(p, o), None if idealized is None else idealized.runtime_s(p, o))
