"""Knobs of the engine."""

from __future__ import annotations

import dataclasses

import pytest

from isocost.core.errors import InputError
from isocost.engine import PRESETS, EngineSettings
from isocost.engine import settings as settings_module

TINY = PRESETS["tiny"]


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (8, 7)])
def test_one_core_is_left_to_the_others(monkeypatch: pytest.MonkeyPatch, cores: int, threads: int) -> None:
    monkeypatch.setattr(settings_module, "available_cores", lambda: cores)
    assert EngineSettings().resolved(TINY)["threads"] == threads


def test_no_prompt_is_cut_by_default() -> None:
    assert EngineSettings().resolved(TINY)["max_num_batched_tokens"] == 2048
    long = dataclasses.replace(TINY, context_length=131_072)
    assert EngineSettings().resolved(long)["max_num_batched_tokens"] == 8192


def test_the_kv_cache_comes_in_blocks_of_32() -> None:
    knobs = EngineSettings(kv_cache_tokens=33).resolved(TINY)
    assert (knobs["kv_blocks"], knobs["kv_cache_tokens"]) == (2, 64)


def test_the_kv_cache_stays_below_a_gibibyte_but_holds_a_context() -> None:
    assert EngineSettings().resolved(TINY)["kv_cache_tokens"] == 32_768
    # 80 layers x 8 x 128 x 2 (keys, values) x 2 bytes = 327,680 bytes a token: 3,276 in 1 GiB, 103 blocks.
    large = dataclasses.replace(TINY, layers=80, kv_heads=8, head_size=128)
    assert EngineSettings().resolved(large)["kv_cache_tokens"] == 3296
    # Ten times that: 327 would fit, but a context of 2,048 must.
    huge = dataclasses.replace(large, layers=800)
    assert EngineSettings().resolved(huge)["kv_cache_tokens"] == 2048


def test_what_is_given_is_kept() -> None:
    knobs = EngineSettings(threads=3, max_num_batched_tokens=64).resolved(TINY)
    assert (knobs["threads"], knobs["max_num_batched_tokens"]) == (3, 64)


@pytest.mark.parametrize("name", ["threads", "max_num_batched_tokens", "kv_cache_tokens"])
def test_zero_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"^{name} must be at least 1, got 0$"):
        EngineSettings(**{name: 0})


def test_cores_are_counted() -> None:
    assert settings_module.available_cores() >= 1
