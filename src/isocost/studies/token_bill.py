"""What the load of a deployment has cost where it is paid by the token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.limits import Limits
from isocost.journal import LoadStage, read_use
from isocost.studies.spending import stage_price, usd_spent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from isocost.core.observation import Run
    from isocost.journal import Stage

__all__ = ["TokenBill", "bill_of", "stage_bills"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBill:
    """What tokens cost, and what they came to.

    Parameters
    ----------
    price : str
        In words: ``"$1.25 input, $10 output per million tokens"``.
    usd : float or None
        Spent on these stages at most, USD; ``None`` where only the price in words is on record.
    counted_usd : float
        The part of it for whole answers whose tokens the target counted.
    output_tokens : int
        Of these answers.
    """

    price: str
    usd: float | None = None
    counted_usd: float = 0.0
    output_tokens: int = 0

    @property
    def usd_per_million_output(self) -> float | None:
        """USD per million output tokens, their input included; ``None`` where nobody counted them.

        Examples
        --------
        >>> TokenBill(price="", usd=0.03, counted_usd=0.02, output_tokens=4000).usd_per_million_output
        5.0
        """
        return 1e6 * self.counted_usd / self.output_tokens if self.output_tokens else None


def stage_bills(stages: Mapping[str, Stage], runs: Iterable[Run], journal: Path) -> dict[str, TokenBill]:
    """Return what each stage of load has cost by the token; without those of which no price is on record.

    Prices given with a stage are applied to what its journal says was used. Where the catalogue told them,
    the price that was taken then stands in words among the facts; it is not looked up again.

    Parameters
    ----------
    stages : mapping of str to Stage
        By name.
    runs : iterable of Run
    journal : Path
        The file ``journal.sqlite``.
    """
    found = {
        run.stage: TokenBill(price=run.segments[0].facts["token_price"])
        for run in runs
        if run.segments and "token_price" in run.segments[0].facts
    }
    for name, stage in stages.items():
        if isinstance(stage, LoadStage) and _is_given(stage.limits or Limits()):
            found[name] = _bill(stage, journal)
    return {name: bill for name, bill in found.items() if isinstance(stages.get(name), LoadStage)}


def _is_given(limits: Limits) -> bool:
    return limits.input_usd_per_million is not None and limits.output_usd_per_million is not None


def _bill(stage: LoadStage, journal: Path) -> TokenBill:
    price, use = stage_price(stage), read_use(journal, stage.name)
    if price is None:
        raise AssertionError("only stages whose limits give both prices are asked for")
    return TokenBill(
        price=price.label,
        usd=usd_spent([stage], journal),
        counted_usd=price.usd(use.input_tokens, use.output_tokens),
        output_tokens=use.output_tokens,
    )


def bill_of(bills: Mapping[str, TokenBill], runs: Iterable[Run]) -> TokenBill | None:
    """Return the bill of the stages of some runs together; ``None`` where one has none, or prices differ."""
    asked = [bills.get(stage) for stage in dict.fromkeys(run.stage for run in runs)]
    known = [bill for bill in asked if bill is not None]
    if not known or len(known) < len(asked) or len({bill.price for bill in known}) > 1:
        return None
    spent = [bill.usd for bill in known if bill.usd is not None]
    return TokenBill(
        price=known[0].price,
        usd=sum(spent) if len(spent) == len(known) else None,
        counted_usd=sum(bill.counted_usd for bill in known),
        output_tokens=sum(bill.output_tokens for bill in known),
    )
