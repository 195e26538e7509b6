"""A measurement that is killed loses nothing that was finished and measures nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple

from doubles.kill_campaign import Campaign, Verdict, kill_again_and_again
from doubles.preloaded import preloaded
from doubles.truth_server import running_truth

SIDE_BY_SIDE = 4
KILLS = 20
TRIES = 3  # a busy machine may let a client wait longer than the grace; a fault would show every time


def test_kills_under_load_lose_nothing(tmp_path):
    """Twenty kills in four studies at a time, most of them while requests are in flight."""
    for number in range(TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        total = kill_side_by_side(folder)
        assert total.kills == KILLS
        assert total.under_load >= KILLS // 2
        assert total.answered >= 300 * SIDE_BY_SIDE
        assert (total.not_resumed, total.unfinished) == (0, 0)
        assert total.lost + total.measured_twice < KILLS  # or it is no matter of waiting
        if total.lost + total.measured_twice == 0:
            return
    assert (total.lost, total.measured_twice) == (0, 0)


def kill_side_by_side(folder):
    def kill(number):
        mine = folder / str(number)
        mine.mkdir()
        with running_truth("--first", "0.02", "--gap", "0.005") as truth, preloaded() as runner:
            campaign = Campaign(
                truth=truth,
                folder=mine,
                kills=KILLS // SIDE_BY_SIDE,
                seed=number,
                run=runner.run,
                grace_s=0.75,
                longest_s=1.4,
            )
            return kill_again_and_again(campaign)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        verdicts = list(pool.map(kill, range(SIDE_BY_SIDE)))
    return Verdict(*(sum(column) for column in zip(*map(astuple, verdicts), strict=True)))
