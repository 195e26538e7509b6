"""Writing a model with random weights as a GGUF file, once, into the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError, MissingExtraError
from isocost.engine.vocabulary import END_OF_TEXT, made_up_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.core.deployment import Architecture

__all__ = ["Precision", "cache_folder", "cached_model", "write_model"]

Precision = Literal["F16", "Q8_0"]
_FILE_TYPES = {"F16": 1, "Q8_0": 7}
_LAYOUT = 1  # raise it when the same request would give another file
_SPREAD = 0.02  # standard deviation of weights, as GPT-2 was initialised
_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)


def cache_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Folder of made-up models: ``$XDG_CACHE_HOME/isocost`` or ``~/.cache/isocost``.

    Examples
    --------
    >>> str(cache_folder({"XDG_CACHE_HOME": "/var/cache"}))
    '/var/cache/isocost'
    """
    known = os.environ if environment is None else environment
    base = known.get("XDG_CACHE_HOME") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "isocost"


def cached_model(architecture: Architecture, *, precision: str = "F16", seed: int = 0) -> Path:
    """Path of a model file with random weights, written on first use.

    Parameters
    ----------
    architecture : Architecture
        From `PRESETS` or `custom`.
    precision : {"F16", "Q8_0"}
        Number format of the weights.
    seed : int
        Of the weights.

    Returns
    -------
    Path
        The file; its name carries a hash of all that decides its content.

    Raises
    ------
    InputError
        If the precision is unknown, the architecture is no Llama, or the cache folder cannot be written.
    MissingExtraError
        If the extra ``[engine]`` is not installed.
    """
    _check_buildable(architecture, precision)
    facts = {name: value for name, value in asdict(architecture).items() if value is not None}
    key = repr((_LAYOUT, sorted(facts.items()), precision, seed))
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    safe = "".join(letter if letter.isalnum() else "-" for letter in architecture.name)[:40]
    path = cache_folder() / f"{safe}-{precision}-{digest}.gguf"
    if not path.exists():
        _write_whole(path, architecture, precision, seed)
    return path


def _write_whole(path: Path, architecture: Architecture, precision: str, seed: int) -> None:
    """Write beside `path`, then rename: nobody ever sees half a file."""
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=path.stem, suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        write_model(part, architecture, precision=precision, seed=seed)
        part.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot write the model file {path}: {error.strerror}; free some space there or set "
            "XDG_CACHE_HOME to another folder"
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def write_model(path: Path, architecture: Architecture, *, precision: str = "F16", seed: int = 0) -> None:
    """Write a GGUF file with the given dimensions, random weights and a byte-level vocabulary.

    Parameters
    ----------
    path : Path
        Where; overwritten.
    architecture : Architecture
        From `PRESETS` or `custom`.
    precision : {"F16", "Q8_0"}
        Number format of the matrices; norms are F32.
    seed : int
        Of the weights: normal with standard deviation 0.02.

    Raises
    ------
    InputError
        If the precision is unknown or the architecture is no Llama.
    MissingExtraError
        If the extra ``[engine]`` is not installed.
    """
    _check_buildable(architecture, precision)
    try:
        import gguf
    except ImportError as error:
        raise MissingExtraError("engine", "the embedded engine") from error
    writer = gguf.GGUFWriter(path, "llama")
    _add_facts(writer, architecture, precision)
    _add_vocabulary(writer, architecture.vocabulary_size)
    rng = np.random.default_rng(seed)
    for name, shape in _tensors(architecture):
        _add_tensor(writer, name, shape, precision, rng)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _check_buildable(architecture: Architecture, precision: str) -> None:
    if precision not in get_args(Precision):
        raise InputError(f"precision must be one of {', '.join(get_args(Precision))}, got {precision!r}")
    if architecture.layout is not None:
        raise InputError(
            f"the embedded engine makes up models of the Llama family only, and {architecture.name} is laid "
            "out otherwise; give a preset or Llama dimensions"
        )


def _add_facts(writer: Any, architecture: Architecture, precision: str) -> None:  # noqa: ANN401 - untyped library
    writer.add_name(architecture.name)
    writer.add_file_type(_FILE_TYPES[precision])
    writer.add_vocab_size(architecture.vocabulary_size)
    writer.add_block_count(architecture.layers)
    writer.add_context_length(architecture.context_length)
    writer.add_embedding_length(architecture.hidden_size)
    writer.add_feed_forward_length(architecture.intermediate_size)
    writer.add_head_count(architecture.heads)
    writer.add_head_count_kv(architecture.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)


def _add_vocabulary(writer: Any, size: int) -> None:  # noqa: ANN401 - untyped library
    tokens, merges = made_up_tokens(size)
    kinds = [3 if token == END_OF_TEXT else 5 if token.startswith("<unused") else 1 for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(size - 1)
    writer.add_eos_token_id(size - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_CHAT_TEMPLATE)


def _tensors(architecture: Architecture) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes, rows first."""
    hidden, vocabulary = architecture.hidden_size, architecture.vocabulary_size
    yield "token_embd.weight", (vocabulary, hidden)
    if not architecture.tied_embeddings:
        yield "output.weight", (vocabulary, hidden)
    yield "output_norm.weight", (hidden,)
    for layer in range(architecture.layers):
        for name, shape in _layer_tensors(architecture):
            yield f"blk.{layer}.{name}.weight", shape


def _layer_tensors(architecture: Architecture) -> Iterator[tuple[str, tuple[int, ...]]]:
    hidden, inner = architecture.hidden_size, architecture.intermediate_size
    query, key = architecture.heads * architecture.head_size, architecture.kv_heads * architecture.head_size
    yield "attn_norm", (hidden,)
    yield "attn_q", (query, hidden)
    yield "attn_k", (key, hidden)
    yield "attn_v", (key, hidden)
    yield "attn_output", (hidden, query)
    yield "ffn_norm", (hidden,)
    yield "ffn_gate", (inner, hidden)
    yield "ffn_up", (inner, hidden)
    yield "ffn_down", (hidden, inner)


def _add_tensor(
    writer: Any,  # noqa: ANN401 - untyped library
    name: str,
    shape: tuple[int, ...],
    precision: str,
    rng: np.random.Generator,
) -> None:
    import gguf

    if len(shape) == 1:
        writer.add_tensor(name, np.ones(shape, dtype=np.float32))
        return
    weights = rng.standard_normal(shape, dtype=np.float32) * np.float32(_SPREAD)
    if precision == "F16":
        writer.add_tensor(name, weights.astype(np.float16))
    else:
        kind = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
