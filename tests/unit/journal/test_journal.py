"""The journal gives back what was put in, refuses what it must, and survives its writer."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from isocost.core.deployment import Architecture, Deployment, Pool
from isocost.core.errors import InputError, MeasurementError
from isocost.core.load import Load
from isocost.core.observation import ClientHealth, Clock, Observation, Outcome, ServerTimes
from isocost.core.telemetry import Reading
from isocost.journal import JournalWriter, finished_numbers, read_deployments, read_runs, study_lock

CLOCK = Clock(clock_id="host/boot", utc_anchor_s=1.7e9, monotonic_anchor_s=100.0)
TINY = Architecture(
    name="tiny", layers=2, hidden_size=8, heads=2, kv_heads=1, head_size=4, intermediate_size=16,
    vocabulary_size=32, context_length=64, parameters=1234,
)  # fmt: skip
DEPLOYMENT = Deployment(name="tiny-F16", model="tiny", pools=(Pool(architecture=TINY, precision="F16"),))


def observation(number, **changes):
    fields = {
        "index": number,
        "requested_input_tokens": 5,
        "requested_output_tokens": 3,
        "due_at_s": 100.0 + number,
        "sent_at_s": 100.001 + number,
        "done_at_s": 100.5 + number,
        "chunk_at_s": (100.1 + number, 100.2 + number, 100.4 + number),
        "chunk_tokens": (1, 1, 1),
        "input_tokens": 5,
        "output_tokens": 3,
        "counted_by": "usage",
        "outcome": Outcome.OK,
        "http_status": 200,
    }
    return Observation(**{**fields, **changes})


def test_a_number_that_is_too_large_is_told_and_nobody_waits_for_it(tmp_path):
    with pytest.raises(MeasurementError, match=r"cannot write the journal .*too large"):
        fill(tmp_path / "journal.sqlite", [observation(0), observation(1, reasoning_tokens=10**21)])
    with (
        pytest.raises(MeasurementError, match=r"cannot write the journal .*too large"),
        JournalWriter(tmp_path / "other.sqlite") as journal,
    ):
        journal.begin_run("load", "x", deployment="m", load=Load(concurrency=1), repeat=10**21)


def test_a_chunk_of_more_tokens_than_any_has_leaves_them_unknown(tmp_path):
    fill(tmp_path / "journal.sqlite", [observation(0, chunk_tokens=(1, 65_535, 65_536))])
    (run,) = read_runs(tmp_path / "journal.sqlite")
    assert (run.observations.ok.all(), run.observations.chunk_tokens) == (True, None)


def fill(path, observations, *, finish=True):
    with JournalWriter(path) as journal:
        run = journal.begin_run(
            "load", "2 concurrent #0", deployment="tiny-F16", load=Load(concurrency=2), repeat=0
        )
        segment = journal.begin_segment(run, clock=CLOCK, deployment=DEPLOYMENT, facts={"machine": "test"})
        for one in observations:
            journal.record(run, segment, one)
        journal.end_segment(segment, ClientHealth(cpu_share=0.1, loop_lag_p99_s=0.001))
        if finish:
            journal.finish_run(run)


def test_what_was_recorded_is_read_back(tmp_path):
    path = tmp_path / "journal.sqlite"
    failed = observation(
        1,
        outcome=Outcome.CUT_OFF,
        chunk_at_s=(),
        chunk_tokens=None,
        output_tokens=None,
        counted_by=None,
        detail="reset",
    )
    fill(path, [observation(0, warmup=True), observation(0), failed])
    (run,) = read_runs(path)
    assert (run.stage, run.label, run.load.concurrency, run.repeat, run.finished) == (
        "load", "2 concurrent #0", 2, 0, True,
    )  # fmt: skip
    seen = run.observations
    assert seen.warmup.tolist() == [True, False, False]
    assert seen.outcome.tolist() == ["ok", "ok", "cut_off"]
    assert seen.chunks.tolist() == [3, 3, 0]
    assert seen.gap_us.tolist() == [100_000, 200_000, 100_000, 200_000]  # 0.1 s and 0.2 s, twice
    assert seen.last_at_s[:2].tolist() == pytest.approx([100.4, 100.4])
    assert np.isnan(seen.first_at_s[2])
    assert np.isnan(seen.output_tokens[2])
    assert seen.counted_by.tolist() == ["usage", "usage", ""]
    assert run.segments[0].clock == CLOCK
    assert run.segments[0].health == ClientHealth(cpu_share=0.1, loop_lag_p99_s=0.001)
    assert run.segments[0].facts == {"machine": "test"}
    assert read_deployments(path) == {"tiny-F16": DEPLOYMENT}


def test_tokens_of_chunks_are_kept_where_one_request_knows_them(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0, chunk_tokens=(2, 1, 4)), observation(1, chunk_tokens=None)])
    (run,) = read_runs(path)
    assert run.observations.chunk_tokens.tolist() == [2, 1, 4, 1, 1, 1]


def test_what_a_server_says_of_its_time_is_read_back(tmp_path):
    path = tmp_path / "journal.sqlite"
    told = ServerTimes(queue_s=0.5, prefill_s=0.25, decode_s=None)
    rows = [observation(0, warmup=True, server=told), observation(0), observation(1, server=told)]
    fill(path, rows)
    (run,) = read_runs(path)
    assert run.observations.server_queue_s.tolist()[::2] == [0.5, 0.5]
    assert run.observations.server_prefill_s.tolist()[::2] == [0.25, 0.25]
    assert np.isnan(run.observations.server_queue_s[1])
    assert np.isnan(run.observations.server_decode_s).all()


def test_reasoning_tokens_are_read_back(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0, reasoning_tokens=2), observation(1)])
    (run,) = read_runs(path)
    assert run.observations.reasoning_tokens[0] == 2
    assert np.isnan(run.observations.reasoning_tokens[1])


def test_readings_are_kept_with_their_segment(tmp_path):
    path = tmp_path / "journal.sqlite"
    readings = [
        Reading(at_s=float(number), moment=moment, told={"running": number, "queue_sum": 0.5})
        for number, moment in enumerate(("before", "during", "after"))
    ]
    with JournalWriter(path) as journal:
        run = journal.begin_run("load", "x", deployment="d", load=Load(concurrency=2), repeat=0)
        for chosen in (readings[:1], readings[1:]):
            segment = journal.begin_segment(run, clock=CLOCK, deployment=DEPLOYMENT, facts={})
            for reading in chosen:
                journal.record_reading(segment, reading)
    (found,) = read_runs(path)
    assert [segment.telemetry for segment in found.segments] == [tuple(readings[:1]), tuple(readings[1:])]


OLDER = {
    1: "DROP TABLE answer; DROP TABLE server_time; DROP TABLE telemetry; PRAGMA user_version = 1;",
    2: "DROP TABLE server_time; DROP TABLE telemetry; PRAGMA user_version = 2;",
}


@pytest.mark.parametrize("version", OLDER)
def test_an_older_journal_is_read_as_it_is_and_goes_on(tmp_path, version):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0)], finish=False)
    connection = sqlite3.connect(path)
    connection.executescript(OLDER[version])
    connection.close()
    (run,) = read_runs(path)
    assert len(run.observations) == 1
    assert run.segments[0].telemetry == ()
    assert np.isnan(run.observations.server_prefill_s).all()
    told = ServerTimes(prefill_s=0.25)
    fill(path, [observation(1, server=told)])
    (run,) = read_runs(path)
    assert run.observations.server_prefill_s[1] == 0.25
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)


def test_cancelled_requests_are_sent_again_and_finished_ones_are_not(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(
        path,
        [
            observation(0),
            observation(1, outcome=Outcome.CANCELLED),
            observation(2, outcome=Outcome.TIMED_OUT),
        ],
    )
    assert finished_numbers(path, "load") == {"2 concurrent #0": frozenset({0, 2})}
    assert finished_numbers(path, "another") == {}
    assert finished_numbers(tmp_path / "absent.sqlite", "load") == {}


def test_a_request_measured_twice_is_refused(tmp_path):
    path = tmp_path / "journal.sqlite"
    with pytest.raises(MeasurementError, match="UNIQUE constraint failed"):
        fill(path, [observation(0), observation(0)])


def test_a_second_segment_counts_on(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0)], finish=False)
    fill(path, [observation(1)])
    (run,) = read_runs(path)
    assert [segment.number for segment in run.segments] == [0, 1]
    assert run.observations.segment.tolist() == [0, 1]
    assert run.finished


def test_a_newer_journal_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    expected = f"{path} has journal format 7 and this isocost reads up to 3; get a newer isocost"
    with pytest.raises(InputError) as caught:
        read_runs(path)
    assert str(caught.value) == expected
    with pytest.raises(InputError, match="journal format 7"):
        JournalWriter(path)


def test_what_is_no_journal_is_refused(tmp_path):
    path = tmp_path / "journal.sqlite"
    path.write_text("this is no database, " * 100)
    with pytest.raises(InputError, match="is not a journal of isocost"):
        read_runs(path)
    with pytest.raises(InputError, match="there is no journal"):
        read_runs(tmp_path / "absent.sqlite")


def test_a_journal_whose_writer_was_killed_at_birth_is_empty_and_can_be_written(tmp_path):
    path = tmp_path / "journal.sqlite"
    path.touch()
    assert read_runs(path) == ()
    assert finished_numbers(path, "load") == {}
    fill(path, [observation(0)])
    assert len(read_runs(path)) == 1


def test_readers_are_welcome_while_a_writer_writes(tmp_path):
    path = tmp_path / "journal.sqlite"
    with JournalWriter(path) as journal:
        run = journal.begin_run("load", "a", deployment="d", load=Load(concurrency=1), repeat=0)
        segment = journal.begin_segment(run, clock=CLOCK, deployment=DEPLOYMENT, facts={})
        journal.record(run, segment, observation(0))
        deadline = time.monotonic() + 5
        while not len(read_runs(path)[0].observations) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(read_runs(path)[0].observations) == 1


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot write the journal"):
        JournalWriter(tmp_path / "absent" / "journal.sqlite")


def test_a_full_disk_is_told_and_keeps_what_was_committed(tmp_path):
    path = tmp_path / "journal.sqlite"
    fill(path, [observation(0)])
    pages = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()[0]
    with (  # noqa: PT012 - the writer fails when it is closed
        pytest.raises(MeasurementError, match=r"database or disk is full.*isocost run"),
        JournalWriter(path) as journal,
    ):
        journal._ask(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 2}"))
        run = journal.begin_run("load", "b", deployment="d", load=Load(concurrency=1), repeat=0)
        segment = journal.begin_segment(run, clock=CLOCK, deployment=DEPLOYMENT, facts={})
        for number in range(5000):
            journal.record(run, segment, observation(number))
        deadline = time.monotonic() + 10
        while journal.failure is None and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(read_runs(path)[0].observations) == 1


WRITER = """
import pathlib, sys, time
sys.path.insert(0, {tests!r})
from test_journal import *
with JournalWriter(pathlib.Path(sys.argv[1])) as journal:
    run = journal.begin_run("load", "a", deployment="d", load=Load(concurrency=1), repeat=0)
    segment = journal.begin_segment(run, clock=CLOCK, deployment=DEPLOYMENT, facts={{}})
    for number in range(10_000):
        journal.record(run, segment, observation(number))
        print(number, flush=True)
        time.sleep(0.001)
"""


def test_nothing_finished_is_lost_when_the_writer_is_killed(tmp_path):
    path = tmp_path / "journal.sqlite"
    script = WRITER.format(tests=str(Path(__file__).parent))
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    recorded: list[tuple[float, int]] = []

    def follow():
        recorded.extend((time.monotonic(), int(line)) for line in process.stdout)

    reader = threading.Thread(target=follow)
    reader.start()
    while len(recorded) < 300:
        time.sleep(0.005)
    killed_at = time.monotonic()
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader.join()
    process.stdout.close()
    finished = {number for at, number in recorded if at < killed_at - 0.25}
    assert finished
    assert finished <= finished_numbers(path, "load")["a"]


def test_a_study_in_use_is_refused_and_freed_again(tmp_path):
    script = (
        "import pathlib, sys, time\nfrom isocost.journal import study_lock\n"
        "with study_lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(InputError, match=f"in use by process {holder.pid}; wait until it ends"),
        study_lock(tmp_path),
    ):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with study_lock(tmp_path):
        pass
