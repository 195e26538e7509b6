"""``isocost runtime … --next``: which sizes to measure, and one sentence for what does not go."""

import json
import sys

import pytest

from isocost.cli import main

HEAD = "model,prompt_tokens,output_tokens,runtime_s"


@pytest.fixture
def isocost(capsys, monkeypatch):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "runtime", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


@pytest.fixture
def one(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text(f"{HEAD}\nm,1,1,0.027\n")
    return path


@pytest.fixture
def five(tmp_path):
    path = tmp_path / "five.csv"
    rows = ["m,1,1,0.027", "m,1,64,1.63", "m,256,1,0.05", "m,1024,1,0.13", "m,2000,1,0.31"]
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


def test_one_size_is_enough_to_ask_and_the_answer_is_a_command(isocost, one):
    status, out, _ = isocost(one, "--next", 3)
    assert status == 0
    assert out.startswith("m: T(p, o) is expected to be off by ")
    cells = [line.split()[0] for line in out.splitlines()[3:6]]
    assert f"isocost measure runtime URL --cells {','.join(cells)} --repeats 1 --out FOLDER" in out
    assert any(not cell.endswith("x1") for cell in cells)  # decode has not been timed yet


def test_json_tells_what_each_point_buys_and_costs(isocost, five):
    status, out, _ = isocost(five, "--next", 4, "--repeats", 8, "--json")
    assert status == 0
    told = json.loads(out)
    (deployment,), points = told["tables"]["deployments"], told["tables"]["points"]
    assert (deployment["name"], deployment["repeats"], deployment["requests_of_each"]) == ("m", 8, 9)
    assert len(points) == 4
    assert points[-1]["total_cost_s"] == pytest.approx(sum(point["cost"]["value"] for point in points))
    assert deployment["error"]["value"] == pytest.approx(points[0]["error_before"])
    for point in points:
        assert point["cost"]["low"] <= point["cost"]["value"] <= point["cost"]["high"]
        assert point["error_after"] <= point["error_before"] - deployment["least_gain"]
    assert told["verdict"]["state"] == "more"


def test_a_workload_says_what_matters(isocost, five, tmp_path):
    lengths = tmp_path / "lengths.csv"
    lengths.write_text("input_tokens,output_tokens\n600,1\n")
    _, out, _ = isocost(five, "--next", 1, "--workload", lengths, "--json")
    (point,) = json.loads(out)["tables"]["points"]
    assert 500 <= point["input_tokens"] <= 600


def test_enough_is_said_where_nothing_is_worth_measuring(isocost, tmp_path):
    rows = [
        f"m,{p},{o},{0.02 + 1e-4 * p + 0.02 * (o - 1):.9f}" for p in range(16, 257, 8) for o in (1, 16, 64)
    ]
    path = tmp_path / "all.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    status, out, _ = isocost(path, "--next", 2, "--prior", "none")
    assert status == 0
    assert "no further size lowers that by 0.02 points." in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--next", 0], "--next must be at least 1, got 0"),
        (["--next", 2, "--repeats", 0], "--repeats must be at least 1, got 0"),
        (["--next", 2, "--prior", "none"], "two prompt sizes and two output sizes come first"),
        (["--next", 2, "--prompt", 3, "--output", 3], "--prompt and --output another question"),
        (["--next", 2, "--denoised"], "--denoised another question"),
        (["--next", 2, "--deployment", "m"], "--deployment is for a study"),
        (["--repeats", 2], "--repeats goes with --next"),
        (["--workload", "chat"], "--workload goes with --next"),
    ],
)
def test_what_does_not_go_is_said_in_one_sentence(isocost, one, arguments, sentence):
    status, out, err = isocost(one, *arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.startswith("isocost: ")
    assert len(err.splitlines()) == 1


def test_what_is_neither_study_nor_table_is_told_how_to_begin(isocost, tmp_path):
    status, _, err = isocost(tmp_path / "no.csv", "--next", 2)
    assert status == 2
    assert "measure the first size: isocost measure runtime URL --cells 1x1" in err
