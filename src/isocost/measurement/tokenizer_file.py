"""A tokenizer of one's own: a ``tokenizer.json``, and the chat template that lies beside it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from isocost.core.errors import InputError, MissingExtraError
from isocost.measurement.prompts import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Encoder", "FileTokenizer", "read_tokenizer", "words_of"]

_LARGEST_FILE = 256 * 2**20
_FEWEST_WORDS = 16
_TRIED = (1, 2, 7, 64, 257)  # words in a row


class Encoder(Protocol):
    """What turns text into token ids, as ``tokenizers.Tokenizer`` does."""

    def encode(self, text: str, *, add_special_tokens: bool) -> Any:  # noqa: ANN401 - an ``Encoding``
        """Return an object whose ``ids`` are the tokens."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTokenizer:
    """A tokenizer that was read from a file.

    Parameters
    ----------
    name : str
        Of the file.
    encoder : Encoder
    template : str or None
        Chat template in Jinja; ``None``: there is none beside the file.
    tokens : dict of str to str
        Texts of special tokens that the template may name.
    """

    name: str
    encoder: Encoder
    template: str | None
    tokens: dict[str, str]

    def ids(self, text: str, *, special: bool = False) -> list[int]:
        """Return the tokens of a text; with those that the tokenizer adds by itself if `special`."""
        return list(self.encoder.encode(text, add_special_tokens=special).ids)

    def added_tokens(self, words: Sequence[str], *, chat: bool) -> int | None:
        """Return how many tokens a server adds to so many words; ``None`` where no template tells.

        Raises
        ------
        InputError
            If the template cannot be rendered.
        """
        text = "".join(f" {word}" for word in words)
        if not chat:
            return len(self.ids(text, special=True)) - len(words)
        if self.template is None:
            return None
        return len(self.ids(self._rendered(self.template, text))) - len(words)

    def _rendered(self, template: str, text: str) -> str:
        try:
            from jinja2 import TemplateError
            from jinja2.sandbox import ImmutableSandboxedEnvironment
        except ImportError:
            raise MissingExtraError("tokenizers", "a chat template beside a tokenizer file") from None
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        try:
            said = [{"role": "user", "content": text}]
            rendered = environment.from_string(template).render(
                messages=said, add_generation_prompt=True, **self.tokens
            )
        except (TemplateError, TypeError, ValueError) as error:
            raise InputError(
                f"the chat template beside {self.name} cannot be rendered ({error}); take it out of "
                "the folder"
            ) from None
        return str(rendered)


def read_tokenizer(path: Path) -> FileTokenizer:
    """Read a ``tokenizer.json`` (or the folder that has one) and the chat template beside it.

    Raises
    ------
    InputError
        If there is none, or it is no tokenizer.
    MissingExtraError
        If the library tokenizers is not installed.
    """
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"there is no tokenizer at {file}; give a tokenizer.json or the folder that has one")
    if file.stat().st_size > _LARGEST_FILE:
        raise InputError(f"{file} is larger than {_LARGEST_FILE >> 20} MiB; that is no tokenizer")
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtraError("tokenizers", "a tokenizer file") from None
    try:
        encoder = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - the library raises nothing more special
        raise InputError(f"{file} is no tokenizer that can be read: {str(error)[:200]}") from None
    encoder.no_truncation()
    encoder.no_padding()
    template, tokens = _template(file.parent)
    return FileTokenizer(name=file.name, encoder=encoder, template=template, tokens=tokens)


def words_of(tokenizer: FileTokenizer) -> tuple[str, ...]:
    """Return words that are one token each wherever they stand, so that n words are n tokens.

    Raises
    ------
    InputError
        If there are too few.
    """
    last = {word: tokenizer.ids(f" {word} {word} {word}")[-2:] for word in WORDS}
    times = Counter(
        ids[-1] for ids in last.values() if ids
    )  # what is unknown to it is one token all the same
    alone = [word for word, ids in last.items() if len(set(ids)) == 1 and times[ids[-1]] == 1]
    lead = len(tokenizer.ids(f" {alone[0]}")) - 1 if alone else 0
    words = tuple(word for word in alone if len(tokenizer.ids(f" {word} {word}")) == 2 + lead)
    if len(words) < _FEWEST_WORDS or not all(_is_exact(tokenizer, words, n, lead) for n in _TRIED):
        raise InputError(
            f"{tokenizer.name} makes several tokens of most plain English words, so prompts of an exact "
            "length cannot be made of them; leave out --tokenizer"
        )
    return words


def _is_exact(tokenizer: FileTokenizer, words: Sequence[str], n: int, lead: int) -> bool:
    chosen = [words[(3 * place + place // len(words)) % len(words)] for place in range(n)]
    return len(tokenizer.ids("".join(f" {word}" for word in chosen))) == n + lead


def _template(folder: Path) -> tuple[str | None, dict[str, str]]:
    """Read a chat template and the special tokens that it may name, where they are told."""
    config: dict[str, Any] = {}
    try:
        loaded = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        config = loaded if isinstance(loaded, dict) else {}
    except (OSError, ValueError, RecursionError):
        config = {}
    told = {name: config.get(name) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
    tokens = {
        name: value if isinstance(value, str) else str(value.get("content", ""))
        for name, value in told.items()
        if isinstance(value, str | dict)
    }
    apart = folder / "chat_template.jinja"
    template = config.get("chat_template")
    if apart.is_file():
        template = apart.read_text(encoding="utf-8", errors="replace")
    return (template if isinstance(template, str) else None), tokens
