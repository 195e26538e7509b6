import numpy as np
import pytest

from isocost.core.assumed import Assumed
from isocost.core.errors import InputError
from isocost.economics import sensitivity


def uniform(low: float, high: float) -> Assumed:
    return Assumed(
        value=(low + high) / 2, low=low, high=high, unit="1", source="test", date="", shape="uniform"
    )


def test_the_ishigami_function() -> None:
    # Ishigami and Homma 1990, a = 7, b = .1: S1 = .3139, .4424, 0; ST = .5576, .4424, .2437
    assumed = {name: uniform(-np.pi, np.pi) for name in ("x", "y", "z")}
    found = sensitivity(
        lambda v: np.sin(v["x"]) + 7 * np.sin(v["y"]) ** 2 + 0.1 * v["z"] ** 4 * np.sin(v["x"]), assumed
    )
    orders = {each.name: (each.first_order, each.total_order) for each in found.influences}
    assert orders["x"] == pytest.approx((0.3139, 0.5576), abs=0.01)
    assert orders["y"] == pytest.approx((0.4424, 0.4424), abs=0.01)
    assert orders["z"] == pytest.approx((0.0, 0.2437), abs=0.01)
    assert [each.name for each in found.influences] == ["x", "y", "z"]


def test_triangular_ranges_count_by_their_own_variance() -> None:
    # triangular on [0, 1] with mode 1 has variance (0 + 1 + 1 - 0 - 0 - 1) / 18 = 1 / 18; uniform 1 / 12
    assumed = {
        "t": Assumed(value=1.0, low=0.0, high=1.0, unit="1", source="test", date=""),
        "u": uniform(0, 1),
    }
    found = sensitivity(lambda v: v["t"] + v["u"], assumed)
    orders = {each.name: each.first_order for each in found.influences}
    assert orders == pytest.approx({"t": 2 / 5, "u": 3 / 5}, abs=0.01)


def test_one_at_a_time_holds_all_others_at_their_values() -> None:
    found = sensitivity(lambda v: v["a"] * v["b"], {"a": uniform(1, 3), "b": uniform(0, 10)})
    ends = {each.name: (each.at_low, each.at_high) for each in found.influences}
    assert found.value == 10.0
    assert ends == {"a": (5.0, 15.0), "b": (0.0, 20.0)}
    assert found.first_question is not None
    assert found.first_question.name == "b"


def test_exact_assumptions_have_no_influence() -> None:
    exact = Assumed(value=2.0, unit="1", source="test", date="")
    found = sensitivity(lambda v: v["a"] + v["b"], {"a": exact, "b": uniform(0, 1)})
    assert [each.name for each in found.influences] == ["b"]
    nothing = sensitivity(lambda v: v["a"], {"a": exact})
    assert (nothing.influences, nothing.first_question, nothing.value) == ((), None, 2.0)


def test_points_must_be_a_power_of_two() -> None:
    with pytest.raises(InputError, match="points must be a power of 2, such as 4096, got 1000"):
        sensitivity(lambda v: v["a"], {"a": uniform(0, 1)}, points=1000)
