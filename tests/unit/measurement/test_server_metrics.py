"""Expositions of servers: two as recorded, two as their documentation shows them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from isocost.measurement.server_metrics import read_metrics

RECORDINGS = Path(__file__).parent.parent.parent / "doubles" / "recordings"
SGLANG = b"""# HELP sglang:time_to_first_token_seconds Histogram of time to first token in seconds.
# TYPE sglang:time_to_first_token_seconds histogram
sglang:time_to_first_token_seconds_sum{model_name="m"} 2.3518979474117756e+06
sglang:time_to_first_token_seconds_bucket{le="0.001",model_name="m"} 0.0
sglang:time_to_first_token_seconds_bucket{le="+Inf",model_name="m"} 11008.0
sglang:time_to_first_token_seconds_count{model_name="m"} 11008.0
sglang:e2e_request_latency_seconds_sum{model_name="m"} 3.116093850019932e+06
sglang:e2e_request_latency_seconds_count{model_name="m"} 11228.0
sglang:num_running_reqs{model_name="m"} 162.0
sglang:num_queue_reqs{model_name="m"} 2826.0
"""
TGI = b"""# TYPE tgi_batch_current_size gauge
tgi_batch_current_size 3
# TYPE tgi_queue_size gauge
tgi_queue_size 1
# TYPE tgi_request_queue_duration histogram
tgi_request_queue_duration_bucket{le="0.0001"} 2
tgi_request_queue_duration_sum 0.5
tgi_request_queue_duration_count 10
tgi_request_inference_duration_sum 20.5
tgi_request_inference_duration_count 10
tgi_request_success 10
"""


def test_vllm_as_recorded() -> None:
    told = read_metrics((RECORDINGS / "vllm-0.32.0" / "metrics.txt").read_bytes())
    assert told == {
        "running": 0,
        "waiting": 0,  # not those by reason, which are the same ones again
        "ended": 227,  # 1 stopped, 226 reached their length
        "first_sum": 13.14822006225586,
        "first_count": 227,
        "end_sum": 103.28898167610168,
        "end_count": 227,
        "queue_sum": 0.011614882980211405,
        "queue_count": 227,
        "service_sum": 98.94913270897814,
        "service_count": 227,
        "prefill_sum": 8.695220634046564,
        "prefill_count": 227,
        "decode_sum": 90.25391207493158,
        "decode_count": 227,
    }
    assert told["prefill_sum"] + told["decode_sum"] == pytest.approx(told["service_sum"])


def test_llama_cpp_as_recorded() -> None:
    told = read_metrics((RECORDINGS / "llamacpp-2026.10.11549" / "metrics.txt").read_bytes())
    assert told == {"running": 0, "waiting": 0, "prefill_sum": 1.05429, "decode_sum": 1.73522}


def test_sglang_as_documented() -> None:
    assert read_metrics(SGLANG) == {
        "running": 162,
        "waiting": 2826,
        "first_sum": 2351897.9474117756,
        "first_count": 11008,
        "end_sum": 3116093.850019932,
        "end_count": 11228,
    }


def test_tgi_as_documented() -> None:
    assert read_metrics(TGI) == {
        "running": 3,
        "waiting": 1,
        "queue_sum": 0.5,
        "queue_count": 10,
        "service_sum": 20.5,
        "service_count": 10,
        "ended": 10,
    }


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>not found</html>",
        b"\xff\x00vllm:num_requests_running",
        b"# vllm:num_requests_running 3",
        b"vllm:num_requests_running_more 3",
        b"vllm:num_requests_running NaN",
        b"vllm:num_requests_running ..",
        b"process_cpu_seconds_total 3",
    ],
)
def test_what_says_nothing_known_holds_nothing(text: bytes) -> None:
    assert read_metrics(text) == {}


def test_several_engines_behind_one_address_add_up() -> None:
    text = b'vllm:num_requests_running{engine="0"} 3.0\nvllm:num_requests_running{engine="1"} 2\n'
    assert read_metrics(text) == {"running": 5}


NAME = b"vllm:num_requests_running"


@pytest.mark.parametrize(
    ("text", "running"),
    [
        (NAME + b'{model="} 7 "} 3', 3.0),
        (NAME + b'{model="a\\"} 7"} 3', 3.0),
        (NAME + b'{model="}"} 3 1395066363000', 3.0),
        (NAME + b'{model="m"} 3 # {trace="x"} 9', 3.0),
        (NAME + b'{model="\xff\xfe"} 3\r', 3.0),
        (NAME + b'{model="m\n' + NAME + b" 3", 3.0),
        (NAME + b'{model="m} 7', None),
        (NAME + b'{model="m"} 3,5', None),
        (NAME + b" NaN", None),
        (NAME + b" +Inf", None),
        (NAME + b" 1e999", None),
        (NAME + b" -1", None),
        (NAME + b" 1e16", None),
        (NAME + b" 1e15\n" + NAME + b" 1e15", None),
        (NAME + b" 1e308\n" + NAME + b" -1e308", None),
        (NAME + b" ++--..ee", None),
        (b"x" + NAME + b" 3", None),
    ],
)
def test_names_and_numbers_of_a_stranger(text: bytes, running: float | None) -> None:
    assert read_metrics(text) == ({} if running is None else {"running": running})


@pytest.mark.parametrize("piece", [b"}", b'"a",', b'a="\\"', b" ", b"9", b"e", b"\n", b"vllm:"])
def test_a_megabyte_of_anything_is_looked_through_at_once(piece: bytes) -> None:
    start = time.process_time()
    for head in (b"", NAME, NAME + b"{", NAME + b'{a="', NAME + b" "):
        read_metrics(head + piece * (2**20 // len(piece)))
    assert time.process_time() - start < 5
