from __future__ import annotations

import numpy as np
import pytest

from isocost.core.errors import InputError
from isocost.core.load import RequestShape
from isocost.workload import PRESETS, LengthTail, LongTailed, Workload, fixed, listed, long_tailed, preset


def test_fixed_sizes() -> None:
    workload = fixed(512, 128)
    assert workload.shapes == (RequestShape(512, 128),)
    assert workload.longest_request_tokens == 640
    assert workload.seed is None


def test_a_list_keeps_its_order() -> None:
    workload = listed([RequestShape(30, 4), RequestShape(10, 2)], name="mine.csv")
    assert [shape.input_tokens for shape in workload.shapes] == [30, 10]
    assert workload.description == "mine.csv: 2 given sizes, about 20 in and 3 out"


def test_an_empty_list_is_no_workload() -> None:
    with pytest.raises(InputError) as raised:
        listed([], name="mine.csv")
    assert str(raised.value) == "the workload 'mine.csv' holds no request; give at least one size"


def test_chat_is_about_512_in_and_256_out() -> None:
    workload = preset("chat", seed=0, n=20_000)
    assert workload.mean_input_tokens == pytest.approx(512, rel=0.05)
    assert workload.mean_output_tokens == pytest.approx(256, rel=0.08)


def test_chat_small_is_about_64_in_and_24_out() -> None:
    workload = preset("chat-small", seed=0, n=20_000)
    assert workload.mean_input_tokens == pytest.approx(64, rel=0.05)
    assert workload.mean_output_tokens == pytest.approx(24, rel=0.05)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_long_tailed_and_cut_off(name: str) -> None:
    workload = preset(name, seed=3, n=5000)
    inputs = np.array([shape.input_tokens for shape in workload.shapes])
    assert inputs.mean() > 1.05 * np.median(inputs)
    assert workload.longest_request_tokens <= PRESETS[name].longest_request_tokens
    assert inputs.min() >= PRESETS[name].input_tokens.shortest


def test_median_and_95th_percentile_are_what_was_asked() -> None:
    lengths = LengthTail(median=100, tail=3.0, longest=100_000)
    drawn = long_tailed("mine", LongTailed(input_tokens=lengths, output_tokens=lengths), seed=1, n=40_000)
    inputs = np.array([shape.input_tokens for shape in drawn.shapes])
    assert np.median(inputs) == pytest.approx(100, rel=0.02)
    assert np.percentile(inputs, 95) == pytest.approx(300, rel=0.03)


def test_a_tail_of_one_is_no_tail() -> None:
    lengths = LengthTail(median=100, tail=1.0, longest=100)
    drawn = long_tailed("mine", LongTailed(input_tokens=lengths, output_tokens=lengths), seed=1, n=3)
    assert set(drawn.shapes) == {RequestShape(100, 100)}


def test_the_same_seed_gives_the_same_requests_and_a_longer_draw_begins_with_them() -> None:
    assert preset("chat", seed=5, n=50) == preset("chat", seed=5, n=50)
    assert preset("chat", seed=5, n=90).shapes[:50] == preset("chat", seed=5, n=50).shapes
    assert preset("chat", seed=6, n=50).shapes != preset("chat", seed=5, n=50).shapes


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(InputError) as raised:
        preset("chat-smal", seed=0)
    assert str(raised.value).startswith("no workload named 'chat-smal'; there is chat-small")
    with pytest.raises(InputError) as nowhere_near:
        preset("zzz", seed=0)
    assert "there is chat, summarise, chat-small, chat-tiny" in str(nowhere_near.value)


def test_impossible_lengths_are_refused() -> None:
    with pytest.raises(InputError, match=r"tail is the 95th percentile over the median, at least 1, got 0.5"):
        LengthTail(median=10, tail=0.5, longest=20)
    with pytest.raises(InputError, match="lengths need 1 <= shortest <= median <= longest, got 1, 10 and 5"):
        LengthTail(median=10, tail=2.0, longest=5)
    with pytest.raises(InputError, match="a workload needs at least 1 request, got 0"):
        preset("chat", seed=0, n=0)


def test_a_workload_needs_a_request() -> None:
    with pytest.raises(InputError, match="holds no request"):
        Workload(name="none", shapes=(), description="")
