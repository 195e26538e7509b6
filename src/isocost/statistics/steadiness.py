"""Doubts about whether a run was in a steady state, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.core.steady_state import Drift, WarmUpCut

__all__ = ["drift_text", "steadiness_cautions"]


def steadiness_cautions(label: str, cut: WarmUpCut | None, drift: Drift | None) -> Iterator[Caution]:
    """Yield ``"not-settled"`` and ``"drift"`` where they apply to the run of that label.

    Examples
    --------
    >>> from isocost.core.steady_state import WarmUpCut
    >>> cut = WarmUpCut(seconds=0.0, requests=0, unsettled=("throughput",))
    >>> next(steadiness_cautions("8 concurrent #0", cut, None)).code
    'not-settled'
    """
    if cut is not None and cut.unsettled:
        yield Caution(
            "not-settled",
            f"{' and '.join(cut.unsettled)} of {label!r} did not settle while it was measured, so that no "
            "warm-up could be cut; measure longer",
        )
    if drift is not None:
        yield Caution(
            "drift",
            f"{drift_text(drift, label)}: its figures mix two states; look at what changed, or measure "
            "longer",
        )


def drift_text(drift: Drift, label: str) -> str:
    """Say what changed, by how much and when.

    Examples
    --------
    >>> from isocost.core.steady_state import Drift
    >>> drift_text(Drift(of="throughput", at_s=12.0, ratio=0.75, gradual=False), "8 concurrent #0")
    "throughput of '8 concurrent #0' fell by 25 % after 12 s of its steady part"
    """
    moved = "rose" if drift.ratio > 1 else "fell"
    when = "over its steady part" if drift.gradual else f"after {drift.at_s:.2g} s of its steady part"
    return f"{drift.of} of {label!r} {moved} by {abs(drift.ratio - 1) * 100:.0f} % {when}"
