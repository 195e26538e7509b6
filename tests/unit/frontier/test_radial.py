import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.frontier.radial import radial_scores

ONE = (np.array([[2.0], [4.0], [3.0], [5.0], [6.0]]), np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]))


def textbook(x, y, reference, technology, orientation):
    """One program, as the textbook writes it, through scipy."""
    from scipy.optimize import linprog

    inputs, outputs = reference
    sums = np.r_[0.0, np.ones(len(inputs))][None]
    if orientation == "input":
        goal = np.r_[1.0, np.zeros(len(inputs))]
        above = np.vstack([np.c_[-x, inputs.T], np.c_[0 * y, -outputs.T]])
        limit = np.r_[0 * x, -y]
    else:
        goal = np.r_[-1.0, np.zeros(len(inputs))]
        above = np.vstack([np.c_[0 * x, inputs.T], np.c_[y, -outputs.T]])
        limit = np.r_[x, 0 * y]
    equal = {}
    if technology == "vrs":
        equal = {"A_eq": sums, "b_eq": [1.0]}
    elif technology != "crs":
        sign = 1.0 if technology == "drs" else -1.0
        above, limit = np.vstack([above, sign * sums]), np.r_[limit, sign]
    found = linprog(goal, A_ub=above, b_ub=limit, method="highs", **equal)
    return abs(found.fun) if found.status == 0 else np.nan


def tables(rng, kind):
    count, inputs, outputs = rng.integers(4, 25), rng.integers(1, 4), rng.integers(1, 4)
    if kind == "ties":
        x = rng.integers(1, 5, (count, inputs)).astype(float)
        y = rng.integers(0, 4, (count, outputs)).astype(float)
        y[(y == 0).all(axis=1), 0] = 1.0
        return x, y
    return np.exp(rng.normal(0, 1, (count, inputs))), np.exp(rng.normal(0, 1, (count, outputs)))


@pytest.mark.parametrize("technology", ["crs", "vrs", "drs", "irs"])
@pytest.mark.parametrize("orientation", ["input", "output"])
@pytest.mark.parametrize("kind", ["spread", "ties"])
def test_scores_are_those_of_the_textbook_program(technology, orientation, kind):
    rng = np.random.default_rng(5)
    for _ in range(5):
        x, y = tables(rng, kind)
        points = x * rng.uniform(0.3, 1.5, x.shape), y * rng.uniform(0.3, 1.5, y.shape)
        for at in ((x, y), points):
            ours = radial_scores(
                *at, reference_inputs=x, reference_outputs=y, technology=technology, orientation=orientation
            )
            theirs = [textbook(*each, (x, y), technology, orientation) for each in zip(*at, strict=True)]
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


def test_one_input_one_output_by_hand():
    # output vrs: between units 3 (3, 3) and 5 (6, 5) the line gives 3 + 2/3 at x = 4, where unit 2 makes 2,
    # and 3 + 4/3 at x = 5, where unit 4 makes 4
    assert radial_scores(*ONE, orientation="output") == pytest.approx(
        [1, 3.6666666667 / 2, 1, 4.3333333333 / 4, 1]
    )
    assert radial_scores(*ONE, technology="fdh") == pytest.approx([1, 0.75, 1, 1, 1])
    assert radial_scores(*ONE, technology="fdh", orientation="output") == pytest.approx([1, 1.5, 1, 1, 1])


def test_a_point_beyond_the_reference_set_scores_beyond_one_or_nothing():
    x, y = np.array([[1.0], [1.0]]), np.array([[2.0], [9.0]])
    scores = radial_scores(x, y, reference_inputs=ONE[0], reference_outputs=ONE[1])
    assert scores[0] == pytest.approx(2.5)  # two outputs need 2 + 1/2 * 1: the line from (2, 1) to (3, 3)
    assert np.isnan(scores[1])  # nobody makes nine
    crs = radial_scores(x, y, reference_inputs=ONE[0], reference_outputs=ONE[1], technology="crs")
    assert crs == pytest.approx([2, 9])


@pytest.mark.parametrize("technology", ["crs", "vrs", "drs", "irs"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_the_units_themselves_and_the_same_units_as_a_reference_set(technology, orientation):
    # units held against themselves drop out as columns once they can go; in another order none does
    rng = np.random.default_rng(8)
    x, y = rng.uniform(1, 9, (400, 3)), rng.uniform(0, 5, (400, 2))
    words = {"technology": technology, "orientation": orientation}
    turned = radial_scores(x, y, reference_inputs=x[::-1], reference_outputs=y[::-1], **words)
    np.testing.assert_allclose(radial_scores(x, y, **words), turned, rtol=0, atol=1e-10)


def test_a_thousand_copies_of_two_units():
    x, y = np.tile([[1.0], [2.0]], (1000, 1)), np.tile([[1.0], [1.0]], (1000, 1))
    assert np.unique(radial_scores(x, y)).tolist() == [0.5, 1.0]


UNKNOWN = "; leave out units whose values are not known"


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([[0.0]], [[1.0]], "input 0 of unit 0 must be finite and above 0, got 0" + UNKNOWN),
        (
            [[1.0], [np.nan]],
            [[1.0], [1.0]],
            "input 0 of unit 1 must be finite and above 0, got nan" + UNKNOWN,
        ),
        ([[np.inf]], [[1.0]], "input 0 of unit 0 must be finite and above 0, got inf" + UNKNOWN),
        ([[1.0]], [[-1.0]], "output 0 of unit 0 must be finite and at least 0, got -1" + UNKNOWN),
        ([[1.0]], [[0.0]], "unit 0 has no output, all are 0; leave such units out"),
        (
            [[1.0]],
            [[1.0], [2.0]],
            "envelopment needs inputs and outputs, a row a unit; got shapes (1, 1) and (2, 1)",
        ),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(x, y, message):
    with pytest.raises(InputError) as caught:
        radial_scores(np.array(x), np.array(y))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"technology": "nirs"}, "technology is one of crs, vrs, drs, irs, fdh; got 'nirs'"),
        ({"orientation": "in"}, "orientation is 'input' or 'output', got 'in'"),
        (
            {"reference_inputs": np.ones((1, 1))},
            "a reference set needs both reference_inputs and reference_outputs, or neither",
        ),
        (
            {"reference_inputs": np.ones((1, 2)), "reference_outputs": np.ones((1, 1))},
            "points have 1 inputs and 1 outputs, the reference set 2 and 1; both need the same",
        ),
    ],
)
def test_bad_words_are_refused_in_one_sentence(words, message):
    with pytest.raises(InputError) as caught:
        radial_scores(np.ones((1, 1)), np.ones((1, 1)), **words)
    assert str(caught.value) == message
