"""``isocost mix``, as a user calls it."""

import json
import re
import sys

import numpy as np
import pytest

from isocost.cli import main

MODELS = "model,cost_usd,quality\na,1,0.5\nb,2,0.6\nc,4,0.9\nd,8,0.85\ne,10,0.92\n"


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "mix", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def models(tmp_path):
    path = tmp_path / "models.csv"
    path.write_text(MODELS)
    return path


@pytest.fixture
def scores(tmp_path):
    """Easy requests that the small model gets right and knows it, hard ones that only the large one does."""
    rng = np.random.default_rng(5)
    lines = ["request,model,cost,score,correct"]
    for number in range(200):
        hard = rng.random() < 0.5
        lines.append(f"r{number},small,1,{0.2 if hard else 0.9},{0 if hard else 1}")
        lines.append(f"r{number},large,10,1,1")
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_published_example(isocost, models):
    status, out, err = isocost(models)
    assert (status, err) == (0, "")
    assert out.startswith("3 of 5 units are worth mixing: a, c, e; ask for a budget or a quality")
    assert "0.840 as arXiv 2403.12031 defines it; 0.756 by the code published with it" in out
    assert "! the file gives no interval of cost or quality" in out


def test_a_budget_as_text_and_json(isocost, models):
    _, out, _ = isocost(models, "--budget", 7)
    assert out.startswith("Send 50 % of the requests to c and 50 % of the requests to e: cost $7.00 at")
    assert "The best unit alone is c: cost $4.00 at quality 0.900." in out
    told = json.loads(isocost(models, "--budget", 7, "--json")[1])
    assert told["tables"]["mix"] == [{"unit": "c", "share": 0.5}, {"unit": "e", "share": 0.5}]
    assert told["estimates"]["average_improvement_in_quality"]["value"] == pytest.approx(0.84)
    assert told["estimates"]["mix_quality"]["value"] == pytest.approx(0.91)
    assert [row["on_hull"] for row in told["tables"]["units"]] == [True, False, True, False, True]


def test_intervals_are_those_of_the_shares(isocost, tmp_path):
    path = tmp_path / "models.csv"
    path.write_text("model,price,accuracy,accuracy_se\na,1,0.5,0.03\nb,3,0.7,0.04\n")
    told = json.loads(isocost(path, "--budget", 2, "--json")[1])
    # half and half: the standard error of the mean of both is sqrt(.03^2 + .04^2) / 2 = .025
    quality = told["estimates"]["mix_quality"]
    assert (quality["low"], quality["high"]) == pytest.approx((0.6 - 0.049, 0.6 + 0.049), abs=0.003)
    assert told["estimates"]["mix_cost"]["low"] is None
    area = told["estimates"]["average_improvement_in_quality"]
    assert area["low"] < area["value"] < area["high"]


@pytest.mark.parametrize(
    ("aim", "told"),
    [
        (("--budget", 0.5), "No mix keeps cost $0.500: the cheapest unit takes $1.00."),
        (("--quality", 0.99), "No mix reaches quality 0.990: the best unit has 0.920."),
        (("--quality", 0.4), "Send 100 % of the requests to a: cost $1.00 at quality 0.500."),
        (("--budget", 99), "Send 100 % of the requests to e: cost $10.0 at quality 0.920."),
    ],
)
def test_beyond_the_ends(isocost, models, aim, told):
    assert isocost(models, *aim)[1].startswith(told)


def test_one_unit_and_one_that_is_best_throughout(isocost, tmp_path):
    path = tmp_path / "models.csv"
    path.write_text("model,cost,score\na,1,0.5\n")
    assert "! one unit alone cannot be mixed" in isocost(path)[1]
    path.write_text("model,cost,score\na,1,0.5\nb,2,0.4\n")
    assert "! a is both the cheapest and the best: no mix improves on it" in isocost(path)[1]


