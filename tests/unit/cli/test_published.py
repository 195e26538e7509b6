"""``isocost runtime MODEL`` and ``isocost catalog published``: text, JSON, one sentence for what fails."""

import json
import sys

import pytest

from isocost.cli import main

TIMES = "model,prompt_tokens,output_tokens,runtime_s\n" + "".join(
    f"svc,{p},{o},{0.2 + 0.0001 * p + 0.02 * (o - 1):.6f}\n" for p in (1, 512, 1024) for o in (1, 8, 64)
)


@pytest.fixture
def isocost(capsys, monkeypatch):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


def test_runtime_cost_and_energy_of_a_published_model(isocost):
    status, out, _ = isocost(
        "runtime", "openai/davinci", "--prompt", 512, "--output", 1, "--hardware", "a100"
    )
    assert status == 0
    # .178 s; 8 x 4.096 USD an hour: .178 * 32.768 / 3600 = .00162; 8 x 400 W x .64 x .178 s = 365 J
    assert out.startswith(
        "openai/davinci takes 178 ms [172, 184] for 512 tokens in and 1 out on 8 x a100-80gb"
    )
    assert "$0.00162 [0.00156, 0.00168] a request, alone: $32.77/h, 8 x 4.096 USD (paper-a100-2023)" in out
    assert "360 J [160, 530] a request, alone: 2,000 W [900, 2,900], assumption" in out
    assert "assumption: what H100 and B200 drew" in out
    assert "by 24 h^2 L (p + o - 1)" in out


def test_json_tells_each_hardware_with_interval_kind_and_source(isocost):
    _, out, _ = isocost("runtime", "curie", "--prompt", 512, "--output", 8, "--json")
    found = json.loads(out)
    a100, v100, api = found["tables"]["hardware"]
    assert a100["runtime"]["value"] == pytest.approx(0.047 + 7 * 0.024)
    assert a100["runtime"]["kind"] == "published"
    assert "2305.02440" in a100["runtime"]["source"]
    assert a100["costs"]["cost"]["unit"] == "USD/request"
    assert a100["costs"]["cost"]["low"] < a100["costs"]["cost"]["value"] < a100["costs"]["cost"]["high"]
    assert a100["costs"]["energy"]["kind"] == "assumed"
    assert (v100["copy_of"], api["copy_of"], api["costs"]) == ("ai21/j1-large", None, None)
    assert [each["code"] for each in found["warnings"]] == ["copied-coefficients"]
    assert [each["name"] for each in found["assumptions"]] == [
        f"{what} of 1 x {accelerator}"
        for accelerator in ("a100-80gb", "v100-32gb")
        for what in ("price", "power")
    ]


def test_another_currency_at_a_given_rate(isocost):
    given = ("--hardware", "a100", "--price-per-hour", 36, "--currency", "eur", "--rate", "EUR=0.5")
    _, out, _ = isocost("runtime", "yalm", "--prompt", 1, "--output", 1, *given)  # .071 s at .01 EUR/s
    assert "0.00071 EUR" in out
    assert "0.5 EUR for one USD, given by you, 20" in out
    _, out, _ = isocost("runtime", "yalm", "--prompt", 1, "--output", 1, *given, "--json")
    cost = json.loads(out)["tables"]["hardware"][0]["costs"]["cost"]
    assert (cost["unit"], cost["value"]) == ("EUR/request", pytest.approx(0.00071))


def test_without_a_request_all_coefficients(isocost):
    status, out, _ = isocost("runtime", "davinci")
    assert status == 0
    assert "alpha(1,024)" in out
    assert "overhead" in out
    assert isocost("catalog", "published", "davinci")[1] == out


def test_the_catalogue_lists_models_and_copies(isocost):
    _, out, _ = isocost("catalog", "published")
    assert out.startswith("29 models with a published runtime")
    (curie,) = [line.split() for line in out.splitlines() if line.startswith("openai/curie")]
    assert curie == ["openai/curie", "1", "24", "1", "27", "7", "ai21/j1-large"]
    rows = json.loads(isocost("catalog", "published", "--json")[1])["tables"]["published"]
    assert len(rows) == 19 + 15 + 18
    one = json.loads(isocost("catalog", "published", "davinci", "--json")[1])["tables"]["published"]
    assert [row["hardware"] for row in one] == ["a100", "v100", "api"]


def test_a_table_is_costed_too(isocost, tmp_path):
    times = tmp_path / "times.csv"
    times.write_text(TIMES)
    request = ("--prompt", 512, "--output", 8, "--rule", "published")
    # .2 + .0512 + 7 * .02 = .391 s at .01 USD/s; two H100 at .64 of 700 W: 896 W
    _, out, _ = isocost(
        "runtime", times, *request, "--price-per-hour", 36, "--accelerator", "h100", "--count", 2
    )
    assert "  cost           $0.00391 a request, alone: $36.00/h, given by you, 20" in out
    assert "  energy         350 J a request, alone" in out
    found = json.loads(isocost("runtime", times, *request, "--price-per-hour", 36, "--json")[1])
    assert found["tables"]["models"][0]["costs"]["cost"]["value"] == pytest.approx(0.00391, rel=0.01)
    assert found["assumptions"][0]["value"] == "36 USD per hour"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["runtime", "gpt-j-6b"],
            "'gpt-j-6b' is the name of several published runtimes; say gooseai/gpt-j-6b or",
        ),
        (
            ["runtime", "davinci", "--prompt", "5"],
            "a prediction needs both lengths: give --prompt and --output",
        ),
        (
            ["runtime", "davinci", "--rule", "published"],
            "--rule is for a table of runtimes, a file; davinci is not",
        ),
        (
            ["runtime", "davinci", "--deployment", "x"],
            "--deployment is for a study, a folder; davinci is none",
        ),
        (
            ["runtime", "davinci", "--currency", "SEK"],
            "the catalogue has no rate of 'SEK', only of USD, CNY,",
        ),
        (["runtime", "davinci", "--rate", "2"], "--rate '2' has not the form CODE=NUMBER, such as EUR=0.92"),
        (
            ["runtime", "davinci", "--rate", "USD=2"],
            "--rate is per US dollar, which is 1 of itself; give the",
        ),
        (["runtime", "davinci", "--rate", "EUR=0"], "--rate EUR=0: the rate of EUR per USD must be above 0"),
        (["runtime", "{times}", "--price-per-hour", "2"], "--price-per-hour costs a request: say which with"),
        (
            ["runtime", "{times}", "--hardware", "a100"],
            "--hardware is for a model with a published runtime, and",
        ),
        (
            ["catalog", "published", "davinchi"],
            "no published runtime of 'davinchi'; the nearest: openai/davinci",
        ),
    ],
)
def test_what_does_not_go_is_one_sentence(isocost, tmp_path, arguments, sentence):
    times = tmp_path / "times.csv"
    times.write_text(TIMES)
    status, out, error = isocost(*(each.format(times=times) for each in arguments))
    assert (status, out) == (2, "")
    assert error.startswith(f"isocost: {sentence}")
    assert error.count("\n") == 1
