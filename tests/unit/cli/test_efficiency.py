"""``isocost frontier`` with scores: published ones, laws, and what users get wrong."""

import csv
import json
import sys

import numpy as np
import pytest

from isocost.cli import main

FIRMS = "firm,x,y\n1,2,1\n2,4,2\n3,3,3\n4,5,4\n5,6,5\n"  # Coelli, A Guide to DEAP 2.1, example 2


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "frontier", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def rows(isocost):
    """Return the table of units by name."""

    def told(*arguments):
        status, out, err = isocost(*arguments, "--json")
        assert (status, err) == (0, "")
        return {unit["name"]: unit for unit in json.loads(out)["tables"]["units"]}

    return told


@pytest.fixture
def write(tmp_path):
    def writing(text, name="units.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return writing


@pytest.fixture
def firms(write):
    return write(FIRMS)


@pytest.fixture
def many(write):
    """Forty units, inefficient by a known share."""
    rng = np.random.default_rng(7)
    x = rng.uniform(1, 10, (40, 2))
    y = x[:, 0] ** 0.4 * x[:, 1] ** 0.3 * np.exp(-np.abs(rng.normal(0, 0.3, 40)))
    lines = [f"u{i},{a!r},{b!r},{c!r},{'ab'[i % 2]}" for i, (a, b, c) in enumerate(np.c_[x, y].tolist())]
    return write("unit,cost,gpus,speed,vendor\n" + "\n".join(lines) + "\n")


def test_published_scores_peers_and_scale_of_five_firms(rows, firms):
    found = rows(firms, "--inputs", "x", "--outputs", "y", "--method", "dea")
    assert [round(found[name]["score"], 9) for name in "12345"] == [1, 0.625, 1, 0.9, 1]
    assert {peer["name"]: round(peer["weight"], 9) for peer in found["2"]["peers"]} == {"1": 0.5, "3": 0.5}
    assert [found[name]["returns_to_scale"] for name in "12345"] == ["irs", "irs", "crs", "drs", "drs"]
    assert found["2"]["scale_efficiency"] == pytest.approx(0.8)
    assert rows(firms, "--inputs", "x", "--outputs", "y", "--method", "dea", "--rts", "crs")["2"][
        "score"
    ] == (pytest.approx(0.5))
    assert rows(firms, "--inputs", "x", "--outputs", "y", "--method", "fdh")["2"]["score"] == 0.75
    out = rows(firms, "--inputs", "x", "--outputs", "y", "--method", "dea", "--orientation", "output")
    assert out["2"]["score"] == pytest.approx(11 / 6)


def test_directional_distance_along_own_inputs_is_what_the_input_score_leaves(rows, many):
    asked = (many, "--inputs", "cost,gpus", "--outputs", "speed", "--method", "dea")
    radial = rows(*asked)
    along = rows(*asked, "--orientation", "directional", "--direction", "inputs=own,outputs=fixed")
    for name, unit in radial.items():
        assert along[name]["score"] == pytest.approx(1 - unit["score"], abs=1e-8)


def test_the_scale_of_a_column_changes_nothing(rows, many, write):
    text = list(csv.reader(many.read_text().splitlines()))
    scaled = [[r[0], repr(float(r[1]) * 1e9), repr(float(r[2]) * 1e-7), r[3], r[4]] for r in text[1:]]
    other = write("\n".join(",".join(r) for r in [text[0], *scaled]) + "\n", "scaled.csv")
    for method in ("pareto", "fdh", "dea", "order-m", "sfa"):
        asked = ("--inputs", "cost,gpus", "--outputs", "speed", "--method", method)
        one, two = rows(many, *asked), rows(other, *asked)
        assert [two[name]["on_frontier"] for name in one] == [one[name]["on_frontier"] for name in one]
        for name, unit in one.items():
            assert two[name]["score"] == pytest.approx(unit["score"], rel=1e-4), (method, name)


def test_order_m_tends_to_fdh(rows, many):
    asked = (many, "--inputs", "cost,gpus", "--outputs", "speed", "--method")
    fdh, partial = rows(*asked, "fdh"), rows(*asked, "order-m", "--order", "100000")
    for name, unit in fdh.items():
        assert partial[name]["score"] == pytest.approx(unit["score"], rel=1e-6)


def test_prices_split_cost_efficiency(rows, write):
    path = write("firm,x1,x2,y\n1,2,5,1\n2,2,4,2\n3,6,6,3\n4,3,2,1\n5,6,2,2\n")  # DEAP 2.1, example 3
    asked = (path, "--inputs", "x1,x2", "--outputs", "y", "--method", "dea", "--rts", "crs")
    found = rows(*asked, "--prices", "x1=1,x2=3")
    assert [round(found[name]["priced"]["overall"], 3) for name in "12345"] == [0.353, 0.857, 0.75, 0.667, 1]
    for unit in found.values():
        parts = unit["priced"]
        assert parts["overall"] == pytest.approx(parts["technical"] * parts["allocative"])


def test_super_efficiency_without_a_number_says_so(isocost, rows, firms):
    asked = (firms, "--inputs", "x", "--outputs", "y", "--method", "dea", "--super")
    found = rows(*asked)
    assert found["1"]["super_score"] == pytest.approx(1.5)
    assert (found["5"]["super_score"], found["5"]["super_status"]) == (None, "infeasible")
    assert "none: infeasible" in isocost(*asked)[1]


def test_a_directional_program_without_an_end_has_no_score(isocost, write):
    path = write("unit,x,y1,y2\na,1,1,0\nb,1,0,1\n")
    asked = (
        path,
        "--inputs",
        "x",
        "--outputs",
        "y1,y2",
        "--method",
        "fdh",
        "--super",
        "--orientation",
        "output",
    )
    status, out, _ = isocost(*asked, "--json")
    units = json.loads(out)["tables"]["units"]
    assert status == 0
    assert [(unit["super_score"], unit["super_status"]) for unit in units] == [(None, "unbounded")] * 2


def test_the_bootstrap_brings_intervals_and_names_its_rule(isocost, rows, many):
    asked = (many, "--inputs", "cost,gpus", "--outputs", "speed", "--method", "dea", "--bootstrap", "100")
    for unit in rows(*asked).values():
        assert unit["interval"]["low"] <= unit["interval"]["value"] <= unit["score"]
    assert "100 resamples, bandwidth" in isocost(*asked)[1]
    assert rows(*asked) == rows(*asked)
    assert rows(*asked, "--seed", "1") != rows(*asked)


def test_groups_are_compared_with_what_all_span(isocost, rows, many):
    asked = (many, "--inputs", "cost,gpus", "--outputs", "speed", "--group", "vendor", "--method")
    found = rows(*asked, "dea")
    assert all(0 < unit["gap_ratio"] <= 1 + 1e-9 for unit in found.values())
    assert (
        "Groups: that they share one frontier is not ruled out (permutation test" in isocost(*asked, "dea")[1]
    )
    assert "Groups: that they share one frontier is not ruled out (LR" in isocost(*asked, "sfa")[1]


def test_dates_are_split_into_catching_up_and_the_frontiers_move(isocost, write):
    path = write("unit,year,x,y\na,9,2,50\nb,9,2,100\na,10,2,150\nb,10,2,150\nc,10,2,10\n")
    asked = (path, "--inputs", "x", "--outputs", "y", "--method", "dea", "--date", "year")
    status, out, _ = isocost(*asked, "--json")
    told = json.loads(out)
    changes = {row["name"]: row for row in told["tables"]["changes"]}
    assert status == 0
    assert (changes["a"]["from"], changes["a"]["to"]) == ("9", "10")
    assert [changes["a"][part] for part in ("total", "efficiency", "technical")] == pytest.approx([3, 2, 1.5])
    assert "units-at-one-date" in [each["code"] for each in told["warnings"]]
    assert [unit["date"] for unit in told["tables"]["units"]] == ["9", "9", "10", "10", "10"]


def test_a_stochastic_frontier_names_both_conventions(isocost, many):
    asked = (many, "--inputs", "cost,gpus", "--outputs", "speed", "--method", "sfa")
    status, out, _ = isocost(*asked, "--json")
    told = json.loads(out)
    assert status == 0
    assert "by Battese and Coelli" in told["verdict"]["text"]
    assert "by JLMS" in told["verdict"]["text"]
    assert [row["name"] for row in told["tables"]["coefficients"]][:3] == ["intercept", "ln cost", "ln gpus"]
    for unit in told["tables"]["units"]:
        assert 0 < unit["jlms"] <= unit["score"] <= 1
    assert told["tables"]["tests"][0]["of"] == "no inefficiency"


def test_residuals_skewed_the_wrong_way_are_said(isocost, write):
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 10, 60)
    y = x**0.5 * np.exp(rng.exponential(0.4, 60))  # some make far more than others, none far less
    path = write("unit,x,y\n" + "\n".join(f"u{i},{a},{b}" for i, (a, b) in enumerate(zip(x, y, strict=True))))
    status, out, _ = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "sfa", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["verdict"]["text"].startswith("No efficiency can be told of 60 units: ")
    assert {unit["score"] for unit in told["tables"]["units"]} == {None}
    assert "inefficiency-not-told" in [each["code"] for each in told["warnings"]]


