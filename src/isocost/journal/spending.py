"""What a stage used so far, as its journal tells."""

from __future__ import annotations

import json
import math
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocost.core.limits import Spent
from isocost.journal.schema import open_for_reading
from isocost.journal.untrusted import intact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["StageUse", "read_use"]

_RUNS = "(run.stage = ? OR run.stage = 'set aside: ' || ?)"
_COUNTED = (
    "outcome = 'ok' AND counted_by = 'usage' AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL"
)
_TURNED_AWAY = "outcome = 'http_error' AND http_status BETWEEN 400 AND 499"
_LEAST = (
    "min(coalesce(input_tokens, 0), coalesce(output_tokens, 0), requested_input_tokens, "
    "requested_output_tokens)"
)
_FEW = 64
_WRITTEN_WITHIN_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class StageUse:
    """What the requests of a stage used, by what is known of them.

    Parameters
    ----------
    counted_requests, input_tokens, output_tokens : int
        Whole answers whose tokens the target counted.
    turned_away : int
        Requests that were refused with a status of 400 to 499.
    uncounted : tuple of (int, int, int)
        Of each other request that was sent: its number, and the input and output tokens that were asked for.
    in_flight : int
        Requests that may have been sent and are not written down, since a process was killed, at most.
    probing : Spent
        What looked how the target answers, before its runs.
    unpriced : Spent
        The part of it for which no price was known then.
    seconds : float
        From the first request of each segment to its last.
    """

    counted_requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    turned_away: int = 0
    uncounted: tuple[tuple[int, int, int], ...] = ()
    in_flight: int = 0
    probing: Spent = field(default_factory=Spent)
    unpriced: Spent = field(default_factory=Spent)
    seconds: float = 0.0


def read_use(path: Path, stage: str) -> StageUse:
    """Read what a stage used so far, runs that were set aside included.

    Parameters
    ----------
    path : Path
        The file ``journal.sqlite``; nothing was used where there is none.
    stage : str

    Raises
    ------
    InputError
        If it is no journal, a newer isocost wrote it, or it says that less than nothing was used.
    """
    if not path.is_file():
        return StageUse()
    with closing(open_for_reading(path)) as connection, intact(path):
        _require_sizes(connection, stage)
        counted, used, written = _one(
            connection, stage, f"count(*), sum(input_tokens), sum(output_tokens) {_FROM} AND {_COUNTED}"
        )
        probing = _probing(connection, stage)
        (turned_away,) = _one(connection, stage, f"count(*) {_FROM} AND {_TURNED_AWAY}")
        return StageUse(
            counted_requests=counted,
            input_tokens=used or 0,
            output_tokens=written or 0,
            turned_away=turned_away,
            uncounted=_uncounted(connection, stage),
            in_flight=_in_flight(connection, stage),
            probing=sum((spent for spent, _ in probing), start=Spent()),
            unpriced=sum((spent for spent, priced in probing if not priced), start=Spent()),
            seconds=_seconds(connection, stage),
        )


_FROM = f"FROM request JOIN run USING (run_id) WHERE {_RUNS}"


def _require_sizes(connection: sqlite3.Connection, stage: str) -> None:
    """Refuse sizes below 0: who wrote them would have what was spent given back."""
    (below,) = _one(connection, stage, f"count(*) {_FROM} AND {_LEAST} < 0")
    if below:
        raise ValueError(f"{below} requests have less than 0 tokens")


def _one(connection: sqlite3.Connection, stage: str, what: str) -> tuple[int, ...]:
    found: tuple[int, ...] = connection.execute(f"SELECT {what}", (stage, stage)).fetchone()
    return found


def _uncounted(connection: sqlite3.Connection, stage: str) -> tuple[tuple[int, int, int], ...]:
    rows = connection.execute(
        f"SELECT number, requested_input_tokens, requested_output_tokens {_FROM} "
        f"AND NOT ({_COUNTED}) AND NOT ({_TURNED_AWAY}) AND outcome <> 'refused'",
        (stage, stage),
    )
    return tuple((int(number), int(used), int(written)) for number, used, written in rows)


def _in_flight(connection: sqlite3.Connection, stage: str) -> int:
    """Bound what a kill left unwritten, segment by segment."""
    rows = connection.execute(
        "SELECT concurrency, rate_per_s, (SELECT min(done_at_s - sent_at_s) FROM request "  # noqa: S608 - constants
        "WHERE request.run_id = run.run_id), (SELECT max(done_at_s - sent_at_s) FROM request "
        f"WHERE request.run_id = run.run_id) FROM segment JOIN run USING (run_id) WHERE {_RUNS} "
        "AND health IS NULL",
        (stage, stage),
    ).fetchall()
    return sum(_unwritten(*row) for row in rows)


def _unwritten(
    concurrency: int | None, rate: float | None, shortest_s: float | None, longest_s: float | None
) -> int:
    """Bound the requests of one segment that were sent and not written down when its process was killed.

    Of a closed loop each stream has one on its way, and as many behind it as end in the time that a finished
    request may wait to be written; of a rate, what falls due while the longest is answered.
    """
    if rate is not None:
        return _FEW + math.ceil(rate * ((longest_s or 0.0) + _WRITTEN_WITHIN_S))
    streams = concurrency or 1
    if not shortest_s:
        return streams + _FEW
    return streams * (1 + math.ceil(_WRITTEN_WITHIN_S / shortest_s))


def _probing(connection: sqlite3.Connection, stage: str) -> list[tuple[Spent, bool]]:
    """Return what each look at a target used, and whether a price was known then."""
    rows = connection.execute(
        f"SELECT facts FROM segment JOIN run USING (run_id) WHERE {_RUNS}",  # noqa: S608 - constants
        (stage, stage),
    )
    told = [dict(json.loads(facts)) for (facts,) in rows]
    return [(_probed(facts), "probing_usd" in facts) for facts in told if "probing_requests" in facts]


def _probed(facts: Mapping[str, str]) -> Spent:
    requests, tokens = int(facts["probing_requests"]), int(facts["probing_tokens"])
    usd = float(facts.get("probing_usd", 0))
    if requests < 0 or tokens < 0 or not 0 <= usd < math.inf:
        raise ValueError("less than nothing was used to look how the target answers")
    return Spent(requests=requests, tokens=tokens, usd=usd)


def _seconds(connection: sqlite3.Connection, stage: str) -> float:
    (total,) = connection.execute(
        f"SELECT sum(took) FROM (SELECT max(done_at_s) - min(sent_at_s) AS took {_FROM} GROUP BY segment_id)",  # noqa: S608 - constants
        (stage, stage),
    ).fetchone()
    return max(float(total or 0.0), 0.0)
