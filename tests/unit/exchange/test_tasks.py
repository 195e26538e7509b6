"""Workloads in CSV files."""

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_tasks
from isocost.workload import TaskType


def test_task_types(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("task,requests,input_tokens,output_tokens,input_tail\nfix,300,400,380,2.5\n,,100,5,\n")
    assert read_tasks(path) == (
        TaskType(name="fix", requests=300, input_tokens=400, output_tokens=380, input_tail=2.5),
        TaskType(name="line 3", requests=1, input_tokens=100, output_tokens=5),
    )


def test_usual_names_of_lengths(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("isl,osl\n100,5\n")
    assert read_tasks(path)[0].output_tokens == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("task,input_tokens\na,1\n", "tasks.csv has no column 'output_tokens' for the output"),
        ("input_tokens,output_tokens\n1,\n", "tasks.csv, line 2: a task needs both lengths, one is empty"),
        (
            "input_tokens,output_tokens,requests\n1,1,1.5\n",
            "line 2: requests must be whole, got 1.5",
        ),
        (
            "input_tokens,output_tokens,input_tail\n1,1,0.5\n",
            "line 2: task 'line 2' needs input_tokens",
        ),
    ],
)
def test_refused(tmp_path, text, says):
    path = tmp_path / "tasks.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_tasks(path)
    assert says in str(refused.value)
