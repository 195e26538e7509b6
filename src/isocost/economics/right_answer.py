"""What a right answer costs where every answer is paid for."""

from __future__ import annotations

import math

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate

__all__ = ["cost_of_right_answer"]


def cost_of_right_answer(cost: Estimate, accuracy: Estimate) -> Estimate | None:
    r"""Divide the cost of a request by the share of right answers.

    Mean over mean: what a service pays for each right answer when it asks once and pays for wrong ones, too.
    Both are taken as independent. The interval is that of a ratio from the intervals of its parts, on the
    logarithmic scale (method of variance estimates recovery; Zou and Donner 2008, doi:10.1002/sim.3095,
    section 2):
    :math:`\ln r \mp \sqrt{(\ln c - \ln c_{l,u})^2 + (\ln a_{u,l} - \ln a)^2}`.

    Parameters
    ----------
    cost : Estimate
        Of a request, USD, at least 0.
    accuracy : Estimate
        Share of right answers, in [0, 1].

    Returns
    -------
    Estimate or None
        USD a right answer; ``None`` where no answer was right. Without an interval where one of the parts
        has none; its upper end is absent, and so the interval, where the share may be 0.

    Raises
    ------
    InputError
        If a part is out of range.

    Examples
    --------
    >>> part = {"kind": "measured", "method": "example"}
    >>> cost = Estimate(value=0.001, low=0.0009, high=0.0011, unit="USD", **part)
    >>> share = Estimate(value=0.5, low=0.4, high=0.6, unit="1", **part)
    >>> each = cost_of_right_answer(cost, share)
    >>> each.value, round(each.low, 6), round(each.high, 6)
    (0.002, 0.00162, 0.002549)
    """
    if cost.value < 0 or not 0 <= accuracy.value <= 1:
        raise InputError(
            f"a right answer costs a request of at least 0 over a share in [0, 1], got {cost.value:g} and "
            f"{accuracy.value:g}"
        )
    if accuracy.value == 0:
        return None
    low, high = _ends(cost, accuracy)
    return Estimate(
        value=cost.value / accuracy.value,
        low=low,
        high=high,
        level=min(cost.level, accuracy.level),
        unit="USD/right answer",
        kind=cost.kind,
        method="cost of a request over the share of right answers; interval from those of both",
        n=accuracy.n,
        basis="right answers",
        source=accuracy.source,
    )


def _ends(cost: Estimate, accuracy: Estimate) -> tuple[float | None, float | None]:
    parts = (cost.value, cost.low, cost.high, accuracy.low, accuracy.high)
    if any(part is None or part <= 0 for part in parts):
        return None, None
    value, cost_low, cost_high, share_low, share_high = (float(part or 0.0) for part in parts)
    ratio, share = value / accuracy.value, accuracy.value
    below = math.hypot(math.log(value / cost_low), math.log(share_high / share))
    above = math.hypot(math.log(cost_high / value), math.log(share / share_low))
    return ratio * math.exp(-below), ratio * math.exp(above)
