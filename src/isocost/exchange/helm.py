"""Runtime coefficients as HELM keeps them: JSON of each model's prefill and decode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.exchange.text_file import text_file
from isocost.runtime.published import PublishedRuntime

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_helm"]

_LARGEST_FILE = 64 << 20


def read_helm(path: Path) -> dict[str, PublishedRuntime]:
    """Read ``{model: {runtime_per_output_token, runtime_for_prompt_tokens, [overhead]}}``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to PublishedRuntime

    Raises
    ------
    InputError
        If the file cannot be read or has another form.
    """
    try:
        with text_file(path, largest=_LARGEST_FILE) as file:
            content = json.load(file)
    except InputError:
        raise
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not content:
        raise InputError(f"{path} is no JSON object of models; write one with --format helm")
    return {model: _coefficients(path, model, each) for model, each in content.items()}


def _coefficients(path: Path, model: str, each: Any) -> PublishedRuntime:  # noqa: ANN401 - whatever JSON holds
    try:
        prefill = sorted(
            (int(size), float(alpha)) for size, alpha in each["runtime_for_prompt_tokens"].items()
        )
        overhead = each.get("overhead")
        found = PublishedRuntime(
            prefill_s=tuple(prefill),
            decode_s=float(each["runtime_per_output_token"]),
            overhead_s=None if overhead is None else float(overhead),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        found = None
    if found is None or not found.prefill_s:
        raise InputError(
            f"{path}: {model} lacks numbers for runtime_per_output_token and runtime_for_prompt_tokens, as "
            "--format helm writes them"
        )
    return found
