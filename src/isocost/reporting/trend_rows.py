"""Contention, variation and drift as rows of JSON tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.objects import estimate_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.runtime import Contention, Drift, ProfileDrift
    from isocost.studies.trends import Variation

__all__ = ["block_rows", "contention_rows", "drift_rows", "variation_rows"]

Json = dict[str, Any]


def contention_rows(each: Contention) -> Iterator[Json]:
    """Yield a row for each level."""
    for count, taken, ratio in each.levels:
        yield {
            "name": each.name,
            "request": each.request,
            "parallel_requests": count,
            "runtime_s": taken,
            "ratio": ratio,
            "per_doubling": estimate_object(each.per_doubling),
        }


def variation_rows(each: Variation) -> Iterator[Json]:
    """Yield a row for each size."""
    for cell, needed in zip(each.cells, each.needed, strict=True):
        yield {
            "name": each.name,
            "input_tokens": cell.input_tokens,
            "output_tokens": cell.output_tokens,
            "requests": cell.n,
            "mean_s": cell.mean_s,
            "coefficient_of_variation": cell.coefficient,
            "requests_needed": needed,
            "half_width_share": each.half_width_share,
        }


def drift_rows(each: Drift) -> Iterator[Json]:
    """Yield a row for each later date."""
    for step in each.steps:
        yield {
            "name": each.name,
            "first": each.first,
            "date": step.date,
            "cells": step.cells,
            "ratio": estimate_object(step.ratio),
        }


def block_rows(each: ProfileDrift) -> Iterator[Json]:
    """Yield a row for each repeat of a profile."""
    for number, block in enumerate(each.blocks, 1):
        yield {
            "name": each.name,
            "repeat": number,
            "ratio": estimate_object(block),
            "whole": estimate_object(each.whole),
        }
