"""Laws of comparisons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.runtime import DenoisedRuntime, compare_runtimes
from isocost.statistics import aligned, judge, ratio_of

steps = st.floats(0.001, 0.1)
errors = st.floats(1e-6, 1e-4)


def stack(step: float, error: float) -> DenoisedRuntime:
    sizes = np.array([1.0, 128.0, 512.0])
    return DenoisedRuntime(
        deployment="d",
        input_tokens=sizes,
        coefficients=np.append(0.01 + step + 1e-4 * sizes, step),
        covariance=np.eye(4) * error**2,
        degrees=20,
        longest_output=64,
        cells=9,
        instances=5,
        correction_s=0.0,
        cautions=(),
    )


@settings(max_examples=25, deadline=None)
@given(one=steps, two=steps, error=errors)
def test_swapping_the_sides_inverts_every_ratio(one: float, two: float, error: float) -> None:
    there = compare_runtimes([stack(one, error)], [stack(two, error)], name="m")
    back = compare_runtimes([stack(two, error)], [stack(one, error)], name="m")
    for a, b in zip(there.ratios, back.ratios, strict=True):
        assert a.estimate.value * b.estimate.value == pytest.approx(1.0)
    for part, other in zip(there.parts, back.parts, strict=True):
        assert part.difference.value == pytest.approx(-other.difference.value, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(one=steps, two=steps)
def test_parts_add_up_to_the_difference(one: float, two: float) -> None:
    found = compare_runtimes([stack(one, 1e-5)], [stack(two, 1e-5)], name="m")
    last = found.of_requests[-1]
    assert last.baseline is not None
    assert last.other is not None
    assert sum(part.difference.value for part in found.parts) == pytest.approx(
        last.other.value - last.baseline.value, abs=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(one=steps, two=steps)
def test_the_mean_lies_between_the_ratios(one: float, two: float) -> None:
    found = compare_runtimes([stack(one, 1e-5)], [stack(two, 1e-5)], name="m")
    values = [ratio.estimate.value for ratio in found.of_requests]
    assert min(values) - 1e-9 <= found.runtime.estimate.value <= max(values) + 1e-9


@settings(max_examples=50, deadline=None)
@given(
    value=st.floats(0.2, 5.0),
    spread=st.floats(0.0, 0.5),
    margin=st.floats(0.0, 0.5),
    more=st.floats(0.0, 0.5),
)
def test_a_wider_margin_never_fails_more(value: float, spread: float, margin: float, more: float) -> None:
    noise = np.exp(spread * np.linspace(-1, 1, 201))
    sides = [
        aligned(draws, unit="s", kind="fitted", method="made up", n=5)
        for draws in (np.ones(202), value * np.concatenate([[1.0], noise]))
    ]
    ratio = ratio_of("r", *sides, label="r")
    order = ("worse", "cannot be told", "not worse")
    states = [judge(ratio, margin=each).state for each in (margin, margin + more)]
    assert order.index(states[0]) <= order.index(states[1])
