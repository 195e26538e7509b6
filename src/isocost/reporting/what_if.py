"""The controls with which a page computes anew: price, utilization, electricity, service levels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isocost.core.service_level import Metric, ServiceLevel
from isocost.reporting.format import time_unit
from isocost.reporting.markup import Markup, element, exact, join
from isocost.reporting.obstacle import latency_key
from isocost.reporting.pricing import pricing_of
from isocost.reporting.what_if_data import data_text, hour_data, what_if_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.reporting.document import Part
    from isocost.reporting.verdict import Verdict
    from isocost.studies.report import StudyReport

__all__ = ["SCRIPTS", "SMALL_PRINT_NOTE", "what_if_controls", "with_notes"]

SCRIPTS = ("numbers.js", "economics.js", "sentence.js", "drawing.js", "page.js", "what_if.js")
"""In the order in which they build upon each other."""
LIMIT = 36 * 1024
"""Characters that controls and data may have; beyond, fewer service levels can be tried."""
STEPS = 200
_NAMES: dict[Metric, str] = {
    "ttft": "TTFT",
    "tpot": "Time per token",
    "e2e": "End to end",
    "user_speed": "Speed for one user",
}
_STAYS = (
    "Not computed anew: this part shows the report's own figures, not what is tried in the fields at the top."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slider:
    """A slider with its number field; `low` to `high` is what the slider reaches, in the field's unit."""

    key: str
    label: str
    unit: str
    value: float | None
    low: float
    high: float
    log: bool
    factor: float = 1.0


def what_if_controls(report: StudyReport, verdict: Verdict) -> tuple[Markup, ...]:
    """Write the controls of a report, hidden until the page's scripts run.

    Parameters
    ----------
    report : StudyReport
    verdict : Verdict

    Returns
    -------
    tuple of Markup
        A form, and the data that the page computes from, with ever fewer service levels to try; the last one
        is empty. The first that leaves the page small enough is to be taken.
    """
    curves = [each.curve for each in report.deployments if each.curve is not None]
    if not curves or any(curve.waiting_usd_per_second is not None for curve in curves):
        return (Markup(),)  # with a price of waiting, the zone hangs on more than the page holds
    money = pricing_of(report).uniform and any(phrase.amount is not None for phrase in verdict.phrases)
    sliders = [*([_price(report)] if money else []), *(_hour(report) if money else [])]
    *more, asked = _services(report)
    rich = [_written(report, sliders, services) for services in more]
    bare = [_written(report, sliders, asked)] if sliders or asked else []
    return (*(each for each in rich if len(each) <= LIMIT), *bare, Markup())


def _written(
    report: StudyReport, sliders: Sequence[_Slider], services: Sequence[tuple[ServiceLevel, bool]]
) -> Markup:
    data = Markup(data_text(what_if_data(report, services)))
    script = element("script", {"type": "application/json", "id": "what-if-data"}, data)
    return join([_form(report, sliders, services), script])


def with_notes(parts: Sequence[Part]) -> list[Part]:
    """Let each part that hangs on what can be tried, and is not computed anew, say so when it is tried."""
    return [
        replace(part, markup=join([part.markup, _note(part.stays)])) if part.stays else part for part in parts
    ]


def _note(inputs: str, text: str = _STAYS) -> Markup:
    return element("p", {"class": "stays", "data-on": inputs, "hidden": True}, text)


SMALL_PRINT_NOTE = _note(
    "price hour service",
    "Cautions and assumptions below are the report's own, not of what is tried at the top.",
)


def _services(report: StudyReport) -> tuple[list[tuple[ServiceLevel, bool]], ...]:
    """Return the service levels to try: those asked for, and all, few or none of what all levels tell."""
    asked = [(level, True) for level in dict.fromkeys(report.service_levels)]
    levels = [level for each in report.deployments if each.curve is not None for level in each.curve.levels]
    common = set.intersection(*(set(level.latency) for level in levels))
    common -= {latency_key(level) for level, _ in asked}
    offered = [
        (ServiceLevel(metric=metric, statistic=statistic, bound=bound), False)
        for metric in _NAMES
        for key in sorted(common)
        if key.partition(".")[0] == metric
        for statistic in [key.partition(".")[2]]
        if (bound := _loosest(report, key)) > 0
    ]
    median = [each for each in offered if each[0].statistic in ("p50", "p95")]
    return [*asked, *offered], [*asked, *median], asked


def _loosest(report: StudyReport, key: str) -> float:
    """Return the bound that every level keeps, rounded outward to two digits."""
    seen = _seen(report, key)
    speed = key.startswith("user_speed")
    bound = float(f"{min(seen):.1e}" if speed else f"{max(seen):.1e}")
    if speed:
        return bound if bound <= min(seen) else float(f"{min(seen) * 0.95:.1e}")
    return bound if bound >= max(seen) else float(f"{max(seen) * 1.05:.1e}")


