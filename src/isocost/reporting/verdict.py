"""The answer in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from isocost.reporting.cautions import client_saturated
from isocost.reporting.format import bracket, hourly, percent, probability, seconds, si
from isocost.reporting.markup import shorten
from isocost.reporting.obstacle import is_ours, nearest_miss
from isocost.reporting.pricing import Amount, cost_of
from isocost.reporting.sensitivity import question_sentence
from isocost.reporting.waiting import waiting_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.economics.curve import CostCurve, CostLevel
    from isocost.runtime.model import RuntimeModel
    from isocost.studies.report import DeploymentReport, StudyReport
    from isocost.studies.scored import MeasuredQuality
    from isocost.studies.token_bill import TokenBill

__all__ = [
    "Phrase",
    "State",
    "Verdict",
    "conditions_text",
    "large_enough",
    "loads_text",
    "name_of",
    "price_text",
    "verdict_of",
]

State = Literal["recommended", "nothing-qualifies", "price-unknown", "runtime-only", "quality-only"]
NAME_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of the verdict.

    Parameters
    ----------
    text : str
        As it is read.
    strong : bool
        Whether it is the heart of the answer.
    amount : Amount or None
        The cost that `text` writes; the page re-prices it.
    price : bool
        Whether `text` says what the price is; the page replaces it when another is tried.
    """

    text: str
    strong: bool = False
    amount: Amount | None = None
    price: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a report.

    Parameters
    ----------
    phrases : tuple of Phrase
        The sentences in pieces.
    state : State
        What kind of answer it is.
    """

    phrases: tuple[Phrase, ...]
    state: State

    @property
    def text(self) -> str:
        """The whole verdict as plain text."""
        return "".join(phrase.text for phrase in self.phrases)


def verdict_of(report: StudyReport) -> Verdict:
    """Say in a few sentences what a study answers.

    Parameters
    ----------
    report : StudyReport

    Returns
    -------
    Verdict
        ``"recommended"``: where to run and what it costs; ``"price-unknown"``: the same in machine-seconds;
        ``"nothing-qualifies"``: what stands in the way and how near the nearest comes; ``"runtime-only"``,
        ``"quality-only"``: no sweep over load was measured.
    """
    swept = [each for each in report.deployments if each.curve is not None]
    if not swept:
        return _runtime_only(report)
    chosen = next((each for each in swept if each.deployment.name == report.recommended), None)
    if chosen is None or chosen.curve is None or chosen.curve.zone.best is None:
        return _nothing_qualifies(report)
    return _recommended(report, chosen, chosen.curve)


def _recommended(report: StudyReport, chosen: DeploymentReport, curve: CostCurve) -> Verdict:
    best = curve.level_at(curve.zone.best or curve.zone.cheapest)
    cost = cost_of(best, curve.price)
    if cost is None:  # never: the cost per output token always exists, in one unit or the other
        return _nothing_qualifies(report)
    loads = loads_text(curve.zone.levels or (best.load,), [level.load for level in curve.levels])
    where = f"Run {name_of(chosen)} at {loads}: "
    details = [
        _choice(report),
        _premium(curve) if best.waiting is None else waiting_sentence(curve, best),
        _probability(best, several=len(report.deployments) > 1),
        conditions_text(chosen, curve, best),
        "" if report.sensitivity is None else question_sentence(report.sensitivity),
    ]
    return Verdict(
        phrases=(
            Phrase(text=where, strong=True),
            Phrase(text=cost.text, strong=True, amount=cost),
            Phrase(text=" per million output tokens", strong=True),
            Phrase(text=" "),
            Phrase(text=price_text(curve.price, chosen.bill), price=True),
            Phrase(text=". " + " ".join(sentence for sentence in details if sentence)),
        ),
        state="recommended" if cost.in_money else "price-unknown",
    )


def price_text(price: HourlyPrice | None, bill: TokenBill | None = None) -> str:
    """Say in brackets what an hour costs and who says so, or what tokens cost where they are paid for."""
    if price is None and bill is not None:
        return _bill_text(bill)
    if price is None:
        return "(price unknown: give --price-per-hour)"
    span = ""
    if price.low is not None and price.high is not None:
        span = f" [{hourly(price.low)}, {hourly(price.high)}]".replace("$", "").replace("/h", "")
    return (
        f"({hourly(price.usd_per_hour)}{span} for the deployment, {shorten(price.source, 120)}, {price.date})"
    )


def _bill_text(bill: TokenBill) -> str:
    each, parts = bill.usd_per_million_output, []
    if each is not None:
        parts.append(f"${each:,.4g} per million output tokens with their input")
    if bill.usd is not None:
        parts.append(f"${bill.usd:,.4g} at most for what was measured")
    told = f": {', '.join(parts)}" if parts else ""
    return f"(paid by the token at {shorten(bill.price, 120)}{told})"


def loads_text(loads: Sequence[Load], measured: Sequence[Load] = ()) -> str:
    """Name several loads in one phrase: as a range, unless `measured` has others in between.

    Examples
    --------
    >>> from isocost.core.load import Load
    >>> loads_text([Load(concurrency=24), Load(concurrency=32)])
    '24-32 concurrent'
    """
    names = [load.label for load in loads]
    gap = any(
        load not in loads for load in measured[_place(measured, loads[0]) : _place(measured, loads[-1])]
    )
    if len(loads) == 1:
        return names[0]
    short = [name.removesuffix(" concurrent") for name in names[:-1]]
    return f"{', '.join(short)} or {names[-1]}" if gap else f"{short[0]}-{names[-1]}"


def _place(measured: Sequence[Load], load: Load) -> int:
    return measured.index(load) if load in measured else 0


def name_of(each: DeploymentReport) -> str:
    """Name of a deployment, short enough for a sentence."""
    return shorten(each.deployment.name, NAME_LIMIT)


def _choice(report: StudyReport) -> str:
    swept = [each for each in report.deployments if each.curve is not None]
    if len(swept) < 2:
        return ""
    odds = report.probability_cheapest
    surely = "" if odds is None else f" (P {probability(odds)})"
    if report.size_floor is None:
        rivals = _comparable(swept)
        if rivals == 1 and len(swept) == 2:
            return "The other deployment cannot be compared with it."
        if rivals == 1:
            return f"None of the other {len(swept) - 1} deployments can be compared with it."
        of = (
            f"{rivals} comparable deployments, of {len(swept)}"
            if rivals < len(swept)
            else f"{rivals} deployments"
        )
        return f"The cheapest{_qualified(report)} of {of}{surely}."
    fit = sum(large_enough(each, report.size_floor) for each in swept)
    floor = f"with at least {si(report.size_floor)} parameters"
    if fit < 2:
        return f"The only one of {len(swept)} deployments {floor}."
    return f"The cheapest{_qualified(report)} of {fit} deployments {floor}{surely}."


def _comparable(swept: Sequence[DeploymentReport]) -> int:
    """Count those under the first workload and, where prices are known of some, with one."""
    alike = [each for each in swept if each.workload == swept[0].workload]
    priced = [each for each in alike if each.curve is not None and each.curve.price is not None]
    return len(priced or alike)


def _qualified(report: StudyReport) -> str:
    return " that qualifies" if report.service_levels else ""


def _premium(curve: CostCurve) -> str:
    zone = curve.zone
    if not curve.service_levels:
        return ""
    named = " and ".join(level.label for level in curve.service_levels)
    asked = named[0].upper() + named[1:]
    several = len(curve.service_levels) > 1
    costs, it = ("cost", "them") if several else ("costs", "it")
    if zone.best == zone.cheapest:
        return f"{asked} {costs} nothing: the cheapest level keeps {it}."
    if zone.premium is None:
        return f"{asked}: {zone.cheapest.label} would be cheaper but does not keep {it}."
    extra = percent(zone.premium.value, zone.premium.low, zone.premium.high)
    return f"{asked} {costs} {extra} over the cheapest level ({zone.cheapest.label})."


def _probability(best: CostLevel, *, several: bool) -> str:
    if best.probability_best is not None:
        return f"P(best) {probability(best.probability_best)}{' among its levels' if several else ''}."
    return "" if len(best.points) > 1 else "Measured once, so no probability of being best."


def conditions_text(chosen: DeploymentReport, curve: CostCurve, best: CostLevel) -> str:
    """Say under which conditions a level was measured, in one sentence."""
    repeats = len(best.points)
    health = "client saturated: costs are too high" if client_saturated(curve) else "client healthy"
    parts = [
        f"workload {chosen.workload}" if chosen.workload else "",
        f"{repeats} repeat{'s' if repeats > 1 else ''}",
        health,
    ]
    codes = {caution.code for point in best.points for caution in point.cautions}
    kinds = sorted({point.kind for point in best.points} - {"measured"})
    tools = sorted({point.provenance.tool for point in best.points if not is_ours(point)})
    if tools:
        parts[-1] = f"read from a {' and a '.join(_file_of(tool) for tool in tools)}, not measured here"
    elif not kinds:
        parts.insert(1, prefixes_text(chosen, warm="warm-prefixes" in codes))
    if failed := sum(point.failures or 0 for point in best.points):
        share = failed / (failed + sum(point.requests or 0 for point in best.points))
        parts.append(f"{max(share, 0.01):.0%} of the requests failed")
    parts += ["a slice of a ramp and no steady level"] if "ramp" in codes else []
    parts += [f"{' and '.join(kinds)}, not measured here"] if kinds else []
    line = "; ".join(part for part in parts if part)
    return line[:1].upper() + line[1:] + "."


def prefixes_text(chosen: DeploymentReport, *, warm: bool) -> str:
    """Say whether prompts began alike: on purpose, since the target kept old ones, or not at all."""
    if chosen.shared:
        return f"warm prefixes: {chosen.shared}"
    return "warm prefixes" if warm else "cold prefixes"


def _file_of(tool: str) -> str:
    return tool if tool == "CSV file" else f"file of {shorten(tool, NAME_LIMIT)}"


def _nothing_qualifies(report: StudyReport) -> Verdict:
    large = [each for each in report.deployments if large_enough(each, report.size_floor)]
    curves = [each.curve for each in large if each.curve is not None]
    if not curves:
        floor = si(report.size_floor)
        head, rest = "Nothing qualifies: ", f"no measured deployment has at least {floor} parameters."
        return _sentences("nothing-qualifies", head + rest, "Lower the size floor or measure a larger model.")
    obstacle, miss = nearest_miss(curves)
    floor = (
        "" if report.size_floor is None else f", among models of at least {si(report.size_floor)} parameters"
    )
    head = f"Nothing qualifies: {obstacle}{floor}."
    cheapest = min(
        (curve.level_at(curve.zone.cheapest) for curve in curves),
        key=lambda level: level.machine_seconds_per_million.value,
    )
    chosen = next(each for each in large if each.curve is not None and cheapest in each.curve.levels)
    owner = next(curve for curve in curves if cheapest in curve.levels)
    cost = cost_of(cheapest, owner.price)
    first = _sentences("nothing-qualifies", head, miss)
    if cost is None:
        return first
    without = (
        f" Without service levels {shorten(owner.deployment, NAME_LIMIT)} at {cheapest.load.label} costs "
    )
    tail = (
        Phrase(text=without),
        Phrase(text=cost.text, amount=cost),
        Phrase(text=" per million output tokens "),
        Phrase(text=price_text(owner.price, chosen.bill), price=True),
        Phrase(text="."),
    )
    return Verdict(phrases=first.phrases + tail, state="nothing-qualifies")


def large_enough(each: DeploymentReport, floor: int | None) -> bool:
    """Whether a deployment passes the size floor; one of unknown size passes none."""
    return floor is None or (each.deployment.parameters or 0) >= floor


def _runtime_only(report: StudyReport) -> Verdict:
    models = [each.runtime for each in report.deployments if each.runtime is not None]
    if not models and any(each.qualities for each in report.deployments):
        return _quality_only(report)
    if not models:
        again = f"Run isocost run {report.name} to measure it."
        return _sentences("nothing-qualifies", "Nothing has been measured yet.", again)
    models.sort(key=lambda model: model.decode.value)
    head = f"{shorten(models[0].deployment, NAME_LIMIT)}: {_runtime_text(models[0])}."
    others = [f"{shorten(model.deployment, NAME_LIMIT)}: {_runtime_text(model)}." for model in models[1:3]]
    more = [f"{len(models) - 3} more below."] if len(models) > 3 else []
    return _sentences(
        "runtime-only", head, *others, *more, "No load was measured, so no cost: isocost measure load."
    )


def _quality_only(report: StudyReport) -> Verdict:
    known = [(each, quality) for each in report.deployments for quality in each.qualities]
    known.sort(key=lambda pair: -pair[1].score.value)
    told = [f"{name_of(each)}: {_quality_text(quality)}." for each, quality in known]
    more = [f"{len(told) - 3} more below."] if len(told) > 3 else []
    return _sentences(
        "quality-only", told[0], *told[1:3], *more, "No load was measured, so no cost: isocost measure load."
    )


def _quality_text(quality: MeasuredQuality) -> str:
    share = f"{quality.score.value:.2f} {bracket(quality.score.low, quality.score.high, 2)}".strip()
    return f"{share} right of {quality.score.n} questions ({shorten(quality.questions, NAME_LIMIT)})"


def _runtime_text(model: RuntimeModel) -> str:
    prompt, first = model.prefill[-1]
    beta = model.decode
    text = (
        f"{seconds(first.value, first.low, first.high)} to the first token of a {prompt}-token prompt, then "
        f"{seconds(beta.value, beta.low, beta.high)} per token"
    )
    error = model.held_out_error
    return text if error is None else f"{text}; error on held-out cells {error.value * 100:.1f} %"


def _sentences(state: State, head: str, *rest: str) -> Verdict:
    tail = " ".join(sentence for sentence in rest if sentence)
    phrases = (Phrase(text=head, strong=True), *((Phrase(text=" " + tail),) if tail else ()))
    return Verdict(phrases=phrases, state=state)
