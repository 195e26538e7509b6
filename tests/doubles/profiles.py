"""Doubles: profiles of a target whose true T(p, o) is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isocost.runtime import RuntimeSamples, interleave, profile_cells


@dataclass(frozen=True, kw_only=True)
class TrueRuntime:
    """T(p, o) = fixed + per_prompt p + decode (o - 1) + context (o - 1)(p + o / 2), seconds.

    And `changeover` once where o > 1 and p > 1.
    """

    fixed_s: float = 0.004
    per_prompt_s: float = 2e-4
    decode_s: float = 0.005
    context_s: float = 0.0
    changeover_s: float = 0.0

    def prefill(self, p: np.ndarray) -> np.ndarray:
        return self.fixed_s + self.per_prompt_s * p

    def seconds(self, p: np.ndarray, o: np.ndarray) -> np.ndarray:
        once = self.changeover_s * ((o > 1) & (p > 1))
        return self.prefill(p) + self.decode_s * (o - 1) + self.context_s * (o - 1) * (p + o / 2) + once


def profile(
    truth: TrueRuntime,
    *,
    repeats: int,
    noise: float = 0.0,
    seed: int = 0,
    with_ttft: bool = True,
    longest: tuple[int, int] = (480, 32),
) -> RuntimeSamples:
    """Seven cells, interleaved; prefill and decode of each request with their own relative noise."""
    rng = np.random.default_rng(seed)
    order = interleave(profile_cells(*longest), repeats, rng)
    p = np.array([shape.input_tokens for shape in order])
    o = np.array([shape.output_tokens for shape in order])
    first = truth.prefill(p) * np.exp(noise * rng.standard_normal(len(p)))
    mood = np.exp(noise * rng.standard_normal(len(p)))  # of all of a request's decode steps
    rest = (truth.seconds(p, o) - truth.prefill(p)) * mood
    gap = (truth.seconds(p, np.full_like(p, 2)) - truth.prefill(p)) * mood
    return RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=first + rest,
        block=np.arange(len(p)) // 7,
        ttft_s=first if with_ttft else None,
        second_s=np.where(o > 1, first + gap, np.nan) if with_ttft else None,
    )
