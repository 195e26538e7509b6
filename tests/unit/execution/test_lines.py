"""Lines carry JSON both ways, say when they end, and clocks are compared over them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from isocost.core.errors import InputError
from isocost.core.observation import ClientHealth
from isocost.execution import Processes, Serial, compare_clocks, worst_health
from isocost.execution.entry import entry_of
from isocost.execution.line import PipeLine, queue_lines
from isocost.execution.processes import worker_environment

ECHO = "isocost.execution.serial:echo"


def pipe_lines():
    (here, theirs), (there, ours) = os.pipe(), os.pipe()
    return PipeLine("there", here, ours), PipeLine("here", there, theirs)


@pytest.fixture(params=["pipes", "queues"])
def ends(request):
    here, there = pipe_lines() if request.param == "pipes" else queue_lines("here", "there")
    yield here, there
    here.close()
    there.close()


def test_messages_arrive_in_order_and_whole(ends):
    here, there = ends
    long = {"rows": [["é" * 1000, None, 0.1, number] for number in range(500)]}  # more than a pipe holds
    saying = threading.Thread(
        target=lambda: [here.say({"number": 1}), here.say(long), here.say({"number": 3})]
    )
    saying.start()
    assert [there.hear(5.0) for _ in range(3)] == [{"number": 1}, long, {"number": 3}]
    saying.join()
    assert there.hear(0.0) is None
    there.say({"back": True})
    assert here.hear(None) == {"back": True}


def test_a_line_that_was_closed_says_so_again_and_again(ends):
    here, there = ends
    here.say({"last": 1})
    here.close()
    assert there.hear(1.0) == {"last": 1}
    for _ in range(2):
        with pytest.raises(EOFError, match="closed"):
            there.hear(1.0)


def test_a_worker_process_hears_and_answers_and_is_gone_afterwards():
    with Processes(2).hire(ECHO) as lines:
        for number, line in enumerate(lines):
            line.say({"number": number})
        assert [line.hear(20.0) for line in lines] == [{"number": 0}, {"number": 1}]
        processes = [line.process for line in lines]
        assert {os.getsid(process.pid) for process in processes}.isdisjoint(
            {os.getsid(0)}
        )  # no Ctrl-C for them
    assert [process.returncode for process in processes] == [0, 0]


def test_a_worker_that_is_killed_is_heard_of_by_its_signal():
    with Processes(1).hire(ECHO) as (line,):
        line.say({"ready": True})
        assert line.hear(20.0)
        os.kill(line.process.pid, signal.SIGKILL)
        with pytest.raises(EOFError, match="ended by signal 9"):
            line.hear(5.0)
        with pytest.raises(EOFError, match="ended by signal 9"):
            line.say({"more": True})


def test_workers_end_when_their_coordinator_is_killed():
    code = (
        "import sys; from isocost.execution import Processes\n"
        f"with Processes(2).hire({ECHO!r}) as lines:\n"
        "    for line in lines: line.say({'word': 1}); line.hear(20.0)\n"
        "    print(*(line.process.pid for line in lines), flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as coordinator:
        workers = [int(word) for word in coordinator.stdout.readline().split()]
        assert len(workers) == 2
        coordinator.kill()
    until = time.monotonic() + 10
    while any(_runs(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(_runs(worker) for worker in workers)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_worker_gets_what_it_needs_of_the_environment_and_no_other_key():
    ours = {"PATH": "/bin", "OPENAI_API_KEY": "k", "OTHER_SECRET": "s", "PYTHONPATH": "src", "LC_ALL": "C"}
    assert worker_environment(ours, ["OPENAI_API_KEY"]).keys() == ours.keys() - {"OTHER_SECRET"}
    assert worker_environment(ours, []).keys() == {"PATH", "PYTHONPATH", "LC_ALL"}
    keys = {"ISOCOST_API_KEY": "k", "COVERALLS_REPO_TOKEN": "t", "PYTHON_SETTINGS": "sk-abcdefghijklmnop"}
    assert worker_environment({"PATH": "/bin", **keys}, ["ISOCOST_API_KEY"]).keys() == {
        "PATH",
        "ISOCOST_API_KEY",
    }


class _Skewed:
    """A line to a worker whose clock is 1000 s behind, and whose way there and back is not alike."""

    name = "skewed"

    def __init__(self, there_s, back_s):
        self._there_s, self._back_s = there_s, back_s
        self._said = [{"clock": 0.0, "number": 0}]  # an answer to an earlier question lies there

    def say(self, message):
        time.sleep(self._there_s)
        self._said.append({"clock": time.monotonic() - 1000.0, "number": message["number"]})

    def hear(self, timeout_s):
        time.sleep(self._back_s)
        return self._said.pop(0) if self._said else None


@pytest.mark.parametrize(("there_s", "back_s"), [(0.004, 0.0), (0.0, 0.004), (0.002, 0.002)])
def test_the_bound_on_a_clock_holds_however_lopsided_the_way_is(there_s, back_s):
    clock = compare_clocks(_Skewed(there_s, back_s), rounds=4)
    assert abs(clock.offset_s - 1000.0) <= clock.bound_s
    assert 0.002 <= clock.bound_s < 0.5


def test_a_worker_that_does_not_tell_its_time_is_given_up():
    class Mute:
        name = "mute"

        def say(self, message):
            pass

        def hear(self, timeout_s):
            return None

    with pytest.raises(EOFError, match="did not tell its time"):
        compare_clocks(Mute())


def test_the_clock_of_a_worker_in_this_process_is_ours():
    with Serial().hire("isocost.studies.shard_work:work") as (line,):
        clock = compare_clocks(line)
    assert abs(clock.offset_s) <= clock.bound_s


def test_a_crew_is_as_well_as_its_worst():
    one = ClientHealth(cpu_share=0.9, loop_lag_p99_s=None, kernel_stamps=True)
    two = ClientHealth(cpu_share=0.1, loop_lag_p99_s=0.06, kernel_stamps=False)
    worst = worst_health([one, two])
    assert (worst.cpu_share, worst.loop_lag_p99_s, worst.kernel_stamps, worst.saturated) == (
        0.9,
        0.06,
        False,
        True,
    )
    assert worst_health([one]) == one
    with pytest.raises(InputError, match="at least one worker"):
        worst_health([])


@pytest.mark.parametrize(
    "name", ["os:system", "isocost.execution.entry:absent", "isocost.absent:work", "None"]
)
def test_only_functions_of_isocost_are_carried_out(name):
    with pytest.raises(InputError):
        entry_of(name)


@pytest.mark.parametrize("workers", [0, 257])
def test_the_number_of_processes_has_bounds(workers):
    with pytest.raises(InputError, match=f"from 1 to 256, got {workers}"):
        Processes(workers)