def test_errors_of_measurement_reach_verdicts(isocost, rows, write):
    path = write(
        "unit,cost,cost_se,speed,speed_se\na,1,.01,20,.2\nb,2,.01,50,.2\nc,1.5,.01,18,.2\nd,1.01,.05,20,1\n"
    )
    asked = (path, "--inputs", "cost", "--outputs", "speed")
    found = rows(*asked)
    assert [found[name]["verdict"] for name in "abcd"] == [
        "cannot be told", "on the frontier", "dominated", "cannot be told",
    ]  # fmt: skip
    assert "! 4 units are fewer than the 6 from which probabilities can be learned" in isocost(*asked)[1]
    assert "are not carried to these scores" in isocost(*asked, "--method", "dea")[1]


def test_bad_outputs_are_cut_along_a_stated_direction(isocost, write):
    path = write("unit,cost,speed,ttft_s\na,1,10,1\nb,2,20,1\nc,2,10,4\nd,3,20,2\n")
    asked = (path, "--inputs", "cost", "--outputs", "speed", "--bad", "ttft_s", "--method", "dea")
    assert "bad outputs by own, bad outputs weakly disposable" in isocost(*asked)[1]
    assert "bad outputs strongly disposable" in isocost(*asked, "--disposability", "strong")[1]
    assert isocost(*asked, "--orientation", "input")[0] == 2


