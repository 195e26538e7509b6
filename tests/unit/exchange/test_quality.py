"""Files of scores, made here after the documentation of each tool."""

import json
import zipfile

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_quality

HARNESS = {
    "results": {
        "arc_easy": {"alias": "arc_easy", "acc,none": 0.5, "acc_stderr,none": 0.01, "acc_norm,none": 0.45,
                     "acc_norm_stderr,none": 0.02},
        "gsm8k": {"exact_match,strict-match": 0.2, "exact_match_stderr,strict-match": "N/A",
                  "exact_match,flexible-extract": 0.3, "exact_match_stderr,flexible-extract": 0.05},
        "mmlu": {"acc,none": 0.4, "acc_stderr,none": 0.004},
        "perplexity_only": {"word_perplexity,none": 12.0},
    },
    "group_subtasks": {"mmlu": ["mmlu_a", "mmlu_b"], "arc_easy": []},
    "n-samples": {"gsm8k": {"original": 1319, "effective": 100}},
    "config": {"model": "hf", "model_args": "pretrained=org/model-a,dtype=float"},
    "lm_eval_version": "0.4.9",
}  # fmt: skip
INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {"task": "gpqa", "model": "openai/model-a", "packages": {"inspect_ai": "0.3.100"}},
    "results": {
        "completed_samples": 50,
        "scores": [
            {"name": "choice", "metrics": {"accuracy": {"value": 0.6}, "stderr": {"value": 0.07}}},
            {"name": "other", "metrics": {"accuracy": {"value": 0.1}}},
        ],
    },
}
HELM = [
    {"name": {"name": "exact_match", "split": "test", "perturbation": {"name": "typos"}}, "mean": 0.1},
    {"name": {"name": "exact_match", "split": "valid"}, "mean": 0.2},
    {"name": {"name": "quasi_exact_match", "split": "test"}, "mean": 0.9},
    {"name": {"name": "exact_match", "split": "test"}, "mean": 0.75},
    {"name": {"name": "num_instances", "split": "test"}, "mean": 40},
]
RUN = {"name": "boolq:model=org_a,data=x", "adapter_spec": {"model": "org/a"}}


@pytest.fixture
def write(tmp_path):
    def written(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return written


def test_the_harness_with_its_filters_and_groups(write):
    read = read_quality([write("results_1.json", HARNESS)])
    assert [(s.model, s.task, s.metric, s.value.value) for s in read.scores] == [
        ("org/model-a", "arc_easy", "acc_norm", 0.45),
        ("org/model-a", "gsm8k", "exact_match", 0.2),
    ]
    first, second = read.scores
    assert (first.value.low, first.value.high) == pytest.approx((0.45 - 0.0392, 0.45 + 0.0392), abs=1e-4)
    # no standard error: Wilson's interval over the questions asked
    assert second.value.n == 100
    assert (second.value.low, second.value.high) == pytest.approx((0.1333, 0.2888), abs=1e-3)
    assert first.tool == "lm-evaluation-harness 0.4.9"


def test_a_metric_of_ones_own(write):
    path = write("r.json", HARNESS)
    assert [(s.task, s.value.value) for s in read_quality([path], metric="acc").scores] == [("arc_easy", 0.5)]
    (score,) = read_quality([path], metric="exact_match,flexible-extract").scores
    assert (score.value.value, score.value.high) == (0.3, pytest.approx(0.398, abs=1e-3))


def test_the_harness_of_old(write):
    old = {
        "results": {"lambada": {"acc": 0.6, "acc_stderr": 0.02, "ppl": 5.0}},
        "versions": {"lambada": 0},
        "config": {"model": "gpt2", "model_args": None},
    }
    (score,) = read_quality([write("old.json", old)]).scores
    assert (score.model, score.metric, score.value.has_interval) == ("gpt2", "acc", True)


def test_inspect_in_both_forms(write, tmp_path):
    (score,) = read_quality([write("log.json", INSPECT)]).scores
    assert (score.model, score.task, score.metric) == ("openai/model-a", "gpqa", "accuracy")
    assert (score.value.n, score.tool) == (50, "Inspect 0.3.100")
    archive = tmp_path / "log.eval"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("header.json", json.dumps(INSPECT))
    assert read_quality([archive]).scores[0].value.value == score.value.value


def test_a_run_of_helm_in_its_folder(write, tmp_path):
    write("run/stats.json", HELM)
    write("run/run_spec.json", RUN)
    read = read_quality([tmp_path / "run"])
    (score,) = read.scores
    assert (score.model, score.task, score.metric) == ("org/a", "boolq:data=x", "exact_match")
    assert (score.value.value, score.value.n) == (0.75, 40)
    assert [caution.code for caution in read.cautions] == ["files-passed-over"]


def test_a_table(write):
    text = (
        "model,task,score,stderr,n,score_low,score_high\na,x,0.5,0.1,,,\nb,x,0.5,,100,,\nc,x,0.5,,,0.4,0.7\n"
    )
    scores = read_quality([write("scores.csv", text)]).scores
    ends = [(s.value.low, s.value.high) for s in scores]
    assert ends[0] == pytest.approx((0.304, 0.696), abs=1e-3)
    assert ends[1] == pytest.approx((0.4038, 0.5962), abs=1e-3)
    assert ends[2] == (0.4, 0.7)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", {"x": 1}, "is no file of scores that isocost knows"),
        ("a.json", "{", "a.json is not JSON"),
        ("a.json", INSPECT | {"status": "error"}, "ended with status 'error'; give one that succeeded"),
        ("a.json", INSPECT | {"version": 3}, "in version 3 of its format, and isocost reads up to 2"),
        ("a.eval", "no archive", "is no Inspect log"),
        ("a.csv", "model,points\na,1\n", "has no column 'score'"),
        ("a.csv", "model,score\na,\n", "line 2: score is empty; leave such rows out"),
        ("a.csv", "model,score\n,1\n", "line 2: model is empty"),
        ("a.csv", "model,score,n\na,1,0.5\n", "n must be a whole number of questions, got 0.5"),
        ("a.csv", "model,score,stderr\na,1,-1\n", "a standard error must be at least 0, got -1"),
        ("a.csv", "model,score,score_low\na,1,0\n", "an interval needs both ends"),
        ("a.csv", "model,score\na,1\na,0.5\n", "a has two scores on all, 1 of"),
    ],
)
def test_files_that_tell_no_score_are_refused(write, name, content, sentence):
    with pytest.raises(InputError) as caught:
        read_quality([write(name, content)])
    assert sentence in str(caught.value)


def test_a_folder_without_scores_and_an_archive_without_header(write, tmp_path):
    with pytest.raises(InputError, match="holds no"):
        read_quality([tmp_path])
    write("sub/other.json", {"a": 1})
    with pytest.raises(InputError, match="no file of scores found"):
        read_quality([tmp_path / "sub"])
    archive = tmp_path / "cut.eval"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("samples/1.json", "{}")
    with pytest.raises(InputError, match="the evaluation did not end"):
        read_quality([archive])
