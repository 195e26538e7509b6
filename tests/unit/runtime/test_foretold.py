import pytest

from isocost.core.errors import InputError
from isocost.runtime import ErrorShare, PublishedRuntime, foretell

SHARES = (
    ErrorShare(most_output=1, timed=0.1, between=0.2),
    ErrorShare(most_output=64, timed=0.02, between=0.04),
)
IDEALIZED = PublishedRuntime(prefill_s=((1, 0.1), (101, 0.3)), decode_s=0.02)
DENOISED = PublishedRuntime(prefill_s=((1, 0.1), (101, 0.3)), decode_s=0.02, overhead_s=0.2)


def told(runtime, p, o):
    return foretell(runtime, p, o, longest_output=32, errors=SHARES, models=13, source="a table")


@pytest.mark.parametrize(
    ("runtime", "p", "o", "kind", "value", "half"),
    [
        (IDEALIZED, 1, 1, "published", 0.1, 0.001 + 0.1 * 0.1),
        (IDEALIZED, 101, 11, "published", 0.5, 0.006 + 0.02 * 0.5),  # .3 + 10 * .02; 1 ms + 10 * .5 ms
        (IDEALIZED, 51, 1, "interpolated", 0.2, 0.001 + 0.2 * 0.2),
        (IDEALIZED, 51, 11, "interpolated", 0.4, 0.006 + 0.04 * 0.4),
        (IDEALIZED, 101, 51, "extrapolated", 1.3, 0.026 + 0.02 * 1.3),  # beyond 32 timed, still told of
        (DENOISED, 101, 11, "published", 0.7, 0.0065 + 0.02 * 0.7),  # the overhead is rounded, too
    ],
)
def test_value_kind_and_interval(runtime, p, o, kind, value, half):
    found = told(runtime, p, o)
    assert (found.kind, found.n, found.source, found.unit) == (kind, 13, "a table", "s")
    assert (found.value, found.low, found.high) == pytest.approx((value, value - half, value + half))


@pytest.mark.parametrize(("p", "o"), [(102, 1), (1, 65)])
def test_there_is_no_interval_where_nobody_measured_the_error(p, o):
    found = told(IDEALIZED, p, o)
    assert (found.kind, found.low, found.high) == ("extrapolated", None, None)
    assert "nobody measured" in found.method


def test_no_time_is_below_zero():
    wild = (ErrorShare(most_output=1, timed=2.0, between=2.0),)
    assert foretell(IDEALIZED, 1, 1, longest_output=1, errors=wild).low == 0


@pytest.mark.parametrize(("p", "o"), [(0, 1), (1, 0)])
def test_a_request_has_tokens_both_ways(p, o):
    with pytest.raises(InputError) as error:
        told(IDEALIZED, p, o)
    assert str(error.value) == (
        f"a runtime is predicted for at least 1 input and 1 output token, got {p} and {o}"
    )
