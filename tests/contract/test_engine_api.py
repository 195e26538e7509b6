"""The embedded engine as a client sees it: the real engine over a real socket."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from isocost.architecture import LlamaDimensions
from isocost.engine import EngineSettings, custom, running_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.engine import RunningEngine

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(find_spec("openvino_genai") is None, reason="the extra [engine] is not installed"),
]

Body = dict[str, Any]


def call(engine: RunningEngine, path: str, body: Body | bytes | None = None) -> tuple[int, str]:
    with closing(HTTPConnection(urlsplit(engine.url).netloc, timeout=30)) as connection:
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", path, raw)
        response = connection.getresponse()
        return response.status, response.read().decode()


def answer(engine: RunningEngine, path: str, body: Body) -> Any:
    status, text = call(engine, path, body)
    assert status == 200, text
    return json.loads(text)


def events(engine: RunningEngine, path: str, body: Body) -> list[Any]:
    status, text = call(engine, path, {**body, "stream": True})
    assert status == 200, text
    *parts, done, empty = text.split("\n\n")
    assert (done, empty) == ("data: [DONE]", "")
    return [json.loads(part.removeprefix("data: ")) for part in parts]


def metric(engine: RunningEngine, name: str) -> float:
    _status, text = call(engine, "/metrics")
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


def eventually(engine: RunningEngine, name: str, value: float) -> None:
    until = time.monotonic() + 5
    while metric(engine, name) != value:
        assert time.monotonic() < until, call(engine, "/metrics")[1]


def test_lists_its_model(tiny_engine: RunningEngine) -> None:
    (card,) = json.loads(call(tiny_engine, "/v1/models")[1])["data"]
    assert (card["id"], card["object"], card["max_model_len"]) == ("tiny", "model", 2048)
    assert json.loads(call(tiny_engine, "/v1/models/tiny")[1]) == card
    assert call(tiny_engine, "/v1/models/other")[0] == 404
    assert call(tiny_engine, "/health") == (200, "")


def test_record_tells_what_runs(tiny_engine: RunningEngine) -> None:
    (pool,) = tiny_engine.deployment.pools
    assert tiny_engine.deployment.name == "tiny F16"
    assert tiny_engine.deployment.parameters == 15_735_936
    assert (tiny_engine.model, tiny_engine.context_length, pool.precision) == ("tiny", 2048, "F16")
    assert tiny_engine.engine == "openvino-genai"
    assert tiny_engine.engine_version is not None
    assert tiny_engine.threads >= 1


def test_completes_token_ids_and_counts_them(tiny_engine: RunningEngine) -> None:
    body = {"model": "tiny", "prompt": [5, 6, 7], "max_tokens": 9, "ignore_eos": True}
    reply = answer(tiny_engine, "/v1/completions", body)
    assert reply["object"] == "text_completion"
    assert reply["usage"] == {"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12}
    assert reply["choices"][0]["finish_reason"] == "length"


def test_sixteen_tokens_unless_told(tiny_engine: RunningEngine) -> None:
    reply = answer(tiny_engine, "/v1/completions", {"prompt": "x", "ignore_eos": True})
    assert reply["usage"]["completion_tokens"] == 16


def test_one_event_a_token_even_without_text(tiny_engine: RunningEngine) -> None:
    body = {"prompt": "one", "max_tokens": 400, "ignore_eos": True, "seed": 3}
    body |= {"stream_options": {"include_usage": True}}
    *tokens, last = events(tiny_engine, "/v1/completions", body)
    assert len(tokens) == last["usage"]["completion_tokens"] == 400
    assert last["choices"] == []
    # 128 of 4,096 tokens are single bytes that begin or continue a character: about 12 in 400.
    assert any(event["choices"][0]["text"] == "" for event in tokens)
    reasons = [event["choices"][0]["finish_reason"] for event in tokens]
    assert reasons == [None] * 399 + ["length"]


def test_stream_and_whole_say_the_same(tiny_engine: RunningEngine) -> None:
    body = {"prompt": [1, 2, 3], "max_tokens": 40, "seed": 11, "ignore_eos": True}
    parts = events(tiny_engine, "/v1/completions", body)
    whole = answer(tiny_engine, "/v1/completions", body)
    assert "".join(part["choices"][0]["text"] for part in parts) == whole["choices"][0]["text"]


def test_seed_and_temperature_decide(tiny_engine: RunningEngine) -> None:
    def text(**change: Any) -> str:
        body = {"prompt": [1, 2, 3], "max_tokens": 20, "ignore_eos": True, **change}
        said: str = answer(tiny_engine, "/v1/completions", body)["choices"][0]["text"]
        return said

    assert text(seed=1) == text(seed=1) != text(seed=2)
    assert text(temperature=0) == text(temperature=0)
    assert text() != text()


def test_chats(tiny_engine: RunningEngine) -> None:
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        "max_completion_tokens": 5,
        "ignore_eos": True,
    }
    reply = answer(tiny_engine, "/v1/chat/completions", body)
    assert reply["object"] == "chat.completion"
    assert reply["choices"][0]["message"]["role"] == "assistant"
    assert reply["usage"]["completion_tokens"] == 5
    parts = events(tiny_engine, "/v1/chat/completions", body)
    deltas = [part["choices"][0]["delta"] for part in parts]
    assert [set(delta) for delta in deltas] == [{"role", "content"}] + [{"content"}] * 4
    tokenized = answer(tiny_engine, "/tokenize", {"messages": body["messages"]})
    assert tokenized["count"] == reply["usage"]["prompt_tokens"]


def test_chat_fills_what_there_is_unless_told(narrow_engine: RunningEngine) -> None:
    message = {"role": "user", "content": "ab"}
    reply = answer(narrow_engine, "/v1/chat/completions", {"messages": [message], "ignore_eos": True})
    assert reply["usage"]["total_tokens"] == 256  # the KV cache; the context has 10,000


def test_tokenizes_as_it_counts(tiny_engine: RunningEngine) -> None:
    text = "the cost of an answer: 你好, \U0001f600 <tag> </s>"
    tokenized = answer(tiny_engine, "/tokenize", {"prompt": text})
    assert tokenized["count"] == len(tokenized["tokens"])
    assert tokenized["max_model_len"] == 2048
    reply = answer(tiny_engine, "/v1/completions", {"prompt": text, "max_tokens": 1})
    assert reply["usage"]["prompt_tokens"] == tokenized["count"]


def test_tokens_of_a_text_by_hand(tiny_engine: RunningEngine) -> None:
    # Bytes are ids 0-255, a space and a letter 256-281, two letters 282-957: "ab" is 282 + 0 x 26 + 1.
    assert answer(tiny_engine, "/tokenize", {"prompt": "ab"})["tokens"] == [283]
    assert answer(tiny_engine, "/tokenize", {"prompt": "!"})["tokens"] == [33]
    assert answer(tiny_engine, "/tokenize", {"prompt": "!</s>"})["tokens"] == [33, 4095]


REFUSED = [
    ("/v1/completions", b"{", None, "the body is not valid JSON"),
    ("/v1/completions", b"[]", None, "the body must be a JSON object"),
    ("/v1/completions", {}, "prompt", "prompt must be a text or a list of token ids, one prompt a request"),
    ("/v1/completions", {"prompt": ["a", "b"]}, "prompt", "prompt must be a text or a list of token ids"),
    ("/v1/completions", {"prompt": ""}, None, "the prompt is empty; it needs at least one token"),
    ("/v1/completions", {"prompt": []}, None, "the prompt is empty; it needs at least one token"),
    (
        "/v1/completions",
        {"prompt": [4096]},
        None,
        "token id 4096 is out of range; the vocabulary has ids 0 to",
    ),
    (
        "/v1/completions",
        {"prompt": [-1]},
        None,
        "token id -1 is out of range; the vocabulary has ids 0 to 4095",
    ),
    ("/v1/completions", {"prompt": [10**30]}, None, "is out of range"),
    (
        "/v1/completions",
        {"prompt": [1] * 2040, "max_tokens": 9},
        None,
        "maximum context length is 2048 tokens",
    ),
    ("/v1/completions", {"prompt": [1], "max_tokens": 0}, "max_tokens", "at least 1, got 0"),
    ("/v1/completions", {"prompt": [1], "max_tokens": True}, "max_tokens", "at least 1, got True"),
    ("/v1/completions", {"prompt": [1], "n": 2}, "n", "n must be 1"),
    ("/v1/completions", {"prompt": [1], "stop": ["."]}, "stop", "stop is not supported"),
    ("/v1/completions", {"prompt": [1], "temperature": -1}, "temperature", "from 0 to 2, got -1"),
    ("/v1/completions", b'{"prompt": [1], "temperature": NaN}', "temperature", "from 0 to 2, got nan"),
    (
        "/v1/completions",
        {"prompt": [1], "stream": "yes"},
        "stream",
        "stream must be true or false, got 'yes'",
    ),
    ("/v1/completions", b'{"prompt": "\\ud800"}', "prompt", "half a surrogate pair"),
    ("/v1/chat/completions", {"messages": []}, "messages", "at least one message"),
    ("/v1/chat/completions", {"messages": ["hi"]}, "messages", "an object with a role and a content"),
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": 1}]}, "messages", "must be text"),
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": [1]}]}, "messages", "of type text"),
    ("/tokenize", {"prompt": [1]}, "prompt", "prompt must be a text"),
]


@pytest.mark.parametrize(("path", "body", "param", "message"), REFUSED)
def test_refuses_with_400(
    tiny_engine: RunningEngine, path: str, body: Body | bytes, param: str | None, message: str
) -> None:
    status, text = call(tiny_engine, path, body)
    error = json.loads(text)["error"]
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert message in error["message"]
    assert metric(tiny_engine, 'vllm:num_requests_waiting{model_name="tiny"}') == 0


def test_refuses_another_model_with_404(tiny_engine: RunningEngine) -> None:
    status, text = call(tiny_engine, "/v1/completions", {"model": "gpt-9", "prompt": "x"})
    assert status == 404
    assert json.loads(text) == {
        "error": {
            "message": "the model 'gpt-9' does not exist; this server has 'tiny'",
            "type": "not_found_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


def test_wrong_paths_and_methods_have_the_same_shape(tiny_engine: RunningEngine) -> None:
    status, text = call(tiny_engine, "/v2/else")
    assert (status, json.loads(text)["error"]["message"]) == (404, "GET /v2/else: Not Found")
    status, text = call(tiny_engine, "/v1/completions")
    assert (status, json.loads(text)["error"]["type"]) == (405, "invalid_request_error")


def test_sixteen_at_once_all_come_whole(tiny_engine: RunningEngine) -> None:
    before = metric(tiny_engine, 'vllm:generation_tokens_total{model_name="tiny"}')

    def count(number: int) -> int:
        body = {"prompt": [number] * (10 + number), "max_tokens": 30 + number, "ignore_eos": True}
        return len(events(tiny_engine, "/v1/completions", body))

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(count, range(16))) == [30 + number for number in range(16)]
    # 16 x 30 + (0 + 1 + ... + 15) = 480 + 120
    after = metric(tiny_engine, 'vllm:generation_tokens_total{model_name="tiny"}')
    assert after - before == 600


@pytest.mark.parametrize("stream", [True, False])
def test_disconnecting_cancels(tiny_engine: RunningEngine, stream: bool) -> None:
    aborted = 'vllm:request_success_total{model_name="tiny",finished_reason="abort"}'
    running = 'vllm:num_requests_running{model_name="tiny"}'
    before = metric(tiny_engine, aborted)
    body = {"prompt": [1] * 20, "max_tokens": 2000, "ignore_eos": True, "stream": stream}
    with closing(HTTPConnection(urlsplit(tiny_engine.url).netloc, timeout=30)) as connection:
        connection.request("POST", "/v1/completions", json.dumps(body))
        eventually(tiny_engine, running, 1)
    eventually(tiny_engine, running, 0)
    assert metric(tiny_engine, aborted) == before + 1
    assert metric(tiny_engine, 'vllm:kv_cache_usage_perc{model_name="tiny"}') == 0


MICRO = custom(
    LlamaDimensions(
        layers=2,
        hidden_size=64,
        heads=2,
        kv_heads=1,
        head_size=32,
        intermediate_size=128,
        vocabulary_size=512,
    ),
    name='micro "<b>',
    context_length=10_000,
)


@pytest.fixture(scope="module")
def narrow_engine() -> Iterator[RunningEngine]:
    """A model of a few thousand weights whose KV cache is much smaller than its context."""
    with running_engine(MICRO, precision="Q8_0", settings=EngineSettings(kv_cache_tokens=250)) as engine:
        yield engine


def test_refuses_prompts_beyond_the_kv_cache(narrow_engine: RunningEngine) -> None:
    body = {"prompt": [1] * 200, "max_tokens": 57}
    status, text = call(narrow_engine, "/v1/completions", body)
    assert status == 400
    assert json.loads(text)["error"]["message"] == (  # 250 in whole blocks of 32: 256
        "the KV cache holds 256 tokens; the request needs 257 (200 in the prompt, 57 in the answer)"
    )
    reply = answer(narrow_engine, "/v1/completions", {**body, "max_tokens": 56, "ignore_eos": True})
    assert reply["usage"]["completion_tokens"] == 56


def test_refuses_texts_that_its_tokenizer_would_cut(narrow_engine: RunningEngine) -> None:
    status, text = call(narrow_engine, "/v1/completions", {"prompt": "!" * 8192})
    assert status == 400
    assert "send it as token ids" in json.loads(text)["error"]["message"]


def test_requests_share_a_full_kv_cache(narrow_engine: RunningEngine) -> None:
    def count(number: int) -> int:
        return len(
            events(
                narrow_engine,
                "/v1/completions",
                {"prompt": [number + 1] * 100, "max_tokens": 100, "ignore_eos": True},
            )
        )

    with ThreadPoolExecutor(4) as pool:  # 4 x 200 tokens where 256 fit
        assert list(pool.map(count, range(4))) == [100] * 4


def test_cancelled_requests_give_their_blocks_back(narrow_engine: RunningEngine) -> None:
    for _time in range(3):  # each holds most of the cache
        connection = HTTPConnection(urlsplit(narrow_engine.url).netloc, timeout=30)
        body = {"prompt": [1] * 200, "max_tokens": 50, "ignore_eos": True, "stream": True}
        connection.request("POST", "/v1/completions", json.dumps(body))
        connection.getresponse().read(10)
        connection.close()
    body = {"prompt": [1] * 200, "max_tokens": 50, "ignore_eos": True}
    assert answer(narrow_engine, "/v1/completions", body)["usage"]["completion_tokens"] == 50


def test_a_hostile_model_name_stays_a_name(narrow_engine: RunningEngine) -> None:
    assert narrow_engine.model == 'micro "<b>'
    assert r'model_name="micro \"<b>"' in call(narrow_engine, "/metrics")[1]


def test_stops_at_the_end_of_text_unless_told(narrow_engine: RunningEngine) -> None:
    def end(seed: int, **change: Any) -> str:
        body = {"prompt": [7], "max_tokens": 240, "temperature": 2, "seed": seed, **change}
        reason: str = answer(narrow_engine, "/v1/completions", body)["choices"][0]["finish_reason"]
        return reason

    # Tokens are nearly uniform: 240 draws of 512 miss the end with probability .63, 20 times .0001.
    stopped = next(seed for seed in range(20) if end(seed) == "stop")
    assert end(stopped, ignore_eos=True) == end(stopped, min_tokens=240) == "length"
