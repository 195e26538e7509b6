"""What the engine can take, checked before a request reaches the pipeline, which does not check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Limits", "Refusal"]


class Refusal(Exception):  # noqa: N818 - an answer to a client, no error of ours
    """A request that cannot be served as it is; the text goes to the client with status 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one request.

    Parameters
    ----------
    vocabulary_size : int
        Token ids go from 0 to one less.
    context_length : int
        Longest prompt and answer together, in tokens.
    kv_cache_tokens : int
        Tokens that the KV cache holds, over all requests.
    """

    vocabulary_size: int
    context_length: int
    kv_cache_tokens: int

    def answer_length(self, prompt: Sequence[int], asked: int | None) -> int:
        """Return how many tokens the answer may have: `asked`, or what is left of the context.

        Raises
        ------
        Refusal
            If the prompt is empty or holds unknown ids, or prompt and answer do not fit.
        """
        if not prompt:
            raise Refusal("the prompt is empty; it needs at least one token")
        wrong = next((token for token in prompt if not 0 <= token < self.vocabulary_size), None)
        if wrong is not None:
            raise Refusal(
                f"token id {wrong} is out of range; the vocabulary has ids 0 to {self.vocabulary_size - 1}"
            )
        return self._fitting(len(prompt), asked)

    def _fitting(self, prompt_tokens: int, asked: int | None) -> int:
        room = min(self.context_length, self.kv_cache_tokens) - prompt_tokens
        wanted = max(room, 1) if asked is None else asked
        if prompt_tokens + wanted > self.context_length:
            raise Refusal(
                f"this model's maximum context length is {self.context_length} tokens; the request asks for "
                f"{prompt_tokens + wanted} ({prompt_tokens} in the prompt, {wanted} in the answer)"
            )
        if prompt_tokens + wanted > self.kv_cache_tokens:
            raise Refusal(
                f"the KV cache holds {self.kv_cache_tokens} tokens; the request needs "
                f"{prompt_tokens + wanted} ({prompt_tokens} in the prompt, {wanted} in the answer)"
            )
        return wanted
