"""Doubts about steadiness in words."""

from isocost.core.steady_state import Drift, WarmUpCut
from isocost.statistics.steadiness import drift_text, steadiness_cautions


def test_a_trend_is_told_over_the_whole_part() -> None:
    drift = Drift(of="time to first token", at_s=0.0, ratio=1.5, gradual=True)
    assert drift_text(drift, "x") == "time to first token of 'x' rose by 50 % over its steady part"


def test_a_steady_run_raises_no_doubt() -> None:
    assert list(steadiness_cautions("x", WarmUpCut(seconds=3.0, requests=9, by=("throughput",)), None)) == []
    assert list(steadiness_cautions("x", None, None)) == []


def test_both_doubts_are_told() -> None:
    cut = WarmUpCut(seconds=0.0, requests=0, unsettled=("throughput", "end to end"))
    drift = Drift(of="throughput", at_s=12.0, ratio=0.75, gradual=False)
    first, second = steadiness_cautions("x", cut, drift)
    assert first.text == (
        "throughput and end to end of 'x' did not settle while it was measured, so that no warm-up could be "
        "cut; measure longer"
    )
    assert second.text == (
        "throughput of 'x' fell by 25 % after 12 s of its steady part: its figures mix two states; look at "
        "what changed, or measure longer"
    )
