"""What a stage may spend: whether it is paid, what tokens cost, what it used before."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isocost.core.errors import CatalogError, InputError, MissingExtraError
from isocost.core.limits import Limits, Spent
from isocost.core.token_price import TokenPrice
from isocost.journal import LoadStage, QualityStage, read_use
from isocost.measurement import (
    Budget,
    carries_key,
    is_own_host,
    question_at_most,
    refuse_open_ended,
    refuse_uncapped,
    resolve_address,
    worst_case,
)
from isocost.studies.sizes import shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from isocost.journal import Stage, StageUse, TargetSpec

__all__ = [
    "longest_request",
    "paid_because",
    "stage_budget",
    "stage_price",
    "usd_spent",
    "way_on",
]

_WAYS = (
    ("$", "--max-cost USD"),
    ("tokens of", "--max-tokens N"),
    ("minutes", "--max-minutes N"),
    ("--max-error-rate", "--max-error-rate SHARE"),
    ("", "--max-requests N"),
)
_ANY_ANSWER = 64  # of a profile whose sizes the target is still to tell
_ANY_PROMPT = 1024


def paid_because(target: TargetSpec) -> str | None:
    """Say why requests to a target may cost money; ``None`` where they do not, as far as one can tell.

    They may when a key goes to a host that is neither this machine nor in a private network, or the catalogue
    knows a provider at the address that bills by token. Nothing is sent to find that out, but the name of the
    host is looked up.

    Parameters
    ----------
    target : TargetSpec

    Examples
    --------
    >>> from isocost.journal import TargetSpec
    >>> paid_because(TargetSpec(url="https://api.openai.com/v1"))
    'the catalogue knows that openai bills there'
    >>> paid_because(TargetSpec(url="http://127.0.0.1:8000/v1", api_key_env="KEY")) is None
    True
    """
    if target.url is None:
        return None
    address = resolve_address(target.url)
    if is_own_host(address.host):
        return None
    from isocost.catalog import provider_at  # noqa: PLC0415 - much to load for a host of one's own

    provider = provider_at(address.url)
    if provider is not None:
        return f"the catalogue knows that {provider} bills there"
    keyed = carries_key(env=target.api_key_env, file=target.api_key_file, headers=target.headers)
    if keyed:
        return "a key is sent to a host that is not in a private network"
    return None


def stage_price(stage: Stage) -> TokenPrice | None:
    """Return what tokens of a stage's target cost at most, as given or by the catalogue; ``None``: unknown.

    Parameters
    ----------
    stage : Stage
    """
    limits, target = stage.limits or Limits(), stage.target
    if limits.input_usd_per_million is not None and limits.output_usd_per_million is not None:
        return TokenPrice(
            name="the target",
            input_usd=limits.input_usd_per_million,
            output_usd=limits.output_usd_per_million,
            source="given by you",
            date="",
        )
    provider = _provider(target)
    if provider is None or target.model is None:
        return None
    from isocost.catalog import api_price  # noqa: PLC0415 - much to load for a target without a price

    longest = max((shape.input_tokens for shape in shapes_of(stage)), default=_ANY_PROMPT)
    with suppress(CatalogError, MissingExtraError):
        today = datetime.now(UTC).date()
        return api_price(f"{provider}/{target.model}", on=today, input_tokens=longest, at_most=True)
    return None


def stage_budget(stage: Stage, journal: Path | None = None) -> Budget:
    """Return the budget of a stage, with what its journal says was used; nothing is sent.

    Parameters
    ----------
    stage : Stage
    journal : Path, optional
        The file ``journal.sqlite``, where there may be one.

    Raises
    ------
    InputError
        If several workers would have to keep a limit; if requests may cost money and nothing is capped; if
        money is capped and no price is known; or if added fields leave the length of answers open.
    """
    limits = stage.limits or Limits()
    if limits.is_any and isinstance(stage, LoadStage) and stage.executor is not None:
        raise InputError(
            f"a limit is kept by one process, and --executor {stage.executor.name} sends from others; leave "
            "out either the limit or the executor"
        )
    why = paid_because(stage.target)
    if why is not None:
        refuse_uncapped(stage.target.url or "", limits, why)
    price = stage_price(stage)
    if limits.max_cost_usd is not None and price is None:
        raise InputError(_price_unknown(stage.target))
    if limits.is_cap:
        refuse_open_ended(stage.target.extra_body)
    use = None if journal is None else read_use(journal, stage.name)
    spent = Spent() if use is None else _spent(use, stage, price)
    return Budget(limits, price=price, spent=spent)


def _provider(target: TargetSpec) -> str | None:
    """Return who bills at the address of a target; for a host of one's own nobody is looked for."""
    if target.url is None:
        return None
    address = resolve_address(target.url)
    if is_own_host(address.host):
        return None
    from isocost.catalog import provider_at  # noqa: PLC0415 - much to load for a host of one's own

    return provider_at(address.url)


