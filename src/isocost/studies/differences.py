"""What differs between two deployments, and what neither tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Difference", "differences", "model_labels", "untold"]

_IDENTIFYING = ("prompt salt",)
_MODEL = ("model", "architecture", "weights", "vocabulary", "layers", "hidden size", "heads", "vocab")
_WORTH_KNOWING = ("accelerators", "precision", "engine", "vocabulary")
_OTHER_NAMES = {
    "accelerators": ("num gpus", "hardware", "gpus", "accelerator", "gpu", "num accelerators"),
    "precision": ("dtype", "stack"),
    "engine": ("stack", "software"),
    "vocabulary": ("vocab", "vocabulary size"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One fact in which two deployments differ.

    Parameters
    ----------
    label : str
    baseline, other : str or None
        ``None``: not told there.
    """

    label: str
    baseline: str | None
    other: str | None


def differences(baseline: Mapping[str, str], other: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return in what two deployments differ, by label.

    Parameters
    ----------
    baseline, other : mapping of str to str
        Facts by label.

    Returns
    -------
    tuple of Difference
        In the order of the facts; one that only one side tells counts as a difference.

    Examples
    --------
    >>> differences({"engine": "vllm", "precision": "F16"}, {"engine": "sglang", "precision": "F16"})
    (Difference(label='engine', baseline='vllm', other='sglang'),)
    """
    return tuple(
        Difference(label=label, baseline=baseline.get(label), other=other.get(label))
        for label in dict.fromkeys((*baseline, *other))
        if baseline.get(label) != other.get(label) and label not in _IDENTIFYING
    )


def untold(baseline: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Return what may differ and neither side tells.

    Examples
    --------
    >>> untold({"engine": "vllm"}, {"num gpus": "8"})
    ('precision', 'vocabulary')
    """
    known = {*baseline, *other}
    return tuple(label for label in _WORTH_KNOWING if not known & {label, *_OTHER_NAMES[label]})


def model_labels() -> tuple[str, ...]:
    """Return the labels of facts that make another model of it."""
    return _MODEL
