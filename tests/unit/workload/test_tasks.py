"""Mixtures of task types."""

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.workload import TaskType, draw_tasks


def test_fixed_lengths_are_what_they_are():
    (drawn,) = draw_tasks([TaskType(name="a", requests=4, input_tokens=100, output_tokens=7)])
    assert [(shape.input_tokens, shape.output_tokens) for shape in drawn.shapes] == [(100, 7)] * 4


def test_long_tails_have_their_median_and_95th_percentile():
    task = TaskType(
        name="a", requests=20_000, input_tokens=200, output_tokens=50, input_tail=4.0, output_tail=2.0
    )
    (drawn,) = draw_tasks([task], seed=3)
    inputs = [shape.input_tokens for shape in drawn.shapes]
    outputs = [shape.output_tokens for shape in drawn.shapes]
    assert np.percentile(inputs, [50, 95]) == pytest.approx([200, 800], rel=0.04)
    assert np.percentile(outputs, [50, 95]) == pytest.approx([50, 100], rel=0.04)


def test_the_seed_decides_and_types_differ():
    task = TaskType(name="a", requests=50, input_tokens=200, output_tokens=50, input_tail=4.0)
    one, other = draw_tasks([task, task], seed=3)
    assert one.shapes != other.shapes
    assert draw_tasks([task], seed=3)[0].shapes == one.shapes
    assert draw_tasks([task], seed=4)[0].shapes != one.shapes


def test_refused():
    with pytest.raises(InputError, match="task 'a' needs at least 1 request, got 0"):
        TaskType(name="a", requests=0, input_tokens=1, output_tokens=1)
    with pytest.raises(InputError, match="task 'a' needs output_tokens and output_tail of at least 1"):
        TaskType(name="a", requests=1, input_tokens=1, output_tokens=0.5)
    with pytest.raises(InputError, match="at least one task type"):
        draw_tasks([])
