"""``isocost runtime TIMES.csv``: text, JSON and HELM's form, and one sentence for what does not go."""

import json
import re
import sys

import numpy as np
import pytest

from isocost.catalog import published_fit
from isocost.cli import main

HEAD = "model,prompt_tokens,output_tokens,instance,runtime_s"


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
def times(tmp_path):
    """Five instances of 20 cells: .2 s, 20 ms a token, .1 ms a prompt token, and what it waits."""
    rng = np.random.default_rng(7)
    rows = [
        f"svc,{p},{o},{i},{0.2 + 0.0001 * p + 0.02 * (o - 1) + rng.exponential(0.01):.6f}"
        for p in (1, 256, 512, 1024)
        for o in (1, 4, 8, 16, 64)
        for i in range(5)
    ]
    path = tmp_path / "times.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


def test_our_fit_is_the_default(isocost, times):
    status, out, _ = isocost(times)
    assert status == 0
    assert out.startswith("svc takes 20")
    assert "for each token after the first.\n  first token" in out


@pytest.fixture
def six(tmp_path):
    """Six sizes of a made-up model whose prefill goes as OpenAI's davinci on A100, half as fast."""
    prefill = dict(published_fit("openai/davinci", "a100").runtime.prefill_s)
    rows = [f"m,{p},1,{2 * prefill[p]:.6f}" for p in (1, 256, 512, 1024, 1920)]
    path = tmp_path / "six.csv"
    last = f"m,1,64,{2 * prefill[1] + 63 * 0.162:.6f}"
    path.write_text("\n".join(["model,prompt_tokens,output_tokens,runtime_s", *rows, last]) + "\n")
    return path, 2 * prefill[320]


def test_prefill_between_few_sizes_goes_as_in_the_published_models(isocost, six):
    path, truth = six
    found = {
        prior: json.loads(isocost(path, "--prior", prior, "--prompt", 320, "--output", 1, "--json")[1])
        for prior in ("published", "none")
    }
    models = {prior: each["tables"]["models"][0] for prior, each in found.items()}
    error = {prior: abs(model["runtime"]["value"] / truth - 1) for prior, model in models.items()}
    assert error["published"] < 0.5 * error["none"]
    assert models["none"]["prior"] is None
    assert models["none"]["tile_tokens"] is None
    assert len(models["published"]["prior"]["sources"]) == 12
    assert models["published"]["tile_tokens"] == 128
    text = isocost(path)[1]
    assert re.search(r"between sizes  shaped as in 12 other models \(weight \d+", text)
    assert "a staircase in tiles of 128 tokens" in text
    assert "a staircase in tiles of 64 tokens" in isocost(path, "--prior", "none", "--tile", 64)[1]
    assert "between sizes" not in isocost(path, "--prior", "none", "--tile", "none")[1]


def test_a_table_unlike_the_published_models_says_that_the_prior_was_left_out(isocost, tmp_path):
    rows = [f"m,{p},1,{0.004 + 0.00021 * p:.6f}" for p in (1, 256, 512, 1024, 1920)]
    path = tmp_path / "straight.csv"
    path.write_text("\n".join(["model,prompt_tokens,output_tokens,runtime_s", *rows, "m,1,64,0.319"]) + "\n")
    out = isocost(path)[1]
    assert (
        "note: prefill does not go as in the models that the prior comes from; the prior was left out" in out
    )
    assert "between sizes" not in out


def test_denoised_with_width_and_idealized(isocost, times, tmp_path):
    ideal = tmp_path / "ideal.json"
    prefill = {"1": 0.02, "1024": 0.12}
    ideal.write_text(
        json.dumps({"svc": {"runtime_per_output_token": 0.01, "runtime_for_prompt_tokens": prefill}})
    )
    status, out, _ = isocost(
        times, "--denoised", "--width", "1%", "--idealized", ideal, "--prompt", 512, "--output", 8
    )
    assert status == 0
    assert "  overhead       18" in out  # .2 - .02 = .18 s
    assert "for this request.\n" in out
    assert re.search(r"\d % \[\d+, \d+\] of the raw runtime is the service, not the model", out)
    assert "of each size for +-1 %" in out or "more than ten times as many" in out


def test_a_service_faster_than_the_stack_is_said_so(isocost, times, tmp_path):
    ideal = tmp_path / "ideal.json"
    ideal.write_text('{"svc": {"runtime_per_output_token": 0.1, "runtime_for_prompt_tokens": {"1": 1.0}}}')
    _, out, _ = isocost(times, "--denoised", "--idealized", ideal)
    assert "less time than the idealized stack" in out


