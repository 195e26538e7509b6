"""Quality becomes an axis of the frontier where all deployments were asked the same."""

from dataclasses import replace

import pytest

from doubles.study_reports import study_report
from isocost.reporting import envelope, html_page, terminal_text
from isocost.statistics.proportion import proportion
from isocost.studies.choice import frontier_of_levels
from isocost.studies.right_answers import quality_cautions, right_answers, shared_quality
from isocost.studies.scored import MeasuredQuality


def quality(deployment, right, digest="d"):
    return MeasuredQuality(
        deployment=deployment,
        stage="quality",
        questions="<b>small</b>",
        digest=digest,
        score=proportion(right, 60),
        categories=(("a <i>", proportion(right // 2, 30)),),
        planned=60,
        verdicts=(("right", right), ("wrong", 60 - right)),
        cut=0,
    )


def with_quality(rights, digests=("d",) * 4):
    report = study_report()
    parts = tuple(
        replace(each, qualities=() if right is None else (quality(each.deployment.name, right, digest),))
        for each, right, digest in zip(report.deployments, rights, digests, strict=True)
    )
    return replace(
        report, deployments=parts, frontier=frontier_of_levels(parts), right_answers=right_answers(parts)
    )


def test_quality_takes_the_place_of_size():
    report = with_quality((15, 15, 30, 30))
    assert [axis.name for axis in report.frontier.axes][1:] == ["speed for one user", "quality"]
    assert {unit.group: unit.values[2].value for unit in report.frontier.units} == {
        "tiny-F16": 0.25,
        "tiny-Q8_0": 0.25,
        "small-F16": 0.5,
        "small-Q8_0": 0.5,
    }
    # dearer and slower throughout, but better answers: the larger model stays on the frontier
    assert {unit.group for unit in report.frontier.units if unit.on_frontier} >= {"tiny-Q8_0", "small-Q8_0"}


def test_without_a_shared_set_of_questions_size_stays_and_a_doubt_says_so():
    for rights, digests, why in (
        ((15, 15, 30, None), "dddd", "no quality of small-Q8_0 was measured"),
        ((15, 15, 30, 30), "ddde", "deployments were asked different questions"),
    ):
        report = with_quality(rights, tuple(digests))
        assert [axis.name for axis in report.frontier.axes][2] == "parameters"
        (caution,) = quality_cautions(report.deployments, None)
        assert caution.code == "quality-not-shared"
        assert why in caution.text
    assert not list(quality_cautions(with_quality((None,) * 4).deployments, None))


def test_a_right_answer_costs_a_request_over_the_share():
    report = with_quality((15, 15, 30, 0))
    level = report.deployments[0].curve.levels[0]
    first = report.right_answers[0]
    assert (first.deployment, first.load) == ("tiny-F16", level.load)
    assert first.cost.value == pytest.approx(level.cost_per_request.value / 0.25)
    assert report.right_answers[-1].cost is None  # none was right
    rows = envelope(report)["tables"]["right_answers"]
    assert rows[0]["cost_per_right_answer"]["value"] == first.cost.value
    assert rows[-1]["cost_per_right_answer"] is None


def test_the_report_shows_quality_and_hostile_names_stay_text():
    report = with_quality((15, 15, 30, 30))
    page, text = html_page(report), terminal_text(report)
    assert "quality: 0.25 [0.16, 0.37] right of 60 questions" in text
    assert "1,000 right answers: $" in text
    for part in (
        "Quality counts, too",
        "Right answers",
        "&lt;b&gt;small&lt;/b&gt;",
        "a &lt;i&gt;",
        "Quality",
    ):
        assert part in page
    assert "<b>small" not in page
    assert "a <i>" not in page


def test_the_first_questions_that_all_were_asked_count():
    report = with_quality((15, 15, 30, 30))
    first = report.deployments[0]
    own, later = quality("tiny-F16", 0, "other"), quality("tiny-F16", 60)
    more = replace(first, qualities=(own, *first.qualities, later))
    shared = shared_quality((more, *report.deployments[1:]))
    assert shared["tiny-F16"] == first.qualities[0]
    # what was asked of one alone counts for it where the others have no quality
    (cost, *_) = right_answers((more,))
    assert cost.cost is None


def test_a_score_on_a_part_of_the_questions_is_not_compared():
    report = with_quality((15, 15, 30, 30))
    part = replace(report.deployments[0].qualities[0], planned=120)
    parts = (replace(report.deployments[0], qualities=(part,)), *report.deployments[1:])
    assert shared_quality(parts) == {}


def test_a_recommendation_that_answers_less_well_is_told():
    report = with_quality((6, 6, 40, 40))
    (caution,) = quality_cautions(report.deployments, "tiny-F16")
    assert caution.code == "cheapest-answers-less-well"
    assert "answers 0.10 of the questions right, small-F16 0.67" in caution.text
    assert not list(quality_cautions(report.deployments, "small-Q8_0"))
    close = with_quality((15, 15, 18, 18))  # intervals overlap: nothing is sure
    assert not list(quality_cautions(close.deployments, "tiny-F16"))


def test_where_no_answer_was_right_a_right_one_has_no_price():
    assert "no answer was right, so a right one has no price" in terminal_text(with_quality((0, 0, 0, 0)))
