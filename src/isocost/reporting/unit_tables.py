"""Tables of production units: scores with what stands behind them, groups, dates, coefficients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isocost.reporting.format import bracket, decimals, estimate_text, grouped, probability
from isocost.reporting.markup import shorten
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.frontier import (
        GroupedFrontiers,
        PricedEfficiency,
        ProductivityChange,
        StochasticFrontier,
        StochasticMetafrontier,
    )
    from isocost.studies.scored_units import DatedChanges, ScoredUnit
    from isocost.studies.units import UnitReport

__all__ = ["NAME_LIMIT", "possible", "shown_rows", "unit_tables"]

NAME_LIMIT = 42
PEER_LIMIT = 28
_PEERS = 3


def unit_tables(report: UnitReport, *, most: int) -> list[Table]:
    """Tabulate units, at most so many of them, and what the method says of all.

    Parameters
    ----------
    report : UnitReport
    most : int
        Rows of units; those on the frontier go first where there are more.

    Returns
    -------
    list of Table
    """
    scoring = report.scoring
    tables = [_units(report, most)]
    tables += [_changes(each, most) for each in scoring.changes]
    if scoring.stochastic is not None:
        tables.append(_coefficients(scoring.stochastic))
    if scoring.grouped is not None:
        tables.append(_groups(scoring.grouped))
    if scoring.metafrontier is not None:
        tables.append(_stochastic_groups(scoring.metafrontier))
    if report.question.method == "sfa":  # what all rest on goes first
        return [*tables[1:], tables[0]] if report.scoring.convention is not None else tables[1:]
    return tables


def shown_rows(report: UnitReport, most: int) -> list[int]:
    """Choose the rows that are shown: all, or those on the frontier first."""
    rows = list(range(len(report.units)))
    if len(rows) > most:
        rows.sort(key=lambda row: not report.units[row].on_frontier)
    return rows[:most]


def _units(report: UnitReport, most: int) -> Table:
    rows = shown_rows(report, most)
    units = [report.units[row] for row in rows]
    columns: list[tuple[Column, list[str]]] = [
        (Column(title="Unit", numeric=False), [shorten(unit.name, NAME_LIMIT) for unit in units])
    ]
    if report.table.dates is not None:
        columns.append((Column(title="Date", numeric=False), [unit.date or "" for unit in units]))
    if report.table.groups is not None:
        columns.append(
            (Column(title="Group", numeric=False), [shorten(unit.group or "", PEER_LIMIT) for unit in units])
        )
    if report.question.method == "pareto":
        columns += _values(report, rows)
    columns += [
        (column, [cell(unit) for unit in units])
        for column, cell in _cells(report)
        if any(cell(unit) for unit in units)
    ]
    left = len(report.units) - len(rows)
    title = "Units" if not left else f"Units ({len(rows)} of {len(report.units):,})"
    return Table(
        title=title,
        columns=tuple(column for column, _ in columns),
        groups=(("", tuple(zip(*(cells for _, cells in columns), strict=True))),),
    )


def _values(report: UnitReport, rows: Sequence[int]) -> Iterator[tuple[Column, list[str]]]:
    estimates = [report.table.estimates(row) for row in rows]
    for place, axis in enumerate(report.table.axes):
        plain = axis.unit not in ("", "s") and not axis.unit.startswith("USD")
        unit = f"{axis.unit}, {axis.better}" if plain else f"{axis.better} is better"
        told = [replace(row[place], unit="") if plain else row[place] for row in estimates]
        yield Column(title=axis.name, unit=unit), [estimate_text(value) for value in told]


def _cells(report: UnitReport) -> Iterator[tuple[Column, Callable[[ScoredUnit], str]]]:
    """Yield columns that a unit may have something to say in; those that none has are left out."""
    method = report.question.method
    alike = report.scoring.bootstrap is None  # else an interval is about the corrected score
    yield Column(title="Score"), lambda unit: _score(unit, alike=alike)
    if not alike:
        yield Column(title="Corrected", unit="95 %"), lambda unit: _told(unit.interval)
    if method == "pareto":
        yield Column(title="Frontier", numeric=False), lambda unit: _state(unit, report)
    elif method in ("dea", "fdh"):
        yield Column(title="Efficient", numeric=False), _efficient
    yield Column(title="Beyond error", numeric=False), lambda unit: unit.verdict or ""
    yield (
        Column(title="P(frontier)"),
        lambda unit: "" if unit.probability is None else probability(unit.probability),
    )
    if method != "pareto":
        yield Column(title="Peers", numeric=False), _peers
        yield Column(title="Slack", numeric=False), _slack
    yield Column(title="Super"), _beyond
    yield Column(title="Scale"), lambda unit: "" if unit.scale is None else _number(unit.scale.scale)
    yield (
        Column(title="Returns", numeric=False),
        lambda unit: "" if unit.scale is None else unit.scale.returns,
    )
    yield Column(title="Overall"), lambda unit: _priced(unit, "overall")
    yield Column(title="Technical"), lambda unit: _priced(unit, "technical")
    yield Column(title="Allocative"), lambda unit: _priced(unit, "allocative")
    yield Column(title="JLMS"), lambda unit: _number(unit.jlms)
    yield Column(title="Technology gap"), lambda unit: _number(unit.gap_ratio)
    yield (
        Column(title="Compared with"),
        lambda unit: "" if unit.compared_with is None else f"{unit.compared_with}",
    )


def _score(unit: ScoredUnit, *, alike: bool) -> str:
    if unit.score is None:
        return "" if unit.status is None else f"none: {unit.status}"
    if alike and unit.interval is not None:
        return _told(unit.interval)
    return _number(unit.score)


def _state(unit: ScoredUnit, report: UnitReport) -> str:
    if unit.on_frontier:
        return "on it"
    if not unit.dominated_by:
        return "dominated"
    if unit.improvements:
        return f"dominated by {possible(unit, report, by=True)}"
    more = f" and {len(unit.dominated_by) - 1} more" if len(unit.dominated_by) > 1 else ""
    return f"dominated by {shorten(unit.dominated_by[0], PEER_LIMIT)}{more}"


def possible(unit: ScoredUnit, report: UnitReport, *, by: bool = False) -> str:
    """Say the largest improvement that another unit shows, and which; empty where there is none."""
    if not unit.improvements:
        return ""
    best = max(unit.improvements, key=lambda each: each.share or 0.0)
    axis = next(axis for axis in report.table.axes if axis.name == best.axis)
    more = "more" if axis.better == "higher" else "less"
    what = "cheaper" if axis.unit == "USD" and more == "less" else f"{more} {best.axis}"
    share = what if best.share is None else f"{100 * best.share:.3g} % {what}"
    see = shorten(best.see, PEER_LIMIT)
    return f"{see} ({share})" if by else f"{share}, see {see}"


def _efficient(unit: ScoredUnit) -> str:
    if unit.on_frontier is None:
        return ""
    if unit.on_frontier and unit.leaves_slack:
        return "weakly"
    return "yes" if unit.on_frontier else "no"


def _peers(unit: ScoredUnit) -> str:
    named = [f"{shorten(peer.name, PEER_LIMIT)} {peer.weight:.2f}" for peer in unit.peers[:_PEERS]]
    if len(unit.peers) == 1 and unit.peers[0].name == unit.name:
        return "itself"
    more = f" and {len(unit.peers) - _PEERS} more" if len(unit.peers) > _PEERS else ""
    return ", ".join(named) + more


def _slack(unit: ScoredUnit) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in unit.slacks.items() if value > 0)


def _beyond(unit: ScoredUnit) -> str:
    if unit.super_status is not None:
        return f"none: {unit.super_status}"
    return _number(unit.super_score)


def _priced(unit: ScoredUnit, part: str) -> str:
    priced: PricedEfficiency | None = unit.priced
    return "" if priced is None else _number(getattr(priced, part))


def _changes(each: DatedChanges, most: int) -> Table:
    rows = [*each.units[:most], each.mean]
    names = [unit.name for unit in each.units[:most]] + ["geometric mean"]
    left = len(each.units) - most
    return Table(
        title=f"Productivity, {each.before} to {each.after}"
        + (f" ({most} of {len(each.units):,})" if left > 0 else ""),
        columns=(
            Column(title="Unit", numeric=False),
            Column(title="Malmquist"),
            Column(title="Catching up"),
            Column(title="Frontier's move"),
            Column(title="Pure"),
            Column(title="Scale"),
        ),
        groups=(
            (
                "",
                tuple(
                    (shorten(name, NAME_LIMIT), *_change(row)) for name, row in zip(names, rows, strict=True)
                ),
            ),
        ),
    )


def _change(row: ProductivityChange) -> tuple[str, ...]:
    return tuple(_number(part) for part in (row.total, row.efficiency, row.technical, row.pure, row.scale))


def _coefficients(found: StochasticFrontier) -> Table:
    rows = tuple(
        (one.name, _told(one.estimate), "" if one.standard_error is None else f"{one.standard_error:.5g}")
        for one in (*found.coefficients, *found.scales)
    )
    return Table(
        title=f"Coefficients ({found.kind} frontier, {found.distribution} inefficiency)",
        columns=(Column(title="Of", numeric=False), Column(title="Estimate"), Column(title="Standard error")),
        groups=(("", rows),),
    )


def _groups(grouped: GroupedFrontiers) -> Table:
    rows = tuple(
        (
            each.group,
            f"{each.units}",
            *(_number(part) for part in (each.mean_group_score, each.mean_meta_score, each.mean_gap_ratio)),
        )
        for each in grouped.groups
    )
    columns = (
        Column(title="Group", numeric=False),
        Column(title="Units"),
        Column(title="Within group", unit="mean efficiency"),
        Column(title="By all", unit="mean efficiency"),
        Column(title="Technology gap", unit="mean ratio"),
    )
    return Table(title="Groups", columns=columns, groups=(("", rows),))


def _stochastic_groups(meta: StochasticMetafrontier) -> Table:
    found = []
    for group in dict.fromkeys(unit.group for unit in meta.units):
        mine = [unit for unit in meta.units if unit.group == group]
        known = [unit.efficiency for unit in mine if unit.efficiency is not None]
        within = sum(known) / len(known) if known else None
        gap = sum(unit.gap_ratio for unit in mine) / len(mine)
        found.append((group, f"{len(mine)}", _number(within) or "not told", _number(gap)))
    columns = (
        Column(title="Group", numeric=False),
        Column(title="Units"),
        Column(title="Within group", unit="mean efficiency"),
        Column(title="Technology gap", unit="mean ratio"),
    )
    return Table(title="Groups", columns=columns, groups=(("", tuple(found)),))


def _told(value: Estimate | None) -> str:
    if value is None:
        return ""
    digits = decimals(value.value, value.low, value.high)
    interval = bracket(value.low, value.high, digits)
    return grouped(value.value, digits) + (f" {interval}" if interval else "")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) < 1e-12:  # what a solver leaves of nothing
        return "0"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
