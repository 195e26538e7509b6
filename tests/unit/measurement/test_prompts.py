from __future__ import annotations

import pytest

from isocost.core.errors import InputError
from isocost.measurement.prompts import WORDS, IdPrompts, TextPrompts, rate_words

IDS = IdPrompts(ids=tuple(range(300, 400)))


@pytest.mark.parametrize("length", [1, 2, 100, 5_000])
def test_ids_have_the_wanted_length(length: int) -> None:
    prompt = IDS.prompt(length, seed=3, index=4)
    assert len(prompt) == length == IDS.counted(length)
    assert set(prompt) <= set(range(300, 400))


def test_prompts_belong_to_seed_index_and_phase() -> None:
    def at(seed: int, index: int, *, warmup: bool = False) -> list[int]:
        return IDS.prompt(32, seed=seed, index=index, warmup=warmup)

    assert at(1, 2) == at(1, 2)
    others = [at(1, 3), at(2, 2), at(-1, 2), at(1, 2, warmup=True)]
    assert all(other != at(1, 2) for other in others)


def test_prefixes_are_unique() -> None:
    """A cache keeps blocks of 16 tokens: no two of 2,000 prompts may share their first block."""
    prefixes = {tuple(IDS.prompt(64, seed=0, index=index)[:16]) for index in range(2_000)}
    assert len(prefixes) == 2_000


def test_words_make_up_for_what_the_server_adds() -> None:
    # 60 tokens wanted, 10 are added, 2 tokens a word: 25 words
    source = TextPrompts(tokens_per_word=2.0, overhead_tokens=10.0)
    assert len(source.prompt(60, seed=0, index=0).split()) == 25
    assert source.counted(60) is None
    assert len(source.prompt(1, seed=0, index=0).split()) == 1  # never empty


def test_words_are_plain_and_different() -> None:
    assert len(set(WORDS)) == len(WORDS) > 80
    assert all(word.isascii() and word.isalpha() for word in WORDS)


def test_rates() -> None:
    assert rate_words([(10, 25), (20, 45)]) == (2.0, 5.0)
    with pytest.raises(InputError, match="cannot be made"):
        rate_words([(16, 9), (48, 9)])
