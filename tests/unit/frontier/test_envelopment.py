import numpy as np
import pytest

from doubles.production_tables import production
from isocost.core.errors import InputError
from isocost.frontier import Direction, Peer, envelop

FIVE = production([[2], [4], [3], [5], [6]], [[1], [2], [3], [4], [5]])
TWO_INPUTS = production([[2, 5], [2, 4], [6, 6], [3, 2], [6, 2]], [[1], [2], [3], [1], [2]], names="12345")


def kuosmanen(x, y, b, unit):
    """The program as written in Kuosmanen 2005, with direction (0, y, b), through scipy."""
    from scipy.optimize import linprog

    n = len(x)  # variables: step, lambda (active), mu (cut to nothing)
    goal = np.r_[-1.0, np.zeros(2 * n)]
    above = np.vstack([np.c_[np.zeros(x.shape[1]), x.T, x.T], np.c_[y[unit], -y.T, 0 * y.T]])
    limit = np.r_[x[unit], -y[unit]]
    equal = np.vstack([np.c_[b[unit], b.T, 0 * b.T], np.r_[0.0, np.ones(2 * n)]])
    bounds = [(None, None)] + [(0, None)] * (2 * n)
    found = linprog(goal, A_ub=above, b_ub=limit, A_eq=equal, b_eq=np.r_[b[unit], 1.0], bounds=bounds)
    return -found.fun


def test_peers_and_slacks_of_coellis_first_example():
    # DEAP prints: firm 1 against firm 2 at weight .5, slack of .5 in x2; 3 against 2 and 5 at 1 and
    # .5; 4 against 2 and 5 at .214 and .286
    units = {unit.name: unit for unit in envelop(TWO_INPUTS, technology="crs").units}
    assert units["1"].peers == (Peer("2", 0.5),)
    assert units["1"].slacks == pytest.approx((0, 0.5, 0))
    assert units["1"].targets == pytest.approx((1, 2, 1))
    assert units["1"].leaves_slack
    assert [(peer.name, round(peer.weight, 3)) for peer in units["3"].peers] == [("2", 1.0), ("5", 0.5)]
    assert [(peer.name, round(peer.weight, 3)) for peer in units["4"].peers] == [("5", 0.286), ("2", 0.214)]
    assert units["4"].targets == pytest.approx((3 * 5 / 7, 2 * 5 / 7, 1))
    assert units["2"].efficient
    assert not units["2"].leaves_slack
    assert units["4"].shephard == pytest.approx(1.4)


def test_a_score_of_one_with_slack_is_said():
    # the second makes the same with the same first input and 1 more of the second
    found = envelop(production([[1, 1], [1, 2]], [[1], [1]]))
    assert found.scores.tolist() == [1, 1]
    assert [unit.leaves_slack for unit in found.units] == [False, True]
    assert found.units[1].slacks == (0, 1, 0)


def test_the_stage_of_slacks_finds_the_most():
    # unit 2 at (2, 2, 2) lies beside both (2, 1, 2) and (2, 2, 1), and the sum of slacks is largest, 1.5,
    # beside (2, 1, 1.5); a first stage alone may stop anywhere
    x = [[2, 1, 2], [2, 2, 1], [2, 2, 2], [2, 1, 1.5]]
    unit = envelop(production(x, [[1]] * 4)).units[2]
    assert unit.score == 1
    assert unit.slacks == pytest.approx((0, 1, 0.5, 0))


def test_conventions_are_named():
    assert envelop(FIVE).convention.startswith("Farrell, input")
    output = envelop(FIVE, orientation="output")
    assert output.convention.startswith("Farrell, output")
    assert output.units[3].score == pytest.approx(13 / 12)
    assert output.units[3].shephard == pytest.approx(12 / 13)
    directional = envelop(FIVE, orientation="directional")
    assert directional.units[3].shephard is None
    assert directional.direction == Direction()
    assert directional.direction.label == "inputs by own, outputs by own, bad outputs by own"


def test_a_direction_of_numbers_counts_steps():
    # unit 1 at (4, 2): steps of one input less reach 2.5 after 1.5; of one output more 3 + 2/3 after 1.6667
    fewer = envelop(FIVE, orientation="directional", direction=Direction(inputs=(1.0,), outputs=None))
    more = envelop(FIVE, orientation="directional", direction=Direction(inputs=None, outputs=(1.0,)))
    mean = envelop(FIVE, orientation="directional", direction=Direction(inputs="mean", outputs=None))
    assert fewer.units[1].score == pytest.approx(1.5)
    assert more.units[1].score == pytest.approx(5 / 3)
    assert mean.units[1].score == pytest.approx(1.5 / 4)  # the mean of 2, 4, 3, 5, 6 is 4


def test_super_efficiency_by_hand_and_where_there_is_none():
    # input vrs without oneself: unit 2 (3, 3) against the line from (2, 1) to (5, 4): 4 / 3; unit 0 makes 1
    # with 2, for which others take 3; unit 4 makes 5 and nobody else does
    found = envelop(FIVE, super_efficiency=True)
    assert found.units[0].score == pytest.approx(1.5)
    assert found.units[2].score == pytest.approx(4 / 3)
    assert found.units[4].status == "infeasible"
    assert found.units[4].score is None
    assert found.units[4].peers == found.units[4].slacks == ()
    assert np.isnan(found.scores[4])


