"""From what a stage says of its target to one that can be measured."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.credentials import shown_address
from isocost.core.deployment import Deployment, Pool
from isocost.core.errors import UnverifiedTlsWarning
from isocost.core.limits import Spent
from isocost.measurement import Access, PromptRules, machine_facts, open_target, open_untimed
from isocost.studies.billing_facts import billing_facts
from isocost.studies.unverified import unverified_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.ports import Target
    from isocost.journal import EngineSpec, TargetSpec, TransformersSpec
    from isocost.measurement import Budget
    from isocost.studies.crew import Crew

__all__ = ["OpenedTarget", "opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTarget:
    """A target that answers, and what is known of it.

    Parameters
    ----------
    target : Target
    deployment : Deployment
    facts : mapping of str to str
        What it told of itself, and the machine that measures.
    crew : Crew or None
        Who measures it together; ``None``: this process alone.
    """

    target: Target
    deployment: Deployment
    facts: Mapping[str, str]
    crew: Crew | None = None

    @property
    def context_length(self) -> int | None:
        """Longest prompt and answer together, where the target says."""
        told = self.facts.get("context_length")
        return None if told is None else int(told)


@contextmanager
def opened(
    spec: TargetSpec,
    deployment: str | None,
    *,
    timed: bool = True,
    texts: bool = False,
    budget: Budget | None = None,
) -> Iterator[OpenedTarget]:
    """Open a target for as long as it is measured: what runs here is started, and stopped after it.

    Parameters
    ----------
    spec : TargetSpec
    deployment : str or None
        What to call the deployment; ``None``: as its model.
    timed : bool
        Whether its streams are to be timed; otherwise an endpoint is not asked how it streams.
    texts : bool
        Whether prompts must be texts, as of conversations.
    budget : Budget, optional
        What looking at an endpoint may use; told among its facts.

    Raises
    ------
    CatalogError, InputError, MeasurementError, MissingExtraError
        If it cannot be measured; one sentence says why.
    """
    if spec.engine is not None:
        with _embedded(spec, spec.engine, deployment, timed=timed, texts=texts, budget=budget) as ready:
            yield ready
    elif spec.transformers is not None:
        with _in_process(spec.transformers, deployment) as ready:
            yield ready
    else:
        yield _endpoint(spec, deployment, None, timed=timed, texts=texts, budget=budget)


@contextmanager
def _embedded(
    spec: TargetSpec,
    engine: EngineSpec,
    deployment: str | None,
    *,
    timed: bool,
    texts: bool,
    budget: Budget | None,
) -> Iterator[OpenedTarget]:
    from isocost.engine import EngineSettings, running_engine  # noqa: PLC0415 - much to load for an endpoint
    from isocost.studies.made_up import engine_model  # noqa: PLC0415

    settings = EngineSettings(threads=engine.threads)
    with running_engine(engine_model(engine.model), precision=engine.precision, settings=settings) as running:
        served = replace(spec, url=running.url, engine=None, model=running.model)
        ready = _endpoint(served, deployment, running.deployment, timed=timed, texts=texts, budget=budget)
        yield replace(ready, facts={**ready.facts, "threads": str(running.threads)})


@contextmanager
def _in_process(stack: TransformersSpec, deployment: str | None) -> Iterator[OpenedTarget]:
    from isocost.engine import TransformersSettings, transformers_stack  # noqa: PLC0415 - much to load for an endpoint
    from isocost.studies.made_up import transformers_model  # noqa: PLC0415

    architecture, config = transformers_model(stack.model)
    settings = TransformersSettings(
        precision=stack.precision,
        device=stack.device,
        threads=stack.threads,
        accelerators=1 if stack.accelerators is None else stack.accelerators,
    )
    with transformers_stack(architecture, config, settings=settings) as ready:
        yield OpenedTarget(
            target=ready.target,
            deployment=replace(ready.deployment, name=deployment or _name_of(stack, ready.deployment)),
            facts={**ready.facts, **machine_facts()},
        )


def _name_of(stack: TransformersSpec, known: Deployment) -> str:
    from isocost.studies.made_up import model_name  # noqa: PLC0415 - much to load for an endpoint

    return f"{model_name(stack.model)}-{known.pools[0].precision}-transformers"


def _endpoint(
    spec: TargetSpec,
    name: str | None,
    known: Deployment | None,
    *,
    timed: bool,
    texts: bool,
    budget: Budget | None,
) -> OpenedTarget:
    if spec.insecure and (spec.url or "").lower().startswith("https:"):
        warnings.warn(unverified_text(shown_address(spec.url or "")), UnverifiedTlsWarning, stacklevel=2)
    before = Spent() if budget is None else budget.spent
    access = Access(
        api_key_env=spec.api_key_env,
        api_key_file=spec.api_key_file,
        headers=spec.headers,
        insecure=spec.insecure,
    )
    opening = (
        partial(open_target, prompts=PromptRules(texts=texts, tokenizer=_path(spec.tokenizer)))
        if timed
        else open_untimed
    )
    target = opening(
        spec.url or "",
        spec.model,
        endpoint_type=spec.endpoint_type,
        access=access,
        extra_body=spec.extra_body,
        budget=budget,
    )
    facts = {**target.facts, **machine_facts(), **({} if budget is None else billing_facts(budget, before))}
    told = Deployment(
        name=target.model,
        model=target.model,
        pools=(Pool(engine=facts.get("engine"), engine_version=facts.get("engine_version")),),
    )
    deployment = known or told
    return OpenedTarget(
        target=target, deployment=replace(deployment, name=name or deployment.name), facts=facts
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
