"""The principles in plain words, on the page, for programs."""

from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import estimate, runtime_only, study_report
from isocost.core.estimate import Estimate
from isocost.economics import Judgement, Principle, PrincipleName
from isocost.reporting import envelope, html_page, terminal_text
from isocost.reporting.principles import principle_lines, principle_sentence


def principle(name: PrincipleName, judgement: Judgement, effect: Estimate, *levels: float) -> Principle:
    return Principle(
        name=name, judgement=judgement, effect=effect, p_value=0.2, power=0.34, found_at=0.8, levels=levels
    )


def effect(value: float, low: float, high: float) -> Estimate:
    return replace(estimate(value, "1"), low=low, high=high, level=0.9)


@pytest.mark.parametrize(
    ("each", "sentence"),
    [
        (
            principle("average-cost", "holds", effect(4.4, 4.2, 4.6), 1.0, 16.0),
            "A token costs 4.4 [4.2, 4.6] times less at 16 streams than at 1.",
        ),
        (
            principle("average-cost", "does not hold", effect(0.8, 0.7, 0.9), 1.0, 16.0),
            "A token costs more at 16 streams than at 1: 0.80 [0.70, 0.90] times as much at 1 as at 16.",
        ),
        (
            principle("incremental-cost", "does not hold", effect(1.5, 1.3, 1.8), 1.0, 16.0),
            "A further stream costs more the more there are: beyond its fixed part the time of a step grows "
            "as the power 1.5 [1.3, 1.8] of the streams.",
        ),
        (
            principle("incremental-cost", "cannot be told", effect(0.95, 0.8, 1.2), 1.0, 16.0),
            "Whether a further stream costs less the more there are cannot be told: 0.95 [0.80, 1.20]. A "
            "power of 0.8 would be found in 34 % of such sweeps.",
        ),
        (
            principle("diminishing-returns", "holds", effect(0.6, 0.5, 0.7), 1.0, 16.0),
            "A further stream gains less the more there are: the returns to concurrency fall by 0.60 [0.50, "
            "0.70] from 1 to 16 streams.",
        ),
        (
            principle("optimal-zone", "holds", effect(0.12, 0.08, 0.15), 8.0, 1.0, 16.0),
            "8 streams save 12 % [8, 15] over the cheaper end of the sweep: an optimum of cost alone.",
        ),
        (
            replace(
                principle("optimal-zone", "cannot be told", effect(0, 0, 0)), effect=None, reason="no repeats"
            ),
            "Not tested: no repeats.",
        ),
    ],
)
def test_sentences(each: Principle, sentence: str) -> None:
    assert principle_sentence(each) == sentence


def test_cards_stand_on_the_page_and_rows_in_the_json() -> None:
    report = study_report()
    page = html_page(report)
    assert page.count('<article class="card') == 4
    assert "Do the principles of production hold here?" in page
    assert "The principles, every deployment" in page
    rows = envelope(report)["tables"]["principles"]
    assert len(rows) == 4 * len(report.deployments)
    first = rows[0]
    assert first["judgement"] == "holds"
    assert first["sentence"] in page or first["deployment"] != report.recommended
    assert all(row["p_value_holm"] >= row["p_value"] for row in rows if row["p_value"] is not None)
    # four deployments, all clear: the least p-value times four
    mine = [row for row in rows if row["principle"] == "average-cost"]
    assert min(row["p_value_holm"] for row in mine) == pytest.approx(4 * min(row["p_value"] for row in mine))


def test_a_line_in_the_terminal() -> None:
    report = study_report(stacks=1)
    assert "Principles: average cost falls (holds), incremental cost falls (" in " ".join(
        terminal_text(report).split()
    )
    curve = report.deployments[0].curve
    assert curve is not None
    assert principle_lines(replace(curve, principles=())) == ""


def test_without_a_sweep_there_are_none() -> None:
    report = runtime_only()
    assert 'class="card' not in html_page(report)
    assert "principles" not in envelope(report)["tables"]


def test_hostile_names_stay_text() -> None:
    page = html_page(study_report(names=NAMES[:4]))
    assert "<script>alert" not in page
