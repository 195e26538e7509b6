"""A study folder of a stranger: whatever lies in it, one sentence comes, and nothing runs or leaves it."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from isocost.core.deployment import Deployment, Pool
from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.core.observation import Clock, Observation, Outcome
from isocost.journal import (
    JournalWriter,
    create_study,
    finished_numbers,
    open_study,
    parse_yaml,
    read_deployments,
    read_runs,
    read_use,
    study_lock,
)
from isocost.journal.yaml_edge import write_text
from isocost.journal.yaml_limits import YamlLimitError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
COLUMNS = (
    "1 AS run_id, 'load' AS stage, 'x' AS label, 'm' AS deployment, 1 AS concurrency, NULL AS rate_per_s, "
    "0 AS repeat, NULL AS finished_utc"
)
STRANGE = {
    "a view that never ends": [
        "DROP TABLE run",
        f"CREATE VIEW run AS {FOREVER} SELECT {COLUMNS} FROM n",  # noqa: S608 - no outside text in it
    ],
    "a trigger": ["CREATE TRIGGER t AFTER INSERT ON segment BEGIN DELETE FROM request; END"],
    "another table": ["CREATE TABLE mine (x)"],
    "a virtual table": ["CREATE VIRTUAL TABLE mine USING fts5(x)"],
    "a computed column": ["ALTER TABLE run ADD COLUMN more TEXT AS (hex(label)) VIRTUAL"],
    "another column": ["ALTER TABLE run ADD COLUMN more TEXT"],
    "an index of others": ["DROP INDEX measured_once", "CREATE INDEX measured_once ON request (abs(number))"],
}
DAMAGED = {
    "gaps of no length": ["UPDATE request SET gap_us = x'010203'"],
    "a thousand million chunks": ["UPDATE request SET chunks = 1000000000"],
    "chunks below none": ["UPDATE request SET chunks = -1"],
    "facts that are none": ["UPDATE segment SET facts = '[1, 2]'"],
    "facts that are no JSON": ["UPDATE segment SET facts = '{'"],
    "facts nested without end": ["UPDATE segment SET facts = replace(hex(zeroblob(50000)), '0', '[')"],
    "a deployment without pools": ["UPDATE segment SET deployment = '{\"name\": 1}'"],
    "health of others": ["UPDATE segment SET health = '{\"x\": 1}'"],
    "a value of many megabytes": ["UPDATE segment SET facts = printf('%.*c', 70000000, 'x')"],
}
REASONS = {  # told before room is made for them
    "a thousand million chunks": "1000000000 chunks with 4 bytes of gaps",
    "a value of many megabytes": "too big",
}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    clock = Clock(clock_id="c", utc_anchor_s=0.0, monotonic_anchor_s=0.0)
    with JournalWriter(path) as writer:
        run = writer.begin_run("load", "1 concurrent #0", deployment="m", load=Load(concurrency=1), repeat=0)
        deployment = Deployment(name="m", model="m", pools=(Pool(),))
        segment = writer.begin_segment(run, clock=clock, deployment=deployment, facts={"engine": "x"})
        seen = Observation(
            index=0,
            requested_input_tokens=1,
            requested_output_tokens=2,
            due_at_s=0.0,
            sent_at_s=0.0,
            chunk_at_s=(0.1, 0.2),
            done_at_s=0.2,
            outcome=Outcome.OK,
        )
        writer.record(run, segment, seen)
    return path


def change(path: Path, lines: Sequence[str]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for line in lines:
            connection.execute(line)
        connection.commit()


def read_all(path: Path) -> None:
    read_runs(path)
    read_deployments(path)
    finished_numbers(path, "load")


@pytest.mark.parametrize("what", STRANGE)
def test_a_journal_that_holds_more_than_ours_is_refused(journal: Path, what: str) -> None:
    change(journal, STRANGE[what])
    start = time.monotonic()
    for use in (read_all, JournalWriter):
        with pytest.raises(InputError, match=r"is not a journal of isocost alone: it has the \w+ '\w+'"):
            use(journal)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("what", DAMAGED)
def test_a_journal_whose_values_are_no_good_is_told_in_a_sentence(journal: Path, what: str) -> None:
    read_all(journal)
    change(journal, DAMAGED[what])
    with pytest.raises(InputError, match="is damaged, or isocost did not write it") as caught:
        read_all(journal)
    assert REASONS.get(what, "") in str(caught.value)


USES = {
    "facts that are no JSON": "UPDATE segment SET facts = '{'",
    "a list of facts": "UPDATE segment SET facts = '[\"probing_requests\"]'",
    "facts without a number": 'UPDATE segment SET facts = \'{"probing_requests": "x"}\'',
    "a request that took for ever": "UPDATE request SET outcome = 'stalled', done_at_s = 9e999",
}


@pytest.mark.parametrize("what", USES)
def test_a_journal_whose_spending_is_no_good_is_told_in_a_sentence(journal: Path, what: str) -> None:
    assert read_use(journal, "load").uncounted == ((0, 1, 2),)
    change(journal, [USES[what], "UPDATE run SET rate_per_s = 1, concurrency = NULL"])
    with pytest.raises(InputError, match="is damaged, or isocost did not write it"):
        read_use(journal, "load")


@pytest.mark.parametrize(
    "line",
    [
        'UPDATE segment SET facts = \'{"probing_requests": -9, "probing_tokens": -9, "probing_usd": -9}\'',
        'UPDATE segment SET facts = \'{"probing_requests": 9, "probing_tokens": 9, "probing_usd": NaN}\'',
        "UPDATE request SET requested_output_tokens = -9",
        "UPDATE request SET outcome = 'ok', counted_by = 'usage', input_tokens = -9, output_tokens = 1",
    ],
)
def test_a_journal_cannot_give_money_back(journal: Path, line: str) -> None:
    change(journal, [line])
    with pytest.raises(InputError, match="is damaged, or isocost did not write it"):
        read_use(journal, "load")


READINGS = [("before", {"ended": -1e308}), ("after", {"ended": 1e308, "running": -1.0, "waiting": 3})]


def test_readings_that_no_server_can_have_told_are_left_out(journal: Path) -> None:
    for moment, told in READINGS:
        row = f"1, 0.5, '{moment}', '{json.dumps(told)}'"
        change(journal, [f"INSERT INTO telemetry VALUES ({row})"])  # noqa: S608 - no outside text in it
    (run,) = read_runs(journal)
    assert [reading.told for reading in run.segments[0].telemetry] == [{}, {"waiting": 3.0}]


def test_statistics_of_sqlite_are_no_strangers(journal: Path) -> None:
    change(journal, ["ANALYZE"])
    read_all(journal)


@pytest.mark.parametrize(
    "name", ["study.yaml", "assumptions.yaml", "journal.sqlite", "report.html", ".lock", "shards"]
)
def test_links_out_of_a_study_are_not_followed(tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("format: 1\n")
    (study / name).unlink(missing_ok=True)
    (study / name).symlink_to(victim)
    for use in (open_study, create_study):
        with pytest.raises(InputError, match="is a link to a file outside the study"):
            use(study)
    if name == ".lock":
        with pytest.raises(InputError, match="cannot write to the study"), study_lock(study):
            pass
    assert victim.read_text() == "mine"


def test_a_link_inside_a_study_is_followed(tmp_path: Path) -> None:
    (tmp_path / "old.html").write_text("x")
    (tmp_path / "report.html").symlink_to(tmp_path / "old.html")
    assert create_study(tmp_path).path == tmp_path


def test_a_draft_that_is_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getpid", lambda: 7)
    (tmp_path / "victim").write_text("mine")
    (tmp_path / ".study.yaml.7").symlink_to(tmp_path / "victim")
    write_text(tmp_path / "study.yaml", "ours")
    assert (tmp_path / "victim").read_text() == "mine"
    assert (tmp_path / "study.yaml").read_text() == "ours"


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "more than 1,000,000 values (aliases count as often as they are used)"),
        ("[" * 70 + "]" * 70, "nested deeper than 64"),
        ("[" * 100_000, "nested deeper than 64"),
        ("a: &a\n  b: *a\n", "a list or mapping that holds itself"),
        ("a: " + "9" * 5000, "a number or a date that is none"),
        ("a: 2026-99-99", "a number or a date that is none"),
        ("a: " + "x" * 2**24, "more than 16 MiB"),
    ],
    ids=["laughs", "deep", "very deep", "itself", "digits", "date", "long"],
)
def test_yaml_that_is_too_much(text: str, said: str) -> None:
    with pytest.raises(YamlLimitError) as caught:
        parse_yaml(text)
    assert str(caught.value) == said


def test_yaml_with_aliases_in_reason() -> None:
    assert parse_yaml("a: &x [1]\nb: [*x, *x]").content == {"a": [1], "b": [[1], [1]]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LAUGHS, "holds more than 1,000,000 values"),
        ("!!python/object/apply:os.system ['touch pwned']", "no valid YAML"),
        ("format: 1\nstages: !!python/name:os.system", "no valid YAML"),
        ("format: " + "9" * 5000, "holds a number or a date that is none"),
    ],
    ids=["laughs", "call", "name", "digits"],
)
def test_a_hostile_study_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(InputError, match=sentence):
        open_study(tmp_path).stages()


@pytest.mark.parametrize(
    "field", ["headers: {X-Api-Key: sesame}", "extra_body: {options: {password: sesame}}"]
)
def test_a_key_in_a_study_file_is_refused_and_not_repeated(tmp_path: Path, field: str) -> None:
    lines = "format: 1\nstages:\n- kind: runtime\n  name: r\n  target:\n    url: http://h\n    "
    (tmp_path / "study.yaml").write_text(lines + field + "\n")
    with pytest.raises(InputError, match="is a credential, which has no place in a study") as caught:
        open_study(tmp_path).stages()
    assert "sesame" not in str(caught.value)
