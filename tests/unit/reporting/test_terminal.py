"""Text for terminals: compact, and deaf to what names try."""

import json
from dataclasses import replace

import pytest

from doubles.hostile import NAMES
from doubles.study_reports import runtime_only, study_report
from isocost.core.estimate import Caution
from isocost.core.load import Load
from isocost.economics import EfficientScale, HeldOut
from isocost.reporting import envelope_json, terminal_text
from isocost.reporting.verdict import verdict_of


def test_the_verdict_comes_first_then_a_line_a_level() -> None:
    report = study_report(stacks=1)
    lines = terminal_text(report, width=100).splitlines()
    text = " ".join(lines)
    assert text.startswith(verdict_of(report).text[:90])
    start = next(i for i, line in enumerate(lines) if line.lstrip().startswith("load"))
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == ["1", "2", "4", "8", "16"]
    assert lines[start + 5].endswith("<- least")
    assert max(map(len, lines)) <= 100


def test_without_price_the_column_is_machine_seconds() -> None:
    text = terminal_text(study_report(price=None, stacks=1))
    assert "machine-s / M output" in text
    assert "$" not in text


def test_colour_only_when_asked() -> None:
    assert "\x1b[" not in terminal_text(study_report())
    assert "\x1b[1m" in terminal_text(study_report(), colour=True)


@pytest.mark.parametrize("colour", [False, True])
def test_names_cannot_steer_the_terminal(colour: bool) -> None:
    report = study_report(names=NAMES[4:8])
    report = replace(report, cautions=tuple(Caution(name, name) for name in NAMES))
    text = terminal_text(report, colour=colour)
    assert "\x1b]" not in text
    assert "\x1b[31m" not in text
    assert "\x00" not in text
    assert "[bold red]markup[/]" in text
    assert max(len(line) for line in text.splitlines()) < 400


def test_runtime_alone() -> None:
    assert "T(p, o): 130 ms [125, 135] to the first token of 480" in terminal_text(runtime_only())


def test_a_doubt_that_many_share_is_said_once() -> None:
    report = study_report()
    doubt = Caution("few-levels", "3 levels were measured")
    deployments = tuple(
        replace(each, curve=replace(each.curve, cautions=(doubt,)))
        for each in report.deployments
        if each.curve is not None
    )
    text = " ".join(terminal_text(replace(report, deployments=deployments)).split())
    assert "! tiny-F16, tiny-Q8_0, small-F16, small-Q8_0: 3 levels were measured" in text
    assert text.count("3 levels were measured") == 1


def test_what_cannot_be_judged_is_not_called_missed() -> None:
    report = study_report(stacks=1)
    curve = report.deployments[0].curve
    assert curve is not None
    first = replace(curve.levels[0], latency={}, unmet=curve.service_levels)
    changed = replace(curve, levels=(first, *curve.levels[1:]))
    text = terminal_text(replace(report, deployments=(replace(report.deployments[0], curve=changed),)))
    assert "too few for ttft.p95" in text
    assert "misses" not in text


def test_a_doubt_of_every_repeat_is_said_once() -> None:
    report = study_report(stacks=1)
    curve = report.deployments[0].curve
    assert curve is not None
    level = curve.levels[0]
    points = tuple(
        replace(point, cautions=(Caution("few-requests", f"only {14 + point.repeat} requests ended well"),))
        for point in level.points
    )
    changed = replace(curve, levels=(replace(level, points=points), *curve.levels[1:]))
    text = terminal_text(replace(report, deployments=(replace(report.deployments[0], curve=changed),)))
    assert "! tiny-F16 at 1 concurrent: only 14 requests ended well (and 2 more like it)" in text
    assert "only 15" not in text


def test_a_doubt_of_several_levels_is_one_sentence_that_lists_the_loads() -> None:
    report = study_report(stacks=2)
    deployments = []
    for each in report.deployments:
        curve = each.curve
        assert curve is not None
        levels = tuple(
            replace(
                level,
                points=(
                    replace(
                        level.points[0],
                        cautions=(
                            Caution("few-requests", f"only {20 + number} requests of {each.deployment.name}"),
                            Caution("tls-not-verified", "nobody was checked"),
                        ),
                    ),
                ),
            )
            for number, level in enumerate(curve.levels)
        )
        deployments.append(replace(each, curve=replace(curve, levels=levels)))
    changed = replace(report, deployments=tuple(deployments))
    lines = terminal_text(changed, width=400).splitlines()
    names = [each.deployment.name for each in report.deployments]
    assert [line for line in lines if "only 2" in line] == [
        f"! {name} at 1, 2, 4, 8, 16 concurrent: only 20 requests of {name} (and 4 more like it)"
        for name in names
    ]
    both = ", ".join(f"{name} at 1, 2, 4, 8, 16 concurrent" for name in names)
    assert [line for line in lines if "nobody" in line] == [f"! {both}: nobody was checked"]
    told = json.loads(envelope_json(changed))["warnings"]
    assert sum(each["code"] == "few-requests" for each in told) == 5 * len(names)  # programs get each


def test_the_form_of_the_step_time_and_the_efficient_scale_are_told() -> None:
    report = study_report(stacks=1)
    curve = report.deployments[0].curve
    assert curve is not None
    assert curve.technology is not None
    held_out = (
        HeldOut(form="power", formula="a + k b^g", error=0.021, interior=0.01, weight=0.7),
        HeldOut(form="affine", formula="a + k b", error=0.034, interior=0.02, weight=0.3),
    )
    changed = replace(
        curve,
        technology=replace(curve.technology, held_out=held_out),
        efficient_scale=EfficientScale(
            load=Load(concurrency=4),
            low=Load(concurrency=2),
            high=Load(concurrency=4),
            share=0.8,
            tolerance=0.05,
        ),
    )
    one = replace(report.deployments[0], curve=changed)
    text = terminal_text(replace(report, deployments=(one,)), width=200)
    assert (
        "step time: t(b) = a + k b^g (power), foretells levels left out within 2.1 %; next affine, 3.4 %; "
        "returns to concurrency " in text
    )
    assert (
        "efficient scale: within 5 % of the least cost from 4 concurrent on [2 concurrent, 4 concurrent]"
        in text
    )
