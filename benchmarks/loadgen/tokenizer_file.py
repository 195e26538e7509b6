"""A tokenizer in files, for peers that insist on one: a byte is a token, and so is the word ``token``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_WORD = " token"  # what the truth server sends
_END = "<|end|>"


def write_tokenizer(folder: Path) -> Path:
    """Write the files that ``transformers.AutoTokenizer`` reads; no hub is asked."""
    folder.mkdir(exist_ok=True)
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    signs = {byte: chr(byte) for byte in plain} | {byte: chr(256 + n) for n, byte in enumerate(others)}
    bytes_alone = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(256, _END, special=True), _added(257, _WORD, special=False)],
        "normalizer": None,
        "pre_tokenizer": bytes_alone,
        "post_processor": None,
        "decoder": bytes_alone,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {signs[byte]: byte for byte in range(256)},
            "merges": [],
        },
    }
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": _END, "bos_token": _END,
             "pad_token": _END, "model_max_length": 100_000}  # fmt: skip
    for name, content in (
        ("tokenizer.json", tokenizer),
        ("tokenizer_config.json", about),
        ("config.json", {"model_type": "gpt2"}),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _added(number: int, content: str, *, special: bool) -> dict[str, Any]:
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": number, "content": content, "special": special, **plain}
