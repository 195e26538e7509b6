"""Laws of prompts: as long as asked, alike exactly as far as they share, traces cut without loss."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.core.prefix import BlockPrefixes, SharedPrefix
from isocost.measurement import IdPrompts, TextPrompts
from isocost.workload import Trace, first_requests, time_scaled, trace_window

IDS = IdPrompts(ids=range(1000, 2**31))  # so many that two prompts are not alike by chance
TEXTS = TextPrompts(words=tuple(f"w{i}" for i in range(20_000)), overhead_tokens=3, method="server tokenizer")
LENGTHS = st.integers(4, 900)
SEEDS = st.integers(0, 2**31 - 1)


def alike(one, other):
    """How many tokens two prompts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def prompt(source, length, index, seed, parts, warmup=False):
    made = source.prompt(length, seed=seed, index=index, warmup=warmup, parts=parts)
    return made.split() if isinstance(made, str) else made


@given(length=LENGTHS, tokens=LENGTHS, groups=st.integers(1, 5), index=st.integers(0, 50), seed=SEEDS)
@settings(max_examples=150, deadline=None)
def test_prompts_have_their_length_whatever_they_share(length, tokens, groups, index, seed):
    prefix = SharedPrefix(tokens=tokens, groups=groups)
    parts = prefix.parts(index, length)
    assert len(prompt(IDS, length, index, seed, parts)) == length
    assert len(prompt(TEXTS, length, index, seed, parts)) == length - 3  # the server adds three


@given(lengths=st.tuples(LENGTHS, LENGTHS), tokens=LENGTHS, groups=st.integers(1, 4), i=st.integers(0, 9),
       step=st.integers(1, 9), seed=SEEDS)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_two_requests_begin_alike_exactly_as_far_as_their_group_shares(
    lengths, tokens, groups, i, step, seed
):
    prefix = SharedPrefix(tokens=tokens, groups=groups)
    one = prompt(IDS, lengths[0], i, seed, prefix.parts(i, lengths[0]))
    other = prompt(IDS, lengths[1], i + step, seed, prefix.parts(i + step, lengths[1]))
    expected = min(tokens, lengths[0] - 1, lengths[1] - 1) if step % groups == 0 else 0
    assert alike(one, other) == expected  # the last token is always one's own


@given(
    trunk=st.lists(st.integers(0, 99), min_size=0, max_size=5, unique=True),
    tails=st.tuples(st.integers(100, 199), st.integers(200, 299)),
    extra=st.integers(1, 64),
    seed=SEEDS,
)
@settings(max_examples=80, deadline=None)
def test_requests_of_a_trace_are_alike_for_as_many_blocks_as_it_says(trunk, tails, extra, seed):
    blocks = tuple((*trunk, tail) for tail in tails)
    prefixes = BlockPrefixes(blocks=blocks, block_tokens=64)
    length = 64 * len(trunk) + extra
    one, other = (prompt(IDS, length, i, seed, prefixes.parts(i, length)) for i in (0, 1))
    assert len(one) == len(other) == length
    assert alike(one, other) == 64 * len(trunk)


@given(seed=SEEDS, length=LENGTHS)
@settings(max_examples=30, deadline=None)
def test_other_runs_share_nothing(seed, length):
    parts = SharedPrefix(tokens=512).parts(0, length)
    assert alike(prompt(IDS, length, 0, seed, parts), prompt(IDS, length, 0, seed + 1, parts)) == 0


ARRIVALS = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=60).map(sorted)


def trace_of(due):
    due_s = np.array(due) - due[0]
    n = len(due)
    return Trace(name="t", due_s=due_s, input_tokens=np.arange(1, n + 1), output_tokens=np.arange(1, n + 1),
                 duration_s=float(due_s[-1]))  # fmt: skip


@given(due=ARRIVALS, cut=st.floats(0.1, 999))
@settings(max_examples=100, deadline=None)
def test_two_windows_hold_what_the_whole_holds(due, cut):
    trace = trace_of(due)
    found = []
    for ends in ((0.0, cut), (cut, 2000.0)):
        if ((trace.due_s >= ends[0]) & (trace.due_s < ends[1])).any():
            part = trace_window(trace, *ends)
            found += (part.due_s + ends[0]).tolist()
            assert part.due_s[0] >= 0
            assert part.duration_s >= part.due_s[-1]
    assert np.allclose(found, trace.due_s)


@given(due=ARRIVALS, factor=st.floats(0.01, 100), count=st.integers(1, 70))
@settings(max_examples=100, deadline=None)
def test_scaling_time_keeps_order_and_requests(due, factor, count):
    trace = first_requests(trace_of(due), count)
    scaled = time_scaled(trace, factor)
    assert scaled.requests == trace.requests == min(count, len(due))
    assert np.allclose(scaled.due_s, trace.due_s * factor)
    assert scaled.input_tokens.tolist() == trace.input_tokens.tolist()
