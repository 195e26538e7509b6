"""One model on one stack, ready to be compared: of a study, of a table of runtimes, or published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isocost.catalog import accelerator_profile, model_profile
from isocost.core.estimate import Caution
from isocost.runtime import PublishedDraws, PublishedRuntime
from isocost.studies.profile import fit_sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from isocost.catalog.published import PublishedFit
    from isocost.core.deployment import Deployment
    from isocost.core.provenance import Provenance
    from isocost.economics import CostCurve
    from isocost.runtime import DrawnRuntime
    from isocost.studies.report import DeploymentReport
    from isocost.studies.times import TimesFit

__all__ = ["Contender", "deployed_contender", "published_contender", "tabled_contender"]

_COUNTS = ("num_gpus", "gpus", "accelerators", "num_accelerators")
_WEIGHTS = ("parameters", "params", "weights")


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


def deployed_contender(report: DeploymentReport, path: Path, cautions: Iterable[Caution]) -> Contender:
    """Take a deployment of a study."""
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


def tabled_contender(fit: TimesFit) -> Contender:
    """Take a model of a table of runtimes; its conditions are its facts."""
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


def published_contender(fit: PublishedFit) -> Contender:
    """Take a published runtime."""
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
