"""What is compared: a study, a table of runtimes or a published fit, opened as the models that it holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.catalog import accelerator_profile, model_profile
from isocost.catalog.published import HARDWARE, published_fit, published_fits
from isocost.core.errors import CatalogError, InputError
from isocost.core.estimate import Caution
from isocost.core.money import HourlyPrice
from isocost.core.provenance import Provenance
from isocost.exchange import TimesFormat
from isocost.runtime import PublishedDraws, PublishedRuntime
from isocost.studies.answer import report_study
from isocost.studies.differences import differences
from isocost.studies.profile import fit_sessions
from isocost.studies.times import TimesQuestion, fit_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from isocost.catalog.published import PublishedFit
    from isocost.core.deployment import Deployment
    from isocost.economics import CostCurve
    from isocost.runtime import DrawnRuntime
    from isocost.studies.report import DeploymentReport
    from isocost.studies.times import TimesFit

__all__ = ["Contender", "Side", "SideQuestion", "open_sides"]

_COUNTS = ("num_gpus", "gpus", "accelerators", "num_accelerators")
_NAMES = ("hardware", "accelerator", "gpu")
_WEIGHTS = ("parameters", "params", "weights")


@dataclass(frozen=True, slots=True, kw_only=True)
class SideQuestion:
    """What to take of one side of a comparison.

    Parameters
    ----------
    text : str
        ``STUDY``, ``STUDY:DEPLOYMENT``, ``TIMES.csv``, ``TIMES.csv:MODEL`` or ``MODEL@HARDWARE``.
    table : TimesFormat or None
        How to read it, if it is a table.
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
class Contender:
    """One model on one stack.

    Parameters
    ----------
    model : str
        By this name it finds its match on the other side.
    name : str
        What people call it.
    runtimes : tuple of DrawnRuntime
        T(p, o), one a session; empty where there is no profile.
    curve : CostCurve or None
    workload : str
        Of the curve, in words.
    facts : mapping of str to str
        What is known of it, by label, in the order in which to tell it.
    accelerators : int or None
        How many it runs on.
    sizes : mapping of str to float
        Its size by measure: ``"weights"``, ``"layers"``, where known.
    measured : bool
        Whether its runtimes are fits of measurements; else they are published.
    cautions : tuple of Caution
    """

    model: str
    name: str
    runtimes: tuple[DrawnRuntime, ...]
    curve: CostCurve | None = None
    workload: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    accelerators: int | None = None
    sizes: Mapping[str, float] = field(default_factory=dict)
    measured: bool = True
    cautions: tuple[Caution, ...] = ()


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
        name=text,
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


def _study(path: Path, deployment: str, question: SideQuestion) -> Side:
    report = report_study(path, price_usd_per_hour=question.price_usd_per_hour)
    names = [each.deployment.name for each in report.deployments]
    if deployment and deployment not in names:
        raise InputError(f"{path} has no deployment {deployment!r}; it has {', '.join(names)}")
    return Side(
        name=question.text,
        contenders=tuple(
            _deployed(each, path, report.cautions)
            for each in report.deployments
            if deployment in ("", each.deployment.name)
        ),
        price=report.price,
        provenance=report.provenance,
    )


def _deployed(report: DeploymentReport, path: Path, cautions: Iterable[Caution]) -> Contender:
    deployment = report.deployment
    pool = deployment.pools[0]
    architecture = pool.architecture
    sizes = {}
    if architecture is not None:
        sizes = {"weights": float(architecture.parameters), "layers": float(architecture.layers)}
    said = () if report.runtime is None else report.runtime.cautions
    return Contender(
        model=deployment.model if architecture is None else architecture.name,
        name=deployment.name,
        runtimes=() if report.runtime is None else fit_sessions(path, report.runtime),
        curve=report.curve,
        workload=report.workload,
        facts=_known(_deployment_facts(deployment) | _provenance_facts(report.provenance)),
        accelerators=pool.accelerators,
        sizes=sizes,
        cautions=(*said, *(each for each in cautions if each.code == "unfinished-study")),
    )


def _deployment_facts(deployment: Deployment) -> dict[str, str | None]:
    pool = deployment.pools[0]
    dims = pool.architecture
    count = "" if pool.accelerators is None else f"{pool.accelerators} x "
    return {
        "model": deployment.model if dims is None else dims.name,
        "architecture": None
        if dims is None
        else f"{dims.layers} layers, hidden size {dims.hidden_size}, {dims.heads} heads, {dims.kv_heads} for "
        f"keys and values, feed-forward {dims.intermediate_size}",
        "weights": None if dims is None else f"{dims.parameters:,}",
        "vocabulary": None if dims is None else f"{dims.vocabulary_size:,}",
        "precision": pool.precision,
        "accelerators": None if pool.accelerator is None else f"{count}{pool.accelerator}",
        "tensor parallel": str(pool.tensor_parallel),
        "engine": pool.engine,
        "engine version": pool.engine_version,
    }


