"""A key that must be seen nowhere, a server that gives it back in every form, and a search for it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from doubles.bad_weather import END, STREAM, Close, Reset, Step, answer, chunk, event, json_reply, token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CANARY = "sk-c4n4ry/Qw7+Zt3_never=to.be~SEEN"
ANSWER = "the-model-wrote-this-4711"
"""A text of the model, which is not to be stored unless asked for."""


def escaped(text: str) -> list[str]:
    """The same text as other programs would write it."""
    raw = text.encode()
    return [
        "".join(f"%{byte:02X}" for byte in raw),
        quote(text, safe=""),
        quote(quote(text, safe=""), safe=""),
        "".join(f"\\u{byte:04x}" for byte in raw),
        text.replace("/", "\\/"),
        "".join(f"&#{byte};" for byte in raw),
        "".join(f"&#x{byte:x};" for byte in raw),
        *(base64.b64encode(b"x" * shift + raw).decode() for shift in range(3)),
        *(base64.urlsafe_b64encode(b"x" * shift + raw).decode() for shift in range(3)),
        raw.hex(),
        raw.hex().upper(),
        text.upper(),
    ]


FORMS = [CANARY, *escaped(CANARY), CANARY[:16], CANARY[-14:], CANARY[9:24]]
ECHO = " | ".join(FORMS)


def needles() -> list[bytes]:
    """What gives the key away: pieces that are too long to stand anywhere by chance, in every form."""
    pieces = {CANARY[start : start + 10] for start in range(len(CANARY) - 9)}
    found: set[str] = set()
    for piece in pieces:
        found |= {piece, piece.upper(), *escaped(piece)[:2], *escaped(piece)[3:4], *escaped(piece)[5:7]}
        found |= {piece.encode().hex(), piece.encode().hex().upper()}
    for text in escaped(CANARY)[7:13]:
        found |= {text[start : start + 16] for start in range(4, len(text) - 20)}
    return sorted({each.encode() for each in found})


NEEDLES = needles()


def leaks(data: bytes) -> list[bytes]:
    """Return the pieces of the key that stand in some bytes."""
    return [each for each in NEEDLES if each in data]


def leaking_files(folder: Path) -> dict[str, list[bytes]]:
    """Search every file below a folder, whatever it is: its bytes, free pages of a database included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {str(path.relative_to(folder)): leaks(path.read_bytes()) for path in files}
    return {name: each for name, each in found.items() if each}


def _head(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def _said(status: str, *headers: str) -> list[Step]:
    return json_reply(status, {"error": {"message": f"no good: {ECHO}", "code": CANARY}}, *headers)


def _plain(status: str) -> list[Step]:
    return [_head(status, "Connection: close", "Content-Type: text/plain") + ECHO.encode(), Close()]


def _stream(*events: Any) -> list[Step]:
    return [STREAM, *(chunk(event(each)) for each in events), chunk(b"data: [DONE]\n\n"), END]


def _choice(**more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": " a", "finish_reason": None, **more}]}


WAYS: dict[str, list[Step]] = {
    "401": _said("401 Unauthorized"),
    "403": _said("403 Forbidden"),
    "404": _said("404 Not Found"),
    "408": _said("408 Request Timeout"),
    "429": _said("429 Too Many Requests", "Retry-After: 0"),
    "500": _said("500 Oops"),
    "502 in plain text": _plain("502 Bad"),
    "503": _said("503 No", f"Retry-After: {CANARY}"),
    "the key in a status line": [_head(f"400 {CANARY}", "Connection: close"), Close()],
    "no HTTP": [f"{CANARY} {ECHO}\r\n".encode(), Close()],
    "a redirect to the key": [
        _head("302 Found", f"Location: http://x/?key={quote(CANARY)}", "Content-Length: 0")
    ],
    "an error in the stream": _stream({"error": {"message": ECHO, "code": 500}}),
    "malformed JSON": [STREAM, chunk(f'data: {{"{ECHO}\n\n'.encode()), END],
    "a body that breaks": [STREAM, token(f" {CANARY}"), Reset()],
    "reset": [Reset()],
    "closed": [Close()],
    "another type": [_head("200 OK", f"Content-Type: text/{CANARY}", "Content-Length: 2") + b"{}"],
    "another coding": [
        STREAM.replace(b"\r\n\r\n", f"\r\nContent-Encoding: {CANARY}\r\n\r\n".encode()),
        token(finish="stop"),
        END,
    ],
    "a chunk size": [STREAM, f"{CANARY}\r\n".encode(), Close()],
    "a finish reason": _stream(_choice(finish_reason=ECHO)),
    "streamed text": _stream(_choice(text=f"{ECHO} {ANSWER}"), _choice(finish_reason="stop")),
    "usage": _stream(_choice(finish_reason="stop"), {"choices": [], "usage": {"prompt_tokens": CANARY}}),
}
"""Each way in which a server may fail, giving the key back as it does."""


def models(name: str = "m", owner: str = "double") -> list[Step]:
    return json_reply("200 OK", {"data": [{"id": name, "owned_by": owner}]}, f"Server: {CANARY}")


def script(number: int, path: str, body: Any) -> Sequence[Step]:
    """Do on a request what its path says: fail at once, or well until it is measured, then in every way."""
    way = path.split("/")[1].replace("_", " ")
    if way == "key as model":
        return models(CANARY) if path.endswith("/models") else _said("404 Not Found")
    if way == "many models":
        return json_reply("200 OK", {"data": [{"id": f"{ECHO}{each}"} for each in range(3)]})
    if way == "run":
        return _measured(number, path, body)
    if way == "questions":
        return _asked(path)
    first, _, name = way.partition(": ")
    if first == "models" or not path.endswith("/models"):
        return WAYS[name]
    return models()


def _measured(number: int, path: str, body: Any) -> Sequence[Step]:
    if path.endswith("/models"):
        return models(owner=ECHO)
    if path.endswith(("/version", "/props")):
        return json_reply("200 OK", {"version": ECHO, "build_info": ECHO})
    if path.endswith("/metrics"):
        text = f'# HELP {ECHO}\nvllm:num_requests_running{{model="{ECHO}"}} 2\n'
        return json_reply("200 OK", text.encode())
    if not path.endswith("completions"):
        return _said("404 Not Found")
    if not isinstance(body, dict) or body.get("max_tokens") != len(WAYS):  # it is looking, not measuring
        return answer(1)
    ways = list(WAYS.values())
    return ways[number % len(ways)] if number % 2 else answer(2)


def _asked(path: str) -> Sequence[Step]:
    if path.endswith("/models"):
        return models()
    choice = {"message": {"content": f"B {ANSWER} {ECHO}"}, "finish_reason": ECHO}
    return json_reply("200 OK", {"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})


DRIVER = """
import contextlib, io, json, os, resource, sys, warnings
from pathlib import Path
from isocost.cli import main

most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
for job in json.load(sys.stdin):
    folder = Path(job["folder"])
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["isocost", *job["words"]]
    soft = resource.getrlimit(resource.RLIMIT_FSIZE)
    if job.get("room"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["room"], soft[1]))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        except BaseException as error:
            status = repr(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, soft)
    core = resource.getrlimit(resource.RLIMIT_CORE)[0]
    told = {"name": job["name"], "status": status, "out": out.getvalue(), "err": err.getvalue(), "core": core}
    print(json.dumps(told), flush=True)
"""
"""Carries out many commands in one process, each with its own output; the key is in its environment alone."""
