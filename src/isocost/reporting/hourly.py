"""What an hour of a machine costs, as text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from isocost.catalog import MachineProfile
from isocost.economics import ACCELERATOR_PARTS, PARAMETERS
from isocost.reporting.boundaries import amount_of_energy, boundary_place
from isocost.reporting.format import bracket, decimals, grouped, probability
from isocost.reporting.influences import influence_table, parameter_range, variance_share
from isocost.reporting.markup import clean
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.estimate import Estimate
    from isocost.core.money import Currency
    from isocost.economics import Influence, Sensitivity
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.hourly_energy import HourlyEnergy
    from isocost.studies.renting import BreakEvenPoint, RentComparison

__all__ = [
    "amount_text",
    "first_question",
    "hourly_page_tables",
    "hourly_sentence",
    "hourly_text",
    "parts_table",
]

SURE = 0.95
"""From this probability on, one of two is called the cheaper."""
_DIGITS = 4
"""Parts are shown to so many digits after the point: small ones count where the whole is cents."""


def hourly_text(report: HourlyReport, *, width: int = 100) -> str:
    """Write what an hour costs: verdict, parts, own against rent, assumptions, what to question.

    Parameters
    ----------
    report : HourlyReport
    width : int
        Columns of the terminal.
    """
    blocks = [textwrap.wrap(hourly_sentence(report), width)]
    if report.parts:
        blocks.append(table_lines(parts_table(report), width=width))
    if report.energy is not None:
        blocks.append(_wrapped(_energy_sentence(report.energy), width))
    if report.rents:
        blocks.append([*table_lines(_rent_table(report), width=width), *_rent_notes(report, width)])
    if report.sensitivity is not None:
        blocks.append(
            [
                *table_lines(_influence_table(report), width=width),
                "",
                *_wrapped(first_question(report), width),
            ]
        )
    blocks.append(_given(report, width))
    blocks.append([line for each in report.cautions for line in _wrapped(f"! {each.text}", width)])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def hourly_sentence(report: HourlyReport) -> str:
    """Say in a sentence what an hour costs, and what renting would."""
    profile, name = report.machine.profile, clean(report.machine.name)
    cost = amount_text(report.total, report.currency)
    if isinstance(profile, MachineProfile):
        return f"An hour of {name} costs {cost}, {clean(profile.source)}, {profile.date}."
    used = parameter_range(profile.parameters["utilization"])
    each = "" if report.machine.count == 1 else " together"
    said = (
        f"An hour of use of {name} costs {cost}{each}: boundary {profile.boundary}, "
        f"{profile.formula} formula, utilization {used}."
    )
    return said if not report.rents else f"{said} {_against(report.rents[0], report.currency)}"


def _energy_sentence(energy: HourlyEnergy) -> str:
    """Say what an hour of use takes, at each boundary, and its carbon."""
    amounts = [f"{amount_of_energy(each)} {boundary_place(name)}" for name, each in energy.energy.items()]
    carbon = f"{amount_of_energy(energy.carbon)} at {clean(energy.grid.name)}"
    grid = energy.grid.intensity
    source = clean(", ".join(part for part in (grid.source, grid.date) if part))
    return (
        f"An hour of use takes {', '.join(amounts)} ({energy.obtained}): {carbon}, operational and "
        f"location-based ({source}); nothing embodied is counted."
    )


def _against(rent: RentComparison, currency: Currency) -> str:
    price = rent.price
    asked = _money(price.usd_per_hour, price.low, price.high, currency)
    name = "" if rent.name == "given by you" else f" ({clean(rent.name)})"
    return f"Rented{name}, one costs {asked}: {_who_is_cheaper(rent.owning_cheaper)}."


def _who_is_cheaper(owning: float) -> str:
    if SURE >= owning >= 1 - SURE:
        return f"which is cheaper cannot be told, owning with probability {probability(owning)}"
    side, sure = ("owning", owning) if owning > SURE else ("renting", 1 - owning)
    return f"{side} is cheaper, with probability {probability(sure)} over the stated ranges"


def amount_text(estimate: Estimate, currency: Currency) -> str:
    """Write USD per hour in a currency, with its interval."""
    return _money(estimate.value, estimate.low, estimate.high, currency)


def _money(value: float, low: float | None, high: float | None, currency: Currency) -> str:
    ends = [None if end is None else currency.from_usd(end) for end in (low, high)]
    shown = currency.from_usd(value)
    digits = max(decimals(shown, *ends), 2 if shown >= 0.1 else 0)
    interval = bracket(ends[0], ends[1], digits) if ends[0] != ends[1] else ""
    return f"{grouped(shown, digits)} {currency.code}/h" + (f" {interval}" if interval else "")


def parts_table(report: HourlyReport) -> Table:
    """Tabulate the parts of an hour of one, with the total within each boundary."""
    per = report.currency
    accelerator = report.boundaries["accelerator"]
    inside = [(name, part) for name, part in report.parts.items() if name in ACCELERATOR_PARTS]
    around = [(name, part) for name, part in report.parts.items() if name not in ACCELERATOR_PARTS]
    rows = [*inside, ("accelerator", accelerator), *around]
    whole = accelerator
    if around:
        whole = report.boundaries["all-in"]
        rows.append(("all-in", whole))
    columns = (
        Column(title="Part", numeric=False),
        Column(title="Per hour of use", unit=f"{per.code}/h"),
        Column(title="95 % interval"),
        Column(title="Share"),
    )
    cells = tuple(
        (
            f"= {name}" if name in report.boundaries else name,
            grouped(per.from_usd(part.value), _DIGITS),
            _ends(part, per),
            _share(part.value, whole.value),
        )
        for name, part in rows
    )
    return Table(title="What an hour of one is made of", columns=columns, groups=(("", cells),))


def _ends(part: Estimate, per: Currency) -> str:
    if part.low is None or part.high is None or part.low == part.high:
        return ""
    return bracket(per.from_usd(part.low), per.from_usd(part.high), _DIGITS)


def _share(value: float, whole: float) -> str:
    return "" if not whole else f"{100 * value / whole:.1f} %"


def _rent_table(report: HourlyReport) -> Table:
    readings = [each.reading for each in report.rents[0].break_evens]
    columns = (
        Column(title="Rented", numeric=False),
        Column(title="Price", unit=f"{report.currency.code}/h"),
        *(Column(title="break even", unit=reading) for reading in readings),
        Column(title="P(owning cheaper)"),
    )
    rows = tuple(
        (
            clean(each.name),
            grouped(report.currency.from_usd(each.price.usd_per_hour), 2),
            *(_break_even(point) for point in each.break_evens),
            probability(each.owning_cheaper),
        )
        for each in report.rents
    )
    title = "Own against rent: the utilization from which owning costs less"
    return Table(title=title, columns=columns, groups=(("", rows),))


def _break_even(point: BreakEvenPoint) -> str:
    found = point.utilization
    if found is None or found.value > 1:
        return "never"
    interval = ""
    if found.low is not None and found.high is not None and found.low < found.high:
        high = f"{100 * found.high:.1f}" if found.high <= 1 else "never"
        interval = f" [{100 * found.low:.1f}, {high}]"
    return f"{100 * found.value:.1f} %{interval}"


def _rent_notes(report: HourlyReport, width: int) -> list[str]:
    profile = report.machine.profile
    if isinstance(profile, MachineProfile) or profile.formula == "full":
        return []
    return [
        "",
        *_wrapped(
            "Three readings of the formula. published: as printed, only depreciation is paid in idle hours; "
            "maintenance by the calendar: maintenance as well; power by the calendar: power too.",
            width,
        ),
    ]


def _influence_table(report: HourlyReport) -> Table:
    per = report.currency
    found = report.sensitivity
    return influence_table(
        () if found is None else found.influences,
        title="What the cost of one hangs on: one at a time, and shares of the variance (Sobol)",
        unit=f"{per.code}/h",
        amount=lambda usd: grouped(per.from_usd(usd), _DIGITS),
    )


def first_question(report: HourlyReport) -> str:
    """Name in one line the assumption to question first."""
    found: Sensitivity | None = report.sensitivity
    first: Influence | None = None if found is None else found.first_question
    if first is None:
        return "Nothing to question: every assumption is exact."
    return (
        f"Question this number first: {first.name}, {parameter_range(first.assumed)} "
        f"({first.assumed.source}); {variance_share(first.total_order)} of the variance. The ranges decide."
    )


def _given(report: HourlyReport, width: int) -> list[str]:
    profile = report.machine.profile
    if isinstance(profile, MachineProfile):
        return [f"{profile.url}", *_wrapped(clean(profile.note), width)]
    lines = ["Assumptions, per accelerator"]
    for name, each in profile.parameters.items():
        source = clean(", ".join(part for part in (each.source, each.date) if part))
        lines += _wrapped(f"  {name}: {parameter_range(each)}; {PARAMETERS[name].meaning} ({source})", width)
    lines += [line for rate in _rates(report) for line in _wrapped(rate, width)]
    if report.left_out:
        lines += _wrapped(f"  not counted: {', '.join(report.left_out)}", width)
    return lines + (_wrapped(f"  note: {clean(profile.note)}", width) if profile.note else [])


def _rates(report: HourlyReport) -> Iterator[str]:
    seen = {each.code: each for each in (report.machine.currency, report.currency)}
    for each in seen.values():
        if each.code != "USD":
            yield f"  exchange rate: {each.per_usd:g} {each.code} per USD ({clean(each.source)}, {each.date})"


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2) if text[:1] in " !" else ""
    return textwrap.wrap(text, width, subsequent_indent=indent)


def hourly_page_tables(report: HourlyReport) -> list[Table]:
    """Return the tables of an hour's cost for a page: own against rent, what it hangs on, assumptions."""
    tables = [_rent_table(report)] if report.rents else []
    if report.sensitivity is not None:
        tables.append(_influence_table(report))
    return [*tables, _parameter_table(report)]


def _parameter_table(report: HourlyReport) -> Table:
    profile = report.machine.profile
    parameters = {} if isinstance(profile, MachineProfile) else profile.parameters
    columns = (
        Column(title="Assumption", numeric=False),
        Column(title="Value", numeric=False),
        Column(title="Meaning", numeric=False),
        Column(title="Source", numeric=False),
    )
    rows = tuple(
        (
            name,
            parameter_range(each),
            PARAMETERS[name].meaning,
            clean(", ".join(part for part in (each.source, each.date) if part)),
        )
        for name, each in parameters.items()
    )
    return Table(title="Assumptions of the hour, per accelerator", columns=columns, groups=(("", rows),))
