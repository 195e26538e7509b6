"""What a worker journaled is read back whole: every field of a request, and no more than was committed."""

import dataclasses
import json

import pytest

from isocost.core.deployment import Deployment, Pool
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.observation import Clock, Observation, Outcome, ServerTimes
from isocost.journal import (
    JournalWriter,
    ShardTicket,
    observation_of,
    read_rows,
    read_runs,
    read_tickets,
    shifted,
)

SEEN = Observation(
    index=7,
    warmup=False,
    requested_input_tokens=100,
    requested_output_tokens=6,
    due_at_s=10.25,
    sent_at_s=10.5,
    chunk_at_s=(11.0, 11.02, 11.5),
    chunk_tokens=(1, 2, 3),
    done_at_s=11.75,
    input_tokens=99,
    output_tokens=6,
    counted_by="usage",
    reasoning_tokens=2,
    cached_tokens=16,
    outcome=Outcome.HTTP_ERROR,
    http_status=503,
    finish_reason="length",
    detail="overloaded",
    server=ServerTimes(queue_s=0.5, prefill_s=0.25, decode_s=0.125),
)
BARE = Observation(
    index=8, warmup=True, requested_input_tokens=1, requested_output_tokens=1, due_at_s=1.0, sent_at_s=1.0,
    done_at_s=2.0, outcome=Outcome.REFUSED,
)  # fmt: skip

NAME = 4 * "0123abcd"
TICKET = {
    "shard": NAME, "stage": "load", "label": "4 concurrent #0", "path": f"/p/{NAME}/journal.sqlite",
    "worker": "worker 0", "clock_id": "c", "offset_s": 0.5,
}  # fmt: skip


def shard(path, *observations):
    with JournalWriter(path) as journal:
        run_id = journal.begin_run(
            "load", "4 concurrent #0", deployment="m", load=Load(concurrency=4), repeat=0
        )
        segment_id = journal.begin_segment(
            run_id,
            clock=Clock(clock_id="c", utc_anchor_s=0.0, monotonic_anchor_s=0.0),
            deployment=Deployment(name="m", model="m", pools=(Pool(),)),
            facts={"executor": "processes, 2 workers"},
        )
        for seen in observations:
            journal.record(run_id, segment_id, seen)
        journal.add_facts(segment_id, {"lost_workers": "worker 1"})
        assert journal.last_segment(run_id) == segment_id
    return path


def test_every_field_of_a_request_comes_back(tmp_path):
    rows = read_rows(shard(tmp_path / "journal.sqlite", SEEN, BARE))
    one, two = (observation_of(row) for row in rows)
    for field in dataclasses.fields(Observation):
        told, kept = getattr(SEEN, field.name), getattr(one, field.name)
        assert field.name in ("warmup", "index") or told != field.default, (
            f"{field.name} is not put to the test"
        )
        assert kept == (pytest.approx(told, abs=1e-6) if field.name == "chunk_at_s" else told), field.name
    assert two == BARE


def test_rows_are_read_on_from_the_last_one(tmp_path):
    path = shard(tmp_path / "journal.sqlite", *(dataclasses.replace(SEEN, index=index) for index in range(5)))
    first = read_rows(path, limit=2)
    rest = read_rows(path, after=first[-1]["request_id"])
    assert [row["number"] for row in first + rest] == [0, 1, 2, 3, 4]
    assert read_rows(path, after=rest[-1]["request_id"]) == []
    assert read_rows(tmp_path / "absent.sqlite") == []


def test_facts_that_came_later_stand_beside_the_others(tmp_path):
    (run,) = read_runs(shard(tmp_path / "journal.sqlite", SEEN))
    assert run.segments[0].facts == {"executor": "processes, 2 workers", "lost_workers": "worker 1"}


def test_a_shift_moves_every_instant_and_nothing_else(tmp_path):
    moved = shifted(SEEN, -3.0)
    assert (moved.due_at_s, moved.sent_at_s, moved.done_at_s) == (7.25, 7.5, 8.75)
    assert moved.chunk_at_s == pytest.approx((8.0, 8.02, 8.5))
    assert moved.time_to_first_token_s == pytest.approx(SEEN.time_to_first_token_s)
    assert dataclasses.replace(
        moved, due_at_s=10.25, sent_at_s=10.5, done_at_s=11.75, chunk_at_s=SEEN.chunk_at_s
    ) == SEEN  # fmt: skip


def test_a_ticket_is_read_back_until_it_is_removed(tmp_path):
    ticket = ShardTicket(**TICKET)
    ticket.write(tmp_path / "shards")
    assert read_tickets(tmp_path / "shards") == (ticket,)
    ticket.remove(tmp_path / "shards")
    assert read_tickets(tmp_path / "shards") == read_tickets(tmp_path / "absent") == ()
    (tmp_path / "shards" / "x.json").write_text("{}")
    with pytest.raises(InputError, match="is not what a measurement leaves there"):
        read_tickets(tmp_path / "shards")


@pytest.mark.parametrize(
    "strange",
    [
        {"shard": "photos", "path": "{home}/photos/journal.sqlite"},
        {"shard": "photos", "path": "{home}/photos/1.png"},
        {"path": "{home}/photos/1.png"},
        {"path": "{home}/photos/journal.sqlite"},
        {"path": f"{NAME}/journal.sqlite"},
        {"shard": f"../{NAME}"},
        {"shard": f"{NAME}\n"},
        {"path": ["/p"]},
        {"label": 3},
        {"offset_s": float("nan")},
        {"offset_s": "1"},
    ],
)
def test_a_ticket_of_a_stranger_leads_nowhere(tmp_path, strange):
    told = {name: text.replace("{home}", str(tmp_path)) if isinstance(text, str) else text
            for name, text in strange.items()}  # fmt: skip
    (tmp_path / "study.json").write_text(json.dumps({**TICKET, **told}))
    with pytest.raises(InputError, match="is not what a measurement leaves there"):
        read_tickets(tmp_path)


def test_only_what_a_worker_wrote_is_removed_with_a_shard(tmp_path):
    folder = tmp_path / NAME
    folder.mkdir()
    ticket = ShardTicket(**{**TICKET, "path": str(shard(folder / "journal.sqlite", SEEN))})
    (folder / "letter.txt").write_text("mine")
    ticket.remove_shard()
    assert [each.name for each in folder.iterdir()] == ["letter.txt"]
    (folder / "letter.txt").unlink()
    ticket.remove_shard()
    assert not folder.exists()