def _price_unknown(target: TargetSpec) -> str:
    provider = _provider(target)
    named = target.model or "a model that is not named (--model)"
    whose = "this target" if provider is None else f"{named} of {provider}"
    return (
        f"what tokens of {whose} cost is not known, so --max-cost cannot be kept; give "
        "--input-usd-per-million and --output-usd-per-million, or --max-requests or --max-tokens instead"
    )


def longest_request(stage: Stage, number: int | None = None) -> tuple[int, int]:
    """Return the most input and output tokens of one request of a stage.

    Parameters
    ----------
    stage : Stage
    number : int, optional
        Of a question; any if left out.
    """
    extra = stage.target.extra_body
    if isinstance(stage, QualityStage):
        from isocost.studies.question_sets import question_set  # noqa: PLC0415 - much to load for a load

        known = question_set(stage.questions).questions
        chosen = known if number is None or not 0 <= number < len(known) else (known[number],)
        sizes = [question_at_most(each, stage.max_tokens, extra) for each in chosen]
    else:
        worst = worst_case(extra)
        sizes = [worst.of_size(each.input_tokens, each.output_tokens) for each in shapes_of(stage)]
        sizes = sizes or [worst.of_size(_ANY_PROMPT, _ANY_ANSWER)]
    return max(used for used, _ in sizes), max(written for _, written in sizes)


def _spent(use: StageUse, stage: Stage, price: TokenPrice | None) -> Spent:
    """Price what a stage used: as counted, and at most where nobody counted."""
    asked = isinstance(stage, QualityStage)
    worst = worst_case(stage.target.extra_body) if use.uncounted and not asked else None
    sizes = [
        longest_request(stage, number) if worst is None else worst.of_size(used, written)
        for number, used, written in use.uncounted
    ]
    if use.in_flight:
        sizes += [longest_request(stage)] * use.in_flight
    usd = 0.0
    if price is not None:
        usd = price.usd(use.input_tokens, use.output_tokens) + sum(price.usd(*each) for each in sizes)
        usd += price.request_usd * (use.counted_requests - 1)  # `usd` counts one request
        usd += _dearest(use.unpriced, price)
    return use.probing + Spent(
        requests=use.counted_requests + use.turned_away + len(sizes),
        tokens=use.input_tokens + use.output_tokens + sum(used + written for used, written in sizes),
        usd=usd,
        seconds=use.seconds,
    )


def _dearest(spent: Spent, price: TokenPrice) -> float:
    """Price tokens of which nobody knows which were prompt and which answer."""
    if not spent.requests:
        return 0.0
    tokens = max(price.usd(spent.tokens, 0), price.usd(0, spent.tokens))
    return tokens + price.request_usd * (spent.requests - 1)


def usd_spent(stages: Iterable[Stage], journal: Path) -> float | None:
    """Return what stages have cost, at most; ``None`` where no price is known.

    Parameters
    ----------
    stages : iterable of Stage
    journal : Path
        The file ``journal.sqlite``.
    """
    priced = [(stage, price) for stage in stages if (price := stage_price(stage)) is not None]
    if not priced:
        return None
    return sum(_spent(read_use(journal, stage.name), stage, price).usd for stage, price in priced)


def way_on(refusal: str, study: Path) -> str:
    """Say how to go on after a budget was spent.

    Examples
    --------
    >>> from pathlib import Path
    >>> way_on("the budget is spent: $1 of at most $1, and another request may cost $0.2", Path("s"))
    'go on with: isocost run s --max-cost USD'
    """
    option = next(text for word, text in _WAYS if word in refusal)
    return f"go on with: isocost run {study} {option}"
