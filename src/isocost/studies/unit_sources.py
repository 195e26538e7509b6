"""Where units come from: a file of units, levels of studies and sweeps; and their quality from scores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import InputError
from isocost.core.provenance import Provenance
from isocost.exchange.table import read_header
from isocost.exchange.unit_table import UnitColumns, UnitTable, is_ratio, read_unit_table
from isocost.exchange.units import UNIT_NAMES
from isocost.frontier import Axis
from isocost.studies.level_units import LevelChoice, LevelMoney, is_level_quantity, level_units
from isocost.studies.quality import joined_quality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isocost.studies.quality import JoinedQuality

__all__ = ["OpenedUnits", "QualitySource", "UnitSource", "open_units"]

_LOADS = ("concurrency", "rate", "rate_per_s", "request_rate")
QUALITY = "quality"
"""The axis that scores are joined as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySource:
    """Files of scores, and what to take of them.

    Parameters
    ----------
    paths : tuple of Path
    metric : str or None
    tasks : tuple of str
    """

    paths: tuple[Path, ...]
    metric: str | None = None
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSource:
    """What to open, and how.

    Parameters
    ----------
    paths : tuple of Path
        One file of units; or folders of studies and files of sweeps.
    columns : UnitColumns
    renames : mapping of str to str
        Names of columns, or of the scores' models, to ours.
    where : mapping of str to str
        Only these rows.
    money : LevelMoney
    quality : QualitySource or None
    """

    paths: tuple[Path, ...]
    columns: UnitColumns
    renames: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    money: LevelMoney = field(default_factory=LevelMoney)
    quality: QualitySource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedUnits:
    """Units, and where they come from.

    Parameters
    ----------
    table : UnitTable
    tasks : tuple of str
        That quality is the mean over.
    provenance : tuple of Provenance
    """

    table: UnitTable
    tasks: tuple[str, ...]
    provenance: tuple[Provenance, ...]


def open_units(source: UnitSource) -> OpenedUnits:
    """Open units by column.

    Parameters
    ----------
    source : UnitSource

    Returns
    -------
    OpenedUnits

    Raises
    ------
    InputError
        If there is nothing to open, a column is missing, or no unit has a score.
    """
    columns = source.columns
    if source.quality is not None:
        if QUALITY in (*columns.inputs, *columns.bads):
            raise InputError("quality is better higher: give it with --outputs, or leave it out of --inputs")
        columns = replace(columns, outputs=tuple(name for name in columns.outputs if name != QUALITY))
        if not columns.quantities:
            raise InputError("--quality alone is one axis: give --inputs too, such as --inputs cost_usd")
    header = _header(source)
    if header is None or not _is_of_units(header, columns, source):
        return _of_levels(source, columns, header)
    if source.money != LevelMoney():
        raise InputError(
            "--price-per-hour and --machine price levels of load; a file of units has its own columns of cost"
        )
    path = source.paths[0]
    mine = {
        theirs: ours for theirs, ours in source.renames.items() if source.quality is None or theirs in header
    }
    table = read_unit_table(path, columns, renames=mine, where=source.where)
    origin = Provenance(source=str(path), tool="a file given", facts=dict(source.where))
    models = {theirs: ours for theirs, ours in source.renames.items() if theirs not in mine}
    return _with_quality(table, table.names, source, models, (origin,))


def _of_levels(source: UnitSource, columns: UnitColumns, header: tuple[str, ...] | None) -> OpenedUnits:
    known = header or ()
    mine = {
        theirs: ours for theirs, ours in source.renames.items() if source.quality is None or theirs in known
    }
    if mine and all(path.is_dir() and (path / "study.yaml").is_file() for path in source.paths):
        raise InputError(
            "--map renames columns of files, or models of --quality; a study has names of its own"
        )
    found = level_units(
        source.paths, columns, source.money, choice=LevelChoice(renames=mine, where=source.where)
    )
    models = {theirs: ours for theirs, ours in source.renames.items() if theirs not in mine}
    return _with_quality(found.table, found.models, source, models, found.provenance)


def _header(source: UnitSource) -> tuple[str, ...] | None:
    """Return the columns of a single CSV file; ``None`` for anything else."""
    if len(source.paths) != 1 or source.paths[0].is_dir() or source.paths[0].suffix == ".json":
        return None
    if not source.paths[0].exists() and not source.paths[0].suffix:
        return None
    return read_header(source.paths[0])


def _is_of_units(header: tuple[str, ...], columns: UnitColumns, source: UnitSource) -> bool:
    """Tell a file of units, which has the columns asked for, from a sweep, whose levels have them."""
    ours = {source.renames.get(name, name) for name in header}
    if not all(is_level_quantity(name) for name in columns.quantities):
        return True
    lacking = [name for name in columns.quantities if name not in ours]
    named = columns.name is not None or not ours.isdisjoint(UNIT_NAMES[:4])
    return not lacking and (named or ours.isdisjoint(_LOADS))


def _with_quality(
    table: UnitTable,
    models: Sequence[str],
    source: UnitSource,
    renames: Mapping[str, str],
    provenance: tuple[Provenance, ...],
) -> OpenedUnits:
    if source.quality is None:
        return OpenedUnits(table=table, tasks=(), provenance=provenance)
    joined = joined_quality(
        source.quality.paths,
        list(dict.fromkeys(models)),
        metric=source.quality.metric,
        tasks=source.quality.tasks,
        renames=renames,
    )
    rows = np.array([row for row, model in enumerate(models) if model in joined.quality], dtype=np.intp)
    kept = table.only(rows)
    scores = [joined.quality[models[row]] for row in rows.tolist()]
    nothing = float("nan")
    added = np.array(
        [
            (
                each.value,
                nothing if each.low is None else each.low,
                nothing if each.high is None else each.high,
            )
            for each in scores
        ]
    )
    place = len(table.inputs) + len(table.outputs)
    values, lows, highs = (
        np.insert(part, place, new, axis=1)
        for part, new in zip((kept.values, kept.lows, kept.highs), added.T, strict=True)
    )
    bounded = is_ratio(QUALITY, added[:, 0]) or QUALITY in source.columns.ratios
    axis = Axis(name=QUALITY, unit="", better="higher", bounded=bounded)
    return OpenedUnits(
        table=replace(
            kept,
            outputs=(*table.outputs, axis),
            values=values,
            lows=lows,
            highs=highs,
            cautions=(*table.cautions, *joined.cautions),
        ),
        tasks=joined.tasks,
        provenance=(*provenance, *_origins(source.quality, joined)),
    )


def _origins(quality: QualitySource, joined: JoinedQuality) -> tuple[Provenance, ...]:
    tools = ", ".join(dict.fromkeys(score.tool for score in joined.scores))
    return tuple(
        Provenance(source=str(path), tool=tools, facts={"tasks": ", ".join(joined.tasks)})
        for path in quality.paths
    )
