"""The hourly cost of an accelerator beside its oracles: arXiv 2510.26136, and a foreign estimate of owning.

Prints each figure with what it is held against, and what the cost hangs on; needs no data.
"""

from __future__ import annotations

import time

from machine import heading

from isocost.studies.hourly import HourlyQuestion, hourly_report

PUBLISHED = {"depreciation": 0.6440, "power": 0.0846, "maintenance": 0.0580}
BREAK_EVEN = {"2.82": (24.1, 25.7, 27.9), "5.64": (11.7, 12.6, 13.9)}
# InferenceX-app packages/app/src/lib/constants.ts@0c8d2792, costn: of the calendar, at a large neocloud
NEOCLOUD = {"h100-owned": 1.69, "h200-owned": 1.74, "b200-owned": 2.34, "mi300x-owned": 1.40}
# shares of the variance in one trial with assumptions of its own
TRIAL = {"utilization": 77, "lifetime_years": 13, "purchase_price": 6, "electricity": 0.3}


def row(figure: str, ours: str, target: str, met: bool | None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{figure:46s} | {ours:22s} | {target:18s} | {verdict}")


def published() -> None:
    report = hourly_report("a800-owned", HourlyQuestion(changes={}, rents=tuple(BREAK_EVEN)))
    for name, wanted in PUBLISHED.items():
        ours = report.parts[name].value
        row(f"A800 {name}, USD/h", f"{ours:.4f}", f"{wanted:.4f}", round(ours, 4) == wanted)
    row("A800 total, USD/h", f"{report.total.value:.4f}", "0.7866", round(report.total.value, 4) == 0.7866)
    at_90 = hourly_report("a800-owned", HourlyQuestion(changes={"utilization": "0.9"})).total.value
    row("A800 total at utilization 0.9, USD/h", f"{at_90:.3f}", "0.858", round(at_90, 3) == 0.858)
    for (rent, wanted), compared in zip(BREAK_EVEN.items(), report.rents, strict=True):
        for target, point in zip(wanted, compared.break_evens, strict=True):
            share = float("nan") if point.utilization is None else 100 * point.utilization.value
            figure = f"break-even at {rent}, {point.reading}"
            row(figure, f"{share:.1f} %", f"{target} %", round(share, 1) == target)


def foreign() -> None:
    for machine, neocloud in NEOCLOUD.items():
        found = hourly_report(machine, HourlyQuestion(changes={"utilization": "1"})).total
        assert found.low is not None
        assert found.high is not None
        ours = f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
        row(
            f"{machine} all-in at full use, USD/h",
            ours,
            f"{neocloud} inside",
            found.low < neocloud < found.high,
        )


def hanging() -> None:
    started = time.perf_counter()
    found = hourly_report("h100-owned", HourlyQuestion(changes={}, sensitivity=True)).sensitivity
    assert found is not None
    took = time.perf_counter() - started
    orders = {each.name: 100 * each.total_order for each in found.influences}
    for name, trial in TRIAL.items():
        row(f"variance of an H100's hour, {name}", f"{orders[name]:.1f} %", f"one trial: {trial} %", None)
    row("seconds for parts, rents and Sobol indices", f"{took:.2f}", "", None)


def main() -> None:
    print(heading("hourly cost"))
    row("figure", "ours", "target", None)
    published()
    foreign()
    hanging()


if __name__ == "__main__":
    main()
