"""The anchor of a sweep: the level that was measured first, once more at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.core.estimate import Caution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.estimate import Estimate
    from isocost.core.load import Load
    from isocost.core.observation import Run
    from isocost.core.operating_point import OperatingPoint

__all__ = ["ANCHOR", "AnchorCheck", "anchor_cautions", "check_anchor", "is_anchor"]

ANCHOR = "anchor"
"""How the label of an anchor ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorCheck:
    """How a level fared at the end of its sweep.

    Parameters
    ----------
    deployment : str
    load : Load
        Of the level that was measured first.
    ratio : Estimate
        Its throughput at the end over that of its repeats before.
    """

    deployment: str
    load: Load
    ratio: Estimate

    @property
    def drifted(self) -> bool:
        """Whether the interval leaves out that nothing changed."""
        low, high = self.ratio.low, self.ratio.high
        return low is not None and high is not None and not low <= 1 <= high


def is_anchor(run: Run) -> bool:
    """Say whether a run only looks back at the beginning of its sweep; it is no repeat of its level."""
    return run.label.endswith(f" {ANCHOR}")


def check_anchor(anchor: OperatingPoint, points: Sequence[OperatingPoint]) -> AnchorCheck | None:
    """Compare an anchor with the repeats of its level.

    An anchor is not counted with its level's repeats: it was measured at another time on purpose, and would
    weigh one level by what changed over the whole sweep.

    Parameters
    ----------
    anchor : OperatingPoint
    points : sequence of OperatingPoint
        All others of the sweep.

    Returns
    -------
    AnchorCheck or None
        ``None`` where its level has no other run that says anything.
    """
    from isocost.statistics.anchor import anchor_ratio  # noqa: PLC0415 - of a report, and a load must begin soon

    groups: dict[Load, list[Estimate]] = {}
    for point in points:
        groups.setdefault(point.load, []).append(point.output_tokens_per_second)
    mine = groups.pop(anchor.load, [])
    rates = [anchor.output_tokens_per_second, *mine, *(rate for group in groups.values() for rate in group)]
    if not mine or not all(rate.value > 0 for rate in rates):
        return None
    ratio = anchor_ratio(anchor.output_tokens_per_second, mine, others=tuple(groups.values()))
    return AnchorCheck(deployment=anchor.deployment, load=anchor.load, ratio=ratio)


def anchor_cautions(checks: Sequence[AnchorCheck]) -> Iterator[Caution]:
    """Yield ``"anchor-drift"`` for each sweep over which the target changed."""
    for check in checks:
        if check.drifted and check.ratio.low is not None and check.ratio.high is not None:
            yield Caution(
                "anchor-drift",
                f"{check.deployment} yielded {check.ratio.value:.2f} [{check.ratio.low:.2f}, "
                f"{check.ratio.high:.2f}] times as many tokens per second at {check.load.label} at the end "
                "of the sweep as before: it changed meanwhile, so levels compare less well than their "
                "intervals say",
            )