def test_nobody_else_makes_that_output():
    found = envelop(
        production([[1], [1]], [[1, 0], [0, 1]]),
        technology="crs",
        orientation="output",
        super_efficiency=True,
    )
    assert [unit.status for unit in found.units] == ["unbounded", "unbounded"]
    assert [unit.score for unit in found.units] == [None, None]


@pytest.mark.parametrize("seed", range(4))
def test_weak_disposability_is_kuosmanens(seed):
    rng = np.random.default_rng(seed)
    x, y, b = rng.uniform(1, 9, (20, 2)), rng.uniform(1, 9, (20, 2)), rng.uniform(1, 9, (20, 1))
    found = envelop(
        production(x, y, b),
        orientation="directional",
        direction=Direction(inputs=None),
        disposability="weak",
    )
    expected = [kuosmanen(x, y, b, unit) for unit in range(20)]
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-7)
    assert found.disposability == "weak"
    for unit, i in zip(found.units, range(20), strict=True):
        assert unit.slacks[-1] == 0
        assert unit.targets[-1] == pytest.approx(b[i, 0] * (1 - unit.score))


def test_bads_that_can_be_cut_freely_by_hand():
    # both make 1 with 1; the second brings twice the bad output and could halve it
    problem = production([[1], [1]], [[1], [1]], [[1], [2]])
    found = envelop(
        problem,
        orientation="directional",
        direction=Direction(inputs=None, outputs=None),
        disposability="strong",
    )
    assert found.scores == pytest.approx([0, 0.5])


def test_cautions():
    few = envelop(FIVE)
    assert [caution.code for caution in few.cautions] == ["few-units"]
    assert few.cautions[0].text == (
        "5 units for 2 inputs and outputs: at least 6 are advised (Cooper, Seiford & Tone 2007, "
        "doi:10.1007/978-0-387-45283-8); with fewer, most units are efficient only because none is like them"
    )
    x = [[1], [2], [3], [4], [5], [5]]
    flat = envelop(production(x, [[1]] * 6))
    assert [caution.code for caution in flat.cautions] == ["constant-axis", "equal-units"]
    assert flat.cautions[0].text == "'y0' is the same for all units and tells none from another"
    assert flat.cautions[1].text.startswith("2 units share all their values with another, '4' among them")
    ratio = production([[1], [2], [3], [4], [5], [6]], [[0.1], [0.2], [0.5], [0.6], [0.7], [0.8]], ratio="y0")
    assert [caution.code for caution in envelop(ratio).cautions] == ["mixed-ratio"]
    assert envelop(ratio, technology="fdh").cautions == ()


BAD = production([[1], [1]], [[1], [1]], [[1], [2]])
RATIO = production([[1], [1]], [[0.5], [0.6]], ratio="y0")
STEPS = Direction(inputs=(1.0, 2.0))


@pytest.mark.parametrize(
    ("problem", "words", "message"),
    [
        (FIVE, {"technology": "ccr"}, "technology is one of crs, vrs, drs, irs, fdh; got 'ccr'"),
        (FIVE, {"orientation": "in"}, "orientation is one of input, output, directional; got 'in'"),
        (
            FIVE,
            {"direction": Direction()},
            "a direction needs orientation 'directional', got 'input'; leave the direction out",
        ),
        (
            FIVE,
            {"orientation": "directional", "direction": STEPS},
            "a direction of inputs is 'own', 'mean', None, or a number at least 0 for each of the 1; "
            "got (1.0, 2.0)",
        ),
        (
            FIVE,
            {"orientation": "directional", "direction": Direction(inputs=None, outputs=None)},
            "a direction must change something of each unit, got inputs fixed, outputs fixed, "
            "bad outputs by own; say for instance inputs='own'",
        ),
        (
            FIVE,
            {"disposability": "weak"},
            "disposability is of bad outputs, and there are none; leave it out",
        ),
        (
            BAD,
            {},
            "bad outputs need orientation 'directional', got 'input'; or count them among the inputs",
        ),
        (
            BAD,
            {"orientation": "directional"},
            "bad outputs need a word on how they can be cut: disposability 'weak' (only together with good "
            "outputs) or 'strong' (freely, like inputs); got None",
        ),
        (
            BAD,
            {"orientation": "directional", "disposability": "weak", "technology": "fdh"},
            "weak disposability mixes units: it goes neither with fdh nor with super-efficiency; "
            "take 'strong', or another technology",
        ),
        (
            RATIO,
            {"technology": "crs"},
            "crs envelopment would scale 'y0', which is a ratio with an upper end: twice the inputs do not "
            "give twice the share; use vrs or fdh",
        ),
    ],
)
def test_words_that_do_not_go_together(problem, words, message):
    with pytest.raises(InputError) as caught:
        envelop(problem, **words)
    assert str(caught.value) == message
