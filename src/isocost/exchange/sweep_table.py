"""Sweeps over load in CSV files, one run a row, as operating points."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.core.load import Load
from isocost.core.operating_point import Latency, OperatingPoint
from isocost.core.provenance import Provenance
from isocost.exchange.sweep_columns import (
    DEPLOYMENT,
    LATENCY,
    LOADS,
    PRICE,
    THROUGHPUT,
    is_ours,
    refuse_misnamed,
)
from isocost.exchange.sweep_file import StatedPrice, SweepFile, SweepFormat
from isocost.exchange.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from isocost.exchange.table import Row, Table

__all__ = ["read_sweep"]

_BASES = {"gaps": "pooled gaps"}
_MANY = 3
_LEAST, _MOST = 1e-9, 1e12


def read_sweep(path: Path, form: SweepFormat | None = None) -> SweepFile:
    """Read a CSV file with one run a row.

    Columns are ``concurrency`` or ``rate`` (requests per second) and ``output_tokens_per_second``;
    optionally ``input_tokens_per_second``, ``requests_per_second``, ``ttft_p50_s`` and the like (``ttft``,
    ``tpot``, ``gaps``, ``e2e``; ``mean`` or a percentile; ``_s`` or ``_ms``), ``power_w``, ``requests`` (all
    that were sent), ``failed`` (of these), ``duration_s``, ``price_usd_per_hour`` and ``repeat``. All other
    columns of text or whole numbers tell sweeps apart.

    Parameters
    ----------
    path : Path
    form : SweepFormat, optional

    Returns
    -------
    SweepFile

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, holds what is no number, names prices in several
        currencies or several prices of one sweep, repeats a row, or no request ended well in any.
    """
    form = form or SweepFormat()
    _refuse_exports(path)
    table = read_table(path, renames=_renames(path, form.names), where=form.where)
    _require(table, path)
    keys, unused = _keys(table, form)
    rows, cautions = _usable(table, form)
    names = _names(table, rows, keys, path.stem)
    points = tuple(
        _point(table, row, name, repeat, (keys, form))
        for row, name, repeat in zip(rows, names, _repeats(table, rows, names), strict=True)
    )
    told = [*([_unused(unused)] if unused else []), *_single(rows, names, keys)]
    return SweepFile(points=points, prices=_prices(table, rows, names), cautions=(*cautions, *told))


_EXPORTS = {"Run Info,": ("guidellm", "benchmarks.json"), "Metric,": ("aiperf", "profile_export_aiperf.json")}


def _refuse_exports(path: Path) -> None:
    """Refuse tables of tools that write the same figures, and more, as JSON."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            head = file.readline(64)
    except OSError:
        return  # told by whoever reads the table
    for beginning, (tool, instead) in _EXPORTS.items():
        if head.startswith(beginning):
            raise InputError(f"{path} is a table of {tool}; give the file {instead} that lies beside it")