def test_what_is_missing_is_left_out_and_said(isocost, write):
    path = write("unit,x,y\na,1,1\nb,,2\nc,2,3\n")
    _, out, _ = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "dea")
    assert "! one row was left out: a value is missing (b)" in out


def test_equal_units_a_constant_output_and_few_units_are_cautions(isocost, write):
    path = write("unit,x,y\na,1,2\nb,1,2\nc,3,2\n")
    _, out, _ = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "dea", "--json")
    codes = [each["code"] for each in json.loads(out)["warnings"]]
    assert codes == ["few-units", "constant-axis", "equal-units"]


def test_units_are_held_against_those_of_another_file(rows, write, firms):
    path = write("firm,x,y\nbetter,1,3\nworse,6,3\n", "new.csv")
    found = rows(path, "--inputs", "x", "--outputs", "y", "--method", "dea", "--reference", firms)
    assert {name: unit["score"] for name, unit in found.items()} == pytest.approx({"better": 3, "worse": 0.5})


def test_quality_is_joined_and_not_scaled(isocost, rows, firms, write):
    scores = write("model,task,score,stderr\n1,t,.5,.02\nTwo,t,.6,.02\n3,t,.7,.02\n", "scores.csv")
    asked = (firms, "--inputs", "x", "--quality", scores, "--map", "Two=2")
    found = rows(*asked)
    assert found["2"]["values"]["quality"]["value"] == 0.6
    assert found["2"]["dominated_by"] == ["3"]
    assert "! no score is known of 4, 5" in isocost(*asked)[1]
    status, _, err = isocost(*asked, "--method", "dea", "--rts", "crs")
    assert status == 2
    assert "crs envelopment would scale 'quality', which is a ratio with an upper end" in err
    assert "use vrs or fdh" in err


def test_a_long_table_is_cut_in_text_and_whole_in_json(isocost, rows, write):
    path = write("unit,x,y\n" + "\n".join(f"u{i},{1 + i},{1 + i % 7}" for i in range(100)) + "\n")
    asked = (path, "--inputs", "x", "--outputs", "y", "--method", "fdh")
    status, out, _ = isocost(*asked)
    assert status == 0
    assert "… and 60 more; --json has all" in out
    assert out.count("\n") < 55
    assert len(rows(*asked)) == 100


