"""How many accelerators hold a model: its weights, and what it keeps of the requests it serves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from isocost.architecture.cache import cache_size
from isocost.architecture.counting import count_parameters
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.architecture.cache import CacheSize
    from isocost.core.accelerator import Accelerator
    from isocost.core.deployment import Architecture

__all__ = ["FORMAT_BITS", "Holding", "MemoryNeed", "bits_of", "least_accelerators", "memory_need"]

FORMAT_BITS = MappingProxyType(
    {
        "fp32": 32.0,
        "bf16": 16.0,
        "fp16": 16.0,
        "fp8": 8.0,
        "int8": 8.0,
        "q8_0": 8.5,  # 32 values share a 16-bit scale
        "int4": 4.5,  # 32 values share a 16-bit scale
        "nvfp4": 4.5,  # 16 values share an 8-bit scale
        "mxfp4": 4.25,  # 32 values share an 8-bit scale
    }
)
"""Bits a value takes in a number format, scales that groups of values share included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNeed:
    """Bytes that serving a model takes, all accelerators together.

    Parameters
    ----------
    weights_bytes : float
        All weights in one format.
    cache_bytes : float
        What is kept of `batch` requests at `context_tokens` each.
    context_tokens, batch : int
    weight_format, cache_format : str
        Names of `FORMAT_BITS`.
    """

    weights_bytes: float
    cache_bytes: float
    context_tokens: int
    batch: int
    weight_format: str
    cache_format: str

    @property
    def total_bytes(self) -> float:
        """Weights and cache."""
        return self.weights_bytes + self.cache_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How many of one accelerator hold a model.

    Parameters
    ----------
    accelerator : Accelerator
    least : int
        The least number whose memory, less the headroom, is as large as the need: a lower bound, reached
        where everything is split evenly (layers over a pipeline, requests over data-parallel attention).
    tensor_parallel : int or None
        The least number over which each layer is split evenly: it divides the heads, and each accelerator
        keeps at least one key-value head, or all latents; ``None`` where no number does.
    """

    accelerator: Accelerator
    least: int
    tensor_parallel: int | None


def bits_of(name: str) -> float:
    """Bits that a value takes in the format `name`.

    Raises
    ------
    InputError
        If there is no such format.

    Examples
    --------
    >>> bits_of("fp8")
    8.0
    """
    if name not in FORMAT_BITS:
        raise InputError(f"no number format {name!r}; give one of {', '.join(FORMAT_BITS)}")
    return FORMAT_BITS[name]


def memory_need(
    architecture: Architecture,
    *,
    context_tokens: int,
    batch: int = 1,
    weight_format: str = "bf16",
    cache_format: str = "bf16",
) -> MemoryNeed:
    """Bytes of weights and cache for `batch` requests of `context_tokens` each.

    Parameters
    ----------
    architecture : Architecture
    context_tokens : int
        Prompt and answer of one request, at least 1.
    batch : int
        Requests at a time, at least 1.
    weight_format, cache_format : str
        Names of `FORMAT_BITS`; all weights in one format, though files often keep embeddings in a wider one.

    Returns
    -------
    MemoryNeed

    Raises
    ------
    InputError
        If a number is below 1, the context is longer than the model's, or a format is unknown.

    Examples
    --------
    >>> from isocost.core.deployment import Architecture
    >>> llama = Architecture(name="Llama 3.1 8B", layers=32, hidden_size=4096, heads=32, kv_heads=8,
    ...     head_size=128, intermediate_size=14336, vocabulary_size=128256, context_length=131072,
    ...     parameters=8030261248, tied_embeddings=False)
    >>> need = memory_need(llama, context_tokens=8192)
    >>> need.weights_bytes, need.cache_bytes
    (16060522496.0, 1073741824.0)
    """
    for name, value in (("context_tokens", context_tokens), ("batch", batch)):
        if value < 1:
            raise InputError(f"{name} must be at least 1, got {value}")
    if context_tokens > architecture.context_length:
        raise InputError(
            f"{architecture.name} has a context of {architecture.context_length} tokens; got {context_tokens}"
        )
    one = cache_size(architecture).bytes(context_tokens, bytes_per_value=bits_of(cache_format) / 8)
    return MemoryNeed(
        weights_bytes=count_parameters(architecture).total * bits_of(weight_format) / 8,
        cache_bytes=one * batch,
        context_tokens=context_tokens,
        batch=batch,
        weight_format=weight_format,
        cache_format=cache_format,
    )


def least_accelerators(
    architecture: Architecture, need: MemoryNeed, accelerator: Accelerator, *, headroom: float = 0.1
) -> Holding:
    """Tell how many of one `accelerator` hold what an `architecture` needs.

    Parameters
    ----------
    architecture : Architecture
    need : MemoryNeed
        Of that architecture.
    accelerator : Accelerator
    headroom : float
        Share of each accelerator's memory that stays free for activations and the engine, at least 0 and
        below 1; engines commonly leave a tenth.

    Returns
    -------
    Holding

    Raises
    ------
    InputError
        If `headroom` is out of range.

    Examples
    --------
    >>> from isocost.core.accelerator import Accelerator
    >>> from isocost.core.deployment import Architecture
    >>> llama = Architecture(name="Llama 3.1 70B", layers=80, hidden_size=8192, heads=64, kv_heads=8,
    ...     head_size=128, intermediate_size=28672, vocabulary_size=128256, context_length=131072,
    ...     parameters=70553706496, tied_embeddings=False)
    >>> card = Accelerator(name="h100", description="H100", vendor="NVIDIA", kind="gpu", memory_gb=80,
    ...     memory_type="HBM3", bandwidth_gb_s=3350, confidence="read", source="an example")
    >>> holding = least_accelerators(llama, memory_need(llama, context_tokens=8192), card)
    >>> holding.least, holding.tensor_parallel  # 143.8 GB over 72 GB each: two
    (2, 2)
    """
    if not 0 <= headroom < 1:
        raise InputError(f"headroom must be at least 0 and below 1, got {headroom}")
    usable = accelerator.memory_gb * 1e9 * (1 - headroom)
    least = max(1, math.ceil(need.total_bytes / usable))
    return Holding(
        accelerator=accelerator,
        least=least,
        tensor_parallel=_tensor_parallel(architecture, need, usable, least),
    )


def _tensor_parallel(architecture: Architecture, need: MemoryNeed, usable: float, least: int) -> int | None:
    size = cache_size(architecture)
    for count in range(least, architecture.heads + 1):
        if architecture.heads % count:
            continue
        kept = need.cache_bytes * _kept_share(architecture, size, count, need.context_tokens)
        if need.weights_bytes / count + kept <= usable:
            return count
    return None


def _kept_share(architecture: Architecture, size: CacheSize, count: int, context_tokens: int) -> float:
    """Share of the cache that each of `count` keeps: latents whole, heads split while they last."""
    values = size.values(context_tokens)
    latent = size.latent_per_token * context_tokens
    split = min(count, architecture.kv_heads)
    return (latent + (values - latent) / split) / values if values else 0.0
