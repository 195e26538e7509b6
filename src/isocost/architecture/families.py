"""All families of models whose weights isocost can count."""

from __future__ import annotations

from isocost.architecture.dense_families import DENSE_FAMILIES
from isocost.architecture.expert_families import EXPERT_FAMILIES
from isocost.architecture.hybrid_families import HYBRID_FAMILIES

__all__ = ["FAMILIES"]

FAMILIES = {**DENSE_FAMILIES, **EXPERT_FAMILIES, **HYBRID_FAMILIES}
"""How to read a configuration, by its ``model_type``."""
