"""The cheapest deployment that qualifies is recommended, with the probability that it is the cheapest."""

import numpy as np
import pytest

from isocost.core.estimate import Estimate
from isocost.core.load import Load
from isocost.core.operating_point import OperatingPoint
from isocost.core.provenance import Provenance
from isocost.economics import CostLevel
from isocost.statistics import Draws
from isocost.studies.choice import cheapest


def level(seconds, samples, *, repeats=2):
    estimate = Estimate(value=seconds, unit="s/1M tokens", kind="measured", method="made up")
    point = OperatingPoint(
        deployment="d",
        load=Load(concurrency=1),
        output_tokens_per_second=estimate,
        kind="measured",
        provenance=Provenance(source="made up", tool="test"),
    )
    draws = Draws(
        value=seconds,
        samples=np.array(samples),
        unit="s/1M tokens",
        kind="measured",
        method="made up",
        n=repeats,
    )
    return CostLevel(
        load=point.load,
        points=(point,) * repeats,
        output_tokens_per_second=estimate,
        machine_seconds_per_million=estimate,
        draws=draws,
    )


def test_the_probability_of_being_cheapest_is_counted_over_joint_draws():
    # b is cheaper in worlds 1, 2 and 4 of four
    a, b = level(10.0, [10.0, 11.0, 9.0, 10.0]), level(9.0, [9.0, 9.0, 9.5, 9.0])
    assert cheapest({"a": a, "b": b}) == ("b", pytest.approx(0.75))


def test_without_rivals_or_repeats_there_is_no_probability():
    a, b = level(10.0, [10.0, 11.0]), level(9.0, [9.0, 9.0], repeats=1)
    assert cheapest({}) == (None, None)
    assert cheapest({"a": a}) == ("a", None)
    assert cheapest({"a": a, "b": b}) == ("b", None)


def test_draws_that_allow_no_interval_give_no_probability():
    a, b = level(10.0, [10.0, 11.0]), level(9.0, [np.nan, np.nan])
    assert cheapest({"a": a, "b": b}) == ("b", None)