def _seen(report: StudyReport, key: str) -> list[float]:
    return [
        level.latency[key].value
        for each in report.deployments
        if each.curve is not None
        for level in each.curve.levels
        if key in level.latency
    ]


def _price(report: StudyReport) -> _Slider:
    price = pricing_of(report).price
    known = None if price is None else price.usd_per_hour
    low, high = (known / 20, known * 20) if known else (0.01, 100.0)
    return _Slider(
        key="price",
        label="The deployment costs",
        unit="USD per hour",
        value=known,
        low=low,
        high=high,
        log=True,
    )


def _hour(report: StudyReport) -> list[_Slider]:
    data = hour_data(report.hourly)
    if data is None or report.hourly is None:
        return []
    electricity = data["values"]["electricity"] * data["per_usd"]
    return [
        _Slider(
            key="utilization",
            label="Utilization: share of hours in use",
            unit="0 to 1",
            value=data["values"]["utilization"],
            low=0.02,
            high=1.0,
            log=False,
        ),
        _Slider(
            key="electricity",
            label="Electricity",
            unit=f"{data['currency']} per kWh",
            value=electricity,
            low=0.0,
            high=electricity * 4 or 1.0,
            log=False,
        ),
    ]


def _service(report: StudyReport, level: ServiceLevel, number: int) -> _Slider:
    seen = [each for each in _seen(report, latency_key(level)) if each > 0]
    low, high = min([*seen, level.bound]), max([*seen, level.bound])
    factor, unit = (1.0, "tokens/s") if level.at_least else time_unit(sorted([*seen, level.bound])[-1] / 4)
    side = "at least" if level.at_least else "at most"
    return _Slider(
        key=f"service-{number}",
        label=f"{_NAMES[level.metric]} {level.statistic} {side}",
        unit=unit,
        value=level.bound * factor,
        low=low * factor / 1.5,
        high=high * factor * 1.5,
        log=True,
        factor=factor,
    )


def _form(
    report: StudyReport, sliders: Sequence[_Slider], services: Sequence[tuple[ServiceLevel, bool]]
) -> Markup:
    rows = [_row(slider) for slider in sliders]
    rows += [
        _row(_service(report, level, number), switch=asked) for number, (level, asked) in enumerate(services)
    ]
    return element(
        "form",
        {"class": "what-if", "hidden": True, "aria-label": "What if", "autocomplete": "off"},
        element("p", {"class": "what-if-title"}, "What if"),
        *rows,
        *_adding(services),
        element(
            "p",
            {"class": "actions"},
            element("button", {"type": "reset", "hidden": True}, "Back to the report's own figures"),
            element("output", {"class": "said", "aria-live": "polite"}, ""),
        ),
    )


def _adding(services: Sequence[tuple[ServiceLevel, bool]]) -> list[Markup]:
    offered = [(number, level) for number, (level, asked) in enumerate(services) if not asked]
    if not offered:
        return []
    options = [
        element("option", {"value": str(number)}, f"{_NAMES[level.metric]} {level.statistic}")
        for number, level in offered
    ]
    first = element("option", {"value": ""}, "choose one")
    return [
        element(
            "p",
            {"class": "adding"},
            element("label", {"for": "add-service"}, "Add a service level"),
            element("select", {"id": "add-service"}, first, *options),
        )
    ]


def _row(slider: _Slider, *, switch: bool | None = None) -> Markup:
    """Write one slider; with a switch, `switch` says whether it is on, and one that is off is not shown."""
    known = "" if slider.value is None else f"{slider.value:.6g}"
    field = {
        "id": slider.key,
        "type": "number",
        "min": "0",
        "step": "any",
        "value": known,
        "data-known": known,
        "data-factor": exact(slider.factor),
        "placeholder": None if known else "unknown",
    }
    reach = {
        "type": "range",
        "id": f"{slider.key}-slider",
        "min": "0",
        "max": str(STEPS),
        "step": "1",
        "data-of": slider.key,
        "data-low": exact(slider.low),
        "data-high": exact(slider.high),
        "data-log": f"{slider.log:d}",
        "aria-label": f"{slider.label}, {slider.unit}: slider",
    }
    box: dict[str, str | float | bool | None] = {
        "type": "checkbox",
        "id": f"{slider.key}-on",
        "checked": bool(switch),
        "aria-label": f"{slider.label}: on",
    }
    named = element("label", {"for": slider.key}, slider.label)
    if switch is not None:
        named = element("span", {"class": "switched"}, element("input", box), named)
    return element(
        "div",
        {"class": "slider", "data-input": slider.key, "hidden": switch is False},
        named,
        element("input", reach),
        element("span", {"class": "given"}, element("input", field), element("span", None, slider.unit)),
    )
