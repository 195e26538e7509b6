"""The level that was measured first is measured once more at the end, and compared."""

from dataclasses import replace

import pytest

from doubles.closed_loops import PROVENANCE, run_of, stream
from isocost.core.load import Load, RequestShape
from isocost.journal import LoadStage, OpenLoopSpec, TargetSpec
from isocost.statistics import operating_point
from isocost.studies.anchor import anchor_cautions, check_anchor, is_anchor
from isocost.studies.plans import planned_runs


def sweep(**changes):
    fields = {
        "target": TargetSpec(url="http://127.0.0.1:1"),
        "workload": "w",
        "shapes": tuple(RequestShape(10 + i, 5) for i in range(6)),
        "concurrency": (1, 2, 4),
        "repeats": 3,
        "requests_per_level": 4,
        "anchor": True,
    }
    return LoadStage(**{**fields, **changes})


def test_the_first_level_comes_last_too():
    runs = planned_runs(sweep())
    assert runs[:-1] == planned_runs(sweep(anchor=False))
    assert runs[-1].load == runs[0].load
    assert runs[-1].label == f"{runs[0].load.label} anchor"
    assert runs[-1].shapes == runs[0].shapes
    assert runs[-1].repeat == 3
    assert runs[-1].seed != runs[0].seed  # prompts of its own


def test_rates_have_an_anchor_too():
    loop = OpenLoopSpec(request_rates=(1.0, 2.0))
    runs = planned_runs(sweep(concurrency=(), open_loop=loop, requests_per_level=None, duration_s=10.0))
    assert runs[-1].label == f"{runs[0].load.label} anchor"
    assert runs[-1].due_s == runs[0].due_s


def test_one_level_needs_no_anchor():
    assert len(planned_runs(sweep(concurrency=(4,)))) == 3


def point(gap_factor: float, load: Load, repeat: int = 0):
    run = run_of(stream(41), concurrency=1)
    seen = run.observations
    stretched = replace(
        seen,
        **{name: getattr(seen, name) * gap_factor for name in ("due_at_s", "sent_at_s", "first_at_s")},
        **{name: getattr(seen, name) * gap_factor for name in ("last_at_s", "done_at_s", "gap_us")},
    )
    told = operating_point(replace(run, observations=stretched, repeat=repeat), provenance=PROVENANCE)
    return replace(told, load=load)


def test_a_target_that_slowed_down_is_told():
    levels = [Load(concurrency=n) for n in (1, 2, 4)]
    points = [point(1 + 0.01 * r, load, r) for load in levels for r in range(3)]
    check = check_anchor(point(1.25, levels[0], 3), points)
    assert check.ratio.value == pytest.approx(1.01 / 1.25, rel=1e-3)
    assert check.drifted
    (caution,) = anchor_cautions([check])
    assert caution.code == "anchor-drift"
    assert caution.text.startswith("made-up yielded 0.81 [0.7")
    assert "times as many tokens per second at 1 concurrent at the end of the sweep as before" in caution.text


def test_a_target_that_stayed_the_same_raises_no_doubt():
    levels = [Load(concurrency=n) for n in (1, 2, 4)]
    points = [point(1 + 0.01 * r, load, r) for load in levels for r in range(3)]
    check = check_anchor(point(1.01, levels[0], 3), points)
    assert not check.drifted
    assert list(anchor_cautions([check])) == []


def test_an_anchor_without_its_level_says_nothing():
    assert check_anchor(point(1.0, Load(concurrency=1)), [point(1.0, Load(concurrency=2))]) is None


def test_an_anchor_is_known_by_its_label():
    run = run_of(stream(3))
    assert not is_anchor(run)
    assert is_anchor(replace(run, label="1 concurrent anchor"))
