"""What an endpoint is: who serves which model, and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MeasurementError
from isocost.measurement.dialect import Dialect, Usage, read_chunk, request_body
from isocost.measurement.event_stream import EventStreamParser
from isocost.measurement.rewording import reworded

if TYPE_CHECKING:
    from isocost.measurement.plain_http import PlainClient, Reply

__all__ = ["Served", "Trial", "fewest_tokens", "find_dialect", "find_served", "try_prompt"]

_MOST_WORDINGS = 8
_CREDENTIALS = "name a key that it takes with --api-key-env or --api-key-file"
_LATER = frozenset({408, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What an endpoint says of itself; ``None`` where it does not.

    Parameters
    ----------
    model : str
        The model to be measured.
    engine, engine_version : str or None
        Software that serves it.
    context_length : int or None
        Longest prompt and answer together, tokens.
    """

    model: str
    engine: str | None = None
    engine_version: str | None = None
    context_length: int | None = None

    @property
    def facts(self) -> dict[str, str]:
        """The same as text, without what is unknown."""
        told = {
            "engine": self.engine,
            "engine_version": self.engine_version,
            "context_length": self.context_length,
        }
        return {name: str(value) for name, value in told.items() if value is not None}


def find_served(client: PlainClient, model: str | None) -> Served:
    """Ask which models are served and choose the one that was named, or the only one.

    Raises
    ------
    InputError
        If the named model is not served, or none was named and there is not exactly one.
    MeasurementError
        If there is no server, it wants credentials, or it fails.
    """
    reply = client.ask("GET", client.address.models_path)
    _check_credentials(client, reply)
    if reply.status >= 500 or 300 <= reply.status < 400 or reply.status in _LATER:
        raise MeasurementError(
            f"{client.address.url} cannot list its models (HTTP {reply.status}: {reply.explanation}); "
            "see whether the server is ready"
        )
    entries = _entries(reply.document) if reply.status == 200 else {}
    chosen = _choose(client.address.url, model, tuple(entries))
    entry = entries.get(chosen, {})
    owner = entry.get("owned_by")
    return Served(
        model=chosen,
        engine=owner if isinstance(owner, str) and owner else reply.server,
        engine_version=_version(client),
        context_length=_context_length(entry),
    )


def _entries(document: object) -> dict[str, Mapping[str, Any]]:
    data = document.get("data") if isinstance(document, Mapping) else None
    entries = data if isinstance(data, list) else []
    return {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)
    }


def _choose(url: str, model: str | None, served: tuple[str, ...]) -> str:
    shown = ", ".join(repr(name) for name in served[:8]) + (" and more" if len(served) > 8 else "")
    if model is not None:
        if served and model not in served:
            raise InputError(f"{url} serves no model {model!r}; it serves {shown}")
        return model
    if not served:
        raise InputError(f"{url} does not list its models; name the one to measure with --model")
    if len(served) > 1:
        raise InputError(f"{url} serves {len(served)} models; name one with --model: {shown}")
    return served[0]


def _context_length(entry: Mapping[str, Any]) -> int | None:
    """Read the longest sequence of one request, in vLLM's and llama.cpp's words."""
    meta = entry.get("meta")
    told = (entry.get("max_model_len"), meta.get("n_ctx") if isinstance(meta, Mapping) else None)
    return next((length for length in told if type(length) is int and length > 0), None)


def _version(client: PlainClient) -> str | None:
    """Ask for the version in vLLM's and llama.cpp's words."""
    for path, key in (("version", "version"), ("props", "build_info")):
        try:
            reply = client.ask("GET", f"{client.address.root}/{path}")
        except MeasurementError:
            return None
        document = reply.document if reply.status == 200 else None
        version = document.get(key) if isinstance(document, Mapping) else None
        if isinstance(version, str) and version:
            return version
    return None


def _check_credentials(client: PlainClient, reply: Reply) -> None:
    if reply.status in (401, 403):
        raise MeasurementError(
            f"{client.address.url} refuses access (HTTP {reply.status}: {reply.explanation}); {_CREDENTIALS}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one short request.

    Parameters
    ----------
    refusal : str or None
        Why the request was refused as it was worded; ``None`` if it was answered.
    usage : Usage
        Tokens as the server counted them.
    """

    refusal: str | None = None
    usage: Usage = field(default_factory=Usage)


def find_dialect(client: PlainClient, wanted: Dialect) -> Dialect:
    """Find the fullest wording that the endpoint takes, by short requests.

    A refusal that names a field is taken at its word: that field is left out, or said the other way
    (``max_completion_tokens`` in place of ``max_tokens``). One that names none is met by leaving out what is
    no part of the API.

    Raises
    ------
    MeasurementError
        If it takes none of them.
    """
    named = dialect = wanted
    unnamed = [(False, True), (True, False), (False, False)]
    refusal: str | None = None
    for _ in range(_MOST_WORDINGS):
        refusal = try_prompt(client, dialect, "Hello").refusal
        if refusal is None:
            return dialect
        refused, dialect = dialect, reworded(dialect, refusal)
        if dialect != refused:
            named = dialect
        while dialect in (refused, wanted) and unnamed:
            eos, usage = unnamed.pop(0)
            dialect = replace(
                named,
                ignore_eos=named.ignore_eos and eos,
                usage_in_stream=named.usage_in_stream and usage,
            )
        if dialect == refused:
            break
    raise MeasurementError(
        f"{client.address.url} refuses {wanted.endpoint_type} requests ({refusal}); "
        "check --endpoint-type and --extra-body"
    )


def fewest_tokens(dialect: Dialect) -> int:
    """Return the shortest answer that may be asked for; OpenAI's responses have at least 16 tokens."""
    return 16 if dialect.endpoint_type == "responses" else 1


def try_prompt(client: PlainClient, dialect: Dialect, prompt: str | list[int]) -> Trial:
    """Ask for one token after `prompt`, or as few as the API allows.

    Raises
    ------
    MeasurementError
        If the endpoint does not exist, wants credentials, fails or does not stream.
    """
    path = client.address.path(dialect.endpoint_type)
    reply = client.ask("POST", path, request_body(dialect, prompt, output_tokens=fewest_tokens(dialect)))
    _check_credentials(client, reply)
    if reply.status in (400, 422):
        return Trial(refusal=f"HTTP {reply.status}: {reply.explanation}")
    if reply.status in (404, 405):
        raise MeasurementError(
            f"{client.address.url} has no endpoint for {dialect.endpoint_type} of {dialect.model!r} "
            f"(HTTP {reply.status}: {reply.explanation}); check the address, --model and --endpoint-type"
        )
    if reply.status != 200:
        raise MeasurementError(
            f"{client.address.url} answers a {dialect.endpoint_type} request with HTTP {reply.status}: "
            f"{reply.explanation}; see the server's log"
        )
    if reply.content_type != "text/event-stream":
        raise MeasurementError(
            f"{client.address.url} does not stream: it answers with {reply.content_type or 'no type'!r}, "
            "not text/event-stream; isocost times streams only"
        )
    return _read_trial(client.address.url, reply.body)


def _read_trial(url: str, body: bytes) -> Trial:
    usage = Usage()
    for data in EventStreamParser().feed(body):
        if data == b"[DONE]" or not data.strip():
            continue
        try:
            chunk = read_chunk(data)
        except ValueError as error:
            raise MeasurementError(f"{url} streams events that are no JSON ({error}); see its log") from None
        if chunk.error is not None:
            return Trial(refusal=f"an error in the stream: {chunk.error[:200]}")
        usage = chunk.usage or usage
    return Trial(usage=usage)
