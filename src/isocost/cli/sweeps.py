"""Options of ``isocost cost`` and ``isocost report`` that say how files of others are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.studies.energy import EnergyQuestion
    from isocost.studies.money import MoneyTerms
    from isocost.studies.report import StudyReport

__all__ = [
    "FileOptions",
    "Ignore",
    "Keys",
    "Machine",
    "Paths",
    "PoolFolders",
    "PricePerHour",
    "PriceRange",
    "Rate",
    "Renames",
    "Requests",
    "Sensitivity",
    "Share",
    "Steady",
    "Terms",
    "WaitingPrice",
    "Workload",
    "answer",
    "study_of",
]

Paths = Annotated[
    list[Path],
    typer.Argument(
        help="Folder of a study; CSV file with one run a row; result files of load generators.",
        metavar="STUDY|SWEEP.csv|RESULTS...",
        show_default=False,
    ),
]
PricePerHour = Annotated[
    float | None, typer.Option("--price-per-hour", help="USD per hour of the whole deployment.")
]
PriceRange = Annotated[
    str | None,
    typer.Option(
        "--price-range",
        help="Range that the price may lie in, USD per hour of the whole deployment; alone, its middle is "
        "the price.",
        metavar="LOW:HIGH",
    ),
]
WaitingPrice = Annotated[
    float | None,
    typer.Option(
        "--waiting-price",
        help="Worth of an hour of one waiting request: the zone is then of machine and waiting together.",
        metavar="USD_PER_HOUR",
    ),
]
Sensitivity = Annotated[
    bool,
    typer.Option(
        "--sensitivity",
        help="Tell what the cost hangs on, which number to question first, which could change the choice.",
    ),
]
Machine = Annotated[
    str | None,
    typer.Option(
        "--machine",
        help="Take the price from a machine, owned or by the hour (isocost catalog machines), or a file; "
        "8xNAME: eight of it.",
        metavar="NAME|FILE.yaml",
    ),
]
Renames = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="Of a CSV file: what a column means, OURS=THEIRS,...; may be given again.",
        metavar="A=B,...",
    ),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="Of a CSV file: a column with fractions that tells sweeps apart.", metavar="COLUMN"
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", help="Of a CSV file: a column that tells nothing apart.", metavar="COLUMN"),
]
Requests = Annotated[
    int | None, typer.Option("--requests", help="Of a CSV file: requests of each run, where it does not say.")
]
Steady = Annotated[
    str,
    typer.Option(
        "--steady",
        help="Of files, which runs are levels. partial: all but those that never were in a steady state; "
        "only: none but steady ones; any: all, as published.",
    ),
]
PoolFolders = Annotated[
    bool,
    typer.Option("--pool-folders", help="Result files of one load in different folders are repeats."),
]
Rate = Annotated[
    list[str] | None,
    typer.Option(
        "--rate",
        help="Of files: units of a currency for one US dollar, in place of the catalogue's.",
        metavar="CODE=NUMBER",
    ),
]
Workload = Annotated[
    Path | None,
    typer.Option(
        "--workload",
        help="Cost this workload too: CSV, one task type a row, with input_tokens, output_tokens, requests, "
        "task, input_tail, output_tail.",
        metavar="TASKS.csv",
    ),
]
Share = Annotated[
    str | None,
    typer.Option(
        "--share",
        help="How --workload's cost is shared: output (output tokens bear all), tokens (all alike), or the "
        "weight of an input token, such as 0.25.",
        show_default="tokens; output where nobody counted the input",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What both studies and files are asked with."""

    price_per_hour: float | None
    machine: str | None
    slo: Sequence[str]
    size_floor: int | None = None
    workload: Path | None = None
    share: str | None = None
    energy: EnergyQuestion | None = None
    price_range: str | None = None
    waiting_price: float | None = None
    sensitivity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How files are read."""

    names: Sequence[str]
    where: Sequence[str]
    keys: Sequence[str]
    ignore: Sequence[str]
    requests: int | None
    steady: str
    pool_folders: bool
    rates: Sequence[str]

    def given(self) -> list[str]:
        """Return the flags that were used."""
        used = {
            "--map": self.names,
            "--where": self.where,
            "--key": self.keys,
            "--ignore": self.ignore,
            "--requests": self.requests is not None,
            "--steady": self.steady != "partial",
            "--pool-folders": self.pool_folders,
            "--rate": self.rates,
        }
        return [flag for flag, value in used.items() if value]


def study_of(paths: Sequence[Path]) -> Path | None:
    """Return the folder of the study that was given; ``None`` where files were.

    Raises
    ------
    InputError
        If a study is given with anything else.
    """
    studies = [path for path in paths if (path / "study.yaml").is_file()]
    if studies and len(paths) > 1:
        raise InputError(f"{studies[0]} is a study; give it alone, or files alone")
    alone = len(paths) == 1 and not paths[0].suffix and not paths[0].exists()
    return paths[0] if studies or alone else None


def answer(paths: Sequence[Path], terms: Terms, files: FileOptions) -> StudyReport:
    """Answer a study or files.

    Raises
    ------
    InputError
        If an option is for the other of the two, or something given is no good.
    CatalogError
        If there is no such machine or no rate of a currency.
    """
    if terms.workload is None and terms.share is not None:
        raise InputError("--share goes with --workload TASKS.csv")
    found = _answer(paths, terms, files)
    if terms.workload is not None:
        from isocost.studies.workloads import with_workload

        found = with_workload(found, terms.workload, sharing=terms.share)
    if terms.sensitivity:
        from isocost.studies.sensitivity import with_sensitivity

        found = with_sensitivity(found)
    return found


def _money(terms: Terms) -> MoneyTerms:
    from isocost.studies.money import MoneyTerms

    span = None
    if terms.price_range is not None:
        low, _, high = terms.price_range.partition(":")
        try:
            span = (float(low), float(high))
        except ValueError:
            raise InputError(
                f"--price-range {terms.price_range!r} is no range; give LOW:HIGH in USD per hour, such as "
                "2.00:4.00"
            ) from None
    return MoneyTerms(price_range=span, waiting_usd_per_hour=terms.waiting_price)


def _answer(paths: Sequence[Path], terms: Terms, files: FileOptions) -> StudyReport:
    study = study_of(paths)
    if study is None:
        return _of_files(paths, terms, files)
    from isocost.studies.answer import report_study

    if files.given():
        raise InputError(f"{files.given()[0]} is for files of others, and {study} is a study")
    return report_study(
        study,
        price_usd_per_hour=terms.price_per_hour,
        machine=terms.machine,
        service_levels=tuple(terms.slo),
        size_floor=terms.size_floor,
        energy=terms.energy,
        money=_money(terms),
    )


def _of_files(paths: Sequence[Path], terms: Terms, files: FileOptions) -> StudyReport:
    from isocost.exchange import SweepFormat
    from isocost.studies.energy import EnergyQuestion
    from isocost.studies.sweeps import FileQuestion, report_files

    if terms.size_floor is not None:
        raise InputError("--size-floor is for a study: files do not tell the size of a model")
    if files.steady not in ("any", "partial", "only"):
        raise InputError(f"--steady must be partial, only or any, got {files.steady!r}")
    if files.requests is not None and files.requests < 1:
        raise InputError(f"--requests must be at least 1, got {files.requests}")
    pairs = [pair for text in files.names for pair in text.split(",")]
    form = SweepFormat(
        names=options.parse_pairs(pairs, "--map", "OURS=THEIRS"),
        where=options.parse_pairs(list(files.where), "--where", "COLUMN=VALUE"),
        keys=tuple(files.keys),
        ignore=tuple(files.ignore),
        requests=files.requests,
    )
    return report_files(
        paths,
        FileQuestion(
            price_usd_per_hour=terms.price_per_hour,
            machine=terms.machine,
            service_levels=tuple(terms.slo),
            steady=files.steady,  # type: ignore[arg-type]
            form=form,
            pool_folders=files.pool_folders,
            rates=options.parse_rates(list(files.rates)),
            energy=terms.energy or EnergyQuestion(),
            money=_money(terms),
        ),
    )
