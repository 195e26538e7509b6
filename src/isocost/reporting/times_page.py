"""Fits of a table of runtimes as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts import Series, side_by_side_figure, variation_figure
from isocost.reporting.charts.figure import NAME_LIMIT
from isocost.reporting.charts.runtime import RuntimePicture, model_picture, runtime_figure
from isocost.reporting.document import (
    LIMIT,
    Part,
    as_sentence,
    definitions,
    document,
    figure_markup,
    table_markup,
    verdict_markup,
)
from isocost.reporting.fit_tables import beside_table, coefficient_table, fitted_cell_table
from isocost.reporting.format import estimate_text
from isocost.reporting.markup import Markup, shorten
from isocost.reporting.times import beside_text, coefficients, fit_sentence
from isocost.runtime import DenoisedRuntime, RuntimeModel

if TYPE_CHECKING:
    from isocost.studies.times import TimesFit, TimesReport

__all__ = ["times_page"]

MOST_TOLD = 3
"""Of more models than these, a table tells how raw and idealized runtimes compare."""


def times_page(report: TimesReport) -> str:
    """Write the fits of a table as one HTML file.

    Parameters
    ----------
    report : TimesReport

    Returns
    -------
    str
        A page like that of `html_page`: self-contained, and names from outside stay text.
    """
    return document(
        name=report.source,
        dates=(),
        verdict=_verdict(report),
        parts=_parts(report),
        footer=_small_print(report),
        command="isocost runtime",
    )


def _verdict(report: TimesReport) -> Markup:
    head = fit_sentence(report.fits[0]) if len(report.fits) == 1 else _range(report)
    told = [
        f"{shorten(fit.name, NAME_LIMIT)}: {beside_text(fit.beside)}."
        for fit in report.fits
        if fit.beside is not None and len(report.fits) <= MOST_TOLD
    ]
    return verdict_markup("What a request takes", head, told)


def _range(report: TimesReport) -> str:
    """Say between which of several models the time of a further token lies."""
    ordered = sorted(
        ((coefficients(fit)[0], fit.name) for fit in report.fits), key=lambda pair: pair[0].value
    )
    (least, quick), (most, slow) = ordered[0], ordered[-1]
    return (
        f"A further token takes {estimate_text(least)} on {shorten(quick, NAME_LIMIT)} to "
        f"{estimate_text(most)} on {shorten(slow, NAME_LIMIT)}."
    )


def _parts(report: TimesReport) -> list[Part]:
    beside = {fit.name: fit.beside for fit in report.fits if fit.beside is not None}
    varied = {fit.name: fit.variation.cells for fit in report.fits if fit.variation is not None}
    figures = [
        side_by_side_figure(beside),
        *(
            runtime_figure(_picture(fit), Series(number=number, name=shorten(fit.name, NAME_LIMIT)), number)
            for number, fit in enumerate(report.fits)
        ),
        variation_figure(varied),
    ]
    shown = [
        Part(title=each.title, markup=figure_markup(each), expendable=number > 1)
        for number, each in enumerate(figure for figure in figures if figure is not None)
    ]
    tables = [beside_table(report.fits), coefficient_table(report.fits), fitted_cell_table(report.fits)]
    return [
        *shown,
        *(
            Part(title=each.title, markup=table_markup(each, opened=number < 2), expendable=number > 1)
            for number, each in enumerate(tables)
            if each is not None
        ),
    ]


def _picture(fit: TimesFit) -> RuntimePicture:
    found = fit.fit
    if isinstance(found, RuntimeModel):
        return model_picture(found)
    denoised = isinstance(found, DenoisedRuntime) or found.overhead_s is not None
    return RuntimePicture(
        name=fit.name,
        cells=fit.cells,
        first_token=fit.first_token,
        runtime_s=found.runtime_s,
        points="the least instance of each size" if denoised else "the last row of each size",
    )


def _small_print(report: TimesReport) -> list[Markup]:
    cautions = [
        (shorten(fit.name, 80), as_sentence(shorten(each.text, LIMIT)), each.code)
        for fit in report.fits
        for each in fit.cautions
    ]
    return [
        *definitions("Cautions", cautions, "None: nothing looked doubtful."),
        *definitions("Assumptions", _assumptions(report), "None."),
        *definitions("Where the numbers come from", [(shorten(report.source, LIMIT), "as given", "")], ""),
    ]


def _assumptions(report: TimesReport) -> list[tuple[str, str, str]]:
    methods = dict.fromkeys(prefill[0][1].method for fit in report.fits if (prefill := fit.first_token))
    found = [("Fit", method, "docs: Method, the runtime of one request") for method in methods]
    if report.question.idealized is not None:
        found.append(("Idealized runtime", str(report.question.idealized), "given by you"))
    scaled = [(fit.name, fit.table.runtime_scale) for fit in report.fits if fit.table.runtime_scale != 1]
    return found + [(f"Runtime scale of {name}", f"{scale:g}", "the table") for name, scale in scaled]
