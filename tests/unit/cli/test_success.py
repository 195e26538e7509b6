"""``isocost success``, as a user calls it."""

import json
import sys

import pytest

from isocost.cli import main

HEAD = "problem,model,cost_usd,attempts,success\n"
PROBLEMS = HEAD + "p,small,0.1,4,4\np,large,1,4,4\nq,small,0.1,4,0\nq,large,1,4,2\n"


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "success", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "problems.csv"
        path.write_text(text)
        return path

    return write


def test_per_problem_then_averaged(isocost, file):
    told = json.loads(isocost(file(PROBLEMS), "--json")[1])
    models = {row["name"]: row for row in told["tables"]["models"]}
    # large: 1 and 2 a success; small: 0.1, and without end where it never succeeds
    assert models["large"]["cost_of_success"]["value"] == pytest.approx(1.5)
    assert models["small"]["cost_of_success"] is None
    assert models["small"]["unsolved"] == 1
    # mean cost over mean rate: 1 / .75 and .1 / .5
    assert models["large"]["mean_cost_over_mean_rate"]["value"] == pytest.approx(4 / 3)
    assert models["small"]["mean_cost_over_mean_rate"]["value"] == pytest.approx(0.2)
    # small at p, large at q: (0.1 + 2) / 2
    assert told["estimates"]["frontier_cost_of_success"]["value"] == pytest.approx(1.05)
    assert models["small"]["essentiality"]["value"] == pytest.approx(1 - 1.05 / 1.5)
    assert models["large"]["essentiality"]["value"] == 1.0


def test_text_with_an_expert_and_a_verifier(isocost, file):
    status, out, err = isocost(file(PROBLEMS), "--human-cost", 1.5, "--verifier-cost", 0.1)
    assert (status, err) == (0, "")
    # small with verifying costs .2 at p; at q large takes 2.2, the expert 1.5
    assert out.startswith("A success costs least with large: $1.7 [1.1, 2.2].")
    assert "With the cheapest choice at each problem it costs $0.85 [0.20, 1.50]." in out
    assert "An expert alone takes $1.50: models save 43 % [0, 87] of that." in out
    assert "cheaper at 1 problems" in out
    assert "unbounded" in out
    assert "verifier-free" not in out


def test_rows_of_single_attempts_are_taken_together(isocost, file):
    rows = "problem,model,cost,correct\n" + "".join(
        f"p,m,{cost},{right}\n" for cost, right in ((1, "true"), (3, "false"), (2, "1"), (2, "0"))
    )
    told = json.loads(isocost(file(rows), "--json")[1])
    (model,) = told["tables"]["models"]
    assert model["cost_of_success"]["value"] == pytest.approx(4.0)  # mean 2 over 2 of 4
    assert [row["chance"] for row in told["tables"]["pass_at"]] == pytest.approx([0.5, 5 / 6])


def test_no_model_solves_all(isocost, file):
    out = isocost(file(HEAD + "p,a,1,2,1\nq,a,1,2,0\n"))[1]
    assert out.startswith("No model alone solved all 2 problems")
    assert "Frontier, the cheapest choice at each problem: unbounded" in out
    assert "! 1 problem solved by no model" in out


def test_families_and_an_expert_of_each_problem(isocost, file):
    text = (
        "problem,model,family,cost_usd,success,human_cost_usd\n"
        "p,a,x,1,1,10\np,b,y,2,1,10\nq,a,x,9,1,4\nq,b,y,3,1,4\n"
    )
    told = json.loads(isocost(file(text), "--json")[1])
    assert told["estimates"]["expert_cost"]["value"] == 7.0
    assert told["estimates"]["benefit"]["value"] == pytest.approx(1 - 2 / 7)
    assert [row["family"] for row in told["tables"]["families"]] == ["x", "y"]
    assert told["tables"]["families"][1]["essentiality"]["value"] == pytest.approx(1 - 2 / 2.5)
    assert "give the expert" not in isocost(file(text), "--human-cost", 2)[2]
    assert "leave --human-cost out" in isocost(file(text), "--human-cost", 2)[2]


@pytest.mark.parametrize(
    ("text", "arguments", "sentence"),
    [
        ("problem,model,success\np,a,1\n", (), "has no column 'cost_usd' for the cost of an attempt"),
        (HEAD + "p,a,1,1,2\n", (), "line 2: 2 of 1 attempts succeeded"),
        (HEAD + "p,a,1,0,0\n", (), "line 2: 0 of 0 attempts succeeded"),
        (HEAD + "p,a,1,2,0.5\n", (), "success must be a whole number of at least 0, got '0.5'"),
        (HEAD + "p,a,,2,1\n", (), "cost_usd is empty; give each row one"),
        (HEAD + "p,a,0,2,1\n", (), "cost_usd must be a finite number above 0"),
        (HEAD + "p,a,1,2,1\nq,b,1,2,1\n", (), "'b' has no attempt at problem 'p'"),
        (PROBLEMS, ("--human-cost", 0), "the expert's cost must be above 0, got 0"),
        (PROBLEMS, ("--verifier-cost", -1), "the cost of verifying an attempt must be at least 0, got -1"),
        (
            "problem,model,cost,success,human_cost\np,a,1,1,2\np,b,1,1,3\n",
            (),
            "human_cost of problem 'p' is 3, and was 2",
        ),
        ("problem,model,cost,success,human_cost\np,a,1,1,\n", (), "human_cost of problem 'p' is empty"),
    ],
)
def test_what_cannot_be_costed_is_refused(isocost, file, text, arguments, sentence):
    status, out, err = isocost(file(text), *arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_page_with_a_row_a_model_and_an_arrow_for_what_has_no_bound(isocost, file, tmp_path):
    page = tmp_path / "success.html"
    status, out, err = isocost(file(PROBLEMS), "--human-cost", 5, "--out", page)
    assert (status, err) == (0, "")
    assert out.endswith(f"\npage: {page}\n")
    text = page.read_text()
    assert "A success costs least with large" in text
    assert text.count(">unbounded</text>") == 2  # small never solved q; wide and narrow
    assert text.count(">an expert alone</text>") == 2
    assert "Mean cost over mean rate is another number" in text


def test_a_page_where_nobody_solved_some_problem(isocost, file, tmp_path):
    page = tmp_path / "success.html"
    status, _, _ = isocost(file(HEAD + "p,small,0.1,4,2\nq,small,0.1,4,0\n"), "--out", page)
    assert status == 0
    assert "unbounded: a problem that nobody solved" in page.read_text()


def test_a_page_is_not_written_over_its_file(isocost, file):
    path = file(PROBLEMS)
    status, _, err = isocost(path, "--out", path)
    assert status == 2
    assert f"{path} is what the page is made of; name another file with --out" in err
    assert path.read_text() == PROBLEMS
