"""Weight counts against the published ones and against a count by hand."""

from __future__ import annotations

import pytest

from isocost.architecture import LlamaDimensions, llama_parameters
from isocost.core.errors import InputError

TINY = {
    "layers": 9,
    "hidden_size": 384,
    "heads": 6,
    "kv_heads": 2,
    "head_size": 64,
    "intermediate_size": 1024,
    "vocabulary_size": 4096,
}


def test_counts_by_hand() -> None:
    # A layer: q and o 2 x 384 x 384 = 294,912; k and v 2 x 384 x 128 = 98,304;
    # feed-forward 3 x 384 x 1,024 = 1,179,648; two norms 768. Together 1,573,632.
    # Nine of them 14,162,688; embedding 4,096 x 384 = 1,572,864; last norm 384.
    assert llama_parameters(LlamaDimensions(**TINY)) == 14_162_688 + 1_572_864 + 384


def test_untied_output_is_a_second_matrix() -> None:
    tied = llama_parameters(LlamaDimensions(**TINY))
    untied = llama_parameters(LlamaDimensions(**TINY, tied_embeddings=False))
    assert untied - tied == 4096 * 384


@pytest.mark.parametrize(
    ("published", "layers", "hidden", "heads", "kv_heads", "head_size", "inner", "vocabulary", "tied"),
    [  # parameter counts as reported for the published checkpoints
        pytest.param(6_738_415_616, 32, 4096, 32, 32, 128, 11008, 32000, False, id="Llama-2-7b"),
        pytest.param(8_030_261_248, 32, 4096, 32, 8, 128, 14336, 128256, False, id="Llama-3-8B"),
        pytest.param(1_235_814_400, 16, 2048, 32, 8, 64, 8192, 128256, True, id="Llama-3.2-1B"),
        pytest.param(1_100_048_384, 22, 2048, 32, 4, 64, 5632, 32000, False, id="TinyLlama-1.1B"),
    ],
)
def test_published_models(
    published: int,
    layers: int,
    hidden: int,
    heads: int,
    kv_heads: int,
    head_size: int,
    inner: int,
    vocabulary: int,
    tied: bool,
) -> None:
    dimensions = LlamaDimensions(
        layers=layers,
        hidden_size=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_size=head_size,
        intermediate_size=inner,
        vocabulary_size=vocabulary,
        tied_embeddings=tied,
    )
    assert llama_parameters(dimensions) == published


def test_refuses_a_dimension_of_zero() -> None:
    with pytest.raises(InputError, match=r"^layers must be a whole number of at least 1, got 0$"):
        LlamaDimensions(**{**TINY, "layers": 0})


def test_refuses_heads_that_do_not_share_evenly() -> None:
    with pytest.raises(
        InputError, match=r"^heads must be a multiple of kv_heads, got 6 heads and 4 kv_heads$"
    ):
        LlamaDimensions(**{**TINY, "kv_heads": 4})
