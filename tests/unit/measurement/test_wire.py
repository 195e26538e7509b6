from __future__ import annotations

import pytest

from isocost.measurement.wire import MAX_HEAD, ResponseParser

OK = b"HTTP/1.1 200 OK\r\n"


def read(*parts: bytes) -> tuple[bytes, ResponseParser]:
    parser = ResponseParser()
    return b"".join(parser.feed(part) for part in parts), parser


def test_length_says_where_the_body_ends() -> None:
    payload, parser = read(OK + b"Content-Length: 5\r\n\r\nab", b"cde")
    assert (payload, parser.complete, parser.reusable) == (b"abcde", True, True)


def test_chunks_with_extensions_and_trailers() -> None:
    payload, parser = read(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"3;a=b\r\nabc\r\n", b"2 \r\nde\r\n0\r\nX: y\r\n\r\n"
    )
    assert (payload, parser.complete, parser.error) == (b"abcde", True, None)


def test_an_interim_answer_is_passed_over() -> None:
    _, parser = read(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n")
    assert (parser.status, parser.complete) == (200, True)


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", True),
    ],
)
def test_whether_the_connection_lives_on(head: bytes, reusable: bool) -> None:
    assert read(head + b"Content-Length: 1\r\n\r\nx")[1].reusable is reusable


def test_without_length_the_connection_ends_the_body() -> None:
    payload, parser = read(OK + b"\r\nab", b"c")
    assert (payload, parser.complete) == (b"abc", False)
    parser.end()
    assert parser.complete
    assert parser.error is None


def test_a_broken_connection_is_told_from_an_end() -> None:
    _, parser = read(OK + b"Content-Length: 5\r\n\r\nab")
    parser.end()
    assert (parser.complete, parser.cut_off) == (False, True)
    assert parser.error == "the connection closed before the answer ended"


def test_bytes_after_the_end_forbid_another_request() -> None:
    payload, parser = read(OK + b"Content-Length: 1\r\n\r\nabc")
    assert (payload, parser.complete, parser.surplus, parser.reusable) == (b"a", True, True, False)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"HTTP/2 200\r\n\r\n", "an answer that does not start with an HTTP/1.1 status line"),
        (b"\r\n" + OK, "an answer that does not start with an HTTP/1.1 status line"),
        (OK + b"no colon\r\n\r\n", "a malformed header line"),
        (OK + b"A: b\r\n folded\r\n\r\n", "a malformed header line"),
        (OK + b"Content-Length: -1\r\n\r\n", "an invalid content-length: '-1'"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "an invalid content-length: '1, 2'"),
        (OK + b"Transfer-Encoding: br\r\n\r\n", "a transfer coding that was not asked for: 'br'"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\n", "a chunk without a valid size"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", "a chunk without a valid size"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "a chunk longer than its size says"),
        (OK + b"X: " + b"y" * MAX_HEAD, "a head longer than 65536 bytes"),
    ],
)  # fmt: skip
def test_what_is_not_http_is_named(data: bytes, error: str) -> None:
    assert read(data)[1].error == error


def test_memory_stays_bounded() -> None:
    parser = ResponseParser()
    parser.feed(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
    for _ in range(10_000):
        parser.feed(b"Trailer: again and again\r\n")
    assert parser.error == "trailers longer than 65536 bytes"
