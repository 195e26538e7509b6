import numpy as np
import pytest

from doubles.production_tables import production
from isocost.core.errors import InputError
from isocost.frontier import Axis, EnvelopmentProblem

UNKNOWN = "; leave out units whose values are not known"


@pytest.mark.parametrize(
    ("arguments", "words", "message"),
    [
        (([[0]], [[1]]), {}, "'x0' of unit '0' must be finite and above 0, got 0" + UNKNOWN),
        (([[-1]], [[1]]), {}, "'x0' of unit '0' must be finite and above 0, got -1" + UNKNOWN),
        (([[1], [np.nan]], [[1], [1]]), {}, "'x0' of unit '1' must be finite and above 0, got nan" + UNKNOWN),
        (([[1]], [[np.inf]]), {}, "'y0' of unit '0' must be finite and at least 0, got inf" + UNKNOWN),
        (([[1]], [[1]], [[0]]), {}, "'b0' of unit '0' must be finite and above 0, got 0" + UNKNOWN),
        (([[1], [1]], [[0, 0], [1, 0]]), {}, "unit '0' has no output, all are 0; leave such units out"),
        (([[1]], [[1], [2]]), {}, "1 units and 1 outputs need a table of shape (1, 1), got (2, 1)"),
        (
            ([[1], [2]], [[1], [2]]),
            {"names": ["a", "a"]},
            "2 units are named 'a'; give each unit a name of its own",
        ),
    ],
)
def test_tables_that_cannot_be_enveloped(arguments, words, message):
    with pytest.raises(InputError) as caught:
        production(*arguments, **words)
    assert str(caught.value) == message


def problem(**changes):
    given = {
        "names": ("a",),
        "input_axes": (Axis(name="cost", unit="USD", better="lower"),),
        "output_axes": (Axis(name="speed", unit="tok/s", better="higher"),),
        "inputs": np.ones((1, 1)),
        "outputs": np.ones((1, 1)),
    }
    return EnvelopmentProblem(**given | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"names": ()},
            "envelopment needs units, inputs and outputs; got 0 units, 1 inputs, 1 outputs",
        ),
        (
            {"output_axes": (Axis(name="cost", unit="USD", better="higher"),)},
            "'cost' is named 2 times among inputs and outputs; name it once",
        ),
        (
            {"output_axes": (Axis(name="wait", unit="s", better="lower"),)},
            "'wait' is better lower, but as output it would be better higher; what should be little is an "
            "input or a bad output",
        ),
        ({"inputs": [["dear"]]}, "inputs must be a table of numbers, a row a unit"),
        ({"inputs": [[1.0, 2.0]]}, "1 units and 1 inputs need a table of shape (1, 1), got (1, 2)"),
        ({"inputs": [1.0]}, "1 units and 1 inputs need a table of shape (1, 1), got (1,)"),
        ({"bads": np.ones((1, 1))}, "bad outputs need both bad_axes and bads, or neither"),
    ],
)
def test_axes_that_do_not_fit(changes, message):
    with pytest.raises(InputError) as caught:
        problem(**changes)
    assert str(caught.value) == message


def test_axes_in_order():
    assert [axis.name for axis in production([[1, 2]], [[3]], [[4]]).axes] == ["x0", "x1", "y0", "b0"]


def test_lists_will_do_and_are_copied():
    table = np.ones((1, 1))
    made = problem(inputs=[[3.0]], outputs=table)
    table[0, 0] = 9.0
    assert made.inputs.tolist() == [[3.0]]
    assert made.outputs.tolist() == [[1.0]]
