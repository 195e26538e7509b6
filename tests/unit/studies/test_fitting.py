from __future__ import annotations

import numpy as np

from isocost.catalog import published_fit
from isocost.studies.fitting import FitTerms, published_prior


def test_the_published_prior_has_each_model_once_and_no_service() -> None:
    prior = published_prior()
    # of 19 published on A100 seven are copies of another
    assert len(prior.sources) == 12
    assert "openai/curie" not in prior.sources
    assert prior.sizes[[0, -1]].tolist() == [1, 1920]
    assert prior.tile_tokens == 128


def test_the_shapes_carry_the_models_they_come_from() -> None:
    prior = published_prior()
    prefill = dict(published_fit("openai/davinci", "a100").runtime.prefill_s)
    sizes = np.array([1.0, 512.0, 1024.0, 1920.0])
    alpha = np.array([prefill[int(size)] for size in sizes])
    levels = np.linalg.lstsq(prior.shape(sizes) / alpha[:, None], np.ones(4), rcond=None)[0]
    # davinci is within a few per cent of a floor and a growth
    assert np.abs(prior.shape(sizes) @ levels / alpha - 1).max() < 0.05
    assert (levels > 0).all()


def test_terms_name_the_prior() -> None:
    assert FitTerms().runtime_prior() is None
    assert FitTerms(prior="published").runtime_prior() is published_prior()
