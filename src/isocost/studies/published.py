"""What a model with a published runtime would take, cost and draw for a request of any size."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from isocost.architecture import paper_operations, request_operations
from isocost.catalog import (
    PublishedFit,
    model_profile,
    nearest_published,
    published_fits,
    published_matches,
    published_price,
    published_prices,
)
from isocost.core.errors import CatalogError, InputError
from isocost.core.estimate import Caution, Estimate
from isocost.runtime import CostAware, foretell
from isocost.studies.request_cost import CostTerms, cost_aware, must_have_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.architecture import RequestOperations

__all__ = ["HardwarePrediction", "PublishedQuestion", "PublishedReport", "RequestWork", "predict_published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedQuestion:
    """What is asked of a model with a published runtime.

    Parameters
    ----------
    request : tuple of int, or None
        p and o; ``None``: only its coefficients.
    hardware : str or None
        One of `isocost.catalog.published.HARDWARE`, or an accelerator; ``None``: all that there are.
    terms : CostTerms
    """

    request: tuple[int, int] | None = None
    hardware: str | None = None
    terms: CostTerms = field(default_factory=CostTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwarePrediction:
    """One model on one hardware.

    Parameters
    ----------
    fit : PublishedFit
    accelerators : int or None
        How many are costed; ``None`` behind an API.
    runtime : Estimate or None
        Of the request, seconds; ``None`` where none was asked about.
    costs : CostAware or None
        ``None`` without a request, and behind an API.
    """

    fit: PublishedFit
    accelerators: int | None
    runtime: Estimate | None
    costs: CostAware | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWork:
    """Floating-point operations of the request, of the dimensions that were timed.

    Parameters
    ----------
    dimensions : str
        Their name in the catalogue of models.
    paper : int
        24 h^2 L (p + o - 1), without attention's pairs and the vocabulary.
    counted : RequestOperations
        With them.
    """

    dimensions: str
    paper: int
    counted: RequestOperations


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReport:
    """The answer for one model.

    Parameters
    ----------
    name : str
        As HELM names it.
    question : PublishedQuestion
    predictions : tuple of HardwarePrediction
    work : RequestWork or None
        ``None`` without a request, or where the dimensions are not known.
    cautions : tuple of Caution
    """

    name: str
    question: PublishedQuestion
    predictions: tuple[HardwarePrediction, ...]
    work: RequestWork | None
    cautions: tuple[Caution, ...]


def predict_published(name: str, question: PublishedQuestion | None = None) -> PublishedReport:
    """Foretell a request from published coefficients: runtime, cost and energy on each stated hardware.

    Parameters
    ----------
    name : str
        As for `isocost.catalog.published_fits`.
    question : PublishedQuestion, optional
        Only the coefficients if left out.

    Returns
    -------
    PublishedReport

    Raises
    ------
    CatalogError
        If no runtime of such a model is published; the message says what to do.
    InputError
        If what is asked does not go together.

    Examples
    --------
    >>> report = predict_published("openai/davinci", PublishedQuestion(request=(512, 1), hardware="a100"))
    >>> report.predictions[0].runtime.value, report.predictions[0].accelerators
    (0.178, 8)
    """
    asked = PublishedQuestion() if question is None else question
    must_have_request(replace(asked.terms, accelerator=None), asked.request)
    fits = _chosen(_found(name), asked)
    predictions = tuple(_prediction(fit, asked) for fit in fits)
    return PublishedReport(
        name=fits[0].name,
        question=asked,
        predictions=predictions,
        work=_work(fits, asked),
        cautions=tuple(_cautions(predictions, asked)),
    )


def _found(name: str) -> tuple[PublishedFit, ...]:
    if published_matches(name):
        return published_fits(name)
    path = PurePath(name)
    if path.suffix in (".csv", ".json", ".yaml", ".sqlite", ".tsv", ".txt") or name.startswith(
        (".", "/", "~")
    ):
        raise InputError(
            f"there is no {name}; give the folder of a study, a table of runtimes that is there, or a model "
            "with a published runtime (isocost catalog published)"
        )
    near = ", ".join(nearest_published(name))
    try:
        known = model_profile(name).name
    except CatalogError:
        raise CatalogError(
            f"{name} is no study, no table of runtimes and no model with a published runtime; of these the "
            f"nearest: {near} (all: isocost catalog published). Any other model is measured: "
            "isocost measure runtime URL --out STUDY"
        ) from None
    raise CatalogError(
        f"nobody has published a runtime of {known}, whose dimensions the catalogue has; there is one of "
        f"{near} and others (isocost catalog published). Measure it: isocost measure runtime URL --out STUDY"
    )


def _chosen(fits: Sequence[PublishedFit], asked: PublishedQuestion) -> tuple[PublishedFit, ...]:
    wanted = asked.hardware if asked.hardware is not None else asked.terms.accelerator
    chosen = tuple(
        fit for fit in fits if wanted is None or wanted.lower() in (fit.hardware, fit.accelerator or "api")
    )
    there = ", ".join(
        fit.hardware if fit.accelerator is None else f"{fit.hardware} ({fit.accelerator})" for fit in fits
    )
    if not chosen:
        raise InputError(
            f"no runtime of {fits[0].name} on {wanted} is published; there is one on {there}. "
            "Measure it elsewhere: isocost measure runtime URL --out STUDY"
        )
    idealized = [fit for fit in chosen if fit.accelerator is not None]
    several = " and ".join(fit.hardware for fit in idealized)
    if asked.terms.given and not idealized:
        raise InputError(
            f"{asked.terms.given[0]} needs stated hardware, and nobody says what {chosen[0].name} runs on "
            "behind its API; choose --hardware a100 or v100 where it is published"
        )
    single = asked.terms.of_one_deployment
    if single and len(idealized) > 1:
        raise InputError(
            f"{single[0]} holds for one deployment, and there are {several}; choose one with --hardware"
        )
    _price_must_fit(idealized, asked.terms)
    return chosen


def _price_must_fit(fits: Sequence[PublishedFit], terms: CostTerms) -> None:
    if terms.price is None:
        return
    price = published_price(terms.price)
    if all(fit.accelerator != price.accelerator for fit in fits):
        others = ", ".join(each.name for fit in fits for each in published_prices(fit.accelerator))
        raise InputError(
            f"{price.name} is the price of {price.accelerator}; for this hardware there are {others}, "
            "or give --price-per-hour"
        )


def _prediction(fit: PublishedFit, asked: PublishedQuestion) -> HardwarePrediction:
    accelerators = (
        asked.terms.count if fit.costed is not None and asked.terms.count is not None else fit.costed
    )
    if asked.request is None:
        return HardwarePrediction(fit=fit, accelerators=accelerators, runtime=None, costs=None)
    runtime = foretell(
        fit.runtime,
        *asked.request,
        longest_output=fit.longest_output,
        errors=fit.errors,
        models=fit.error_models,
        source=f"{fit.source}, {fit.date}",
    )
    costs = None
    if fit.accelerator is not None:
        costs = _costs(runtime, fit, asked.terms)
    return HardwarePrediction(fit=fit, accelerators=accelerators, runtime=runtime, costs=costs)


def _costs(runtime: Estimate, fit: PublishedFit, terms: CostTerms) -> CostAware:
    """Take the price that was asked for where it is this accelerator's, else the paper's last one of it."""
    latest = published_prices(fit.accelerator)[-1]
    own = terms.price is None or published_price(terms.price).accelerator == fit.accelerator
    return cost_aware(
        runtime,
        terms if own else replace(terms, price=None),
        accelerator=fit.accelerator,
        accelerators=fit.costed,
        published=latest,
    )


def _work(fits: Sequence[PublishedFit], asked: PublishedQuestion) -> RequestWork | None:
    dimensions = next((fit.model for fit in fits if fit.model is not None), None)
    if dimensions is None or asked.request is None:
        return None
    architecture = model_profile(dimensions).architecture
    prompt, output = asked.request
    return RequestWork(
        dimensions=dimensions,
        paper=paper_operations(architecture, prompt_tokens=prompt, output_tokens=output),
        counted=request_operations(architecture, prompt_tokens=prompt, output_tokens=output),
    )


def _cautions(predictions: Sequence[HardwarePrediction], asked: PublishedQuestion) -> Iterator[Caution]:
    copies = {each.fit.copy_of: each.fit for each in predictions if each.fit.copy_of is not None}
    for origin, fit in copies.items():
        where = " and ".join(each.fit.hardware for each in predictions if each.fit.copy_of == origin)
        what = (
            "the same model elsewhere"
            if fit.relation == "same model"
            else "another model; nobody timed this one"
        )
        yield Caution(
            "copied-coefficients",
            f"what is published as {fit.name} on {where} are the coefficients of {origin}, to the "
            f"digit: {what}",
        )
    for each in predictions:
        if each.fit.note:
            yield Caution("published-note", f"{each.fit.hardware}: {each.fit.note}")
        if each.runtime is not None and each.runtime.kind == "extrapolated":
            yield _beyond(each, asked)
        if each.accelerators != each.fit.costed:
            yield Caution(
                "other-count",
                f"{each.fit.hardware}: the runtime is that of {each.fit.costed} accelerators, and "
                f"{each.accelerators} are costed",
            )


def _beyond(each: HardwarePrediction, asked: PublishedQuestion) -> Caution:
    longest, known = each.fit.runtime.prefill_s[-1][0], each.fit.longest_output
    end = "" if each.runtime is None or each.runtime.has_interval else ": no interval"
    prompt, output = (0, 0) if asked.request is None else asked.request
    return Caution(
        "extrapolated",
        f"{each.fit.hardware}: {prompt:,} input and {output:,} output tokens lie outside what was timed "
        f"(up to {longest:,} and {known}){end}",
    )
