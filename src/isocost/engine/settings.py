"""How the engine runs: threads, batch, KV cache."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.deployment import Architecture

__all__ = ["EngineSettings", "available_cores"]

_BLOCK_TOKENS = 32  # of the CPU plugin's KV cache
_LARGEST_BATCH = 8192
_CACHE_BYTES = 1 << 30
_CACHE_TOKENS = 32_768


def available_cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Knobs of the embedded engine.

    Parameters
    ----------
    threads : int or None
        Threads that compute; one less than there are cores, at least 1, when not given.
    max_num_batched_tokens : int or None
        Most tokens that one step takes in; the context length, at most 8,192, when not given, so that
        no shorter prompt is cut into pieces.
    kv_cache_tokens : int or None
        Size of the KV cache in tokens; by default 32,768 or what fits in 1 GiB, at least one context of
        up to 2,048.
    """

    threads: int | None = None
    max_num_batched_tokens: int | None = None
    kv_cache_tokens: int | None = None

    def __post_init__(self) -> None:
        """Refuse numbers below 1."""
        for name in ("threads", "max_num_batched_tokens", "kv_cache_tokens"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InputError(f"{name} must be at least 1, got {value}")

    def resolved(self, architecture: Architecture) -> dict[str, int]:
        """Every knob as a number, for `architecture`; the KV cache in whole blocks of 32 tokens."""
        cache = self.kv_cache_tokens or _default_cache_tokens(architecture)
        return {
            "threads": self.threads or max(1, available_cores() - 1),
            "max_num_batched_tokens": self.max_num_batched_tokens
            or min(architecture.context_length, _LARGEST_BATCH),
            "kv_blocks": -(-cache // _BLOCK_TOKENS),
            "kv_cache_tokens": -(-cache // _BLOCK_TOKENS) * _BLOCK_TOKENS,
        }


def _default_cache_tokens(architecture: Architecture) -> int:
    token_bytes = 2 * 2 * architecture.layers * architecture.kv_heads * architecture.head_size
    return max(min(_CACHE_TOKENS, _CACHE_BYTES // token_bytes), min(architecture.context_length, 2048))