def test_the_page_holds_verdict_and_tables(isocost, many, tmp_path):
    page = tmp_path / "page.html"
    status, out, _ = isocost(
        many,
        "--inputs",
        "cost,gpus",
        "--outputs",
        "speed",
        "--method",
        "dea",
        "--bootstrap",
        "100",
        "--out",
        page,
    )
    text = page.read_text()
    assert status == 0
    assert out.endswith(f"page: {page}\n")
    assert "units are efficient by dea (variable returns, input-oriented)" in text
    assert "Simar and Wilson" in text
    assert "u39" in text


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("0", "x of c is 0, and a score needs it above 0; leave the unit out (an empty cell does)"),
        ("-1", "x of c is -1, and a score needs it above 0"),
        ("n/a", "line 4: x must be a finite number, or empty where unknown; got 'n/a'"),
        ("inf", "line 4: x must be a finite number, or empty where unknown; got 'inf'"),
    ],
)
def test_values_that_have_no_score_are_refused(isocost, write, cell, sentence):
    path = write(f"unit,x,y\na,1,1\nb,2,2\nc,{cell},3\n")
    status, out, err = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "dea")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert sentence in err


def test_dominance_takes_numbers_below_0_and_says_that_there_are_no_scores(isocost, write):
    path = write("unit,x,y\na,-1,1\nb,2,2\nc,0,0\n")
    status, out, _ = isocost(path, "--inputs", "x", "--outputs", "y")
    assert status == 0
    assert "there are no scores: they need values above 0" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--method", "ols"], "--method must be one of pareto, fdh, dea, order-m, sfa; got 'ols'"),
        (["--method", "dea", "--rts", "nirs"], "--rts must be one of vrs, crs, drs, irs; got 'nirs'"),
        (["--rts", "crs"], "--rts goes with --method dea, not with pareto; leave one out"),
        (["--method", "dea", "--bootstrap", "10"], "--bootstrap needs at least 100 resamples"),
        (["--method", "dea", "--prices", "x=1,y=2"], "--prices must name all inputs or all outputs"),
        (["--method", "dea", "--prices", "x=cheap"], "--prices x=cheap: 'cheap' is not a number"),
        (["--method", "order-m", "--order", "2.5"], "--order must be a whole number m of at least 1"),
        (["--method", "dea", "--direction", "all=own"], "a part is inputs, outputs or bads"),
        (["--method", "dea", "--ratio", "z"], "--ratio z is none of the inputs and outputs (x, y)"),
        (["--group", "x"], "--group goes with --method dea, fdh or sfa"),
        (["--method", "dea", "--group", "vendor"], "has no column 'vendor' for the group"),
        (["--method", "dea", "--date", "y"], "--date needs two dates at least"),
        (["--method", "sfa", "--kind", "profit"], "--kind must be one of production, cost; got 'profit'"),
        (["--price-per-hour", "2"], "--price-per-hour and --machine price levels of load"),
        (["--task", "t"], "--quality-metric and --task go with --quality RESULTS"),
        (["--preset", "capability", "--method", "dea"], "--inputs does not go with --preset capability"),
    ],
)
def test_mistakes_end_with_one_sentence(isocost, write, arguments, sentence):
    path = write("unit,x,y\na,1,2\nb,2,2\nc,4,2\nd,5,2\n")
    status, out, err = isocost(path, "--inputs", "x", "--outputs", "y", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert sentence in err


def test_what_would_take_too_long_is_refused_or_goes_without_intervals(isocost, write):
    path = write("unit,x,y\n" + "\n".join(f"u{i},{1 + i % 91},{1 + i % 7}" for i in range(1_001)))
    asked = (path, "--inputs", "x", "--outputs", "y", "--method")
    status, _, err = isocost(*asked, "dea", "--bootstrap", "2000")
    assert (status, "give fewer resamples" in err) == (2, True)
    status, out, _ = isocost(*asked, "order-m")
    assert (status, "intervals are left out: they are told of up to 1,000 units" in out) == (0, True)


def test_a_constant_output_leaves_a_stochastic_frontier_nothing_to_explain(isocost, write):
    path = write("unit,x,y\n" + "\n".join(f"u{i},{1 + i},2" for i in range(9)))
    status, _, err = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "sfa")
    assert status == 2
    assert "y is 2 for all 9 units: there is nothing to explain" in err


