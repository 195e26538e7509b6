"""Traces of requests: the published formats, plain tables, and files that are no good."""

# ruff: noqa: E501 - sentences are compared whole

import hashlib

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_trace, trace_digest

AZURE_2023 = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:51.2225670,879,55
"""
AZURE_2024 = """TIMESTAMP,ContextTokens,GeneratedTokens
2024-05-10 00:00:00.009930+00:00,2162,5
2024-05-10 00:00:00.017335+00:00,2399,6
"""
BURSTGPT_1 = """Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45,ChatGPT,1087,230,1317,Conversation log
1106,ChatGPT,0,0,0,Conversation log
118,GPT-4,417,276,693,Conversation log
"""
BURSTGPT_2 = """Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
0.5,s1,2.1,ChatGPT,10,20,30,Conversation log
2.25,,1.0,GPT-4,30,0,30,API log
"""
MOONCAKE = """{"timestamp": 0, "input_length": 6755, "output_length": 500, "hash_ids": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}
{"timestamp": 3052, "input_length": 2287, "output_length": 316, "hash_ids": [0, 42, 43, 44, 45]}
"""


@pytest.fixture
def trace_of(tmp_path):
    def write(text, name="trace.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_trace(path)

    return write


def refused(trace_of, text, name="trace.csv"):
    with pytest.raises(InputError) as error:
        trace_of(text, name)
    return str(error.value).split(name, 1)[1]


def test_azure_with_seven_digits_of_a_second(trace_of):
    trace = trace_of(AZURE_2023)
    assert np.allclose(trace.due_s, [0.0, 4.314579, 4.541977], atol=1e-6)  # by hand, from the stamps
    assert trace.input_tokens.tolist() == [374, 396, 879]
    assert trace.output_tokens.tolist() == [44, 109, 55]
    assert trace.notes == ()


def test_azure_with_a_time_zone(trace_of):
    trace = trace_of(AZURE_2024)
    assert np.allclose(trace.due_s, [0.0, 0.007405], atol=1e-9)


def test_burstgpt_leaves_failures_out_and_puts_rows_in_order(trace_of):
    trace = trace_of(BURSTGPT_1)
    assert trace.due_s.tolist() == [0.0, 40.0, 113.0]  # 5, 45 and 118 s
    assert trace.input_tokens.tolist() == [472, 1087, 417]
    assert trace.notes == ("1 row without tokens in or out left out",)


def test_burstgpt_with_sessions(trace_of):
    trace = trace_of(BURSTGPT_2)
    assert (trace.due_s.tolist(), trace.output_tokens.tolist()) == ([0.0], [20])


def test_mooncake_is_in_milliseconds_and_tells_blocks(trace_of):
    trace = trace_of(MOONCAKE, "conversation_trace.jsonl")
    assert trace.due_s.tolist() == [0.0, 3.052]
    assert trace.block_tokens == 512
    assert [len(numbers) for numbers in trace.blocks] == [14, 5]  # 6,755 / 512 = 13.2; 2,287 / 512 = 4.5
    assert trace.prefixes.parts(1, 600) == ((0, 512, True), (42, 512, True))


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("timestamp,input_tokens,output_tokens\n10,5,6\n10.5,7,8\n", [0.0, 0.5]),
        ("arrival_time_ms,isl,osl\n1000,5,6\n1500,7,8\n", [0.0, 0.5]),
        ("time,prompt_tokens,completion_tokens\n2026-01-01T00:00:00Z,5,6\n2026-01-01T01:00:01+01:00,7,8\n", [0.0, 1.0]),
        ("Timestamp,input,output\n2026-03-29 23:59:59.5,5,6\n2026-03-30 00:00:00,7,8\n", [0.0, 0.5]),
    ],
)  # fmt: skip
def test_plain_tables(trace_of, text, due):
    assert trace_of(text).due_s.tolist() == due


def test_rows_out_of_order_are_put_in_order_and_that_is_said(trace_of):
    trace = trace_of("timestamp,input_tokens,output_tokens\n9,1,1\n3,2,2\n9,3,3\n")
    assert trace.due_s.tolist() == [0.0, 6.0, 6.0]
    assert trace.input_tokens.tolist() == [2, 1, 3]  # those of one instant stay as they stood
    assert trace.notes == ("put in the order of time",)
    assert "put in the order of time" in trace.description


def test_json_lines_without_blocks_are_in_seconds(trace_of):
    rows = '{"time": 1.5, "input_tokens": 3, "output_tokens": 2}\n\n{"time": 2, "input_tokens": 4, "output_tokens": 1}\n'
    trace = trace_of(rows, "mine.jsonl")
    assert trace.due_s.tolist() == [0.0, 0.5]
    assert trace.blocks is None


HEAD = "timestamp,input_tokens,output_tokens\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", " is empty; give a trace with a header: timestamp,input_tokens,output_tokens"),
        (HEAD, " has a header but no row"),
        (HEAD + "1,2\n", ", row 1: 2 cells under 3 columns"),
        ("when,input_tokens,output_tokens\n1,2,3\n", " has no column for when a request arrived (it has: when, input_tokens, output_tokens); call one 'timestamp'"),
        ("timestamp,output_tokens\n1,2\n", " has no column for the length of a prompt (it has: timestamp, output_tokens); call one 'input_tokens'"),
        ("timestamp,isl,input,osl\n1,2,3,4\n", " has several columns for the length of a prompt: isl, input (it has: timestamp, isl, input, osl); call one 'input_tokens'"),
        (HEAD + "1,2,3\nnoon,2,3\n", ", request 2: when it arrived must be a number of seconds or a date and time such as 2024-05-10 00:00:01.5, the same in every row, got 'noon'"),
        (HEAD + "1,2,3\n,2,3\n", ", request 2: when it arrived must be a number of seconds or a date and time such as 2024-05-10 00:00:01.5, the same in every row, got ''"),
        (HEAD + "2024-05-10 00:00:01,2,3\n7,2,3\n", ", request 2: when it arrived must be a date and time such as 2024-05-10 00:00:01.5, as in the first row, got '7'"),
        (HEAD + "2024-05-10 00:00:01Z,2,3\n2024-05-10 00:00:02,2,3\n", ": some arrivals have a time zone (request 1: '2024-05-10 00:00:01Z') and some have none (request 2: '2024-05-10 00:00:02'); give one to all of them or to none"),
        (HEAD + "1717171717171,2,3\n", ": arrivals such as 1717171717171 look like milliseconds; call the column timestamp_ms"),
        (HEAD + "1,2.5,3\n", ", request 1: input_tokens must be a whole number of tokens, got '2.5'"),
        (HEAD + "1,2,-3\n", ", request 1: output_tokens must be a whole number of tokens, got '-3'"),
        (HEAD + "1,2,3\n1,many,3\n", ", request 2: input_tokens must be a whole number of tokens, got 'many'"),
        (HEAD + "1,0,3\n2,5,0\n", " has no request with tokens in and out; there is nothing to replay"),
    ],
)  # fmt: skip
def test_what_is_no_trace_is_told_in_one_sentence(trace_of, text, told):
    assert refused(trace_of, text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"timestamp": 0}\nno\n', ', line 2: no JSON object; expected {"timestamp": …, "input_length": …, "output_length": …}'),
        ('{"timestamp": 0, "input_length": 9, "output_length": 1, "hash_ids": "0"}\n', ", request 1: hash_ids must be a list of whole numbers of at least 0, got 0"),
        ('{"timestamp": 0, "input_length": 9, "output_length": 1, "hash_ids": [0.5]}\n', ", request 1: hash_ids must be a list of whole numbers of at least 0, got [0.5]"),
        ('{"timestamp": null, "input_length": 9, "output_length": 1}\n', ", request 1: when it arrived must be a number of seconds or a date and time such as 2024-05-10 00:00:01.5, the same in every row, got None"),
        ('{"timestamp": 1, "input_length": [], "output_length": [3]}\n', ", request 1: output_length must be a whole number of tokens, got [3]"),
        ("", " lists no request; give one JSON object a line"),
    ],
)  # fmt: skip
def test_json_lines_that_are_no_trace(trace_of, text, told):
    assert refused(trace_of, text, "trace.jsonl") == told


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*: No such file or directory"):
        read_trace(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"cannot read .*: No such file or directory"):
        trace_digest(tmp_path / "none.csv")


def test_the_digest_is_of_the_bytes(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"abc")
    assert trace_digest(path) == hashlib.sha256(b"abc").hexdigest()
