"""Looking at an endpoint before it is measured: every way it can be wrong is one clear sentence."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import (
    END,
    MODELS,
    STREAM,
    Close,
    Forever,
    Sleep,
    bad_weather,
    chunk,
    event,
    json_reply,
    token,
    usage,
)
from isocost.core.errors import InputError, IsocostError, MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Access, IdPrompts, TextPrompts, open_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from doubles.bad_weather import Step

CANARY = "sk-canary-4711-never-to-be-seen"
DONE = chunk(b"data: [DONE]\n\n")
JUMP = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"


def error(status: str, message: str) -> list[Step]:
    return json_reply(status, {"error": {"message": message}})


def streamed(prompt_tokens: int) -> list[Step]:
    return [STREAM, token(finish="length"), usage(prompt_tokens, 1), DONE + END]


def chatted(prompt_tokens: int) -> list[Step]:
    delta = {"choices": [{"delta": {"content": "a"}, "finish_reason": "length"}]}
    return [STREAM, chunk(event(delta)), usage(prompt_tokens, 1), DONE + END]


def count(prompt: str | list[int]) -> int:
    """Count as a server does whose tokens are words, after one token that starts the text."""
    return len(prompt) if isinstance(prompt, list) else 1 + len(prompt.split())


def serving(
    reply: Callable[[Any], Sequence[Step]], *, models: list[Step] | None = None, **others: list[Step]
) -> Callable[[int, str, Any], Sequence[Step]]:
    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path == "/v1/models":
            return json_reply("200 OK", MODELS) if models is None else models
        if path in ("/v1/completions", "/v1/chat/completions"):
            return reply(body)
        return others.get(path.strip("/"), error("404 Not Found", "no such path"))

    return script


def healthy(body: Any) -> list[Step]:
    return streamed(count(body["prompt"]))


def test_a_server_that_takes_ids_gets_ids() -> None:
    with bad_weather(serving(healthy, version=json_reply("200 OK", {"version": "0.9.1"}))) as weather:
        target = open_target(weather.url)
    assert target.model == "m"
    assert isinstance(target.prompts, IdPrompts)
    facts = dict(target.facts)
    assert facts.pop("prompt_salt") == str(target.salt)
    assert facts == {
        "address": f"{weather.url}/v1",
        "endpoint_type": "completions",
        "prompts": "token ids",
        "ignore_eos": "sent",
        "connections": "kept open",
        "engine": "double",
        "engine_version": "0.9.1",
    }


def test_llama_cpp_tells_version_and_context_in_its_own_words() -> None:
    entry = {"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx_train": 8192, "n_ctx": 2048}}
    script = serving(
        healthy,
        models=json_reply("200 OK", {"data": [entry]}),
        props=json_reply("200 OK", {"build_info": "b6432-0320ac526", "total_slots": 4}),
    )
    with bad_weather(script) as weather:
        facts = open_target(weather.url).facts
    told = {name: facts[name] for name in ("engine", "engine_version", "context_length")}
    assert told == {"engine": "llamacpp", "engine_version": "b6432-0320ac526", "context_length": "2048"}


def test_ids_come_from_the_servers_own_tokenizer() -> None:
    tokens = json_reply("200 OK", {"tokens": [9, 7, 7, 8], "count": 4})
    with bad_weather(serving(healthy, tokenize=tokens)) as weather:
        assert open_target(weather.url).prompts == IdPrompts(ids=(7, 8, 9))


def test_a_server_that_counts_ids_otherwise_gets_words() -> None:
    """Ids that are not taken as ids, but as one more text, would give prompts of the wrong length."""

    def reply(body: Any) -> list[Step]:
        return streamed(1 + len(str(body["prompt"]).split()))

    with bad_weather(serving(reply)) as weather:
        target = open_target(weather.url)
    # 16 words count 17, 48 count 49: one token a word, one added
    assert target.prompts == TextPrompts(overhead_tokens=1.0, method="calibrated on usage")
    assert len(str(target.prompts.prompt(10, seed=0, index=0)).split()) == 9


def test_chat_is_calibrated_with_its_template() -> None:
    def reply(body: Any) -> list[Step]:
        return chatted(11 + len(body["messages"][0]["content"].split()))

    with bad_weather(serving(reply)) as weather:
        target = open_target(f"{weather.url}/v1/chat/completions")
    assert target.endpoint_type == "chat"
    assert target.prompts == TextPrompts(overhead_tokens=11.0, method="calibrated on usage")


def test_words_of_several_tokens_are_marked_approximate() -> None:
    def reply(body: Any) -> list[Step]:
        return chatted(5 + 2 * len(body["messages"][0]["content"].split()))

    with bad_weather(serving(reply)) as weather:
        prompts = open_target(weather.url, endpoint_type="chat").prompts
    assert prompts.method == "approximate"
    # 105 tokens wanted: (105 - 5) / 2 = 50 words
    assert len(str(prompts.prompt(105, seed=1, index=1)).split()) == 50


def test_without_usage_prompts_are_approximate() -> None:
    with bad_weather(serving(lambda _: [STREAM, token(finish="length"), DONE + END])) as weather:
        assert open_target(weather.url, endpoint_type="chat").prompts.method == "approximate"


def test_what_a_server_refuses_is_left_out() -> None:
    def reply(body: Any) -> list[Step]:
        refused = [name for name in ("ignore_eos", "stream_options") if name in body]
        return error("400 Bad Request", f"unknown {refused[0]}") if refused else healthy(body)

    with bad_weather(serving(reply)) as weather:
        dialect = open_target(weather.url).dialect
    assert (dialect.ignore_eos, dialect.usage_in_stream) == (False, False)


def fussy(**refusals: str) -> Callable[[Any], Sequence[Step]]:
    """Refuse each field by name as long as it is sent, one at a time, with OpenAI's words."""

    def reply(body: Any) -> list[Step]:
        for name, message in refusals.items():
            if name in body:
                return error("400 Bad Request", message)
        return chatted(9)

    return reply


