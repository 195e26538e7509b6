"""Finding out how prompts of an exact length can be made for an endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.errors import InputError, MeasurementError
from isocost.measurement.probe import try_prompt
from isocost.measurement.prompts import (
    WORDS,
    IdPrompts,
    PromptMethod,
    PromptRules,
    PromptSource,
    TextPrompts,
    rate_words,
)

if TYPE_CHECKING:
    from isocost.measurement.dialect import Dialect
    from isocost.measurement.plain_http import PlainClient

__all__ = ["find_prompts"]

_PLAIN_IDS = tuple(range(300, 1_000))
_FEW, _MANY = 16, 48
_GROUP = 16
_ENOUGH_WORDS = 16


def find_prompts(client: PlainClient, dialect: Dialect, rules: PromptRules | None = None) -> PromptSource:
    """Return the most exact source of prompts that the endpoint and the rules allow.

    In this order: token ids; a tokenizer file, where there is one; the server's own tokenizer; calibration
    on ``usage.prompt_tokens``; else plain words, marked approximate.

    Raises
    ------
    MeasurementError
        If the endpoint fails meanwhile.
    """
    rules = rules or PromptRules()
    if rules.tokenizer is not None:
        return _by_file(client, dialect, rules)
    text = "".join(f" {word}" for word in WORDS)
    ids = _tokenize(client, dialect, text)
    if dialect.endpoint_type == "completions" and not rules.texts:
        pool = _PLAIN_IDS if ids is None else tuple(sorted(set(ids)))
        if _takes_ids(client, dialect, pool):
            return IdPrompts(ids=pool)
    words = WORDS if ids is None else _single_words(client, dialect)
    return _calibrated(client, dialect, words, "calibrated on usage" if ids is None else "server tokenizer")


def _by_file(client: PlainClient, dialect: Dialect, rules: PromptRules) -> PromptSource:
    """Make prompts by a tokenizer file; a server that counts otherwise has another tokenizer."""
    from isocost.measurement.tokenizer_file import (  # noqa: PLC0415 - an extra, only where it is asked for
        read_tokenizer,
        words_of,
    )

    tokenizer = read_tokenizer(rules.tokenizer or Path())
    words = words_of(tokenizer)
    if dialect.endpoint_type == "completions" and not rules.texts:
        pool = tuple(sorted({tokenizer.ids(f" {word} {word}")[-1] for word in words}))
        if _takes_ids(client, dialect, pool):
            return IdPrompts(ids=pool)
    added = tokenizer.added_tokens(words, chat=dialect.endpoint_type != "completions")
    rated = _rate(client, dialect, words)
    if rated is not None and (rated[0] != 1.0 or rated[1] != round(rated[1])):
        raise InputError(
            f"the tokenizer in {rules.tokenizer} is not the server's: it makes {_MANY - _FEW} tokens of "
            f"{_MANY - _FEW} words, and the server counts {rated[0] * (_MANY - _FEW):.0f}; give the file of "
            "the model that is served, or leave out --tokenizer"
        )
    overhead = added if rated is None else rated[1]
    if overhead is None:
        raise InputError(
            f"{rules.tokenizer} has no chat template beside it and the server counts no tokens, so what its "
            "template adds is not known; put tokenizer_config.json into the same folder"
        )
    return TextPrompts(words=words, overhead_tokens=overhead, method="tokenizer file")


def _tokenize(client: PlainClient, dialect: Dialect, text: str) -> list[int] | None:
    """Ask the server's tokenizer in vLLM's and llama.cpp's words; ``None`` if it has none."""
    questions = (
        {"model": dialect.model, "prompt": text, "add_special_tokens": False},
        {"content": text, "add_special": False},
    )
    for question in questions:
        try:
            reply = client.ask("POST", f"{client.address.root}/tokenize", question)
        except MeasurementError:
            return None
        document = reply.document if reply.status == 200 else None
        tokens = document.get("tokens") if isinstance(document, Mapping) else None
        if isinstance(tokens, list) and tokens and all(type(token) is int for token in tokens):
            return tokens
    return None


def _takes_ids(client: PlainClient, dialect: Dialect, pool: tuple[int, ...]) -> bool:
    """Whether a prompt of ids is taken, and counted as just as many tokens."""
    trial_ids = [pool[0], pool[-1], *pool[1:_FEW]]
    try:
        trial = try_prompt(client, dialect, trial_ids)
    except MeasurementError:
        return False  # some servers fail badly on what they do not know
    return trial.refusal is None and trial.usage.input_tokens in (None, len(trial_ids))


def _single_words(client: PlainClient, dialect: Dialect) -> tuple[str, ...]:
    """Return words that are one token each, by the server's tokenizer; all words if too few are."""
    single = []
    for word in WORDS:
        tokens = _tokenize(client, dialect, f" {word} {word}")
        if tokens is not None and len(tokens) == 2 and tokens[0] == tokens[1]:
            single.append(word)
        if len(single) >= 4 * _ENOUGH_WORDS:
            break
    return tuple(single) if len(single) >= _ENOUGH_WORDS else WORDS


def _calibrated(
    client: PlainClient, dialect: Dialect, words: tuple[str, ...], method: PromptMethod
) -> TextPrompts:
    rated = _rate(client, dialect, words)
    if rated is None:
        return TextPrompts(words=words)
    if rated[0] != 1.0:
        words = _words_by_group(client, dialect, words, overhead=round(rated[1]))
        rated = _rate(client, dialect, words) or rated
    exact = rated[0] == 1.0 and rated[1] == round(rated[1])
    return TextPrompts(
        words=words,
        tokens_per_word=rated[0],
        overhead_tokens=rated[1],
        method=method if exact else "approximate",
    )


def _rate(client: PlainClient, dialect: Dialect, words: tuple[str, ...]) -> tuple[float, float] | None:
    sizes = []
    for number in (_FEW, _MANY):
        chosen = tuple(words[place % len(words)] for place in range(number))
        tokens = _count(client, dialect, chosen)
        if tokens is None:
            return None
        sizes.append((number, tokens))
    try:
        return rate_words(sizes)
    except InputError:
        return None


def _count(client: PlainClient, dialect: Dialect, words: tuple[str, ...]) -> int | None:
    trial = try_prompt(client, dialect, "".join(f" {word}" for word in words))
    return trial.usage.input_tokens


def _words_by_group(
    client: PlainClient, dialect: Dialect, words: tuple[str, ...], *, overhead: int
) -> tuple[str, ...]:
    """Keep the groups of words that are counted as one token a word; all words if none is."""
    groups = [words[start : start + _GROUP] for start in range(0, len(words), _GROUP)]
    counted = [(group, _count(client, dialect, group)) for group in groups]
    smallest = min((tokens - len(group) for group, tokens in counted if tokens is not None), default=None)
    kept = [word for group, tokens in counted if tokens == len(group) + (smallest or 0) for word in group]
    return tuple(kept) if kept and smallest is not None and smallest <= max(overhead, 0) + 16 else words
