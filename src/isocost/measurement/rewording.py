"""Saying a request another way when a server refuses how it was said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isocost.measurement.dialect import Dialect

__all__ = ["reworded"]


def reworded(dialect: Dialect, refusal: str) -> Dialect:
    """Leave out, or say the other way, the field that a refusal names.

    OpenAI's newer models take ``max_completion_tokens`` in place of ``max_tokens``, and no temperature but
    their own.

    Returns
    -------
    Dialect
        The same one where the refusal names nothing that can be said otherwise.

    Examples
    --------
    >>> from isocost.measurement.dialect import Dialect
    >>> told = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    >>> reworded(Dialect(model="m", endpoint_type="chat"), told).length_key
    'max_completion_tokens'
    """
    if "max_completion_tokens" in refusal and dialect.length_key == "max_tokens":
        return replace(dialect, length_key="max_completion_tokens")
    if "ignore_eos" in refusal and dialect.ignore_eos:
        return replace(dialect, ignore_eos=False)
    if ("stream_options" in refusal or "include_usage" in refusal) and dialect.usage_in_stream:
        return replace(dialect, usage_in_stream=False)
    if "temperature" in refusal and dialect.greedy:
        return replace(dialect, greedy=False)
    return dialect