def test_helm_form_has_the_schema(isocost, times):
    # the least of five: about .2002 at (1, 1); slope .02; overhead alpha - beta = .18
    status, out, _ = isocost(times, "--rule", "published", "--denoised", "--format", "helm")
    assert status == 0
    found = json.loads(out)["svc"]
    assert list(found) == ["runtime_per_output_token", "runtime_for_prompt_tokens", "overhead"]
    assert found["runtime_per_output_token"] == 0.02
    assert list(found["runtime_for_prompt_tokens"]) == ["1", "256", "512", "1024"]
    assert found["overhead"] == pytest.approx(0.18, abs=0.003)
    idealized = json.loads(isocost(times, "--rule", "published", "--format", "helm")[1])["svc"]
    assert list(idealized) == ["runtime_per_output_token", "runtime_for_prompt_tokens"]


@pytest.mark.parametrize("more", [[], ["--denoised", "--width", "2%"], ["--rule", "published"]])
def test_json_is_the_envelope(isocost, times, more):
    status, out, _ = isocost(times, "--json", "--prompt", 300, "--output", 8, *more)
    assert status == 0
    found = json.loads(out)
    assert found["schema"] == "isocost/1"
    (model,) = found["tables"]["models"]
    assert model["decode"]["value"] == pytest.approx(0.02, rel=0.05)
    assert model["runtime"]["kind"] == "interpolated"
    assert model["rows"] == 100


def test_the_published_rule_warns_beyond_its_sizes(isocost, times):
    _, out, _ = isocost(times, "--rule", "published", "--prompt", 4000, "--output", 8)
    assert "(extrapolated)" in out
    assert "note: 4000 input tokens lie outside 1 to 1024" in out


def test_copies_of_instances_are_left_out(isocost, tmp_path):
    path = tmp_path / "copied.csv"
    rows = [f"svc,1,{o},{i},{0.1 + 0.02 * o + 0.00012345 * (i % 2)}" for o in (1, 4, 8) for i in range(4)]
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    _, out, _ = isocost(path, "--denoised")
    # the odd ones are copies; the even ones, told to the hundredth, may agree by rounding
    assert "note: 3 of 12 runtimes repeat another of the same size to the last digit" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rule", "ours"], "--rule must be published, or left out for ours, got 'ours'"),
        (["--unit", "min"], "--unit must be s or ms, got 'min'"),
        (["--format", "xml"], "--format must be text, json or helm, got 'xml'"),
        (["--map", "x"], "--map 'x' has not the form THEIRS=OURS"),
        (["--where", "=x"], "--where '=x' has not the form COLUMN=VALUE"),
        (
            ["--denoised", "--width", "much"],
            "--width must be a share such as 5%, above 0 and below 100%, got 'much'",
        ),
        (["--width", "5%"], "--width asks how many instances denoising needs; give it with --denoised alone"),
        (["--idealized", "x"], "--idealized compares with denoised runtimes; give it with --denoised"),
        (["--tile", "x"], "--tile must be auto, none or a number of tokens of at least 2, got 'x'"),
        (["--tile", "1"], "--tile must be auto, none or a number of tokens of at least 2, got '1'"),
        (["--prior", "mine"], "--prior must be published or none, got 'mine'"),
        (
            ["--denoised", "--tile", "64"],
            "--tile is for our own fit of a study or a table; leave it out with --denoised",
        ),
        (
            ["--rule", "published", "--prior", "none"],
            "--prior is for our own fit of a study or a table; leave it out with --rule",
        ),
        (["--prompt", "5"], "a prediction needs both lengths: give --prompt and --output"),
    ],
)
def test_options_that_do_not_go(isocost, times, arguments, sentence):
    status, out, err = isocost(times, *arguments)
    assert (status, out, err) == (2, "", f"isocost: {sentence}\n")


def test_a_table_has_no_deployments_and_a_study_no_rule(isocost, times, tmp_path):
    assert isocost(times, "--deployment", "svc")[2] == (
        f"isocost: --deployment is for a study, and {times} is a table; choose rows with --where model=svc\n"
    )
    assert isocost(tmp_path, "--rule", "published")[2] == (
        f"isocost: --rule is for a table of runtimes, a file; {tmp_path} is a folder\n"
    )
    assert isocost(tmp_path / "no", "--format", "helm")[2] == (
        f"isocost: --format helm is for a table of runtimes, a file; {tmp_path / 'no'} is not there\n"
    )


