"""The OpenAI API over the embedded engine; this process never imports openvino."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.engine.answer import Answer, error_event, usage
from isocost.engine.metrics import exposition
from isocost.engine.request import ApiError, parse_body, parse_generation, parse_tokenize
from isocost.engine.tokenizer import Detokenizer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web

    from isocost.engine.link import Link, Ticket
    from isocost.engine.request import GenerationRequest
    from isocost.engine.vocabulary import Vocabulary

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

__all__ = ["Service", "application"]

_LARGEST_BODY = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the handlers need to know.

    Parameters
    ----------
    model : str
        Name under which the model is served.
    vocabulary : Vocabulary
        For turning tokens into text.
    context_length, kv_cache_tokens : int
        Bounds, tokens.
    link : Link
        To the worker.
    created : int
        Unix time of the start, seconds.
    """

    model: str
    vocabulary: Vocabulary
    context_length: int
    kv_cache_tokens: int
    link: Link
    created: int


def application(service: Service) -> web.Application:
    """Application with all routes, for aiohttp to run."""
    from aiohttp import web

    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_errors()])
    app.add_routes(
        [
            web.get("/health", _bound(_health, service)),
            web.get("/metrics", _bound(_metrics, service)),
            web.get("/v1/models", _bound(_models, service)),
            web.get("/v1/models/{model}", _bound(_one_model, service)),
            web.post("/tokenize", _bound(_tokenize, service)),
            web.post("/v1/completions", _bound(_completions, service)),
            web.post("/v1/chat/completions", _bound(_chat, service)),
        ]
    )
    return app


def _bound(
    handler: Callable[[Service, web.Request], Awaitable[web.StreamResponse]], service: Service
) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await handler(service, request)

    return handle


def _errors() -> Any:  # noqa: ANN401 - aiohttp's type of middleware is its own affair
    """Middleware that gives every error the shape of the API."""
    from aiohttp import web

    @web.middleware
    async def shaped(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return web.json_response(error.body, status=error.status)
        except web.HTTPException as error:
            shape = ApiError(f"{request.method} {request.path}: {error.reason}", status=error.status)
            return web.json_response(shape.body, status=error.status, headers=_allowed(error))

    return shaped


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


async def _health(service: Service, _request: web.Request) -> web.Response:
    from aiohttp import web

    return web.Response(status=200 if service.link.alive else 503)


async def _metrics(service: Service, _request: web.Request) -> web.Response:
    from aiohttp import web

    text = exposition(service.link.counters, model=service.model, kv_cache_tokens=service.kv_cache_tokens)
    return web.Response(text=text, content_type="text/plain", charset="utf-8")


def _card(service: Service) -> dict[str, Any]:
    return {
        "id": service.model,
        "object": "model",
        "created": service.created,
        "owned_by": "isocost",
        "max_model_len": service.context_length,
    }


async def _models(service: Service, _request: web.Request) -> web.Response:
    from aiohttp import web

    return web.json_response({"object": "list", "data": [_card(service)]})


async def _one_model(service: Service, request: web.Request) -> web.Response:
    from aiohttp import web

    if request.match_info["model"] != service.model:
        raise ApiError(
            f"the model {request.match_info['model']!r} does not exist", status=404, code="model_not_found"
        )
    return web.json_response(_card(service))


async def _tokenize(service: Service, request: web.Request) -> web.Response:
    from aiohttp import web

    body = parse_body(await request.read(), model=service.model)
    tokens = await service.link.tokenize(parse_tokenize(body))
    return web.json_response(
        {"count": len(tokens), "max_model_len": service.context_length, "tokens": tokens}
    )


async def _completions(service: Service, request: web.Request) -> web.StreamResponse:
    return await _generate(service, request, chat=False)


async def _chat(service: Service, request: web.Request) -> web.StreamResponse:
    return await _generate(service, request, chat=True)


async def _generate(service: Service, request: web.Request, *, chat: bool) -> web.StreamResponse:
    from aiohttp import web

    body = parse_body(await request.read(), model=service.model)
    asked = parse_generation(body, chat=chat)
    ticket = await service.link.submit(asked.prompt, asked.sampling)
    answer = Answer(number=ticket.number, model=service.model, created=int(time.time()), chat=chat)
    ended: str | None = None
    response: web.StreamResponse
    try:
        if asked.stream:
            response, ended = await _streamed(service, request, asked, ticket, answer)
        else:
            response, ended = await _whole(service, ticket, answer)
    except ApiError:
        ended = "error"
        raise
    except ConnectionResetError:  # the client has gone before the answer began: nobody is left to tell
        response = web.Response()
    finally:  # also when the client has gone, which cancels this task
        service.link.close(ticket, ended)
    return response


async def _whole(service: Service, ticket: Ticket, answer: Answer) -> tuple[web.StreamResponse, str]:
    from aiohttp import web

    pieces: list[str] = []
    reason = "length"
    async for text, ended, _at in _texts(service, ticket):
        pieces.append(text)
        reason = ended or reason
    counts = usage(ticket.prompt_tokens, ticket.generated)
    return web.json_response(answer.whole("".join(pieces), reason, counts)), reason


async def _streamed(
    service: Service, request: web.Request, asked: GenerationRequest, ticket: Ticket, answer: Answer
) -> tuple[web.StreamResponse, str]:
    from aiohttp import web

    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
    )
    await response.prepare(request)
    try:
        reason = await _write_events(service, response, ticket, answer)
    except ApiError as error:  # too late for a status: an event tells, and no [DONE] follows
        await response.write(error_event(error.body))
        return response, "error"
    if asked.include_usage:
        await response.write(answer.usage_event(usage(ticket.prompt_tokens, ticket.generated)))
    await response.write(b"data: [DONE]\n\n")
    return response, reason


async def _write_events(
    service: Service, response: web.StreamResponse, ticket: Ticket, answer: Answer
) -> str:
    first, reason = True, "length"
    async for text, ended, at_s in _texts(service, ticket):
        await response.write(answer.event(text, ended, first=first))
        service.link.counters.hand_over_s.append(time.monotonic() - at_s)
        first, reason = False, ended or reason
    return reason


async def _texts(service: Service, ticket: Ticket) -> AsyncIterator[tuple[str, str | None, float]]:
    """One text for each token, even when it is empty, with the reason of the end on the last."""
    detokenizer = Detokenizer(service.vocabulary)
    ended: str | None = None
    while ended is None:
        tokens, ended, at_s = await ticket.next_tokens()
        if ended == "error":
            raise ApiError("the engine gave the request up: its KV cache is full", status=500)
        for place, token in enumerate(tokens, start=1):
            last = ended is not None and place == len(tokens)
            yield detokenizer.feed(token, last=last), ended if last else None, at_s