def test_a_cascade_is_judged_on_other_requests(isocost, models, scores):
    told = json.loads(isocost(models, "--budget", 8, "--cascade", scores, "--json")[1])
    (cascade,) = told["tables"]["cascade"]
    assert cascade["stages"] == ["small", "large"]
    assert (cascade["requests_learned_on"], cascade["requests_judged_on"]) == (100, 100)
    assert cascade["judged"]["quality"]["value"] == 1.0
    # hard ones pay 11, easy ones 1; a random mix of 1 and 10 within 8 is right in about .5 + .5 * 7 / 9
    assert cascade["judged"]["cost"]["value"] == pytest.approx(1 + 10 * cascade["answered"][1])
    assert cascade["random"]["quality"]["value"] == pytest.approx(0.5 + 0.5 * 7 / 9, abs=0.06)
    assert cascade["less_random"]["quality"]["low"] > 0
    text = isocost(models, "--budget", 8, "--cascade", scores)[1]
    assert "Cascade: small (" in text
    assert "judged on 100 other requests" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--budget", 1, "--quality", 0.5), "give --budget or --quality, not both"),
        (("--cost", "price"), "has no column 'price' for an input or output"),
        (("--cascade", "x.csv"), "a cascade is learned for an aim: give --budget or --quality"),
        (("--budget", 1, "--cascade", "absent.csv"), "cannot read absent.csv"),
        (("--budget", "x"), "--budget must be a number"),
        (("--budget", -1), "--budget must be a finite number of at least 0, the mean cost a request; got -1"),
        (("--budget", "nan"), "--budget must be a finite number"),
        (("--quality", "inf"), "--quality must be a finite number"),
    ],
)
def test_what_cannot_be_answered_is_refused(isocost, models, arguments, sentence):
    status, out, err = isocost(models, *arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("model,costs,quality\na,1,1\n", "has none of the columns cost_usd"),
        ("model,cost,q\na,1,1\n", "name yours with --quality-column COLUMN"),
        ("model,cost,quality\na,-1,1\n", "a has cost -1; a cost must be at least 0"),
        ("model,cost,quality\na,,1\n", "none of the 1 units has all of cost, quality"),
    ],
)
def test_units_that_cannot_be_mixed_are_refused(isocost, tmp_path, text, sentence):
    path = tmp_path / "models.csv"
    path.write_text(text)
    status, _, err = isocost(path)
    assert status == 2
    assert sentence in err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: lines[:11], "holds 5 requests; a cascade needs at least 20"),
        (lambda lines: lines[:-1], "request 'r199' has no row of model 'large'"),
        (lambda lines: [*lines, lines[1]], "request 'r0' has model 'small' twice"),
        (lambda lines: [*lines, "r200,small,,1,1"], "cost is empty; give each row one"),
        (lambda lines: [*lines, "r200,small,-1,1,1"], "cost must be at least 0"),
        (lambda lines: ["request,model,cost,correct", "a,b,1,1"], "has no column 'score'"),
    ],
)
def test_scores_that_teach_nothing_are_refused(isocost, models, scores, change, sentence):
    scores.write_text("\n".join(change(scores.read_text().splitlines())) + "\n")
    status, _, err = isocost(models, "--budget", 8, "--cascade", scores)
    assert status == 2
    assert sentence in err


def test_an_aim_that_no_cascade_keeps_and_a_share_of_nothing(isocost, models, scores):
    assert (
        "no cascade of small, large keeps a budget of 0.5"
        in isocost(models, "--budget", 0.5, "--cascade", scores)[2]
    )
    assert (
        "must lie between 0 and 1, got 1"
        in isocost(models, "--budget", 8, "--cascade", scores, "--train-share", 1)[2]
    )


def test_a_page_with_the_hull_the_mix_and_its_shadow_price(isocost, models, tmp_path):
    page = tmp_path / "mix.html"
    status, out, err = isocost(models, "--budget", 7, "--out", page)
    assert (status, err) == (0, "")
    assert out.endswith(f"\npage: {page}\n")
    text = page.read_text()
    assert "Send 50 % of the requests to c and 50 % of the requests to e" in text
    # between c (4, 0.9) and e (10, 0.92) a hundredth of quality costs 6 / 2 = 3
    assert ">$3.00 per 0.01 of quality</text>" in text
    assert text.count('class="price-line"') == 2  # wide and narrow
    assert ">50 % c + 50 % e</text>" in text
    assert "What quality costs along the hull" in text
    assert 'class="band"' not in text  # nothing is uncertain here


def test_a_page_with_intervals_has_a_band_and_json_says_no_page(isocost, models, tmp_path):
    models.write_text(
        "model,cost_usd,quality,quality_se\na,1,0.5,.02\nb,2,0.6,.02\nc,4,0.9,.01\nd,8,0.85,.01\ne,10,0.92,.01\n"
    )
    page = tmp_path / "mix.html"
    _, out, _ = isocost(models, "--json", "--out", page)
    assert json.loads(out)["estimates"]
    assert page.read_text().count('class="band"') == 2


def test_the_mix_of_a_single_unit_is_marked_at_the_unit(isocost, models, tmp_path):
    page = tmp_path / "mix.html"
    isocost(models, "--budget", 4, "--out", page)
    text = page.read_text()
    assert text.count('class="halo"') == 2
    assert len(re.findall(r'<text class="label chosen"[^>]*>c</text>', text)) == 2


def test_a_page_is_not_written_over_its_file(isocost, models):
    before = models.read_text()
    status, _, err = isocost(models, "--out", models)
    assert status == 2
    assert f"{models} is what the page is made of; name another file with --out" in err
    assert models.read_text() == before
    status, _, err = isocost(models, "--out", models.parent / "none" / "page.html")
    assert status == 2
    assert "No such file or directory; name another file with --out" in err
