"""From flags of traces and conversations to records, and what excludes each other."""

# ruff: noqa: E501 - sentences are compared whole

from dataclasses import replace
from pathlib import Path

import pytest

from isocost.cli.replay import ReplayOptions, given_beside, parse_conversation, parse_prefix
from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.journal import ConversationSpec, LoadStage, StudyFolder, TargetSpec, create_study


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("timestamp,isl,osl\n" + "".join(f"{at},8,4\n" for at in range(100)))
    return path


def test_a_trace_and_its_part(trace):
    spec, told = ReplayOptions(trace=trace, time_scale="2x", trace_window="10:20", num_requests=5).record()
    assert (spec.requests, spec.duration_s, spec.time_scale) == (5, 2.0, 0.5)
    assert told == "trace t.csv: 5 requests in 2 s, about 8 in and 4 out; replayed 2 times as fast"
    assert ReplayOptions(trace=trace, time_scale="0.5").record()[0].time_scale == 0.5
    assert ReplayOptions(trace=trace).record()[0].duration_s == 99.0


def test_without_a_trace_nothing_is_replayed():
    assert ReplayOptions().record() is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"time_scale": "fast"}, "--time-scale is 2x for twice as fast, or a number above 0 that the time is multiplied by, got 'fast'"),
        ({"time_scale": "0x"}, "--time-scale is 2x for twice as fast, or a number above 0 that the time is multiplied by, got '0x'"),
        ({"trace_window": "10"}, "--trace-window runs from a second to a later one, such as 0:600, got '10'"),
        ({"trace_window": "20:10"}, "a window of a trace runs from a second to a later one, such as 0:600, got 20:10"),
        ({"trace_window": "200:300"}, "no request of the trace t.csv arrived from 200 to 300 s; it lasts 99 s, its longest time without arrivals 1 s"),
        ({"num_requests": 0}, "the number of requests must be at least 1, got 0"),
        ({"others": ("--turns 4",)}, "--trace and --turns 4 exclude one another: a trace says itself when requests are sent, how long they are and how long it lasts; cut it with --trace-window or --num-requests"),
    ],
)  # fmt: skip
def test_what_cannot_be_replayed(trace, changes, told):
    with pytest.raises(InputError) as caught:
        ReplayOptions(trace=trace, **changes).record()
    assert str(caught.value) == told


@pytest.mark.parametrize("name", ["time_scale", "trace_window", "trace_longest"])
def test_parts_of_no_trace_are_refused(name):
    option = f"--{name.replace('_', '-')}"
    with pytest.raises(InputError, match=f"^{option} belongs to a trace; give --trace FILE too$"):
        ReplayOptions(**{name: "3"}).record()


def test_options_are_told_as_they_were_written():
    assert given_beside(input_tokens=8, ramp=None) == ("--input-tokens 8",)


@pytest.mark.parametrize(("text", "seconds"), [("2s", 2.0), ("250ms", 0.25), ("1.5min", 90.0), (None, 0.0)])
def test_conversations(text, seconds):
    assert parse_conversation(4, text) == ConversationSpec(turns=4, think_time_s=seconds)


@pytest.mark.parametrize(
    ("turns", "think", "told"),
    [
        (None, "2s", "--think-time belongs to conversations; give --turns too"),
        (4, "2", "--think-time is a time with its unit, such as 2s or 500ms, got '2'"),
        (1, None, "a conversation has from 2 to 1,000 turns, got 1"),
    ],
)
def test_what_is_no_conversation(turns, think, told):
    with pytest.raises(InputError) as caught:
        parse_conversation(turns, think)
    assert str(caught.value) == told


def test_prefixes():
    assert parse_prefix(None) is None
    assert parse_prefix("512x1") == "512"
    assert parse_prefix(" 512x4") == "512x4"
    for text in ("", "x4", "0", "512x0", "1.5", "-3"):
        with pytest.raises(InputError):
            parse_prefix(text)


STAGE = LoadStage(
    target=TargetSpec(url="http://127.0.0.1:1/v1", tokenizer="/models/tokenizer.json"),
    workload="w",
    shapes=(RequestShape(8, 4),),
    concurrency=(1,),
    requests_per_level=8,
    conversation=ConversationSpec(turns=4, think_time_s=2.0),
    shared_prefix="512x4",
)


def test_stages_are_read_back_as_they_were_asked(tmp_path, trace):
    spec, told = ReplayOptions(trace=trace, trace_window="0:50", max_in_flight=9).record()
    traced = LoadStage(target=STAGE.target, workload=told, trace=spec, name="traced")
    folder = create_study(tmp_path / "s")
    for stage in (STAGE, traced, STAGE, traced):
        folder.add_stage(stage)
    assert folder.stages() == (STAGE, traced)
    assert "think_time_s: 2.0" in folder.study_file.read_text()


def test_an_earlier_study_is_read_as_before_and_asks_for_the_same(tmp_path):
    plain = LoadStage(
        target=TargetSpec(url="http://h/v1"), workload="w", shapes=(RequestShape(1, 1),), concurrency=(1,),
        duration_s=1.0,
    )  # fmt: skip
    folder = StudyFolder(tmp_path)
    folder.study_file.write_text(
        "format: 1\nstages:\n- {name: load, kind: load, target: {url: 'http://h/v1'}, workload: w, "
        "shapes: [1x1], concurrency: [1], duration_s: 1}\n"
    )
    assert folder.stages() == (plain,)
    before = folder.study_file.read_text()
    folder.add_stage(plain)
    assert folder.study_file.read_text() == before
    written = create_study(tmp_path / "new")
    written.add_stage(plain)
    text = written.study_file.read_text()
    assert not any(word in text for word in ("trace", "conversation", "shared_prefix", "tokenizer"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"requests_per_level": 10}, "10 requests are no whole number of conversations of 4 turns; give 8 or 12"),
        ({"requests_per_level": 2}, "2 requests are no whole number of conversations of 4 turns; give 4"),
    ],
)  # fmt: skip
def test_conversations_are_whole(changes, told):
    with pytest.raises(InputError) as caught:
        replace(STAGE, **changes)
    assert str(caught.value) == told.replace("give 4", "give 4")


def test_a_trace_leaves_nothing_else_to_say(trace):
    spec, told = ReplayOptions(trace=Path(trace)).record()
    given = {"target": TargetSpec(url="http://h/v1"), "workload": told, "trace": spec}
    for extra, words in (
        ({"concurrency": (1,)}, "leave out concurrency and rates"),
        ({"shapes": (RequestShape(1, 1),)}, "leave out lengths, turns and shared prefixes"),
        ({"shared_prefix": "5"}, "leave out lengths, turns and shared prefixes"),
        ({"duration_s": 3.0}, "cut it by a window or a number of requests"),
    ):
        with pytest.raises(InputError, match=words):
            LoadStage(**given, **extra)
