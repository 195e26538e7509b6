"""What a fit of T(p, o) says of prefill between the profiled prompt sizes, as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.format import percent

if TYPE_CHECKING:
    from isocost.runtime import RuntimeModel

__all__ = ["shape_lines", "shape_object"]


def shape_lines(model: RuntimeModel) -> list[str]:
    """Write where prefill has its shape between sizes from; nothing where it is plain linear."""
    said = []
    if model.prior is not None and model.prior.weight > 0:
        weight = percent(model.prior.weight).lstrip("+")
        said.append(f"shaped as in {len(model.prior.sources)} other models (weight {weight})")
    if model.tile_tokens is not None:
        said.append(f"a staircase in tiles of {model.tile_tokens} tokens")
    return [f"  {'between sizes':14s} " + ", ".join(said)] if said else []


def shape_object(model: RuntimeModel) -> dict[str, Any]:
    """Write the same as fields of a JSON object."""
    use = model.prior
    return {
        "tile_tokens": model.tile_tokens,
        "prior": None
        if use is None
        else {"sources": list(use.sources), "weight": use.weight, "surprise": use.surprise},
    }
