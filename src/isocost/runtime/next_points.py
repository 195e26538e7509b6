"""Which (p, o) to measure next: what each buys, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.load import RequestShape
    from isocost.runtime.belief import RuntimeBelief

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["NextPoint", "NextPoints", "candidate_cells", "next_points"]

LEAST_GAIN = 0.0002
"""A point that lowers the mean relative error by less is not worth the trouble: .02 percentage points."""

SHORTEST_ANSWER_SHARE = 1 / 16
"""Decode is timed over so much of the longest answer at least: its slope is not carried too far."""

_MEAN_OF_GAUSSIAN = (2 / np.pi) ** 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoint:
    """One (p, o) to measure, after those before it.

    Parameters
    ----------
    input_tokens, output_tokens : int
    again : bool
        Whether it was measured before: more repeats of it.
    cost : Estimate
        Seconds of all its requests, warm-ups included.
    total_cost_s : float
        Of this point and those before it.
    error_before, error_after : float
        Expected mean relative error over the requests that matter, fractions.
    """

    input_tokens: int
    output_tokens: int
    again: bool
    cost: Estimate
    total_cost_s: float
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoints:
    """Which points to measure next, in this order.

    Parameters
    ----------
    points : tuple of NextPoint
    error : Estimate
        Expected mean relative error now, a fraction.
    requests : int
        How many of each point are counted, warm-ups included.
    least_gain : float
        What a point has to lower the error by.
    next_gain : float
        The most that one more point would lower it by.
    """

    points: tuple[NextPoint, ...]
    error: Estimate
    requests: int
    least_gain: float
    next_gain: float

    @property
    def ended(self) -> bool:
        """Whether no further point lowers the error by `least_gain`."""
        return self.next_gain < self.least_gain


def candidate_cells(prompt_tokens: Sequence[int], max_output_tokens: int) -> IntArray:
    """Return each prompt size with 1 and a sixteenth, an eighth, ... of the longest answer: shape (n, 2).

    Examples
    --------
    >>> candidate_cells([1, 256], 64)[:6].tolist()
    [[1, 1], [1, 4], [1, 8], [1, 16], [1, 32], [1, 64]]
    """
    first = max(2, round(max_output_tokens * SHORTEST_ANSWER_SHARE))
    doubled = [first * 2**step for step in range(20) if first * 2**step < max_output_tokens]
    answers = sorted({1, *doubled, max_output_tokens})
    return np.array([(p, o) for p in sorted(set(prompt_tokens)) for o in answers], dtype=np.int64)


def next_points(
    belief: RuntimeBelief,
    candidates: IntArray,
    targets: Sequence[RequestShape],
    *,
    count: int,
    repeats: int,
    warmups: int = 1,
    least_gain: float = LEAST_GAIN,
) -> NextPoints:
    r"""Choose which (p, o) to measure next.

    One after the other: of the points that lower the expected error by `least_gain`, that which lowers it
    most per second of measuring. The error is :math:`E|\hat T - T| / T` of a Gaussian,
    :math:`\sqrt{2/\pi}` times the standard deviation, in the mean over the targets; what requests are off the
    form is in it. Where cells were measured already, more repeats of them are candidates; they lower noise,
    not misfit. The variance after a measurement does not depend on its outcome, so a batch can be planned;
    after measuring it, plan again, for what was measured also tells how far the belief is to be trusted.

    Parameters
    ----------
    belief : RuntimeBelief
    candidates : int array, shape (n, 2)
        p and o, at least 1.
    targets : sequence of RequestShape
        The requests that matter.
    count : int
        How many points at most, at least 1.
    repeats, warmups : int
        Requests of each point, that count and that do not; at least 1 and 0.
    least_gain : float
        A fraction, above 0.

    Returns
    -------
    NextPoints

    Raises
    ------
    InputError
        If a number is out of range or there is nothing to choose from.

    Examples
    --------
    >>> from isocost.core.load import RequestShape
    >>> from isocost.runtime.belief import runtime_belief
    >>> from isocost.runtime.samples import RuntimeSamples
    >>> samples = RuntimeSamples(input_tokens=np.array([1, 1, 1001]), output_tokens=np.array([1, 11, 1]),
    ...                          runtime_s=np.array([0.01, 0.11, 0.23]), block=np.zeros(3, dtype=np.int64))
    >>> belief = runtime_belief(samples, None, np.array([1.0, 501.0, 1001.0]))
    >>> found = next_points(belief, candidate_cells([1, 501, 1001], 16), [RequestShape(501, 4)],
    ...                     count=1, repeats=8)
    >>> [(point.input_tokens, point.output_tokens) for point in found.points]
    [(501, 1)]
    """
    if count < 1 or repeats < 1 or warmups < 0 or not least_gain > 0:
        raise InputError(
            "the next points need at least 1 point, 1 repeat and 0 warm-ups and a least gain above 0, "
            f"got {count}, {repeats}, {warmups} and {least_gain}"
        )
    if not len(candidates) or not targets:
        raise InputError("the next points need sizes to choose from and requests that matter")
    choice = _Choice.of(belief, candidates, targets, repeats)
    requests, now = repeats + warmups, choice.error
    points: list[NextPoint] = []
    while True:
        gains = choice.gains()
        worth = np.where(gains >= least_gain, gains / choice.times, -np.inf)
        if len(points) == count or not (gains >= least_gain).any():
            break
        place = int(worth.argmax())
        cost = choice.cost(place, requests)
        point = NextPoint(
            input_tokens=int(candidates[place, 0]),
            output_tokens=int(candidates[place, 1]),
            again=bool(choice.requests[place] > 0),
            cost=cost,
            total_cost_s=cost.value + (points[-1].total_cost_s if points else 0.0),
            error_before=choice.error,
            error_after=choice.error - float(gains[place]),
        )
        choice = choice.measured(place)
        points.append(point)
    return NextPoints(
        points=tuple(points),
        error=Estimate(
            value=now,
            unit="1",
            kind="fitted",
            method="expected from the variance of T(p, o) given the cells and the prior",
            n=len(belief.measured),
        ),
        requests=requests,
        least_gain=least_gain,
        next_gain=float(gains.max()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Choice:
    """A belief, what may be measured, and the requests that matter."""

    belief: RuntimeBelief
    design: FloatArray
    times: FloatArray
    requests: IntArray
    repeats: int
    target_design: FloatArray
    target_times: FloatArray

    @classmethod
    def of(
        cls, belief: RuntimeBelief, candidates: IntArray, targets: Sequence[RequestShape], repeats: int
    ) -> _Choice:
        sizes = np.array([(shape.input_tokens, shape.output_tokens) for shape in targets], dtype=np.float64)
        design, target_design = belief.design(*candidates.T.astype(np.float64)), belief.design(*sizes.T)
        least = 1e-3 * float(np.abs(belief.mean).max())  # a belief of little may reach below 0
        return cls(
            belief=belief,
            design=design,
            times=np.maximum(design @ belief.mean, least),
            requests=np.array([belief.measured.get((int(p), int(o)), 0) for p, o in candidates]),
            repeats=repeats,
            target_design=target_design,
            target_times=np.maximum(target_design @ belief.mean, least),
        )

    @property
    def variance(self) -> FloatArray:
        """Of T of the targets, squared seconds."""
        return np.asarray(((self.target_design @ self.belief.covariance) * self.target_design).sum(axis=1))

    @property
    def error(self) -> float:
        return float(self._error(self.variance[:, None])[0])

    def gains(self) -> FloatArray:
        """Return by how much each candidate lowers the error."""
        onto = self.belief.covariance @ self.design.T
        own = (self.design.T * onto).sum(axis=0)
        after = self.variance[:, None] - (self.target_design @ onto) ** 2 / (own + self._noise())
        return np.asarray(self.error - self._error(after))

    def measured(self, place: int) -> _Choice:
        """Return the choice after a candidate was measured."""
        requests = self.requests.copy()
        requests[place] += self.repeats
        belief = self.belief.after(self.design[place], float(self._noise()[place]))
        return replace(self, belief=belief, requests=requests)

    def cost(self, place: int, requests: int) -> Estimate:
        row, time = self.design[place], float(self.times[place])
        half = 1.96 * float(row @ self.belief.covariance @ row) ** 0.5
        return Estimate(
            value=requests * time,
            low=requests * max(time - half, 0.0),
            high=requests * (time + half),
            unit="s",
            kind="fitted" if self.requests[place] else "interpolated",
            method="requests times the expected runtime",
            n=len(self.belief.measured),
        )

    def _noise(self) -> FloatArray:
        """Return the variance that a measurement adds as: of a cell seen before, what more repeats tell."""
        then = self.belief.noise(self.times, self.requests + self.repeats)
        now = self.belief.noise(self.times, np.maximum(self.requests, 1))
        with np.errstate(divide="ignore"):
            more = 1 / np.maximum(1 / then - 1 / now, 0.0)
        return np.where(self.requests > 0, more, then)

    def _error(self, variance: FloatArray) -> FloatArray:
        share = np.maximum(variance, 0.0) / self.target_times[:, None] ** 2
        return np.asarray(_MEAN_OF_GAUSSIAN * np.sqrt(share + self.belief.misfit_share**2).mean(axis=0))
