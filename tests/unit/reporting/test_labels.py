"""Labels collide with nothing."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from isocost.reporting.labels import Label, Placed, place_labels
from isocost.reporting.svg import Frame, text_width

FRAME = Frame(left=50.0, right=850.0, top=10.0, bottom=400.0)


def box(placed: Placed) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the letters, by their estimated width and two thirds of their height."""
    width, size = text_width(placed.label.text, placed.label.size), placed.label.size
    left = {"start": placed.x, "middle": placed.x - width / 2, "end": placed.x - width}[placed.anchor]
    return left, placed.y - 0.7 * size, left + width, placed.y


def apart(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


points = st.tuples(st.floats(50, 850), st.floats(10, 400), st.text("abc1", min_size=1, max_size=14))


@given(st.lists(points, max_size=40))
def test_no_two_labels_overlap_and_none_leaves_the_frame(places: list[tuple[float, float, str]]) -> None:
    labels = [Label(x=x, y=y, text=text) for x, y, text in places]
    placed = place_labels(labels, [(x, y, 5.0) for x, y, _ in places], FRAME)
    for one, other in itertools.combinations(map(box, placed), 2):
        assert apart(one, other)
    for left, _, right, bottom in map(box, placed):
        assert FRAME.left <= left
        assert right <= FRAME.right
        assert bottom <= FRAME.bottom


def test_a_lonely_label_stands_to_the_right() -> None:
    (placed,) = place_labels([Label(x=100.0, y=100.0, text="16", gap=9.0)], [], FRAME)
    assert (placed.anchor, placed.x) == ("start", 109.0)


def test_at_the_right_edge_it_stands_elsewhere() -> None:
    (placed,) = place_labels([Label(x=849.0, y=100.0, text="16")], [], FRAME)
    assert placed.anchor == "end"


def test_the_first_label_comes_first() -> None:
    same = [Label(x=100.0, y=100.0, text=f"label {i}") for i in range(30)]
    placed = place_labels(same, [], FRAME)
    assert placed[0].label.text == "label 0"
    assert len(placed) < 30
