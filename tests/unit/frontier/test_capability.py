import pytest

from doubles.capability_tables import ACCURACY, RAW, ROWS, table, value
from isocost.core.errors import InputError
from isocost.frontier import (
    Axis,
    CapabilityTable,
    CapabilityUnit,
    coincidences,
    metric_ratios,
    rank_agreements,
    scenario_frontiers,
    standings,
)


def ahead(rows=ROWS, dominance="weak"):
    found = scenario_frontiers(table(rows), dominance=dominance)
    return {(each.scenario, each.metric): each.ahead for each in found}


def test_frontiers_by_weak_dominance():
    # boolq, raw: large beats copy in time alone, so copy stays; quick beats poor in both
    # boolq, idealized: copy beats large in time alone
    # imdb, raw: large is quicker, quick is better; idealized: quick is both
    assert ahead() == {
        ("boolq", "raw_runtime_s"): ("quick", "large", "copy"),
        ("boolq", "idealized_runtime_s"): ("quick", "large", "copy"),
        ("imdb", "raw_runtime_s"): ("quick", "large"),
        ("imdb", "idealized_runtime_s"): ("quick",),
    }


def test_frontiers_by_strict_dominance_drop_ties():
    assert ahead(dominance="strict")["boolq", "raw_runtime_s"] == ("quick", "large")
    assert ahead(dominance="strict")["boolq", "idealized_runtime_s"] == ("quick", "copy")


def test_a_model_without_the_metric_is_not_compared_by_it():
    rows = (("a", "x", 0.5, 1.0, None), ("a", "y", 0.9, 0.5, 2.0), ("b", "x", 0.5, 1.0, None))
    assert ahead(rows) == {
        ("a", "raw_runtime_s"): ("y",),
        ("a", "idealized_runtime_s"): ("y",),
        ("b", "raw_runtime_s"): ("x",),
    }


def test_standings_count_frontiers_and_chances():
    found = {(s.model, s.metric): (s.ahead, s.scenarios) for s in standings(scenario_frontiers(table()))}
    assert found["quick", "raw_runtime_s"] == (2, 2)
    assert found["large", "idealized_runtime_s"] == (1, 2)
    assert found["poor", "raw_runtime_s"] == (0, 1)


def test_coincidences_compare_models_that_have_both():
    (alike,) = coincidences(table())
    assert (alike.one, alike.other) == ("raw_runtime_s", "idealized_runtime_s")
    assert (alike.same, alike.scenarios) == (1, 2)  # boolq, not imdb
    # z is ahead by raw time but has no idealized one; among x and y both metrics agree; b has one model
    rows = (
        ("a", "x", 0.5, 1.0, 1.0),
        ("a", "y", 0.4, 2.0, 2.0),
        ("a", "z", 0.9, 0.1, None),
        ("b", "x", 0.5, 1.0, 1.0),
    )
    (alike,) = coincidences(table(rows))
    assert (alike.same, alike.scenarios) == (1, 1)


def test_ranks_agree_within_scenarios():
    # boolq: raw 1 2 3 4; idealized .5 4 3 6, ranks 1 3 2 4: rho = 1 - 6 (1 + 1) / (4 * 15) = 0.8,
    # tau = (5 - 1) / 6; imdb has two models, too few
    found = {(each.one, each.other): each for each in rank_agreements(table())}
    both = found["raw_runtime_s", "idealized_runtime_s"]
    assert both.scenarios == 1
    assert both.spearman.value == pytest.approx(0.8)
    assert both.kendall.value == pytest.approx(4 / 6)
    assert both.spearman.low is None
    # accuracy ranks 2 3.5 3.5 1 against raw 1 2 3 4: tau-b = (C 2 - D 3) / sqrt(5 * 6)
    assert found["accuracy", "raw_runtime_s"].kendall.value == pytest.approx(-1 / 30**0.5)


def test_ratios_are_medians_over_scenarios():
    ratios = dict(metric_ratios(table(), "raw_runtime_s", "idealized_runtime_s"))
    assert ratios["quick"].value == 2.0  # 1 / .5 and 2 / 1
    assert ratios["large"].value == 0.5  # 2 / 4 and 1 / 2
    assert ratios["quick"].kind == "published"


def test_ratios_need_known_metrics_of_one_unit():
    with pytest.raises(InputError) as caught:
        metric_ratios(table(), "raw_runtime_s", "flops")
    assert str(caught.value) == (
        "there is no metric 'flops'; the table has raw_runtime_s, idealized_runtime_s"
    )
    flops = Axis(name="flops", unit="FLOP", better="lower")
    unit = CapabilityUnit(
        scenario="a", model="x", capability=value(1, ""), metrics=(value(1, "s"), value(1, "FLOP"))
    )
    mixed = CapabilityTable(capability=ACCURACY, metrics=(RAW, flops), units=(unit,))
    with pytest.raises(InputError, match="a ratio needs metrics of one unit: 'raw_runtime_s' is in s"):
        metric_ratios(mixed, "raw_runtime_s", "flops")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ((), "capability needs a metric and a unit, got 2 metrics and 0 units"),
        ((ROWS[0], ROWS[0]), "scenario 'boolq' has the model 'quick' twice"),
        ((("a", "x", 0.5, 1.0),), "'x' in 'a' has 1 metrics, the table 2"),
    ],
)
def test_what_is_no_table_is_refused(rows, sentence):
    with pytest.raises(InputError) as caught:
        table(rows)
    assert str(caught.value) == sentence
