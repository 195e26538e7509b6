"""The section of a report on idealized runtime: what one request takes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.charts import (
    contention_figure,
    profile_drift_figure,
    runtime_figures,
    variation_figure,
)
from isocost.reporting.charts.figure import series_of
from isocost.reporting.cost_aware import cost_text
from isocost.reporting.document import Part, figure_markup, name_markup, table_markup
from isocost.reporting.fit_tables import model_rows
from isocost.reporting.format import estimate_text, percent
from isocost.reporting.markup import element, shorten
from isocost.reporting.tables import Column, Table, cell_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.reporting.charts import Figure
    from isocost.reporting.markup import Markup
    from isocost.runtime import RuntimeModel
    from isocost.studies.report import RequestAlone, StudyReport

__all__ = ["runtime_parts"]

NAME_LIMIT = 60
TITLE = "Idealized runtime"
_WHAT = (
    "T(p, o) is what a request of p tokens in and o out takes when nobody else is there: alpha(p) to the "
    "first token, beta for each further one (arXiv 2305.02440, eq. 1). Intervals are 95 %."
)


def runtime_parts(report: StudyReport) -> list[Part]:
    """Return heading, charts and tables of what one request takes; none without a profile or a sweep."""
    models = [each.runtime for each in report.deployments if each.runtime is not None]
    figures = [*runtime_figures(report), *_trends(report)]
    shown = [
        Part(title=each.title, markup=figure_markup(each), expendable=True, stays="") for each in figures
    ]
    if not models:
        return shown
    tables = [(_coefficients(report, models), True, "price hour"), (cell_table(models), False, "")]
    return [
        Part(title=TITLE, markup=_heading(models), expendable=False, stays=""),
        *shown,
        *(
            Part(
                title=table.title,
                markup=table_markup(table, opened=opened),
                expendable=not opened,
                stays=stays,
            )
            for table, opened, stays in tables
            if table is not None
        ),
    ]


def _heading(models: Sequence[RuntimeModel]) -> Markup:
    items = [element("li", None, *_told(model)) for model in models]
    return element(
        "section",
        {"class": "section", "id": "idealized-runtime"},
        element("h2", None, TITLE),
        element("p", None, _WHAT),
        element("ul", None, *items),
    )


def _told(model: RuntimeModel) -> list[str]:
    prompt, first = model.prefill[-1]
    error = model.held_out_error
    terms = [("the context term", model.context), ("the first decode step", model.changeover)]
    kept = " and ".join(name for name, each in terms if each is not None)
    text = (
        f": {estimate_text(first)} to the first token of {prompt:,}, {estimate_text(model.decode)} for each "
        f"further one; {kept or 'no further term'} chosen"
    )
    text += (
        ""
        if error is None
        else f"; sizes left out are foretold within {percent(error.value).lstrip('+')} on average"
    )
    return [name_markup(model.deployment, NAME_LIMIT), text + "."]


def _trends(report: StudyReport) -> list[Figure]:
    known = [each.trends for each in report.deployments if each.trends is not None]
    series = series_of(report)
    figures = (
        variation_figure(
            {each.variation.name: each.variation.cells for each in known if each.variation is not None},
            series,
        ),
        profile_drift_figure([each.drift for each in known if each.drift is not None], series),
        contention_figure([each.contention for each in known if each.contention is not None]),
    )
    return [figure for figure in figures if figure is not None]


def _coefficients(report: StudyReport, models: Sequence[RuntimeModel]) -> Table:
    columns = (Column(title="Coefficient", numeric=False), Column(title="Value", unit="95 % interval"))
    groups = tuple(
        (shorten(model.deployment, NAME_LIMIT), (*model_rows(model), *_alone(report.alone(model))))
        for model in models
    )
    return Table(title="Coefficients of T(p, o)", columns=columns, groups=groups)


def _alone(request: RequestAlone) -> Iterator[tuple[str, str]]:
    size = f"{request.input_tokens:,} in and {request.output_tokens:,} out, alone"
    yield f"T of {size}", estimate_text(request.runtime)
    if request.cost is not None:
        yield f"cost of {size}", cost_text(request.cost)