def test_newer_models_get_their_own_words() -> None:
    """They take max_completion_tokens in place of max_tokens, and no temperature but their own."""
    reply = fussy(
        max_tokens="Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead.",
        temperature="Unsupported value: 'temperature' does not support 0 with this model.",
        ignore_eos="Unknown parameter: 'ignore_eos'.",
    )
    with bad_weather(serving(reply)) as weather:
        target = open_target(weather.url, endpoint_type="chat")
    said = target.dialect
    assert (said.length_key, said.greedy, said.ignore_eos, said.usage_in_stream) == (
        "max_completion_tokens",
        False,
        False,
        True,
    )
    assert target.facts["temperature"] == "the server takes none but its own"


def test_a_refused_field_is_named_or_not() -> None:
    """One refusal names its field, the other does not: both are left out, and nothing else."""
    reply = fussy(ignore_eos="Unknown parameter: 'ignore_eos'.", stream_options="bad request")
    with bad_weather(serving(reply)) as weather:
        said = open_target(weather.url, endpoint_type="chat").dialect
    assert (said.ignore_eos, said.usage_in_stream, said.greedy) == (False, False, True)


def responded(prompt_tokens: int) -> list[Step]:
    usage_told = {"input_tokens": prompt_tokens, "output_tokens": 16}
    over = {"type": "response.completed", "response": {"status": "completed", "usage": usage_told}}
    return [STREAM, chunk(event({"type": "response.output_text.delta", "delta": "a"}) + event(over)), END]


