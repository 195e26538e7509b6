"""A measurement that is killed loses nothing that was finished and measures nothing twice."""

from doubles.kill_campaign import kill_again_and_again
from doubles.truth_server import running_truth


def test_kills_under_load_lose_nothing(tmp_path):
    with running_truth("--first", "0.02", "--gap", "0.005") as truth:
        verdict = kill_again_and_again(truth, tmp_path, kills=4, seed=1)
    assert verdict.kills == 4
    assert verdict.answered >= 300
    assert (verdict.lost, verdict.measured_twice, verdict.not_resumed, verdict.unfinished) == (0, 0, 0, 0)
