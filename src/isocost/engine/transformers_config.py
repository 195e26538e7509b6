"""A model's configuration in the words of the library transformers."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.deployment import Architecture

__all__ = ["config_for_transformers", "llama_config"]

_SAME_AS = MappingProxyType({"kimi_k2": "deepseek_v3", "megatron_gpt": "gpt2"})
# of weights as they are stored, of code that is not the library's own, of text: no shape depends on it
_LEFT_OUT = frozenset(
    {
        *("quantization_config", "compression_config", "torch_dtype", "dtype", "auto_map", "architectures"),
        *("bos_token_id", "eos_token_id", "pad_token_id", "transformers_version", "_name_or_path"),
        *("_attn_implementation", "attn_implementation", "use_cache"),
    }
)
_NONE_IF_ABSENT = MappingProxyType({"deepseek_v2": ("q_lora_rank",), "deepseek_v3": ("q_lora_rank",)})
_GPT2_NAMES = MappingProxyType({"intermediate_size": "n_inner"})


def config_for_transformers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as transformers takes it, for a model with random weights.

    Left out is what belongs to the stored weights and not to the architecture (their number format, special
    tokens, code of the repository, which is never run). Families that transformers has under another name
    get that name: the GPT of Megatron-LM is a GPT-2, Kimi K2 a DeepSeek V3.

    Parameters
    ----------
    config : mapping of str to object
        As in ``config.json``, the part for text.

    Returns
    -------
    dict
        With its ``model_type``.

    Raises
    ------
    InputError
        If there is no ``model_type``.

    Examples
    --------
    >>> config_for_transformers({"model_type": "megatron_gpt", "hidden_size": 64, "torch_dtype": "float16"})
    {'model_type': 'gpt2', 'hidden_size': 64}
    """
    told = config.get("model_type")
    if not isinstance(told, str):
        raise InputError("the configuration does not tell its model_type; give a model's config.json")
    family = _SAME_AS.get(told, told)
    names = _GPT2_NAMES if family == "gpt2" else {}
    kept = {names.get(key, key): value for key, value in config.items() if key not in _LEFT_OUT}
    absent = {key: None for key in _NONE_IF_ABSENT.get(family, ()) if key not in kept}
    return {**kept, **absent, "model_type": family}


def llama_config(architecture: Architecture) -> dict[str, Any]:
    """Return the configuration of a model of the Llama family from its dimensions.

    Parameters
    ----------
    architecture : Architecture
        Without a layout, as the embedded engine's presets are.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If it is laid out otherwise.

    Examples
    --------
    >>> from isocost.engine.presets import PRESETS
    >>> llama_config(PRESETS["tiny"])["num_key_value_heads"]
    2
    """
    if architecture.layout is not None:
        raise InputError(
            f"{architecture.name} is not of the Llama family, so its dimensions alone do not tell how it is "
            "built; give its config.json"
        )
    return {
        "model_type": "llama",
        "hidden_size": architecture.hidden_size,
        "num_hidden_layers": architecture.layers,
        "num_attention_heads": architecture.heads,
        "num_key_value_heads": architecture.kv_heads,
        "head_dim": architecture.head_size,
        "intermediate_size": architecture.intermediate_size,
        "vocab_size": architecture.vocabulary_size,
        "max_position_embeddings": architecture.context_length,
        "tie_word_embeddings": architecture.tied_embeddings,
    }