def test_responses_are_probed_and_calibrated() -> None:
    asked: list[Any] = []

    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        if path == "/v1/responses":
            asked.append(body)
            few = body["max_output_tokens"] < 16  # as OpenAI refuses it
            return error("400 Bad Request", "too few") if few else responded(5 + len(body["input"].split()))
        return json_reply("200 OK", MODELS) if path == "/v1/models" else error("404 Not Found", "no")

    with bad_weather(script) as weather:
        target = open_target(f"{weather.url}/v1/responses")
    assert target.endpoint_type == "responses"
    assert target.prompts == TextPrompts(overhead_tokens=5.0, method="calibrated on usage")
    assert target.dialect.ignore_eos
    assert all(body["stream"] and "stream_options" not in body for body in asked)


def test_several_answers_to_a_request_are_refused_before_anything_is_sent() -> None:
    with bad_weather(serving(healthy)) as weather:
        with pytest.raises(InputError, match=r"^extra field 'n' asks for 4 answers to one request"):
            open_target(weather.url, extra_body={"n": 4})
        assert weather.requests == []


FAILURES: dict[str, tuple[Callable[[int, str, Any], Sequence[Step]], type[IsocostError], str]] = {
    "401": (
        serving(healthy, models=error("401 Unauthorized", f"bad key {CANARY}")),
        MeasurementError,
        "{url}/v1 refuses access (HTTP 401: bad key ***); "
        "name a key that it takes with --api-key-env or --api-key-file",
    ),
    "403 on requests": (
        serving(lambda _: error("403 Forbidden", "not yours")),
        MeasurementError,
        "{url}/v1 refuses access (HTTP 403: not yours); "
        "name a key that it takes with --api-key-env or --api-key-file",
    ),
    "not ready": (
        serving(healthy, models=error("503 Service Unavailable", "loading")),
        MeasurementError,
        "{url}/v1 cannot list its models (HTTP 503: loading); see whether the server is ready",
    ),
    "too many requests": (
        serving(healthy, models=error("429 Too Many Requests", "slow down")),
        MeasurementError,
        "{url}/v1 cannot list its models (HTTP 429: slow down); see whether the server is ready",
    ),
    "elsewhere": (
        serving(healthy, models=[JUMP]),
        MeasurementError,
        "{url}/v1 cannot list its models (HTTP 302: a redirect to http://elsewhere.example/, not followed); "
        "see whether the server is ready",
    ),
    "no such endpoint": (
        serving(lambda _: error("404 Not Found", "Not Found")),
        MeasurementError,
        "{url}/v1 has no endpoint for completions of 'm' (HTTP 404: Not Found); "
        "check the address, --model and --endpoint-type",
    ),
    "failing": (
        serving(lambda _: error("500 Oops", "engine died")),
        MeasurementError,
        "{url}/v1 answers a completions request with HTTP 500: engine died; see the server's log",
    ),
    "refusing": (
        serving(lambda _: error("400 Bad Request", "no prompt")),
        MeasurementError,
        "{url}/v1 refuses completions requests (HTTP 400: no prompt); check --endpoint-type and --extra-body",
    ),
    "not streaming": (
        serving(lambda _: json_reply("200 OK", {"choices": []})),
        MeasurementError,
        "{url}/v1 does not stream: it answers with 'application/json', not text/event-stream; "
        "isocost times streams only",
    ),
    "streaming nonsense": (
        serving(lambda _: [STREAM, chunk(b"data: [1]\n\n"), END]),
        MeasurementError,
        "{url}/v1 streams events that are no JSON (list instead of an object); see its log",
    ),
    "no model list": (
        serving(healthy, models=error("404 Not Found", "no")),
        InputError,
        "{url}/v1 does not list its models; name the one to measure with --model",
    ),
    "two models": (
        serving(healthy, models=json_reply("200 OK", {"data": [{"id": "a"}, {"id": "b"}]})),
        InputError,
        "{url}/v1 serves 2 models; name one with --model: 'a', 'b'",
    ),
    "no HTTP": (
        lambda *_: [b"220 smtp ready\r\n", Close()],
        MeasurementError,
        "what answers at {url} does not speak HTTP; check host and port",
    ),
    "closing": (
        lambda *_: [Close()],
        MeasurementError,
        "the server at {url} closed the connection without an answer; see its log",
    ),
    "silent": (
        lambda *_: [Sleep(0.6)],
        MeasurementError,
        "the server at {url} did not answer within 0.3 s; see whether it is ready",
    ),
    "silent: trickling": (
        lambda *_: [STREAM, Forever(b"1\r\n:\r\n", 0.02)],
        MeasurementError,
        "the server at {url} did not answer within 0.3 s; see whether it is ready",
    ),
    "silent: trickling until it closes": (
        lambda *_: [b"HTTP/1.0 200 OK\r\n\r\n", Forever(b"{", 0.02)],
        MeasurementError,
        "the server at {url} did not answer within 0.3 s; see whether it is ready",
    ),
    "silent: trickling head": (
        lambda *_: [Forever(b"H", 0.02)],
        MeasurementError,
        "the server at {url} did not answer within 0.3 s; see whether it is ready",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_way_to_fail_is_one_sentence(name: str, tmp_path: Path) -> None:
    script, kind, sentence = FAILURES[name]
    key = tmp_path / "key"
    key.write_text(f"{CANARY}\n")
    with bad_weather(script) as weather, pytest.raises(kind) as caught:
        open_target(
            weather.url, access=Access(api_key_file=key, timeout_s=0.3 if name.startswith("silent") else 5)
        )
    assert str(caught.value) == sentence.format(url=weather.url)


def test_no_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(MeasurementError) as caught:
        open_target(url)
    assert str(caught.value) == (
        f"no server answers at {url} (connection refused); start it, or check host and port"
    )


def test_wrong_model() -> None:
    with bad_weather(serving(healthy)) as weather, pytest.raises(InputError) as caught:
        open_target(weather.url, "x")
    assert str(caught.value) == f"{weather.url}/v1 serves no model 'x'; it serves 'm'"


def test_a_plain_server_under_https() -> None:
    with bad_weather(lambda *_: [Close()]) as weather, pytest.raises(MeasurementError):
        open_target(weather.url.replace("http://", "https://"), access=Access(timeout_s=0.5))


def test_a_key_goes_over_the_wire_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", CANARY)
    with bad_weather(serving(healthy)) as weather:
        target = open_target(weather.url, access=Access(api_key_env="OUR_KEY", headers={"X-Team": "blue"}))
        asked = [headers for path, headers, _ in weather.requests if path != "/metrics"]
        unkeyed = [headers for path, headers, _ in weather.requests if path == "/metrics"]
    assert all(CANARY not in str(headers) for headers in unkeyed)  # it is no part of the API
    assert {headers["Authorization"] for headers in asked} == {f"Bearer {CANARY}"}
    assert {headers["X-Team"] for headers in asked} == {"blue"}
    assert CANARY not in f"{target!r} {target} {target.facts}"


def test_no_key_is_sent_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with bad_weather(serving(healthy)) as weather:
        open_target(weather.url.replace("http://", f"http://user:{CANARY}@"))
        assert all("Authorization" not in headers for _, headers, _ in weather.requests)


def test_a_server_that_closes_after_each_stream_gets_new_connections() -> None:
    """Its answers say keep-alive, and the end comes a little later: the next request would be lost."""

    def reply(body: Any) -> list[Step]:
        return [*healthy(body), Sleep(0.02), Close()]

    with bad_weather(serving(reply)) as weather:
        target = open_target(weather.url)
        assert target.facts["connections"] == "closed by the server after each answer"
        rows: list[Observation] = []
        plan = RunPlan(load=Load(concurrency=2), shapes=(RequestShape(4, 1),), indices=tuple(range(8)))
        target.measure(plan, record=rows.append, stop=threading.Event())
    assert [row.outcome for row in rows] == [Outcome.OK] * 8
