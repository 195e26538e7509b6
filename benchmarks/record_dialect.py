"""Record what a server answers, byte for byte, to one request of each kind.

Run: ``.venv/bin/python benchmarks/record_dialect.py http://127.0.0.1:8000 FOLDER [--group GROUP]``. Each
answer is one file ``FOLDER/NAME.http``: head, chunk sizes and all, as it came from the socket. ``--group``
takes those requests that a server was started for: ``plain`` (the default), ``reasoning``, ``tools``. The
servers' commands stand in ``tests/doubles/recordings/README.md``.
"""

from __future__ import annotations

import argparse
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

_TEXT = " to be in it"
_MESSAGES = [{"role": "user", "content": _TEXT}]
_USAGE = {"stream_options": {"include_usage": True}}
_EVERY = {"stream_options": {"include_usage": True, "continuous_usage_stats": True}}
_PARAMETERS = {
    "type": "object",
    "properties": {"day": {"type": "integer", "minimum": 0, "maximum": 9}},
    "required": ["day"],
    "additionalProperties": False,
}
_FUNCTION = {"name": "look", "description": "Look up a day.", "parameters": _PARAMETERS}
_CHAT_TOOLS = {"tools": [{"type": "function", "function": _FUNCTION}]}
_ONE_CHAT_TOOL = {"tool_choice": {"type": "function", "function": {"name": "look"}}}
_RESPONSE_TOOLS = {"tools": [{"type": "function", **_FUNCTION}], "tool_choice": "required"}
_LONG = {"max_tokens": 64, "temperature": 0, "stream": True}
_SHORT = {"max_tokens": 6, "temperature": 0, "stream": True, "ignore_eos": True}
_RESPONSE = {"input": _TEXT, "max_output_tokens": 6, "temperature": 0, "stream": True}

_COMPLETIONS: dict[str, dict[str, Any]] = {
    "completions": {**_SHORT, **_USAGE},
    "completions-without-usage": _SHORT,
    "completions-ids": {**_SHORT, **_USAGE, "return_token_ids": True},
    "completions-growing-usage": {**_SHORT, **_EVERY},
    "completions-logprobs": {**_SHORT, **_USAGE, "logprobs": 1},
    "completions-timings": {**_SHORT, **_USAGE, "timings_per_token": True},
    "completions-too-long": {**_SHORT, "prompt": list(range(5, 4_000))},
}
_CHATS: dict[str, dict[str, Any]] = {
    "chat": {**_SHORT, **_USAGE},
    "chat-growing-usage": {**_SHORT, **_EVERY},
    "chat-logprobs": {**_SHORT, **_USAGE, "logprobs": True},
    "chat-two-answers": {**_SHORT, **_USAGE, "n": 2},
}
_GROUPS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "plain": {
        **{name: ("/completions", {"prompt": _TEXT, **body}) for name, body in _COMPLETIONS.items()},
        **{name: ("/chat/completions", {"messages": _MESSAGES, **body}) for name, body in _CHATS.items()},
        "responses": ("/responses", _RESPONSE),
        "responses-ignore-eos": ("/responses", {**_RESPONSE, "ignore_eos": True}),
    },
    "reasoning": {
        "chat-reasoning": ("/chat/completions", {"messages": _MESSAGES, **_SHORT, **_USAGE}),
        "responses-reasoning": ("/responses", _RESPONSE),
    },
    "tools": {
        "chat-tools": (
            "/chat/completions",
            {"messages": _MESSAGES, **_LONG, **_USAGE, **_CHAT_TOOLS, **_ONE_CHAT_TOOL},
        ),
        "chat-tools-required": (
            "/chat/completions",
            {"messages": _MESSAGES, **_LONG, **_USAGE, **_CHAT_TOOLS, "tool_choice": "required"},
        ),
        "responses-tools": ("/responses", {**_RESPONSE, "max_output_tokens": 64, **_RESPONSE_TOOLS}),
    },
}


def answer(root: str, path: str, body: dict[str, Any]) -> bytes:
    """Return the whole answer as it came."""
    parts = urlsplit(root)
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    pieces = []
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as connection:
        connection.sendall(head.encode() + content)
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def model_of(root: str) -> str:
    """Return the name of the first model that is served."""
    with urlopen(f"{root}/v1/models", timeout=30) as reply:  # noqa: S310 - the address was given by the user
        return str(json.load(reply)["data"][0]["id"])


def main() -> None:
    """Record one file for each request of a group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", help="http://HOST:PORT")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--group", choices=_GROUPS, default="plain")
    parser.add_argument("--only", nargs="*", help="names of requests; all of the group if left out")
    parser.add_argument("--without", nargs="*", default=(), help="fields that the server refuses")
    parser.add_argument("--model", help="as it is served; the first one if left out")
    given = parser.parse_args()
    root = given.root.rstrip("/")
    model = given.model or model_of(root)
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, (path, body) in _GROUPS[given.group].items():
        if given.only and name not in given.only:
            continue
        asked = {key: value for key, value in body.items() if key not in given.without}
        told = answer(root, f"/v1{path}", {"model": model, **asked})
        (given.folder / f"{name}.http").write_bytes(told)
        print(f"{name}: {told.splitlines()[0].decode()}, {len(told)} bytes")


if __name__ == "__main__":
    main()
