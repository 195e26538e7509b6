"""Two stacks whose T(p, o) is known as draws, put beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Estimate
from isocost.statistics.draws import generator
from isocost.statistics.levels import WIDEST_LOG
from isocost.statistics.ratios import aligned, independent, ratio_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isocost.core.estimate import Kind
    from isocost.statistics.ratios import Ratio

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.integer[Any]]]

__all__ = ["DrawnRuntime", "RuntimePair", "summary"]

DRAWS_OF_RATIO = 2000
METHOD = "ratio of joint draws; the fits are independent"
OVER_SESSIONS = "ratio of joint draws; Student's t over sessions, their scatter pooled over both stacks"


class DrawnRuntime(Protocol):
    """A fitted or published T(p, o) whose uncertainty comes as joint draws."""

    @property
    def prompt_sizes(self) -> tuple[int, ...]:
        """Prompt sizes it rests on, rising."""
        ...

    @property
    def longest_output(self) -> int:
        """Largest output size it rests on."""
        ...

    @property
    def repeats(self) -> int | None:
        """How often each size was timed; ``None`` when unknown."""
        ...

    def kind_at(self, input_tokens: int, output_tokens: int) -> Kind:
        """Say what a prediction at that size is."""
        ...

    def runtime_draws(self, input_tokens: int, output_tokens: int) -> FloatArray:
        """Return joint draws of T(p, o) in seconds, first the point estimate."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePair:
    """The fits of two stacks, and how their draws are put beside each other: the same way for every size.

    With one session of each, the draws of either fit are taken in random order: the two rest on different
    measurements. With more, sessions are what repeats: their residuals about the mean of their own stack,
    in logarithms, are pooled over both stacks, and each mean varies as Student's t with as many degrees of
    freedom as there are sessions beyond two. A stack of one session then borrows the scatter of the other.
    Models profiled in the same sessions share these draws: what slowed a session slowed all of them.

    Parameters
    ----------
    sessions : tuple of (tuple of DrawnRuntime, tuple of DrawnRuntime)
        Of baseline and other.
    rows : tuple of int arrays
        Which draws of a single session's fit stand beside each other.
    weights : tuple of float arrays, shape (draws, sessions)
        What the residuals of all sessions contribute to the draws of baseline and other.
    evidence : int or None
        Repeats behind the ratio; with several sessions, one less than there are.
    """

    sessions: tuple[tuple[DrawnRuntime, ...], tuple[DrawnRuntime, ...]]
    rows: tuple[IntArray, IntArray]
    weights: tuple[FloatArray, FloatArray]
    evidence: int | None

    @classmethod
    def of(
        cls,
        sessions: tuple[Sequence[DrawnRuntime], Sequence[DrawnRuntime]],
        *,
        name: str,
        seed: int,
    ) -> RuntimePair:
        """Put two stacks beside each other.

        Raises
        ------
        InputError
            If one of them has no fit.
        """
        if not all(sessions):
            raise InputError(f"{name} cannot be compared: one of the two has no fit")
        streams = [generator(seed, f"{side} of {name}") for side in ("baseline", "other")]
        first = [side[0].runtime_draws(1, 1) for side in sessions]
        rows = [independent(draws, DRAWS_OF_RATIO, rng) for draws, rng in zip(first, streams, strict=True)]
        known = [fit.repeats for side in sessions for fit in side if fit.repeats is not None]
        count = sum(len(side) for side in sessions)
        weights = [np.zeros((0, count)), np.zeros((0, count))]
        if count > 2:
            stretch = np.sqrt(1 / generator(seed, "scatter of sessions").chisquare(count - 2, DRAWS_OF_RATIO))
            weights = [
                generator(seed, f"sessions of the {name}").standard_normal((DRAWS_OF_RATIO, count))
                * stretch[:, None]
                / len(side) ** 0.5
                for name, side in zip(("baseline", "other"), sessions, strict=True)
            ]
        return cls(
            sessions=(tuple(sessions[0]), tuple(sessions[1])),
            rows=(rows[0], rows[1]),
            weights=(weights[0], weights[1]),
            evidence=min(known, default=None) if count == 2 else count - 1,
        )

    @property
    def over_sessions(self) -> bool:
        """Whether the intervals are over sessions."""
        return len(self.weights[0]) > 0

    @property
    def method(self) -> str:
        """How ratios and their intervals are obtained."""
        return OVER_SESSIONS if self.over_sessions else METHOD

    def draws(self, p: int, o: int) -> tuple[FloatArray, FloatArray]:
        """Return aligned draws of T(p, o) on both, seconds, first the point estimate."""
        return self.draws_of(lambda fit: fit.runtime_draws(p, o), f"{p} in, {o} out")

    def draws_of(
        self, time: Callable[[DrawnRuntime], FloatArray], what: str
    ) -> tuple[FloatArray, FloatArray]:
        """Return aligned draws of whatever time a fit tells, above 0, seconds, first the point estimate.

        Raises
        ------
        EstimationError
            If a session's fit says that it takes no time.
        """
        if not self.over_sessions:
            one, two = (time(side[0])[rows] for side, rows in zip(self.sessions, self.rows, strict=True))
            return one, two
        points = [np.array([time(fit)[0] for fit in side]) for side in self.sessions]
        if not all((part > 0).all() for part in points):
            raise EstimationError(
                f"the fit of one session says that {what} takes no time; profile more sizes there, or "
                "leave it out"
            )
        logs = [np.log(part) for part in points]
        residuals = np.concatenate([part - part.mean() for part in logs])
        first, second = (
            np.exp(part.mean() + np.concatenate([[0.0], _bounded(weights @ residuals)]))
            for part, weights in zip(logs, self.weights, strict=True)
        )
        return first, second

    def kinds(self, p: int, o: int) -> tuple[Kind, Kind]:
        """Say what the predictions of the first sessions are."""
        return self.sessions[0][0].kind_at(p, o), self.sessions[1][0].kind_at(p, o)

    def ratio(self, key: str, p: int, o: int, *, label: str) -> Ratio:
        """Return the ratio of T(p, o)."""
        return self.ratio_of(key, self.draws(p, o), self.kinds(p, o), label=label, unit="s")

    def ratio_of(
        self,
        key: str,
        draws: tuple[FloatArray, FloatArray],
        kinds: tuple[Kind, Kind],
        *,
        label: str,
        unit: str,
    ) -> Ratio:
        """Return the ratio of two aligned sets of draws.

        Raises
        ------
        EstimationError
            If a point estimate is no time.
        """
        for part in draws:
            if not part[0] > 0:
                raise EstimationError(
                    f"a fit says that {label} takes {part[0]:.3g} s, which is no time to compare; profile "
                    "more sizes"
                )
        one, two = (
            aligned(part, unit=unit, kind=kind, method=self.method, n=self.evidence)
            for part, kind in zip(draws, kinds, strict=True)
        )
        return ratio_of(key, one, two, label=label)


def _bounded(shift: FloatArray) -> FloatArray:
    """Let a mean of few sessions be unknown by a factor of 20, not by any."""
    return np.asarray(np.clip(shift, -WIDEST_LOG, WIDEST_LOG))


def summary(draws: FloatArray, *, unit: str, method: str, n: int | None) -> Estimate:
    """Summarise draws, first the point estimate; alone it has no interval."""
    known = len(draws) > 1 and bool(np.isfinite(draws).all())
    low, high = np.quantile(draws[1:], [0.025, 0.975]).tolist() if known else (None, None)
    return Estimate(value=float(draws[0]), low=low, high=high, unit=unit, kind="fitted", method=method, n=n)
