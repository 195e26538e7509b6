"""Contention, variation and drift of the public API measurements, by the commands' own functions.

Data: ``../shared/data/narayanan2023`` (arXiv 2305.02440).
"""

from __future__ import annotations

from pathlib import Path

from figures import Figure, show
from machine import heading

from isocost.exchange import TimesFormat
from isocost.studies.table_trends import table_trends
from isocost.studies.trends import TrendQuestion, TrendReport

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
SIZES = {"prompt_tokens_requested": "prompt_tokens", "output_tokens_requested": "output_tokens"}


def variation() -> list[Figure]:
    form = TimesFormat(names=SIZES, where={"source": "figure_per_instance"})
    report = table_trends(DATA / "api_runtimes.csv", TrendQuestion(variation=True), form)
    cells = [cell.coefficient for each in report.variations for cell in each.cells]
    middle = report.all_cells
    assert middle is not None
    needed = sorted(count for each in report.variations for count in each.needed)
    return [
        Figure("cells with repeats", str(len(cells)), "210"),
        Figure("coefficient of variation, least", f"{min(cells):.3f}", "0.009"),
        Figure("coefficient of variation, most", f"{max(cells):.2f}", "1.11"),
        Figure(
            "coefficient of variation, median",
            f"{middle.value:.2f} [{middle.low:.2f}, {middle.high:.2f}]",
            "0.23",
        ),
        Figure("requests for a mean within 5 %, median cell", str(needed[len(needed) // 2])),
    ]


def contention() -> list[Figure]:
    form = TimesFormat(names={"api": "model", "min_runtime_s": "runtime_s"})
    report = table_trends(DATA / "api_load_test.csv", TrendQuestion(contention="parallel_requests"), form)
    return [
        Figure(
            f"{each.name}, 64 tokens out: 32 at once over 1",
            f"{each.levels[-1][2]:.2f}",
            beside=f"each doubling {_with_interval(each.per_doubling)}",
        )
        for each in report.contentions
        if each.request == "64 tokens out"
    ]


def drift() -> list[Figure]:
    form = TimesFormat(names=SIZES, ignore=("source", "variant"))
    report: TrendReport = table_trends(DATA / "api_runtimes.csv", TrendQuestion(drift="date"), form)
    return [
        Figure(f"{each.name}: {step.date} over {each.first}", _with_interval(step.ratio))
        for each in report.drifts
        for step in each.steps[-1:]
    ]


def _with_interval(ratio: object) -> str:
    return f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]"  # type: ignore[attr-defined]


def main() -> None:
    print(heading("what moves a runtime but its size"))
    if not DATA.exists():
        print(f"the published data are not at {DATA}")
        return
    show([*variation(), *contention(), *drift()])


if __name__ == "__main__":
    main()
