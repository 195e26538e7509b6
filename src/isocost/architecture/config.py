"""An architecture out of a model's configuration, as in Hugging Face's ``config.json``."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from isocost.architecture.counting import with_parameters
from isocost.architecture.families import FAMILIES
from isocost.architecture.family_parts import layer_count
from isocost.architecture.layout import without_needless_layout
from isocost.architecture.layout_summary import heads_of, width_of
from isocost.architecture.settings import Settings
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["architecture_from_config", "family_names", "text_config"]

_TIED = frozenset({"bloom", "cohere", "gemma", "gemma2", "gemma3_text", "gpt2", "opt", "smollm3"})
_TEXT_PARTS = ("text_config", "llm_config", "language_config")


def family_names() -> tuple[str, ...]:
    """Return the ``model_type`` of every family whose weights isocost can count, sorted.

    Examples
    --------
    >>> "deepseek_v3" in family_names()
    True
    """
    return tuple(sorted(FAMILIES))


def architecture_from_config(
    config: Mapping[str, Any], *, name: str, origin: str | None = None
) -> Architecture:
    """Make an architecture of a configuration, its weights counted.

    Parameters
    ----------
    config : mapping of str to object
        As in ``config.json``; of a model that sees or hears, the part for text is taken.
    name : str
        What to call the model.
    origin : str, optional
        What to call the configuration in messages; the name if left out.

    Returns
    -------
    Architecture

    Raises
    ------
    InputError
        If the family is unknown, or a dimension is missing or impossible.

    Examples
    --------
    >>> architecture_from_config({"model_type": "qwen3", "hidden_size": 1024, "num_hidden_layers": 28,
    ...     "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072,
    ...     "vocab_size": 151936, "max_position_embeddings": 40960, "tie_word_embeddings": True},
    ...     name="Qwen3 0.6B").parameters
    596049920
    """
    settings = Settings(text_config(config), origin or name)
    family = _family(settings)
    layout = FAMILIES[family](settings)
    heads, kv_heads, head_size = heads_of(layout)
    architecture = with_parameters(
        Architecture(
            name=name,
            layers=layer_count(settings),
            hidden_size=settings.whole("hidden_size", "n_embd"),
            heads=heads,
            kv_heads=kv_heads,
            head_size=head_size,
            intermediate_size=width_of(layout),
            vocabulary_size=settings.whole("vocab_size"),
            context_length=settings.whole(
                "max_position_embeddings", "n_positions", "seq_length", default=2048
            ),
            parameters=0,
            tied_embeddings=settings.flag("tie_word_embeddings", default=family in _TIED),
            layout=layout,
        )
    )
    return without_needless_layout(architecture)


def text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a configuration that is for text: all of it, but of models that see or hear.

    Examples
    --------
    >>> text_config({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}})
    {'model_type': 'gemma3_text'}
    """
    for name in _TEXT_PARTS:
        part = config.get(name)
        if isinstance(part, dict):
            outer = {key: config[key] for key in ("tie_word_embeddings",) if key in config}
            return {**outer, **part}
    return config


def _family(settings: Settings) -> str:
    told = settings.text("model_type")
    if told is None:
        raise InputError(f"{settings.origin} does not tell its model_type; give a model's config.json")
    if told not in FAMILIES:
        nearest = get_close_matches(told, family_names(), n=3, cutoff=0.5) or family_names()
        raise InputError(
            f"{settings.origin} is of the family {told!r}, which isocost cannot count; the nearest it knows: "
            f"{', '.join(nearest)}"
        )
    return told
