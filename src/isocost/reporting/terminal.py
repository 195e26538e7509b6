"""The report as text: the verdict, a line per level, the doubts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from isocost.reporting.breakeven import break_even_verdict
from isocost.reporting.cautions import shared_cautions
from isocost.reporting.energy import HOW_TO_TELL_POWER, energy_lines
from isocost.reporting.format import bracket, estimate_text, probability, seconds, si
from isocost.reporting.limit import limit_lines
from isocost.reporting.markup import clean, shorten
from isocost.reporting.mix_section import mix_line
from isocost.reporting.obstacle import is_ours, latency_key
from isocost.reporting.offered import offered_text
from isocost.reporting.pricing import cost_of
from isocost.reporting.principles import principle_lines
from isocost.reporting.quality import quality_lines
from isocost.reporting.replay import replay_text
from isocost.reporting.run_table import run_lines
from isocost.reporting.sensitivity import sensitivity_text
from isocost.reporting.server_side import server_text
from isocost.reporting.tables import form_text, scale_text
from isocost.reporting.verdict import verdict_of
from isocost.reporting.waiting import congestion_text, waiting_cell
from isocost.reporting.workload import workload_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.table import Table

    from isocost.core.estimate import Estimate
    from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel
    from isocost.reporting.verdict import Verdict
    from isocost.studies.energy import EnergyReport
    from isocost.studies.report import DeploymentReport, StudyReport

__all__ = ["terminal_text"]

_LATENCIES = (("ttft.p50", "TTFT p50"), ("ttft.p95", "TTFT p95"), ("tpot.p50", "TPOT p50"))


def terminal_text(report: StudyReport, *, width: int = 100, colour: bool = False) -> str:
    """Write a report as lines of text.

    Parameters
    ----------
    report : StudyReport
    width : int
        Columns of the terminal, at least 40.
    colour : bool
        Whether to use colour and weight; only for a terminal.

    Returns
    -------
    str
        Ends with a line break. Names from outside cannot move the cursor or colour the screen.
    """
    from rich.console import Console  # noqa: PLC0415 - only where text is written

    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, 40),
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    _print_verdict(console, verdict_of(report))
    for each in report.deployments:
        _print_deployment(console, each, report)
    _print_power_unknown(console, report)
    if report.workload_cost is not None:
        console.print()
        console.print(workload_text(report, width=console.width), end="", soft_wrap=True)
    if report.sensitivity is not None:
        console.print()
        console.print(sensitivity_text(report, width=console.width), end="", soft_wrap=True)
    if report.mix is not None:
        console.print()
        console.print(mix_line(report.mix))
    if report.breakeven is not None:
        console.print()
        console.print(break_even_verdict(report.breakeven, width=console.width), end="", soft_wrap=True)
    _print_cautions(console, report)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print_verdict(console: Console, verdict: Verdict) -> None:
    from rich.text import Text  # noqa: PLC0415

    line = Text()
    for phrase in verdict.phrases:
        line.append(clean(phrase.text), style="bold" if phrase.strong else "")
    console.print(line)


def _print_power_unknown(console: Console, report: StudyReport) -> None:
    from rich.text import Text  # noqa: PLC0415

    if report.energy is None and any(each.curve is not None for each in report.deployments):
        console.print(Text(HOW_TO_TELL_POWER, style="dim"))


def _print_deployment(console: Console, each: DeploymentReport, report: StudyReport) -> None:
    from rich.text import Text  # noqa: PLC0415

    chosen = each.deployment.name == report.recommended
    size = each.deployment.parameters
    about = f", {si(size)} parameters" if size is not None else ""
    console.print()
    title = Text(clean(shorten(each.deployment.name, 60)), style="bold")
    console.print(title + Text(about + (", recommended" if chosen else ""), style="not bold"))
    if each.curve is not None:
        _print_curve(console, each.deployment.name, each.curve, report)
    if replay := replay_text(each):
        console.print(Text(replay))
    for found in each.limits:
        for line in limit_lines(found):
            console.print(Text(clean(line)))
    for line in run_lines(each):
        console.print(Text(line))
    for line in quality_lines(each, report):
        console.print(Text(line))
    if each.runtime is not None:
        prompt, first = each.runtime.prefill[-1]
        decode = each.runtime.decode
        rest = seconds(decode.value, decode.low, decode.high)
        text = f"T(p, o): {estimate_text(first)} to the first token of {prompt}, then {rest} per token"
        console.print(Text(text))


def _print_curve(console: Console, deployment: str, curve: CostCurve, report: StudyReport) -> None:
    from rich.text import Text  # noqa: PLC0415

    console.print(_level_table(curve, report.energy))
    for line in _untold_lines(curve):
        console.print(Text(line, style="dim"))
    if curve.technology is not None:
        console.print(Text(_technology_text(curve.technology)))
    for line in filter(None, (offered_text(curve), server_text(report, deployment))):
        console.print(Text(line))
    if congestion := congestion_text(curve):
        console.print(Text(congestion))
    if curve.efficient_scale is not None and len(curve.levels) > 1:
        console.print(Text(f"efficient scale: {scale_text(curve.efficient_scale)}"))
    if principles := principle_lines(curve):
        console.print(Text(principles, style="dim"))
    for line in energy_lines(report, deployment):
        console.print(Text(line))


def _technology_text(technology: BatchTechnology) -> str:
    concurrency, returns = technology.returns[-1]
    share = f"{returns.value:.2f} {bracket(returns.low, returns.high, 2)}".strip()
    return f"step time: {form_text(technology)}; returns to concurrency {share} at {concurrency}"


def _level_table(curve: CostCurve, energy: EnergyReport | None) -> Table:
    from rich.table import Table  # noqa: PLC0415

    shown = [(key, title) for key, title in _LATENCIES if any(key in level.latency for level in curve.levels)]
    repeated = any(level.probability_best is not None for level in curve.levels)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    unit = "machine-s" if curve.price is None else "USD"
    powered = energy is not None and energy.of(curve.deployment) is not None
    extra = (
        *(("J/token",) if powered else ()),
        *(("with waiting",) if curve.waiting_usd_per_second is not None else ()),
    )
    for title in ("load", "tokens/s", f"{unit} / M output", *extra, *(title for _, title in shown)):
        table.add_column(title, justify="right", no_wrap=True)
    if repeated:
        table.add_column("P(best)", justify="right", no_wrap=True)
    table.add_column("")
    for level in curve.levels:
        cells = _cells(level, curve, [key for key, _ in shown], repeated=repeated)
        if energy is not None and powered:
            cells.insert(3, _joules(energy.per_token(curve.deployment, level.load)))
        table.add_row(*cells, style=_style(level, curve))
    return table


def _cells(level: CostLevel, curve: CostCurve, latencies: list[str], *, repeated: bool) -> list[str]:
    cost, load, best = cost_of(level, curve.price), level.load, level.probability_best
    return [
        load.label if load.concurrency is None else str(load.concurrency),
        _brief(level.output_tokens_per_second).removesuffix(" tokens/s"),
        "unknown" if cost is None else f"{cost.number} {cost.interval}".strip(),
        *([waiting_cell(level)] if curve.waiting_usd_per_second is not None else []),
        *(_brief(level.latency[key]) if key in level.latency else "-" for key in latencies),
        *(["-" if best is None else probability(best)] if repeated else []),
        _remark(level, curve),
    ]


def _untold_lines(curve: CostCurve) -> Iterator[str]:
    """Say why a latency of the table is a dash: levels of one reason in one line."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for level in curve.levels:
        for key, title in _LATENCIES:
            if key in level.latency_untold:
                reasons.setdefault((title, level.latency_untold[key]), []).append(level.load.label)
    for (title, why), loads in reasons.items():
        yield f"- {title} at {', '.join(loads)}: {why}"


