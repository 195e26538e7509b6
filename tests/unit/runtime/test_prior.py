from __future__ import annotations

import re

import numpy as np
import pytest

from doubles.other_models import SIZES, others, staircase
from isocost.core.errors import InputError
from isocost.runtime import PublishedRuntime, runtime_prior


def line(floor_s: float, slope_s: float, sizes: tuple[int, ...] = (1, 256, 512, 1024)) -> PublishedRuntime:
    return PublishedRuntime(prefill_s=tuple((p, floor_s + slope_s * p) for p in sizes), decode_s=0.01)


def test_two_shapes_are_found_whatever_the_models_sizes() -> None:
    prior = others()
    shape = prior.shape(np.array(SIZES, dtype=np.float64))
    assert shape[0].tolist() == [1.0, 0.0]
    assert shape[:, 0] == pytest.approx(1.0, abs=0.05)
    # what was put in, scaled to 1 at 1000 tokens on the straight line from 768 to 1024
    truth = staircase(np.array(SIZES))
    assert shape[:, 1] == pytest.approx(truth / np.interp(1000, SIZES, truth), abs=0.02)
    assert prior.sources == tuple(f"model-{place}" for place in range(7))


def test_the_covariance_is_half_the_others_deviations_and_half_a_random_walk() -> None:
    prior = others(tile_tokens=None)
    places = np.array([256.0, 1024.0])
    apart = prior.deviations[:, [SIZES.index(256), SIZES.index(1024)]]
    walk = prior.roughness * np.array([[256.0, 256.0], [256.0, 1024.0]])  # min(p, q)
    # seven models less the two shapes
    assert prior.covariance(places) == pytest.approx(0.5 * apart.T @ apart / 5 + 0.5 * walk)


def test_one_odd_model_does_not_speak_for_all() -> None:
    calm = {str(place): line(0.01 * place, 1e-4 * place) for place in range(1, 7)}
    odd = PublishedRuntime(prefill_s=((1, 0.01), (256, 0.5), (512, 0.2), (1024, 0.11)), decode_s=0.01)
    prior = runtime_prior(calm | {"odd": odd}, tile_tokens=None, resolution_s=0.001)
    spread = 1.4826 * np.median(np.abs(prior.deviations), axis=0)
    assert (np.abs(prior.deviations) <= 2.000001 * np.maximum(spread, np.median(spread) / 4)).all()


def test_models_need_not_have_the_same_sizes() -> None:
    fits = {str(place): line(0.01 * place, 1e-4 * (5 - place)) for place in range(1, 5)}
    short = line(0.02, 2e-4, (1, 128, 512))
    prior = runtime_prior(fits | {"short": short}, tile_tokens=None, resolution_s=0)
    assert prior.sizes.tolist() == [1, 128, 256, 512, 1024]
    assert prior.shape(np.array([128.0, 512.0]))[:, 1] == pytest.approx([0.127, 0.511], abs=0.01)
    assert prior.deviations[-1, -1] == 0.0  # beyond what it was profiled for


@pytest.mark.parametrize(
    ("fits", "sentence"),
    [
        ([line(0.1, 1e-4)] * 3, "a prior takes the fits of at least 4 models, got 3"),
        (
            [line(0.1, 1e-4)] * 3 + [line(0.1, 1e-4, (1, 64))],
            "a prior takes fits with at least 3 prompt sizes; 3 has fewer",
        ),
        (
            [line(0.1, 1e-4)] * 4 + [line(0.1, -5e-5)],
            "a prior takes models whose first token takes longer after longer prompts; 4 is none",
        ),
    ],
)
def test_what_makes_no_prior_is_said(fits: list[PublishedRuntime], sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        runtime_prior({str(place): fit for place, fit in enumerate(fits)})