def _provenance_facts(provenance: Provenance | None) -> dict[str, str | None]:
    """Tell whatever else the endpoint and the measuring machine said, but for what names the run."""
    if provenance is None:
        return {}
    told = {
        name.replace("_", " "): value
        for name, value in provenance.facts.items()
        if name not in ("engine", "engine_version", "url", "address", "model")
    }
    measured = provenance.measured_at_utc
    return {**told, "measured with": provenance.tool, "measured on": measured and measured[:10]}


def _table(path: Path, model: str, question: SideQuestion) -> Side:
    form = question.table
    if model:
        where = {} if form is None or form.where is None else dict(form.where)
        form = replace(form or TimesFormat(), where=where | {"model": model})
    report = fit_times(path, question.times, form)
    return Side(
        name=question.text,
        contenders=tuple(_tabled(fit) for fit in report.fits),
        price=_given(question.price_usd_per_hour),
        provenance=(Provenance(source=str(path), tool="a file given"),),
    )


def _tabled(fit: TimesFit) -> Contender:
    conditions = dict(fit.table.conditions)
    count = next((int(conditions[key]) for key in _COUNTS if conditions.get(key, "").isdecimal()), None)
    sizes: dict[str, float] = {}
    for measure, names in (("weights", _WEIGHTS), ("layers", ("layers",))):
        values = [_number(conditions[name]) for name in names if name in conditions]
        if values and values[0] is not None:
            sizes[measure] = values[0]
    told = {name.replace("_", " "): value for name, value in conditions.items()}
    return Contender(
        model=fit.table.model,
        name=fit.name,
        runtimes=(_drawn(fit),),
        facts=_known({"model": fit.table.model, **told, "rows are": _rows(fit)}),
        accelerators=count,
        sizes=sizes,
        cautions=fit.cautions,
    )


def _drawn(fit: TimesFit) -> DrawnRuntime:
    """Return a fit as draws; one by the published rule has none."""
    if not isinstance(fit.fit, PublishedRuntime):
        return fit.fit
    return PublishedDraws(
        name=fit.name,
        runtime=fit.fit,
        longest_output=int(fit.table.output_tokens.max()),
        errors=(),
    )


def _rows(fit: TimesFit) -> str:
    return {"single": "single requests", "mean": "means", "minimum": "minima"}[fit.table.rows_are]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value > 0 else None


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
        contenders=(_as_published(fit),),
        price=_given(question.price_usd_per_hour),
        provenance=(Provenance(source=fit.source, tool="published", facts={"published": fit.date}),),
    )


def _given(usd_per_hour: float | None) -> HourlyPrice | None:
    if usd_per_hour is None:
        return None
    return HourlyPrice(
        usd_per_hour=usd_per_hour, source="given by you", date=datetime.now(UTC).date().isoformat()
    )


def _as_published(fit: PublishedFit) -> Contender:
    accelerator = None if fit.accelerator is None else accelerator_profile(fit.accelerator).name
    dims = None if fit.model is None else model_profile(fit.model).architecture
    vocabulary = fit.vocabulary or (None if dims is None else dims.vocabulary_size)
    cautions = [Caution("published-note", fit.note)] if fit.note else []
    if fit.copy_of is not None:
        cautions.append(
            Caution(
                "copied-coefficients",
                f"what is published as {fit.name} on {fit.hardware} are the coefficients of {fit.copy_of}",
            )
        )
    return Contender(
        model=fit.name,
        name=f"{fit.name}@{fit.hardware}",
        runtimes=(
            PublishedDraws(
                name=f"{fit.name}@{fit.hardware}",
                runtime=fit.runtime,
                longest_output=fit.longest_output,
                errors=fit.errors,
            ),
        ),
        measured=False,
        facts=_known(
            {
                "model": fit.name,
                "accelerators": None if accelerator is None else f"{fit.costed} x {accelerator}",
                "timed on": None if fit.profiled == fit.costed else f"{fit.profiled} x {accelerator}",
                "vocabulary": None if vocabulary is None else f"{vocabulary:,}",
                "runtime is": fit.metric,
                "stack": fit.description,
            }
        ),
        accelerators=fit.costed,
        cautions=tuple(cautions),
    )


def _known(facts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}
