"""When rows of a trace happened: seconds, or date and time as in ISO 8601, with or without a zone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["seconds_of"]

_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?([Zz]|[+-]\d\d:?\d\d)?")
_DAY_TO_MINUTE = 16  # characters of a date with hours and minutes
_MOST_S = 1e11  # about the year 5100 as Unix time: beyond it, numbers are milliseconds


def seconds_of(path: Path, cells: Sequence[Any], *, unit_s: float = 1.0) -> FloatArray:
    """Return instants in seconds, from whatever zero the file has.

    Parameters
    ----------
    path : Path
        For messages.
    cells : sequence of str or number, shape (n,)
        All numbers, or all dates with a time; all dates with a zone or all without.
    unit_s : float
        Seconds of one unit of the numbers.

    Raises
    ------
    InputError
        If a cell is neither, they are mixed, or numbers look like milliseconds.

    Examples
    --------
    >>> from pathlib import Path
    >>> seconds_of(Path("t"), ["2024-05-10 00:00:01.5+02:00", "2024-05-09 22:00:02Z"]).tolist()[1] % 60
    2.0
    """
    first = cells[0]
    if isinstance(first, str) and _ISO.fullmatch(first.strip()):
        return _dates(path, [str(cell).strip() for cell in cells])
    return _numbers(path, cells, unit_s)


def _numbers(path: Path, cells: Sequence[Any], unit_s: float) -> FloatArray:
    try:
        found = np.array(cells, dtype=np.float64)
        good = np.isfinite(found)
    except (TypeError, ValueError):
        found, good = np.zeros(0), np.array([_is_number(cell) for cell in cells])
    if not good.all():
        place = int(np.argmin(good))
        raise InputError(
            f"{path}, request {place + 1}: when it arrived must be a number of seconds or a date and "
            f"time such as 2024-05-10 00:00:01.5, the same in every row, got {cells[place]!r}"
        )
    if unit_s == 1.0 and float(np.abs(found).max()) > _MOST_S:
        raise InputError(
            f"{path}: arrivals such as {found[0]:.0f} look like milliseconds; call the column timestamp_ms"
        )
    return np.asarray(found * unit_s)


def _is_number(cell: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    try:
        return bool(np.isfinite(float(cell)))
    except (TypeError, ValueError):
        return False


def _dates(path: Path, texts: list[str]) -> FloatArray:
    wrong = next((place for place, text in enumerate(texts) if _ISO.fullmatch(text) is None), None)
    if wrong is not None:
        raise InputError(
            f"{path}, request {wrong + 1}: when it arrived must be a date and time such as "
            f"2024-05-10 00:00:01.5, as in the first row, got {texts[wrong]!r}"
        )
    zones = [_zone(text) for text in texts]
    zoned = [place for place, zone in enumerate(zones) if zone]
    if zoned and len(zoned) < len(texts):
        other = next(place for place, zone in enumerate(zones) if not zone)
        raise InputError(
            f"{path}: some arrivals have a time zone (request {zoned[0] + 1}: {texts[zoned[0]]!r}) and some "
            f"have none (request {other + 1}: {texts[other]!r}); give one to all of them or to none"
        )
    plain = [
        (text[: len(text) - len(zone)] if zone else text).replace(",", ".")
        for text, zone in zip(texts, zones, strict=True)
    ]
    try:
        stamps = np.array(plain, dtype="datetime64[ns]")
    except ValueError as error:
        raise InputError(f"{path}: a date that does not exist ({error})") from None
    since = (stamps - stamps[0].astype("datetime64[D]")).astype(np.int64) / 1e9
    offsets = {zone: _offset_s(zone) for zone in set(zones)}
    return np.asarray(since - np.array([offsets[zone] for zone in zones]))


def _zone(text: str) -> str:
    """Return the zone at the end of a date and time; empty without one."""
    if text[-1] in "Zz":
        return text[-1]
    for length in (6, 5):
        if len(text) >= _DAY_TO_MINUTE + length and text[-length] in "+-":
            return text[-length:]
    return ""


def _offset_s(zone: str) -> float:
    if not zone or zone in "Zz":
        return 0.0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return (-1 if zone[0] == "-" else 1) * (3600.0 * hours + 60.0 * minutes)
