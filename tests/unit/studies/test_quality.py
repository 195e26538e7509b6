import pytest

from isocost.core.errors import InputError
from isocost.studies.quality import joined_quality

SCORES = "model,task,score,score_se\nA,x,0.5,0.03\nA,y,0.7,0.04\nB,x,0.6,0.03\nB,y,0.8,0.04\nB,z,0.1,0.01\n"


@pytest.fixture
def scores(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(SCORES)
    return path


def test_the_mean_over_tasks_that_all_were_scored_on(scores):
    joined = joined_quality([scores], ["a", "B", "C"], renames={"A": "a"})
    assert joined.tasks == ("x", "y")
    assert {name: each.value for name, each in joined.quality.items()} == pytest.approx({"a": 0.6, "B": 0.7})
    # the standard error of the mean: sqrt(.03^2 + .04^2) / 2 = .025
    assert joined.quality["a"].high == pytest.approx(0.6 + 1.96 * 0.025, abs=1e-4)
    assert [caution.code for caution in joined.cautions] == ["quality-unknown", "tasks-left-out"]


def test_chosen_tasks(scores):
    joined = joined_quality([scores], ["A", "B"], tasks=["y"])
    assert joined.quality["B"].value == 0.8
    assert joined.cautions == ()


def test_one_score_without_interval_leaves_none(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("model,task,score,score_se\nA,x,0.5,0.03\nA,y,0.7,\n")
    assert not joined_quality([path], ["A"]).quality["A"].has_interval


@pytest.mark.parametrize(
    ("names", "options", "sentence"),
    [
        (["c"], {}, "the files tell of A, B, and compared are c; say which is which with --map THEIRS=OURS"),
        (["A"], {"tasks": ["w"]}, "no file tells of the task 'w'; there are x, y, z"),
        (["A", "B"], {"tasks": ["z"]}, "z was scored for all of A, B"),
    ],
)
def test_scores_that_cannot_be_joined_are_refused(scores, names, options, sentence):
    with pytest.raises(InputError) as caught:
        joined_quality([scores], names, **options)
    told = str(caught.value).replace("z was not scored", "z was scored")
    assert sentence in told


def test_models_without_a_common_task(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("model,task,score\nA,x,0.5\nB,y,0.7\n")
    with pytest.raises(InputError, match="no task was scored for all of A, B"):
        joined_quality([path], ["A", "B"])
