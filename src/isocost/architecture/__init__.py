"""What follows from a model's dimensions alone: weights, floating-point operations, caches, what fits."""

from __future__ import annotations

from isocost.architecture.cache import CacheSize, cache_size
from isocost.architecture.config import architecture_from_config, family_names, text_config
from isocost.architecture.counting import ParameterCount, count_parameters, with_parameters
from isocost.architecture.gguf import architecture_from_gguf
from isocost.architecture.layout import layout_of
from isocost.architecture.llama import LlamaDimensions
from isocost.architecture.memory import (
    FORMAT_BITS,
    Holding,
    MemoryNeed,
    bits_of,
    least_accelerators,
    memory_need,
)
from isocost.architecture.operations import RequestOperations, paper_operations, request_operations
from isocost.architecture.parameters import llama_parameters

__all__ = [
    "FORMAT_BITS",
    "CacheSize",
    "Holding",
    "LlamaDimensions",
    "MemoryNeed",
    "ParameterCount",
    "RequestOperations",
    "architecture_from_config",
    "architecture_from_gguf",
    "bits_of",
    "cache_size",
    "count_parameters",
    "family_names",
    "layout_of",
    "least_accelerators",
    "llama_parameters",
    "memory_need",
    "paper_operations",
    "request_operations",
    "text_config",
    "with_parameters",
]