def _renames(path: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Put the file's names first: it has one of the two, and the other is ours."""
    if not names:
        return {}
    has = read_table(path).columns
    swapped = {}
    for one, other in names.items():
        theirs, ours = (one, other) if one in has and not (other in has and is_ours(one)) else (other, one)
        swapped[theirs] = ours
    return swapped


def _require(table: Table, path: Path) -> None:
    if not set(LOADS) & set(table.columns):
        raise InputError(
            f"{path} has neither a column concurrency nor rate (it has: {', '.join(table.columns[:12])}"
            f"{', …' if len(table.columns) > 12 else ''}); name the load with --map rate=THEIRS, or give the "
            "JSON file if this is a tool's own table"
        )
    if THROUGHPUT not in table.columns:
        raise InputError(
            f"{path} has no column {THROUGHPUT}; name what stands for it with --map {THROUGHPUT}=THEIRS"
        )
    currencies = sorted({match["currency"] for name in table.columns if (match := PRICE.fullmatch(name))})
    if len(currencies) > 1:
        raise InputError(
            f"{path} has prices in {' and '.join(code.upper() for code in currencies)}; "
            "keep one column, in one currency"
        )


def _keys(table: Table, form: SweepFormat) -> tuple[list[str], list[str]]:
    """Return the columns that tell sweeps apart, and those that hold other measurements."""
    absent = next((name for name in (*form.keys, *form.ignore) if name not in table.columns), None)
    if absent is not None:
        raise InputError(f"{table.source} has no column {absent!r} (it has: {', '.join(table.columns[:12])})")
    keys: list[str] = []
    unused: list[str] = []
    for name in table.columns:
        if not name or is_ours(name) or name in form.ignore:
            continue
        if (lower := name.lower()) in table.columns and is_ours(lower) and name not in form.keys:
            raise InputError(
                f"{table.source} has both {lower!r} and {name!r}; leave one out, with --ignore {name}"
            )
        fractions = any(_is_fraction(row.cells[name]) for row in table.rows)
        if not fractions and name not in form.keys:
            refuse_misnamed(table, name)
        (unused if fractions and name not in form.keys else keys).append(name)
    return ([DEPLOYMENT] if DEPLOYMENT in table.columns else []) + keys, unused


def _is_fraction(text: str) -> bool:
    """Whether a cell holds a number that is not whole.

    Examples
    --------
    >>> [_is_fraction(text) for text in ("0.5", "8", "8.0", "fp8", "")]
    [True, False, False, False, False]
    """
    try:
        return not float(text).is_integer()
    except (ValueError, OverflowError):
        return False


def _unused(names: Sequence[str]) -> Caution:
    several = len(names) > 1
    return Caution(
        "columns-left-out",
        f"the column{'s' if several else ''} {', '.join(names)} hold{'' if several else 's'} fractions that "
        "isocost does not use; --map gives one a meaning, --key lets it tell sweeps apart",
    )


def _single(rows: Sequence[Row], names: Sequence[str], keys: Sequence[str]) -> Iterator[Caution]:
    """Yield a doubt where a column of numbers, such as a seed, makes each of many runs a sweep of its own."""
    if len(rows) < _MANY or len(set(names)) < len(rows):
        return
    for key in keys:
        values = {row.cells[key] for row in rows}
        if len(values) == len(rows) and not any(letter.isalpha() for value in values for letter in value):
            yield Caution(
                "single-run-sweeps",
                f"each row is a sweep of its own, told apart by {key}; if it tells nothing apart, "
                f"--ignore {key}",
            )


def _usable(table: Table, form: SweepFormat) -> tuple[list[Row], tuple[Caution, ...]]:
    """Leave out runs that yielded nothing, and say so."""
    empty: list[Row] = []
    kept: list[Row] = []
    for row in table.rows:
        sent, failed = _sent(table, row, form), _whole(table, row, "failed")
        if failed is not None and sent is not None and failed > sent:
            raise InputError(f"{table.source}, line {row.line}: {failed} requests failed of {sent}")
        speed = table.number(row, THROUGHPUT) if THROUGHPUT in table.columns else None
        if speed is not None and speed < 0:
            raise InputError(
                f"{table.source}, line {row.line}: {THROUGHPUT} must be at least 0, got {speed:g}"
            )
        if speed:
            _refuse_absurd(table, row, THROUGHPUT, speed)
        nothing = not speed or (sent is not None and failed == sent)
        (empty if nothing else kept).append(row)
    if not kept:
        raise InputError(
            f"{table.source}: no row has a throughput above 0, so there is nothing to price; "
            "look into the log of the target and measure again"
        )
    if not empty:
        return kept, ()
    lines = ", ".join(str(row.line) for row in empty[:8])
    text = f"{table.source}, line{'s' if len(empty) > 1 else ''} {lines}: no request ended well; left out"
    return kept, (Caution("no-operating-point", text),)


def _names(table: Table, rows: Sequence[Row], keys: Sequence[str], otherwise: str) -> list[str]:
    """Name each row's sweep by the fewest columns, from the left, that tell all sweeps apart."""
    every = [tuple(row.cells[key] for key in keys) for row in rows]
    count = len(set(every))
    if count == 1:
        return [rows[0].cells.get(DEPLOYMENT) or otherwise] * len(rows)
    shown: list[int] = []
    for place in range(len(keys)):
        seen = len({tuple(each[i] for i in shown) for each in every})
        if seen < count and len({tuple(each[i] for i in (*shown, place)) for each in every}) > seen:
            shown.append(place)
    return [", ".join(_told(keys[i], each[i]) for i in shown) for each in every]


def _told(key: str, value: str) -> str:
    """Write the value of a key so that it can stand alone.

    Examples
    --------
    >>> _told("gpu", "H100"), _told("gpus", "2"), _told("note", "")
    ('H100', 'gpus 2', 'no note')
    """
    if not value:
        return f"no {key}"
    return value if any(letter.isalpha() for letter in value) else f"{key} {value}"


def _repeats(table: Table, rows: Sequence[Row], names: Sequence[str]) -> list[int]:
    """Count the runs of one sweep at one load from 0; a column ``repeat`` must then tell them apart."""
    counted: Counter[tuple[str, Load]] = Counter()
    seen: dict[tuple[str, Load, str], int] = {}
    numbers = []
    for row, name in zip(rows, names, strict=True):
        load = _load(table, row)
        if "repeat" in table.columns:
            first = seen.setdefault((name, load, row.cells["repeat"]), row.line)
            if first != row.line:
                raise InputError(
                    f"{table.source}, lines {first} and {row.line}: both are repeat "
                    f"{row.cells['repeat'] or '(empty)'} of {name} at {load.label}; number repeats, or name "
                    "in a column what differs"
                )
        numbers.append(counted[name, load])
        counted[name, load] += 1
    return numbers


def _load(table: Table, row: Row) -> Load:
    told = {name: table.number(row, name, above_zero=True) for name in LOADS if name in table.columns}
    known = {name: value for name, value in told.items() if value is not None}
    if len(known) != 1:
        raise InputError(
            f"{table.source}, line {row.line}: give either concurrency or rate, "
            f"got {'both' if known else 'neither'}"
        )
    for name, number in known.items():
        _refuse_absurd(table, row, name, number)
    if "rate" in known:
        return Load(rate_per_s=known["rate"])
    value = known["concurrency"]
    if not value.is_integer():
        raise InputError(f"{table.source}, line {row.line}: concurrency must be whole, got {value:g}")
    return Load(concurrency=int(value))


def _refuse_absurd(table: Table, row: Row, name: str, value: float) -> None:
    """Refuse what no machine does: a slip of the unit or of the column."""
    if not _LEAST <= value <= _MOST:
        raise InputError(
            f"{table.source}, line {row.line}: {name} must lie between {_LEAST:g} and {_MOST:g}, "
            f"got {value:g}; look at its unit"
        )


def _whole(table: Table, row: Row, name: str) -> int | None:
    value = table.number(row, name) if name in table.columns else None
    if value is None:
        return None
    if value < 0 or not value.is_integer():
        raise InputError(
            f"{table.source}, line {row.line}: {name} must be a whole number of at least 0, got {value:g}"
        )
    return int(value)


def _sent(table: Table, row: Row, form: SweepFormat) -> int | None:
    told = _whole(table, row, "requests")
    return form.requests if told is None else told


def _point(
    table: Table, row: Row, name: str, repeat: int, read: tuple[Sequence[str], SweepFormat]
) -> OperatingPoint:
    keys, form = read
    sent, failed = _sent(table, row, form), _whole(table, row, "failed")
    source = f"{table.source}, line {row.line}"
    latencies = _latencies(table, row, source)
    output = _estimate(table, row, THROUGHPUT, "tokens/s")
    if output is None:
        raise InputError(f"{source}: {THROUGHPUT} is empty; leave the row out, or fill it in")
    return OperatingPoint(
        deployment=name,
        load=_load(table, row),
        output_tokens_per_second=output,
        requests=None if sent is None else sent - (failed or 0),
        failures=failed,
        input_tokens_per_second=_estimate(table, row, "input_tokens_per_second", "tokens/s"),
        requests_per_second=_estimate(table, row, "requests_per_second", "requests/s"),
        ttft=latencies.get("ttft"),
        tpot=latencies.get("tpot"),
        gaps=latencies.get("gaps"),
        e2e=latencies.get("e2e"),
        power_w=_estimate(table, row, "power_w", "W"),
        window_s=None
        if "duration_s" not in table.columns
        else table.number(row, "duration_s", above_zero=True),
        repeat=repeat,
        keys={key: row.cells[key] for key in keys},
        kind="measured",
        provenance=Provenance(source=source, tool="CSV file"),
    )


def _estimate(table: Table, row: Row, name: str, unit: str, *, scale: float = 1.0) -> Estimate | None:
    value = table.number(row, name, above_zero=True) if name in table.columns else None
    if value is None:
        return None
    return Estimate(
        value=value * scale,
        unit=unit,
        kind="measured",
        method="as the file says",
        source=f"{table.source}, line {row.line}",
    )


def _latencies(table: Table, row: Row, source: str) -> dict[str, Latency]:
    told: dict[str, dict[str, Estimate]] = {}
    for name in table.columns:
        match = LATENCY.fullmatch(name)
        if match is None:
            continue
        value = _estimate(table, row, name, "s", scale=1e-3 if match["unit"] == "ms" else 1.0)
        statistics = told.setdefault(match["metric"], {})
        if value is not None and match["statistic"] in statistics:
            raise InputError(
                f"{source}: {match['metric']} {match['statistic']} is given twice, in s and in ms"
            )
        if value is not None:
            statistics[match["statistic"]] = value
    return {
        metric: Latency(
            basis=_BASES.get(metric, "requests"),
            mean=each.get("mean"),
            percentiles={float(name[1:]): value for name, value in each.items() if name != "mean"},
        )
        for metric, each in told.items()
        if each
    }


def _prices(table: Table, rows: Sequence[Row], names: Sequence[str]) -> dict[str, StatedPrice]:
    column = next((name for name in table.columns if PRICE.fullmatch(name)), None)
    if column is None:
        return {}
    found: dict[str, StatedPrice] = {}
    for row, name in zip(rows, names, strict=True):
        amount = table.number(row, column)
        if amount is None:
            continue
        if amount < 0:
            raise InputError(f"{table.source}, line {row.line}: {column} must be at least 0, got {amount:g}")
        price = StatedPrice(amount, column[6:9].upper())
        if found.setdefault(name, price) != price:
            raise InputError(
                f"{table.source}, line {row.line}: {name} costs {amount:g} an hour here and "
                f"{found[name].amount:g} elsewhere; one sweep has one price"
            )
    return found
