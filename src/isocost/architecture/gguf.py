"""An architecture out of the header of a GGUF file: its facts, and the shapes of its tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.architecture.counting import count_parameters, with_parameters
from isocost.architecture.gguf_layers import layer_block
from isocost.architecture.layout import grouped_blocks, without_needless_layout
from isocost.architecture.layout_summary import heads_of, width_of
from isocost.core.blocks import Layout
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["architecture_from_gguf"]

_MOST_LAYERS = 10_000
_NO_WEIGHTS = ("rope_freqs", "rope_factors")  # tables that follow from the facts


@dataclass(frozen=True, slots=True)
class _Header:
    """Facts without the family's prefix, and shapes with the rows last, as GGUF has them."""

    facts: Mapping[str, Any]
    shapes: Mapping[str, tuple[int, ...]]
    family: str
    origin: str

    def number(self, key: str) -> int:
        value = self.facts.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(
                f"{self.origin} does not tell its {key} as a whole number above 0, got {value!r}"
            )
        return value


def architecture_from_gguf(
    facts: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], *, name: str, origin: str | None = None
) -> Architecture:
    """Make an architecture of a GGUF header; every weight of the file must be accounted for.

    Parameters
    ----------
    facts : mapping of str to object
        Numbers, words, and tuples of them, by GGUF's keys.
    shapes : mapping of str to tuple of int
        Shapes of the tensors, rows last, as in the file.
    name : str
        What to call the model.
    origin : str, optional
        What to call the file in messages; the name if left out.

    Returns
    -------
    Architecture
        Layers for multi-token prediction are left out.

    Raises
    ------
    InputError
        If a fact is missing, or the file holds weights that are not known here.
    """
    header = _header(facts, shapes, origin or name)
    try:
        return _read(header, name)
    except (KeyError, IndexError, ZeroDivisionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{header.origin} has tensors that make no model; fetch it again") from error


def _read(header: _Header, name: str) -> Architecture:
    shapes, layers = header.shapes, _layers(header)
    layout = Layout(
        blocks=grouped_blocks(
            layer_block(header.facts, own, number, header.family) for number, own in layers
        ),
        norm_bias="output_norm.bias" in shapes,
        learned_positions=shapes["position_embd.weight"][-1] if "position_embd.weight" in shapes else None,
        embedding_norm="token_embd_norm.weight" in shapes,
        output_bias="output.bias" in shapes,
    )
    architecture = _architecture(header, layout, name, len(layers))
    _check_complete(header, architecture, {number for number, _ in layers})
    return without_needless_layout(with_parameters(architecture))


def _header(facts: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], origin: str) -> _Header:
    family = facts.get("general.architecture")
    if not isinstance(family, str) or "token_embd.weight" not in shapes:
        raise InputError(
            f"{origin} holds no language model that isocost can count; give one that answers in text"
        )
    if isinstance(facts.get("split.count"), int) and facts["split.count"] > 1:
        raise InputError(f"{origin} is one of {facts['split.count']} parts; merge them, or give config.json")
    own = {key.removeprefix(f"{family}."): value for key, value in facts.items()}
    return _Header(own, shapes, family, origin)


def _layers(header: _Header) -> list[tuple[int, dict[str, tuple[int, ...]]]]:
    """Tensors of each layer by their own names, layers for multi-token prediction left out."""
    count = header.number("block_count")
    if count > _MOST_LAYERS:
        raise InputError(
            f"{header.origin} tells of a block_count of {count}; expected at most {_MOST_LAYERS:,}"
        )
    found: dict[int, dict[str, tuple[int, ...]]] = {number: {} for number in range(count)}
    for tensor, shape in header.shapes.items():
        if tensor.startswith("blk."):
            _, number, own = tensor.split(".", 2)
            found.setdefault(int(number), {})[own] = shape
    return [
        (number, own)
        for number, own in sorted(found.items())
        if not any(tensor.startswith("nextn.") for tensor in own)
    ]


def _architecture(header: _Header, layout: Layout, name: str, layers: int) -> Architecture:
    heads, kv_heads, head_size = heads_of(layout)
    return Architecture(
        name=name,
        layers=layers,
        hidden_size=header.number("embedding_length"),
        heads=heads,
        kv_heads=kv_heads,
        head_size=head_size,
        intermediate_size=width_of(layout),
        vocabulary_size=header.shapes["token_embd.weight"][-1],
        context_length=header.number("context_length"),
        parameters=0,
        tied_embeddings="output.weight" not in header.shapes,
        layout=layout,
    )


def _check_complete(header: _Header, architecture: Architecture, layers: set[int]) -> None:
    held = sum(math.prod(shape) for tensor, shape in header.shapes.items() if _counts(tensor, layers))
    known = count_parameters(architecture).total
    if held != known:
        raise InputError(
            f"{header.origin} holds {held:,} weights, of which isocost can account for {known:,}; the family "
            f"{header.family!r} is built in a way it does not know"
        )


def _counts(tensor: str, layers: set[int]) -> bool:
    if any(word in tensor for word in _NO_WEIGHTS):
        return False
    return not tensor.startswith("blk.") or int(tensor.split(".")[1]) in layers