@pytest.mark.parametrize(
    ("rows", "more", "sentence"),
    [
        (["m,1,1,0,.1", "m,64,1,0,.2"], [], "all profiled requests have 1 output tokens"),
        (["m,1,1,0,.1", "m,1,8,0,.2"], [], "all profiled requests have 1 prompt tokens"),
        (["m,1,1,0,.1", "m,64,1,0,.2"], ["--denoised"], "cannot tell prefill from decode"),
        (["m,1,1,0,.1", "m,64,1,0,.2"], ["--rule", "published"], "needs at least two output sizes"),
        (["m,1,1,mean,.1", "m,1,8,mean,.2"], ["--denoised"], "m has means of several requests"),
    ],
)
def test_sizes_that_identify_nothing_are_told_with_the_model(isocost, tmp_path, rows, more, sentence):
    path = tmp_path / "few.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    status, _, err = isocost(path, *more)
    assert status == 2
    assert err.startswith("isocost: m")
    assert sentence in err
    assert err.count("\n") == 1


def test_one_prompt_size_is_enough_for_the_published_rule_and_denoising(isocost, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text(
        "\n".join([HEAD, *(f"m,1,{o},{i},{0.1 + 0.01 * o}" for o in (1, 4, 8) for i in range(3))])
    )
    assert isocost(path, "--rule", "published")[0] == 0
    assert isocost(path, "--denoised")[0] == 0


def test_conditions_tell_the_fits_of_a_model_apart(isocost, tmp_path):
    path = tmp_path / "two.csv"
    rows = [f"m,1,{o},{0.01 * o},{gpu}" for gpu in ("a100", "v100") for o in (1, 4, 8, 16)]
    path.write_text("\n".join(["model,prompt_tokens,output_tokens,runtime_s,gpu", *rows]))
    assert "m (gpu=v100) takes 10.0 ms" in isocost(path, "--rule", "published")[1]
    assert isocost(path, "--rule", "published", "--format", "helm")[2] == (
        "isocost: HELM's form has one entry for each model, and there are m (gpu=a100), m (gpu=v100); choose "
        "with --where\n"
    )
    ideal = tmp_path / "ideal.json"
    ideal.write_text('{"x": {"runtime_per_output_token": 0.1, "runtime_for_prompt_tokens": {"1": 1.0}}}')
    assert "has none of the models" in isocost(path, "--denoised", "--idealized", ideal)[2]


def test_many_sizes_are_gathered_and_too_many_not_denoised(isocost, tmp_path):
    path = tmp_path / "many.csv"
    rows = [
        f"m,{p},{o},0,{0.05 + 0.0002 * p + 0.02 * (o - 1):.4f}" for p in range(1, 81) for o in range(1, 31)
    ]
    path.write_text("\n".join([HEAD, *rows]))
    status, out, _ = isocost(path)
    assert status == 0
    assert out.startswith("m takes 20.000 ms")
    assert (
        "note: 2,400 sizes of request are too many to be fitted apart: near prompts were taken together, "
        "and of answers sixteen lengths kept\n" in out
    )
    assert isocost(path, "--denoised")[2] == (
        "isocost: m has 2,400 sizes of request, and the least of each says little; denoise at most 2,000: "
        "choose rows with --where, or round the sizes\n"
    )


@pytest.mark.parametrize("more", [[], ["--denoised"], ["--rule", "published"]])
def test_a_page_shows_each_fit(isocost, times, tmp_path, more):
    page = tmp_path / "page.html"
    status, out, _ = isocost(times, "--out", page, *more)
    assert status == 0
    assert out.endswith(f"\n\npage: {page}\n")
    text = page.read_text()
    titles = re.findall("<h2>(.*?)</h2>", text)
    assert "What one request takes on svc" in titles
    assert "Coefficients of T(p, o)" in titles
    assert ("Raw and denoised runtime" in titles) == ("--denoised" in more)
    assert len(text.encode()) < 300 * 1024
    assert not re.search(r"<[^>]+\s(on\w+|src|href|style)\s*=", text)


def test_the_page_sets_raw_denoised_and_idealized_side_by_side(isocost, times, tmp_path):
    ideal, page = tmp_path / "ideal.json", tmp_path / "page.html"
    ideal.write_text(
        '{"svc": {"runtime_per_output_token": 0.01, "runtime_for_prompt_tokens": {"1": 0.02, "1024": 0.12}}}'
    )
    isocost(times, "--denoised", "--idealized", ideal, "--out", page)
    text = page.read_text()
    assert "Raw, denoised and idealized runtime" in text
    assert re.search(r"\d % \[\d+, \d+\] of the raw runtime is the service, not the model", text)


def test_the_page_of_a_study_is_its_report(isocost, tmp_path):
    assert isocost(tmp_path, "--out", "page.html")[2] == (
        f"isocost: the page of a study is its report; write it: isocost report {tmp_path} --output "
        "page.html\n"
    )
    assert isocost(tmp_path / "x.csv", "--out", "page.html")[2].startswith("isocost: ")
