from __future__ import annotations

from isocost.measurement.event_stream import MAX_LINE, EventStreamParser


def test_the_standards_own_example() -> None:
    """Second and third example block of the HTML standard, section 9.2.6."""
    parser = EventStreamParser()
    found = parser.feed(
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    )
    assert found == [b"first event", b"second event", b" third event"]
    assert EventStreamParser().feed(b"data\n\ndata\ndata\n\ndata:") == [b"", b"\n"]


def test_a_mark_at_the_start_is_skipped_only_there() -> None:
    parser = EventStreamParser()
    assert parser.feed(b"\xef\xbb") == []
    assert parser.feed(b"\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == [b"a"]


def test_carriage_returns_end_lines_too() -> None:
    parser = EventStreamParser()
    assert [parser.feed(part) for part in (b"data: a\r", b"\n\r", b"data: b\r\r")] == [[], [b"a"], [b"b"]]


def test_what_is_unfinished_is_dropped() -> None:
    assert EventStreamParser().feed(b"data: a\n") == []


def test_an_endless_line_is_given_up() -> None:
    parser = EventStreamParser()
    for _ in range(3):
        parser.feed(b"x" * (MAX_LINE // 2))
    assert parser.error == "a line longer than 1048576 bytes"
    assert parser.feed(b"\n\ndata: a\n\n") == []


def test_an_event_of_endless_lines_is_given_up() -> None:
    parser = EventStreamParser()
    for _ in range(40):
        parser.feed(b"data: " + b"x" * 32_768 + b"\n")
    assert parser.error == "an event longer than 1048576 bytes"
