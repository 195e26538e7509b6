"""What one chunk of a streamed answer says, in whatever dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isocost.core.observation import ServerTimes
    from isocost.measurement.usage import Usage

__all__ = ["Chunk", "read_error"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk of a streamed answer says.

    Parameters
    ----------
    output : bool
        Whether it carries output, be it answer, reasoning or a tool call.
    text : str or None
        The text itself where there is one; used to recognise chunks alike, never kept.
    tokens : int or None
        Tokens in it, where it lists them.
    finish_reason : str or None
        In the words of chat: ``"stop"``, ``"length"``, …
    usage : Usage or None
        Tokens counted so far.
    error : str or None
        An error sent in place of output.
    reasoning : bool
        Whether its output is reasoning and nothing else.
    times : ServerTimes or None
        How long the server says that it worked.
    """

    output: bool = False
    text: str | None = None
    tokens: int | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    error: str | None = None
    reasoning: bool = False
    times: ServerTimes | None = None


def read_error(document: Mapping[str, Any]) -> str | None:
    """Return what an OpenAI-shaped error says, or ``None`` if it is none.

    Examples
    --------
    >>> read_error({"error": {"message": "no such model", "code": 404}})
    'no such model'
    """
    error = document.get("error")
    if isinstance(error, Mapping):
        return str(error.get("message") or error.get("type") or "an error without a message")
    if isinstance(error, str) and error:
        return error
    told = document.get("object") == "error" or document.get("type") == "error"
    if told or set(document) == {"detail"}:
        return str(document.get("message") or document.get("detail") or "an error without a message")
    return None
