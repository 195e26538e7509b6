"""Columns of a CSV file of sweeps over load: which have a meaning, and which only look as if they had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.exchange.table import Table

__all__ = ["DEPLOYMENT", "LATENCY", "LOADS", "PRICE", "THROUGHPUT", "is_ours", "refuse_misnamed"]

LOADS = ("concurrency", "rate")
THROUGHPUT = "output_tokens_per_second"
DEPLOYMENT = "deployment"
LATENCY = re.compile(r"(?P<metric>ttft|tpot|gaps|e2e)_(?P<statistic>mean|p\d+(?:\.\d+)?)_(?P<unit>ms|s)")
PRICE = re.compile(r"price_(?P<currency>[a-z]{3})_per_hour")
_NUMBERS = (
    *LOADS,
    THROUGHPUT,
    "input_tokens_per_second",
    "requests_per_second",
    "power_w",
    "requests",
    "failed",
    "duration_s",
)
_METRIC = re.compile(r"(?:^|[^a-z])(ttft|tpot|itl|e2e)(?![a-z])")
_STATISTIC = re.compile(r"(?:^|[^a-z])(mean|avg|median|p\d+)(?![a-z0-9])")


def is_ours(name: str) -> bool:
    """Whether a column of that name has a meaning.

    Examples
    --------
    >>> [is_ours(name) for name in ("rate", "ttft_p95_ms", "ttft_p95", "gpu")]
    [True, True, False, False]
    """
    known = name in (*_NUMBERS, "repeat", DEPLOYMENT)
    return known or bool(LATENCY.fullmatch(name) or PRICE.fullmatch(name))


def refuse_misnamed(table: Table, name: str) -> None:
    """Refuse a column that is a measurement by its name, spelled so that it would tell sweeps apart.

    Raises
    ------
    InputError
        If the name is one of ours but for its case, or the column is of numbers and its name tells a
        latency and its statistic in another way, as ``ttft_p50`` without a unit does.
    """
    lower = name.lower()
    if lower != name and is_ours(lower) and lower != DEPLOYMENT and lower not in table.columns:
        raise InputError(
            f"{table.source} has a column {name!r}; write {lower!r}, with --map {lower}={name}, or leave it "
            f"out with --ignore {name}"
        )
    latency = _METRIC.search(lower) and _STATISTIC.search(lower)
    told = [row.cells[name] for row in table.rows if row.cells[name]]
    if latency and told and all(map(_is_number, told)):
        raise InputError(
            f"{table.source} has a column {name!r}, whose unit or place cannot be told; name it as in "
            f"--map ttft_p50_ms={name} (ttft, tpot, gaps or e2e; mean or a percentile; ms or s), or leave it "
            f"out with --ignore {name}"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