def test_envelopment_without_outputs_and_too_many_units_are_refused(isocost, write):
    path = write("unit,x,y\n" + "\n".join(f"u{i},{1 + i % 91},{1 + i % 7}" for i in range(20_001)))
    status, _, err = isocost(path, "--inputs", "x", "--method", "dea")
    assert (status, "give --inputs and --outputs" in err) == (2, True)
    status, _, err = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "dea")
    assert (status, "use --method pareto or fdh" in err) == (2, True)
    status, out, _ = isocost(path, "--inputs", "x", "--outputs", "y", "--method", "fdh")
    assert status == 0
    assert "of 20,001 units are efficient by fdh" in out


def test_quality_in_percent_is_not_scaled_either(isocost, write):
    path = write("unit,cost,accuracy,accuracy_se\n" + "".join(f"u{i},{i},{92 + i},3\n" for i in range(1, 8)))
    status, _, err = isocost(
        path, "--inputs", "cost", "--outputs", "accuracy", "--method", "dea", "--rts", "crs"
    )
    assert status == 2
    assert "crs envelopment would scale 'accuracy', which is a ratio with an upper end" in err
    ratings = write("unit,cost,score\na,1,1012\nb,2,1240\n", "ratings.csv")
    assert (
        isocost(ratings, "--inputs", "cost", "--outputs", "score", "--method", "dea", "--rts", "crs")[0] == 0
    )
    assert isocost(path, "--inputs", "cost", "--outputs", "accuracy")[0] == 0


def test_a_unit_that_kept_its_productivity_did_not_become_more_productive(isocost, write, tmp_path):
    # Coelli, A Guide to DEAP 2.1, example 4: indices 1, 1.5, 1.333, .75, 1.2
    years = [[(1, 2), (2, 4), (3, 3), (4, 5), (5, 6)], [(1, 2), (3, 4), (4, 3), (3, 5), (5, 5)]]
    lines = [f"{year},{n},{y},{x}" for year, firms in enumerate(years) for n, (y, x) in enumerate(firms)]
    path, page = write("\n".join(["year,firm,y,x", *lines]) + "\n"), tmp_path / "page.html"
    asked = (path, "--inputs", "x", "--outputs", "y", "--name", "firm", "--date", "year", "--method", "dea")
    assert isocost(*asked, "--out", page)[0] == 0
    assert "3 of 5 units became more productive" in page.read_text()


def test_errors_of_measurement_are_carried_to_envelopment(isocost, tmp_path):
    rng = np.random.default_rng(4)
    cost = np.exp(rng.uniform(0, 2, 14))
    speed = cost**0.5 * np.exp(-np.abs(rng.normal(0, 0.4, 14)))
    lines = ["unit,cost,cost_se,speed,speed_se"]
    lines += [f"u{i},{x},{0.02 * x},{y},{0.02 * y}" for i, (x, y) in enumerate(zip(cost, speed, strict=True))]
    path = tmp_path / "noisy.csv"
    path.write_text("\n".join(lines) + "\n")
    asked = (path, "--inputs", "cost", "--outputs", "speed", "--method", "dea")
    units = json.loads(isocost(*asked, "--json")[1])["tables"]["units"]
    ends = [(unit["interval"]["low"], unit["score"], unit["interval"]["high"]) for unit in units]
    assert all(low - 0.05 <= score <= high + 0.05 for low, score, high in ends)
    assert max(high - low for low, _, high in ends) > 0.05  # 2 % of both axes move a score by some percent
    assert "Corrected" not in isocost(*asked)[1]
    outward = json.loads(isocost(*asked, "--orientation", "output", "--json")[1])["tables"]["units"]
    assert all(unit["interval"]["low"] >= 1 - 1e-9 for unit in outward)


def test_errors_that_are_not_carried_are_told_with_the_reason(isocost, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("unit,cost,cost_se,speed\na,1,0.1,1\nb,2,0.1,3\nc,3,0.2,2\n")
    asked = (path, "--inputs", "cost", "--outputs", "speed", "--method")
    told = " ".join(isocost(*asked, "dea")[1].split())
    assert "take values as exact: 3 units are fewer than the 6" in told
    assert "radial scores of dea and input scores of fdh" in " ".join(
        isocost(*asked, "dea", "--orientation", "directional")[1].split()
    )
