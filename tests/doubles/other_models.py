"""Doubles: models whose prefill has a floor and a staircase that bends up, and priors from them."""

from __future__ import annotations

import numpy as np

from isocost.runtime import PublishedRuntime, RuntimePrior, RuntimeSamples, runtime_prior

SIZES = (1, 64, 128, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 1920)
SIX = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1))
LEVELS = ((0.03, 0.10), (0.05, 0.20), (0.07, 0.15), (0.02, 0.05), (0.06, 0.25), (0.09, 0.30), (0.04, 0.18))
DECODE_S = 0.02


def staircase(p: np.ndarray) -> np.ndarray:
    """What a prompt adds: 1 at 1024 tokens, flat in tiles of 128 but for 40 %, bent up by attention."""
    tiles = 0.6 * 128 * np.ceil(np.asarray(p) / 128) + 0.4 * np.asarray(p)
    return np.asarray(np.maximum(tiles - 130, 0.0) * (1 + tiles / 4000) / (894 * 1.256))


def prefill(p: np.ndarray, floor_s: float, growth_s: float, seed: int | None = None) -> np.ndarray:
    """Prefill of one model; a seed gives it its own wiggle, 1 % of what 1,000 tokens add."""
    own = 0.0 if seed is None else 0.01 * np.random.default_rng(seed).standard_normal(len(np.atleast_1d(p)))
    return np.asarray(floor_s + growth_s * (staircase(p) + own * (np.asarray(p) > 1)))


def others(tile_tokens: int | None = 128) -> RuntimePrior:
    """The prior from seven such models, timed to the microsecond."""
    fits = {
        f"model-{place}": PublishedRuntime(
            prefill_s=tuple(zip(SIZES, prefill(np.array(SIZES), *levels, seed=place).tolist(), strict=True)),
            decode_s=DECODE_S,
        )
        for place, levels in enumerate(LEVELS)
    }
    return runtime_prior(fits, tile_tokens=tile_tokens, resolution_s=1e-6)


def cells_of(
    sizes: tuple[tuple[int, int], ...], floor_s: float = 0.045, growth_s: float = 0.12
) -> RuntimeSamples:
    """One request of each size of a model like the others."""
    p, o = np.array(sizes).T
    return RuntimeSamples(
        input_tokens=p,
        output_tokens=o,
        runtime_s=prefill(p, floor_s, growth_s) + DECODE_S * (o - 1),
        block=np.zeros(len(p), dtype=np.int64),
    )