def _joules(seen: Estimate | None) -> str:
    return "-" if seen is None else _brief(seen).removesuffix(" J/token")


def _brief(estimate: Estimate) -> str:
    """Write an estimate without its interval, which the page and the JSON hold."""
    return estimate_text(estimate).split(" [", maxsplit=1)[0]


def _remark(level: CostLevel, curve: CostCurve) -> str:
    if level.unmet:
        untold = all(latency_key(each) not in level.latency for each in level.unmet)
        names = ", ".join(dict.fromkeys(latency_key(each) for each in level.unmet))
        if untold and not all(is_ours(point) for point in level.points):
            return f"cannot judge {names}"
        return f"{'too few for' if untold else 'misses'} {names}"
    if level.load == curve.zone.best:
        return "<- least"
    return "<- zone" if level.load in curve.zone.levels else ""


def _style(level: CostLevel, curve: CostCurve) -> str:
    if level.load == curve.zone.best:
        return "bold"
    return "dim" if level.unmet else ""


def _print_cautions(console: Console, report: StudyReport) -> None:
    from rich.text import Text  # noqa: PLC0415

    cautions = shared_cautions(report)
    if cautions:
        console.print()
    for scope, caution in cautions:
        about = f"{shorten(scope, 200)}: " if scope else ""
        console.print(Text("! ", style="yellow") + Text(clean(f"{about}{shorten(caution.text, 400)}")))
