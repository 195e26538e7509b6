import pytest

from doubles.capability_tables import csv_text
from isocost.core.errors import InputError
from isocost.exchange import read_capability, read_units


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "units.csv"
        path.write_text(text)
        return path

    return write


def test_capability_with_known_names(file):
    read = read_capability(file(csv_text()))
    table = read.table
    assert (table.capability.name, table.capability.better) == ("accuracy", "higher")
    assert [(m.name, m.unit, m.better) for m in table.metrics] == [
        ("raw_runtime_s", "s", "lower"),
        ("idealized_runtime_s", "s", "lower"),
    ]
    assert (table.scenarios, table.models) == (("boolq", "imdb"), ("quick", "large", "copy", "poor"))
    first = table.units[0].metrics[0]
    assert (first.value, first.kind, first.source) == (1.0, "published", "units.csv, line 2")
    assert read.cautions == ()


def test_empty_metrics_are_unknown_and_rows_without_capability_are_left_out(file):
    text = "scenario,model,capability,runtime_s,flops\na,x,0.5,,1\na,y,,2,2\na,z,0.7,3,3\n"
    read = read_capability(file(text))
    assert [unit.model for unit in read.table.units] == ["x", "z"]
    assert read.table.units[0].metrics[0] is None
    assert [c.text for c in read.cautions] == ["one row was left out: no capability"]


def test_metrics_of_ones_own(file):
    text = "scenario,model,score,watts_w\na,x,0.5,100\n"
    table = read_capability(file(text), metrics=["watts_w"]).table
    assert [(m.name, m.unit) for m in table.metrics] == [("watts_w", "W")]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("model,accuracy,flops\nx,1,1\n", {}, "has no column 'scenario' for the scenario"),
        ("scenario,model,flops\na,x,1\n", {}, "has no column 'capability' for the capability"),
        ("scenario,model,score\na,x,1\n", {}, "has no column of a known metric"),
        ("scenario,model,score\na,x,1\n", {"metrics": ["w"]}, "has no column 'w' for a metric"),
        ("scenario,model,score\na,x,1\n", {"metrics": ["score"]}, "the column 'score' is named twice"),
        ("scenario,model,score,flops\na,x,1,0\n", {}, "flops must be a finite number above 0"),
        ("scenario,model,score,flops\na,x,NaN,1\n", {}, "score must be a finite number, or empty"),
        ("scenario,model,score,flops\na,,1,1\n", {}, "line 2: model is empty; give each row a model"),
        ("scenario,model,score,flops\na,x,,1\n", {}, "score is empty in all 1 rows"),
        (
            "scenario,model,v,score,flops\na,x,old,1,1\na,x,new,1,1\n",
            {},
            "has 'a', 'x' twice, in lines 2 and 3; choose one with --where v=old or --where v=new",
        ),
        (
            "scenario,model,score,flops\na,x,1,1\na,x,2,1\n",
            {},
            "has 'a', 'x' twice, in lines 2 and 3; give each a name of its own",
        ),
    ],
)
def test_capability_that_cannot_be_compared_is_refused(file, text, options, sentence):
    with pytest.raises(InputError) as caught:
        read_capability(file(text), **options)
    assert sentence in str(caught.value)


def test_units_with_inputs_and_outputs(file):
    text = "dmu,cost_usd,speed\na,1,20\nb,2,\nc,3,50\n"
    read = read_units(file(text), inputs=["cost_usd"], outputs=["speed"])
    assert [(axis.name, axis.unit, axis.better) for axis in read.axes] == [
        ("cost_usd", "USD", "lower"),
        ("speed", "", "higher"),
    ]
    assert [(u.name, [v.value for v in u.values]) for u in read.units] == [("a", [1, 20]), ("c", [3, 50])]
    assert [c.text for c in read.cautions] == ["one row was left out: a value is missing"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"inputs": [], "outputs": []}, "give --inputs a,b and --outputs c"),
        ({"inputs": ["x"], "outputs": ["x"]}, "the column 'x' is named twice among inputs and outputs"),
        ({"inputs": ["z"], "outputs": []}, "has no column 'z' for an input or output"),
        ({"inputs": ["x"], "outputs": [], "name": "q"}, "has no column 'q' for the name of each unit"),
        ({"inputs": ["x"], "outputs": [], "name": "y"}, "has '1' twice, in lines 2 and 3"),
        ({"inputs": ["x"], "outputs": ["e"]}, "none of the 2 units has all of x, e"),
    ],
)
def test_units_that_cannot_be_compared_are_refused(file, options, sentence):
    with pytest.raises(InputError) as caught:
        read_units(file("unit,x,y,e\na,1,1,\nb,2,1,\n"), **options)
    assert sentence in str(caught.value)


def test_a_value_has_its_interval_from_ends_or_a_standard_error(file):
    text = "unit,c,c_low,c_high,q,q_se\na,2,1,4,0.5,0.1\nb,3,,,0.6,\n"
    first, second = read_units(file(text), inputs=["c"], outputs=["q"]).units
    assert (first.values[0].low, first.values[0].high) == (1.0, 4.0)
    assert (first.values[1].low, first.values[1].high) == pytest.approx((0.304, 0.696), abs=1e-4)
    assert not any(value.has_interval for value in second.values)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("unit,c,c_low,c_high\na,2,3,4\n", None),
        ("unit,c,c_low\na,2,1\n", "line 2: c: an interval needs both ends"),
        ("unit,c,c_low,c_high\na,2,5,4\n", "line 2: c: an interval needs low <= high"),
        ("unit,c,c_se\na,2,-1\n", "line 2: c_se must be at least 0, got -1"),
    ],
)
def test_an_interval_that_is_none_is_refused(file, text, sentence):
    if sentence is None:  # a value outside its interval can be: a shrunken or corrected one
        assert read_units(file(text), inputs=["c"], outputs=[]).units[0].values[0].low == 3.0
        return
    with pytest.raises(InputError) as caught:
        read_units(file(text), inputs=["c"], outputs=[])
    assert sentence in str(caught.value)
