"""What is compared: a study, a table of runtimes or a published fit, opened as the models that it holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.catalog.published import HARDWARE, published_fit, published_fits
from isocost.core.errors import CatalogError, InputError
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.core.provenance import Provenance
from isocost.exchange import TimesFormat
from isocost.studies.answer import report_study
from isocost.studies.contenders import deployed_contender, published_contender, tabled_contender
from isocost.studies.differences import differences
from isocost.studies.times import TimesQuestion, fit_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.studies.contenders import Contender

__all__ = ["Side", "SideQuestion", "open_sides"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideQuestion:
    """What to take of one side of a comparison.

    Parameters
    ----------
    text : str
        ``STUDY``, ``STUDY:DEPLOYMENT``, ``TIMES.csv``, ``TIMES.csv:MODEL`` or ``MODEL@HARDWARE``.
    table : TimesFormat or None
        How to read it, if it is a table; `where` also chooses deployments of a study, by their facts.
    times : TimesQuestion
        How to fit it, if it is a table.
    price_usd_per_hour : float or None
        Of the whole deployment.
    """

    text: str
    table: TimesFormat | None = None
    times: TimesQuestion = field(default_factory=TimesQuestion)
    price_usd_per_hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison.

    Parameters
    ----------
    name : str
        As it was given.
    contenders : tuple of Contender
        At least one.
    price : HourlyPrice or None
        Of each of them.
    provenance : tuple of Provenance
    """

    name: str
    contenders: tuple[Contender, ...]
    price: HourlyPrice | None
    provenance: tuple[Provenance, ...]


def open_sides(question: SideQuestion) -> Side:
    """Open one side of a comparison: a place, or several with commas, which are sessions of one stack.

    Parameters
    ----------
    question : SideQuestion

    Returns
    -------
    Side

    Raises
    ------
    InputError
        If there is no such study, table or published fit, it cannot be read or fitted, or sessions hold
        different models.
    """
    text = question.text
    parts = [text] if Path(text).exists() else [part.strip() for part in text.split(",")]
    first, *rest = (_opened(replace(question, text=part)) for part in parts)
    if not rest:
        return first
    for side in rest:
        names, wanted = (sorted(each.model for each in one.contenders) for one in (side, first))
        if names != wanted:
            raise InputError(
                f"{first.name} and {side.name} are given as sessions of one stack and hold different models "
                f"({', '.join(wanted)}; {', '.join(names)})"
            )
    return replace(
        first,
        name=_called(question),
        contenders=tuple(_joined(each, rest) for each in first.contenders),
        provenance=tuple(origin for side in (first, *rest) for origin in side.provenance),
    )


def _joined(first: Contender, rest: Sequence[Side]) -> Contender:
    """Take the sessions of one model together; sweeps are those of the first."""
    others = [each for side in rest for each in side.contenders if each.model == first.model]
    cautions = []
    for other in others:
        unlike = [each.label for each in differences(first.facts, other.facts) if each.label != "measured on"]
        if unlike:
            cautions.append(Caution("unlike-sessions", f"sessions of one side differ in {', '.join(unlike)}"))
    if first.curve is not None:
        cautions.append(Caution("first-sweep", "of several sessions only the first one's sweep is compared"))
    return replace(
        first,
        runtimes=tuple(fit for each in (first, *others) for fit in each.runtimes),
        cautions=tuple(
            dict.fromkeys([*first.cautions, *(c for each in others for c in each.cautions), *cautions])
        ),
    )


def _opened(question: SideQuestion) -> Side:
    text = question.text
    path, _, part = text.rpartition(":") if not Path(text).exists() else (text, "", "")
    place = Path(path or text)
    if place.is_dir():
        return _study(place, part, question)
    if place.is_file():
        return _table(place, part, question)
    if "@" in text:
        return _published(question)
    raise InputError(_nothing(text))


def _nothing(text: str) -> str:
    """Say why a text names nothing that can be compared."""
    try:
        hardware = ", ".join(fit.hardware for fit in published_fits(text))
    except CatalogError:
        return (
            f"{text!r} is neither the folder of a study, nor a table of runtimes, nor a published "
            "runtime; give STUDY, STUDY:DEPLOYMENT, TIMES.csv, TIMES.csv:MODEL or MODEL@HARDWARE such as "
            "davinci@a100"
        )
    return f"the runtime of {text} is published on {hardware}; say which: {text}@{hardware.split(',')[0]}"


def _called(question: SideQuestion) -> str:
    where = {} if question.table is None else question.table.where or {}
    return " ".join([question.text, *(f"{name}={value}" for name, value in where.items())])


def _study(path: Path, deployment: str, question: SideQuestion) -> Side:
    report = report_study(path, price_usd_per_hour=question.price_usd_per_hour)
    names = [each.deployment.name for each in report.deployments]
    if deployment and deployment not in names:
        raise InputError(f"{path} has no deployment {deployment!r}; it has {', '.join(names)}")
    contenders = [
        deployed_contender(each, path, report.cautions)
        for each in report.deployments
        if deployment in ("", each.deployment.name)
    ]
    where = {} if question.table is None else question.table.where or {}
    return Side(
        name=_called(question),
        contenders=_chosen(path, contenders, where),
        price=report.price,
        provenance=report.provenance,
    )


def _chosen(path: Path, contenders: Sequence[Contender], where: Mapping[str, str]) -> tuple[Contender, ...]:
    """Choose the deployments of a study by what is known of them."""
    found = list(contenders)
    for name, wanted in where.items():
        label = name.replace("_", " ")
        told = dict.fromkeys(each.facts[label] for each in found if label in each.facts)
        found = [each for each in found if each.facts.get(label) == wanted]
        if not found:
            there = f"{label} is {', '.join(told)}" if told else f"none of them tells its {label}"
            raise InputError(f"no deployment of {path} has {name}={wanted}; {there}")
    return tuple(found)


def _table(path: Path, model: str, question: SideQuestion) -> Side:
    form = question.table
    if model:
        where = {} if form is None or form.where is None else dict(form.where)
        form = replace(form or TimesFormat(), where=where | {"model": model})
    report = fit_times(path, question.times, form)
    return Side(
        name=_called(question),
        contenders=tuple(tabled_contender(fit) for fit in report.fits),
        price=_given(question.price_usd_per_hour),
        provenance=(Provenance(source=str(path), tool="a file given"),),
    )


def _published(question: SideQuestion) -> Side:
    name, _, hardware = question.text.rpartition("@")
    known = next((each for each in HARDWARE if each == hardware.lower()), None)
    if known is None:
        raise InputError(
            f"{question.text!r}: runtimes are published on {', '.join(HARDWARE)}, not on {hardware!r}; "
            f"say {name}@a100"
        )
    fit = published_fit(name, known)
    return Side(
        name=f"{fit.name}@{fit.hardware}",
        contenders=(published_contender(fit),),
        price=_given(question.price_usd_per_hour),
        provenance=(Provenance(source=fit.source, tool="published", facts={"published": fit.date}),),
    )


def _given(usd_per_hour: float | None) -> HourlyPrice | None:
    if usd_per_hour is None:
        return None
    return HourlyPrice(
        usd_per_hour=usd_per_hour, source="given by you", date=datetime.now(UTC).date().isoformat()
    )
