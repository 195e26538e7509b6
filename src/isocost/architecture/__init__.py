"""What follows from a model's dimensions alone: the number of its weights."""

from __future__ import annotations

from isocost.architecture.llama import LlamaDimensions
from isocost.architecture.parameters import llama_parameters

__all__ = ["LlamaDimensions", "llama_parameters"]
