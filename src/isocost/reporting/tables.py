"""Tables of a report as records of ready cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.reporting.charts.figure import level_keys, seconds_data
from isocost.reporting.charts.frontier import is_cost, unit_cost
from isocost.reporting.charts.residuals import residual
from isocost.reporting.format import UNKNOWN, bracket, decimals, grouped, percent, probability, si, time_unit
from isocost.reporting.markup import Markup, element, join, shorten
from isocost.reporting.obstacle import unmet_text
from isocost.reporting.pricing import cost_of, pricing_of, request_cost_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel, TokenBasis
    from isocost.economics.long_run import EfficientScale
    from isocost.economics.short_run import ShortRunLevel
    from isocost.frontier.dominance import Axis, FrontierUnit
    from isocost.reporting.pricing import Amount, Pricing
    from isocost.runtime.model import RuntimeModel
    from isocost.studies.energy import EnergyReport
    from isocost.studies.report import StudyReport

__all__ = [
    "Column",
    "Table",
    "cell_table",
    "cost_data",
    "cost_table",
    "cost_unit",
    "form_text",
    "level_table",
    "number_cell",
    "returns_table",
    "scale_text",
    "unit_table",
]

NAME_LIMIT = 60
_LATENCIES = (
    ("ttft.p50", "First token p50"),
    ("ttft.p95", "First token p95"),
    ("tpot.p50", "Per token p50"),
    ("tpot.p95", "Per token p95"),
    ("gaps.p50", "Gap p50"),
    ("gaps.p95", "Gap p95"),
)
_BASES: tuple[tuple[TokenBasis, str], ...] = (("input", "per M input"), ("both", "per M in + out"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, its unit, and whether it holds numbers, which stand to the right."""

    title: str
    unit: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table ready to be written.

    Parameters
    ----------
    title : str
    columns : tuple of Column
        The first one heads the rows.
    groups : tuple of (str, tuple of rows)
        Rows under a common heading (``""``: none); each row has one cell a column.
    """

    title: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


def level_table(report: StudyReport) -> Table | None:
    """Tabulate all levels of all sweeps; ``None`` without a sweep. A column that nobody fills is left out.

    Per token is the mean of a request (TPOT), a gap lies between two chunks of any request (ITL).
    """
    curves = [each.curve for each in report.deployments if each.curve is not None]
    if not curves:
        return None
    pricing = pricing_of(report)
    named = {key: _spread(curves, key) for key, _ in _LATENCIES}
    keys = level_keys(curves)
    columns = (
        Column(title="Load", numeric=False),
        Column(title="Output", unit="tokens/s"),
        Column(title="Cost", unit=join([cost_unit(pricing), " per M output"])),
        Column(title="Energy", unit="J per output token"),
        Column(title="With waiting", unit="USD per M output"),
        *(Column(title=title, unit=named[key][1]) for key, title in _LATENCIES),
        Column(title="P(best)"),
        Column(title="Service levels", numeric=False),
    )
    groups = tuple(
        (
            shorten(curve.deployment, NAME_LIMIT),
            tuple(_level_row(level, curve, named, keys, report.energy) for level in curve.levels),
        )
        for curve in curves
    )
    return _without_empty(Table(title="Levels of load", columns=columns, groups=groups))


def _spread(curves: Sequence[CostCurve], key: str) -> tuple[float, str]:
    seen = [level.latency[key].value for curve in curves for level in curve.levels if key in level.latency]
    return time_unit(sorted(seen)[len(seen) // 2]) if seen else (1.0, "s")


def _level_row(
    level: CostLevel,
    curve: CostCurve,
    named: dict[str, tuple[float, str]],
    keys: dict[tuple[str, Load], str],
    energy: EnergyReport | None,
) -> tuple[str, ...]:
    """Write a level; the page finds what hangs on service levels by its key and by classes."""
    best = level.probability_best
    judged = "" if level.unmet is None else unmet_text(level) or "kept"
    inside = "load in-zone" if level.load in curve.zone.levels else "load"
    return (
        element(
            "span", {"class": inside, "data-level": keys[curve.deployment, level.load]}, level.load.label
        ),
        number_cell(level.output_tokens_per_second),
        cost_data(cost_of(level, curve.price)),
        "" if energy is None else number_cell(energy.per_token(curve.deployment, level.load)),
        number_cell(None if level.waiting is None else level.waiting.cost_per_million_tokens),
        *(_latency_cell(level, key, named[key][0]) for key, _ in _LATENCIES),
        "" if best is None else element("span", {"class": "odds"}, probability(best)),
        "" if level.unmet is None else element("span", {"class": "judged"}, judged),
    )


def _latency_cell(level: CostLevel, key: str, factor: float) -> str:
    """Write a latency; where n did not allow it a dash, and why beneath."""
    why = level.latency_untold.get(key)
    if key in level.latency or why is None:
        return number_cell(level.latency.get(key), factor)
    return join([element("span", {"class": "n"}, UNKNOWN), _small(why)])


def cost_table(report: StudyReport) -> Table | None:
    """Tabulate the cost of each level on every basis; ``None`` without a sweep."""
    curves = [each.curve for each in report.deployments if each.curve is not None]
    if not curves:
        return None
    columns = (
        Column(title="Load", numeric=False),
        Column(title="Time", unit="machine-seconds per M output"),
        Column(title="Cost", unit=join([cost_unit(pricing_of(report)), " per M output"])),
        *(Column(title="Cost", unit=f"USD {label}") for _, label in _BASES),
        Column(title="Cost", unit="USD per 1,000 requests"),
    )
    groups = tuple(
        (shorten(curve.deployment, NAME_LIMIT), tuple(_cost_row(level, curve) for level in curve.levels))
        for curve in curves
    )
    return _without_empty(Table(title="Costs on every basis", columns=columns, groups=groups))


def _cost_row(level: CostLevel, curve: CostCurve) -> tuple[str, ...]:
    return (
        level.load.label,
        number_cell(level.machine_seconds_per_million),
        cost_data(cost_of(level, curve.price)),
        *(cost_data(cost_of(level, curve.price, basis)) for basis, _ in _BASES),
        cost_data(request_cost_of(level, curve.price)),
    )


def returns_table(report: StudyReport) -> Table | None:
    """Tabulate returns to concurrency and incremental cost by the form chosen; ``None`` without a fit."""
    curves = [each.curve for each in report.deployments if each.curve is not None]
    fitted = [(curve, curve.technology) for curve in curves if curve.technology is not None]
    if not fitted:
        return None
    columns = (
        Column(title="Load", numeric=False),
        Column(title="Returns to concurrency", unit="1: one stream more is free, 0: it yields nothing"),
        Column(title="Cost of one stream more", unit="machine-seconds per M output"),
        Column(title="Delay one request more lays on others", unit="s, all together"),
        Column(title="What that delay costs", unit="USD per request"),
        Column(title="One request more with all waiting", unit="USD per request"),
    )
    groups = tuple(
        (
            f"{shorten(curve.deployment, NAME_LIMIT)}: {form_text(technology)}",
            tuple(_return_rows(curve, technology)),
        )
        for curve, technology in fitted
    )
    return _without_empty(Table(title="Returns to concurrency", columns=columns, groups=groups))


def _return_rows(curve: CostCurve, technology: BatchTechnology) -> Iterable[tuple[str, ...]]:
    incremental = dict(technology.incremental_machine_seconds)
    running = {level.concurrency: level for level in curve.short_run}
    for concurrency, returns in technology.returns:
        yield (
            f"{concurrency} concurrent",
            number_cell(returns),
            number_cell(incremental.get(concurrency)),
            *_delay_cells(running.get(concurrency)),
        )


def _delay_cells(level: ShortRunLevel | None) -> tuple[str, str, str]:
    if level is None:
        return "", "", ""
    return (
        number_cell(level.congestion_s),
        number_cell(level.congestion_cost),
        number_cell(level.social_marginal_cost),
    )


def scale_text(scale: EfficientScale) -> str:
    """Write the minimum efficient scale in a few words."""
    text = f"within {scale.tolerance * 100:g} % of the least cost from {scale.load.label} on"
    if scale.low is None or scale.high is None or scale.low == scale.high:
        return text
    return f"{text} [{scale.low.label}, {scale.high.label}]"


def form_text(technology: BatchTechnology) -> str:
    """Write the form of the step time and how well it and the next one foretell levels left out."""
    text = f"t(b) = {technology.formula} ({technology.form})"
    if not technology.held_out:
        return text
    first, *others = technology.held_out
    text += f", foretells levels left out within {100 * first.error:.1f} %"
    second = next((each for each in others if each.weight > 0), None)
    return text if second is None else f"{text}; next {second.form}, {100 * second.error:.1f} %"


def cell_table(models: Iterable[RuntimeModel]) -> Table | None:
    """Tabulate all profiled cells; ``None`` when there are none."""
    filled = [model for model in models if model.cells]
    if not filled:
        return None
    columns = (
        Column(title="Input", unit="tokens"),
        Column(title="Output", unit="tokens"),
        Column(title="Measured", unit="ms, median"),
        Column(title="Model", unit="ms"),
        Column(title="Residual"),
        Column(title="Residual", unit="cell left out"),
        Column(title="Repeats"),
    )
    groups = tuple((shorten(model.deployment, NAME_LIMIT), tuple(_cell_rows(model))) for model in filled)
    return _without_empty(Table(title="Profiled cells of T(p, o)", columns=columns, groups=groups))


def _cell_rows(model: RuntimeModel) -> Iterable[tuple[str, ...]]:
    for cell in model.cells:
        left_out = residual(cell, cell.held_out_s)
        yield (
            f"{cell.input_tokens:,}",
            f"{cell.output_tokens:,}",
            number_cell(cell.measured, 1e3),
            grouped(cell.fitted_s * 1e3, decimals(cell.fitted_s * 1e3)),
            percent(residual(cell, cell.fitted_s)),
            "" if left_out is None else percent(left_out),
            "" if cell.measured.n is None else str(cell.measured.n),
        )


def unit_table(report: StudyReport) -> Table | None:
    """Tabulate all units of the frontier; ``None`` without one."""
    frontier = report.frontier
    if frontier is None or not frontier.units:
        return None
    pricing = pricing_of(report)
    columns = [Column(title="Unit", numeric=False)]
    for axis in frontier.axes:
        unit = join([cost_unit(pricing), " per M output"]) if is_cost(axis) else _axis_unit(axis)
        columns.append(Column(title="Cost" if is_cost(axis) else axis.name.capitalize(), unit=unit))
    columns.append(Column(title="Frontier", numeric=False))
    rows = tuple(
        (shorten(unit.name, NAME_LIMIT), *_unit_values(report, unit, pricing), _standing(unit))
        for unit in frontier.units
    )
    title = f"Production units, {frontier.dominance} dominance"
    return Table(title=title, columns=tuple(columns), groups=(("", rows),))


def _axis_unit(axis: Axis) -> str:
    return "share right" if axis.name == "quality" else axis.unit


def _unit_values(report: StudyReport, unit: FrontierUnit, pricing: Pricing) -> Iterable[str]:
    axes = () if report.frontier is None else report.frontier.axes
    for number, (axis, value) in enumerate(zip(axes, unit.values, strict=True)):
        if is_cost(axis):
            yield cost_data(unit_cost(unit, number, pricing, in_money=axis.unit.startswith("USD")))
        elif axis.name.startswith("parameters"):
            yield si(value.value)
        else:
            yield number_cell(value)


def _standing(unit: FrontierUnit) -> str:
    if unit.on_frontier:
        return "on it"
    more = len(unit.dominated_by) - 1
    first = shorten(unit.dominated_by[0], NAME_LIMIT) if unit.dominated_by else "another"
    return f"dominated by {first}" + (f" and {more} more" if more > 0 else "")


def number_cell(seen: Estimate | None, factor: float = 1.0) -> str:
    """Write a number with its interval beneath; empty for ``None``."""
    if seen is None:
        return ""
    value, low, high = (None if part is None else part * factor for part in (seen.value, seen.low, seen.high))
    digits = decimals(value or 0.0, low, high)
    return join(
        [element("span", {"class": "n"}, grouped(value or 0.0, digits)), _small(bracket(low, high, digits))]
    )


def cost_data(cost: Amount | None, *, sentence: bool = False) -> Markup:
    """Write a cost so that the page can re-price it; in a sentence with its unit."""
    if cost is None:
        return Markup()
    attributes = {"class": "cost", "data-form": "sentence" if sentence else "cell", **seconds_data(cost)}
    if sentence:
        return element("span", attributes, cost.text)
    return element("span", attributes, element("span", {"class": "n"}, cost.number), _small(cost.interval))


def cost_unit(pricing: Pricing) -> Markup:
    """Write the unit of costs so that the page can change it."""
    return element("span", {"class": "cost-unit"}, pricing.cost_unit)


def _small(text: str) -> Markup:
    return element("small", None, text) if text else Markup()


def _without_empty(table: Table) -> Table:
    rows = [row for _, rows in table.groups for row in rows]
    kept = [i for i in range(len(table.columns)) if i == 0 or any(row[i] for row in rows)]
    groups = tuple(
        (name, tuple(tuple(row[i] or UNKNOWN for i in kept) for row in some)) for name, some in table.groups
    )
    return Table(title=table.title, columns=tuple(table.columns[i] for i in kept), groups=groups)
