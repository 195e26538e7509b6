from __future__ import annotations

import numpy as np
import pytest

from doubles.closed_loops import request
from isocost.core.errors import EstimationError, InputError
from isocost.core.observation import Observations, Outcome
from isocost.runtime import RuntimeSamples, samples_of


def test_a_profile_becomes_samples() -> None:
    rows = [
        request(0, 0.0),
        request(1, 1.0, tokens=1),
        request(2, 2.0, outcome=Outcome.CUT_OFF),
        request(3, 3.0, output_tokens=None),
        request(0, -1.0, warmup=True),
        request(4, 4.0, chunk_at_s=(4.5,)),
    ]
    samples = samples_of(Observations.of(rows), block_size=2)
    assert samples.input_tokens.tolist() == [8, 8, 8]
    assert samples.output_tokens.tolist() == [4, 1, 4]
    assert samples.runtime_s.tolist() == [0.5, 0.125, 0.5]  # sent to last token
    assert samples.block.tolist() == [0, 0, 2]  # requests 0, 1 and 4, two cells a block
    assert samples.ttft_s is not None
    # one chunk of four tokens does not tell when the first of them was ready
    assert samples.ttft_s.tolist() == pytest.approx([0.125, np.nan, np.nan], nan_ok=True)
    assert samples.second_s is not None
    assert samples.second_s.tolist() == pytest.approx([0.25, np.nan, np.nan], nan_ok=True)


def test_a_second_chunk_is_the_second_token_only_if_each_chunk_is_one() -> None:
    rows = [request(0, 0.0, tokens=3), request(1, 1.0, tokens=3, output_tokens=5), request(2, 2.0, tokens=2)]
    second = samples_of(Observations.of(rows), block_size=1).second_s
    assert second is not None
    assert second.tolist() == pytest.approx([0.25, np.nan, 0.25], nan_ok=True)


def test_realised_lengths_count() -> None:
    samples = samples_of(Observations.of([request(0, 0.0, input_tokens=9, output_tokens=3)]), block_size=1)
    assert (samples.input_tokens[0], samples.output_tokens[0]) == (9, 3)


def test_a_profile_that_failed_is_an_error() -> None:
    with pytest.raises(EstimationError) as raised:
        samples_of(Observations.of([request(0, 0.0, outcome=Outcome.CUT_OFF)]), block_size=1)
    assert str(raised.value) == (
        "none of the 1 requests of the profile ended well with its tokens counted, "
        "so T(p, o) cannot be fitted; look into the target's own log"
    )


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_times_must_be_above_zero(bad: float) -> None:
    one = np.ones(2, dtype=np.int64)
    with pytest.raises(InputError, match=r"runtime_s must be above 0 and finite, got .* in row 2"):
        RuntimeSamples(input_tokens=one, output_tokens=one, runtime_s=np.array([1.0, bad]), block=one)


def test_columns_must_fit_each_other() -> None:
    one = np.ones(2, dtype=np.int64)
    with pytest.raises(InputError, match=r"samples need columns of one length, got \[1, 2\]"):
        RuntimeSamples(input_tokens=one, output_tokens=one, runtime_s=np.ones(1), block=one)
    none = one[:0]
    with pytest.raises(InputError, match="there is no runtime to fit"):
        RuntimeSamples(input_tokens=none, output_tokens=none, runtime_s=np.ones(0), block=none)
