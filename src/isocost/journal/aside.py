"""Setting a run aside, so that it is measured anew; what was observed stays in the journal."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.core.errors import InputError
from isocost.journal.schema import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

__all__ = ["set_aside"]

_ASIDE = "set aside: "


def set_aside(path: Path, names: Sequence[str], *, stages: Collection[str]) -> None:
    """Take runs out of their stages; all or, if one cannot be told, none.

    Such a run stays in the journal under a stage that no study asks for, ``"set aside: load"``.

    Parameters
    ----------
    path : Path
        The file ``journal.sqlite``; nobody else writes it meanwhile.
    names : sequence of str
        ``"8 concurrent #0"``, or ``"load: 8 concurrent #0"`` where several stages have such a run.
    stages : collection of str
        Names of the stages that the study asks for.

    Raises
    ------
    InputError
        If there is no such run, or more than one.
    """
    with closing(open_for_writing(path)) as connection:
        rows = connection.execute("SELECT run_id, stage, label FROM run ORDER BY run_id").fetchall()
        known = [(run_id, stage, label) for run_id, stage, label in rows if stage in stages]
        chosen = {_chosen(name, known) for name in names}
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        connection.execute("BEGIN")
        connection.executemany(
            "UPDATE run SET stage = ? || stage, label = label || ? WHERE run_id = ?",
            [(_ASIDE, f" until {now}", run_id) for run_id in chosen],
        )
        connection.execute("COMMIT")


def _chosen(name: str, known: Sequence[tuple[int, str, str]]) -> int:
    found = [row for row in known if name in (row[2], f"{row[1]}: {row[2]}")]
    if len(found) == 1:
        return found[0][0]
    full = [f"{stage}: {label}" for _, stage, label in found or known]
    listed = ", ".join(repr(one) for one in full[:12]) + (", …" if len(full) > 12 else "")
    if found:
        raise InputError(f"several runs are called {name!r}; say which: --repeat with one of {listed}")
    raise InputError(
        f"no run {name!r} was begun in this study; it has {listed or 'none'}: give one of them to --repeat"
    )
