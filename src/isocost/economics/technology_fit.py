"""Forms of the step time weighed by how well they foretell levels that they have not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics.fitting import fit_curves, left_out_curves
from isocost.economics.forms import CANDIDATES, COMPARED
from isocost.statistics.draws import DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isocost.core.estimate import Kind
    from isocost.economics.forms import Curves, Form

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.int64]]

__all__ = ["LEAST_LEVELS", "FormDraws", "HeldOut", "TechnologyFit", "draw_form", "fit_forms"]

LEAST_LEVELS = 4
LEAST_ERROR = 1e-4
"""Held-out errors below it, in logs, count as equal: nobody measures better."""
_LARGEST_ERROR = 1.0  # in logs; one degree of freedom would else draw errors without bound


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """How well one form foretells levels that it has not seen.

    Parameters
    ----------
    form, formula : str
    error : float
        Root mean square of log errors, each level foretold from all the others.
    interior : float
        The same over the levels between the lowest and the highest, which are not extrapolated.
    weight : float
        Share of the draws that come from this form; 0 for forms that are for comparison only.
    """

    form: str
    formula: str
    error: float
    interior: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraws:
    """Bootstrap draws of one form.

    Parameters
    ----------
    curves : Curves
        One a draw.
    scale : float array, shape (draws,)
        Standard deviation of a level's log error, drawn along.
    freedom : int
        Degrees of freedom behind the scale.
    evidence : str
        What the scale was learned from.
    """

    curves: Curves
    scale: FloatArray
    freedom: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyFit:
    """The step time over concurrency: the form chosen by leave-one-out, and draws over near-equal forms.

    Values are the chosen form's; intervals are over all forms, each with the share of draws that its
    held-out error earns. Outside the measured range an estimate is ``"extrapolated"``.

    Parameters
    ----------
    levels : float array, shape (n,)
        Concurrencies measured, rising.
    step_time_s : float array, shape (n,)
        Seconds per step there: geometric mean over repeats.
    chosen : Curves
        One curve: the chosen form, fitted to all levels.
    held_out : tuple of HeldOut
        The candidates by rising error, then the forms for comparison.
    parts : tuple of FormDraws
        The draws, form by form.
    order : int array, shape (draws,)
        Shuffles them, so that draws of several fits go together at random.
    repeats : int
        Measurements behind it.
    """

    levels: FloatArray
    step_time_s: FloatArray
    chosen: Curves
    held_out: tuple[HeldOut, ...]
    parts: tuple[FormDraws, ...] = field(repr=False)
    order: IntArray = field(repr=False)
    repeats: int

    def step_time(self, concurrency: float) -> Estimate:
        """Return t(b), seconds per step: of the curve, without the error of a level measured there."""
        return self.estimate(lambda curves, at: np.exp(curves.log_step(at)), concurrency, unit="s")

    def returns(self, concurrency: float) -> Estimate:
        """Return the returns to concurrency, 1 - dln t / dln b."""
        return self.estimate(lambda curves, at: 1 - curves.slope(at), concurrency, unit="1")

    def throughput(self, concurrency: float) -> Estimate:
        """Return X(b) = b / t(b), output tokens per second."""
        return self.estimate(
            lambda curves, at: np.exp(at - curves.log_step(at)), concurrency, unit="tokens/s", basis="output"
        )

    def average_cost(self, usd_per_second: float, concurrency: float) -> Estimate:
        """Return p t(b) / b, USD per output token."""
        return self.estimate(
            lambda curves, at: usd_per_second * np.exp(curves.log_step(at) - at),
            concurrency,
            unit="USD/token",
            basis="output",
        )

    def incremental_cost(self, usd_per_second: float, concurrency: float) -> Estimate:
        """Return p t'(b), USD per output token of one stream more."""
        return self.estimate(
            lambda curves, at: usd_per_second * np.exp(curves.log_step(at) - at) * curves.slope(at),
            concurrency,
            unit="USD/token",
            basis="output",
        )

    def measured_again(self, concurrency: float, *, rng: np.random.Generator) -> Estimate:
        """Return t(b) as a level newly measured at that concurrency would tell it, its own error included."""
        at = np.log([float(concurrency)])
        logs = np.concatenate([part.curves.log_step(at)[:, 0] for part in self.parts])
        scale = np.concatenate([part.scale for part in self.parts])
        samples = np.exp(logs + scale * rng.standard_normal(len(scale)))
        value = float(np.exp(self.chosen.log_step(at)[0, 0]))
        return self._estimate(value, samples, concurrency, unit="s", basis="one measured level")

    def estimate(
        self,
        function: Callable[[Curves, FloatArray], FloatArray],
        concurrency: float,
        *,
        unit: str,
        basis: str | None = None,
    ) -> Estimate:
        """Return a function of curves and log concurrencies, shape (m, n), as an estimate at one."""
        if not (math.isfinite(concurrency) and concurrency > 0):
            raise InputError(f"concurrency must be above 0, got {concurrency!r}")
        at = np.log([float(concurrency)])
        value = float(function(self.chosen, at)[0, 0])
        return self._estimate(value, self.samples(function, at)[:, 0], concurrency, unit=unit, basis=basis)

    def samples(
        self, function: Callable[[Curves, FloatArray], FloatArray], log_concurrency: FloatArray
    ) -> FloatArray:
        """Return draws of a function of curves and log concurrencies, shape (draws, n)."""
        return np.concatenate([function(part.curves, log_concurrency) for part in self.parts])[self.order]

    @property
    def method(self) -> str:
        """How value and interval came about."""
        shares = ", ".join(f"{each.form} {each.weight:.0%}" for each in self.held_out if each.weight >= 0.005)
        part = self.parts[0]
        return (
            f"{self.chosen.form.name} by leave-one-out; bootstrap of {part.evidence} on {part.freedom} "
            f"degrees of freedom, over forms: {shares}"
        )

    def _estimate(
        self, value: float, samples: FloatArray, concurrency: float, *, unit: str, basis: str | None
    ) -> Estimate:
        low, high = np.quantile(samples, [0.025, 0.975])
        return Estimate(
            value=value,
            low=min(float(low), value),
            high=max(float(high), value),
            unit=unit,
            basis=basis,
            kind=self._kind(concurrency),
            method=self.method,
            n=self.repeats,
        )

    def _kind(self, concurrency: float) -> Kind:
        if concurrency < self.levels[0] or concurrency > self.levels[-1]:
            return "extrapolated"
        return "fitted" if bool((self.levels == concurrency).any()) else "interpolated"


def fit_forms(
    concurrency: Sequence[float] | FloatArray,
    step_times_s: Sequence[Sequence[float] | FloatArray],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> TechnologyFit:
    """Fit all forms of the step time, choose one by leave-one-out and draw from those near it.

    Parameters
    ----------
    concurrency : sequence of float, shape (n,)
        Different levels b, above 0, at least four.
    step_times_s : sequence of n sequences of float
        Seconds per step at each level, one a repeat; above 0.
    rng : numpy.random.Generator
    draws : int
        At least 1.

    Returns
    -------
    TechnologyFit

    Raises
    ------
    InputError
        If there are fewer than four levels, two are equal, or a number is not above 0.

    Notes
    -----
    Each level is foretold from all the others by each candidate; the form with the least root mean square of
    log errors is chosen, among equals the one with the fewest coefficients. Each form then provides a share
    of the draws proportional to 1 / (held-out error)^2, as forecasts are combined (Bates and Granger, 1969,
    doi:10.1057/jors.1969.103); its draws are a parametric bootstrap, `draw_form`. Sharper weights, such as
    the likelihood of the held-out errors, covered the returns to concurrency less often in simulations.

    Examples
    --------
    >>> b = [1.0, 2.0, 4.0, 8.0, 16.0]
    >>> fit = fit_forms(b, [[0.02 + 0.005 * each] for each in b], rng=np.random.default_rng(0))
    >>> fit.chosen.form.name, round(fit.returns(4.0).value, 6), fit.step_time(32.0).kind
    ('affine', 0.5, 'extrapolated')
    """
    levels, repeats = _ordered(concurrency, step_times_s)
    logs, means = np.log(levels), np.array([part.mean() for part in repeats])
    held_out = _held_out(logs, means)
    shares = rng.multinomial(draws, [each.weight for each in held_out[: len(CANDIDATES)]])
    forms = {form.name: form for form in CANDIDATES}
    parts = tuple(
        draw_form(forms[each.form], logs, repeats, rng=rng, draws=int(share))
        for each, share in zip(held_out, shares, strict=False)
        if share > 0
    )
    return TechnologyFit(
        levels=levels,
        step_time_s=np.exp(means),
        chosen=fit_curves(forms[held_out[0].form], logs, means[None, :]),
        held_out=held_out,
        parts=parts,
        order=rng.permutation(draws),
        repeats=sum(len(part) for part in repeats),
    )


def draw_form(
    form: Form,
    log_concurrency: FloatArray,
    log_steps: Sequence[FloatArray],
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> FormDraws:
    """Draw curves of one form: fitted again to its own fit plus log errors of a scale drawn anew each time.

    Errors of a level's mean are misfit plus noise. Their variance is estimated from the residuals on n less
    the coefficients degrees of freedom. Where repeats exist and an F test at 5 % finds no lack of fit, the
    variance between repeats is pooled with it; otherwise the residuals alone count, for repeat noise by
    itself covers 9-14 % of left-out levels on public sweeps.

    Parameters
    ----------
    form : Form
        With fewer coefficients than there are levels.
    log_concurrency : float array, shape (n,)
    log_steps : sequence of n float arrays
        Log seconds per step of each level, one a repeat.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    FormDraws
    """
    means = np.array([part.mean() for part in log_steps])
    fitted = fit_curves(form, log_concurrency, means[None, :]).log_step(log_concurrency)[0]
    sizes = np.array([len(part) for part in log_steps])
    squares, freedom, evidence = _scatter(log_steps, means - fitted, len(means) - form.free)
    scale = np.minimum(np.sqrt(squares / rng.chisquare(freedom, size=draws)), _LARGEST_ERROR)
    errors = scale[:, None] * rng.normal(size=(draws, len(sizes))) / np.sqrt(sizes)
    curves = fit_curves(form, log_concurrency, fitted + errors)
    return FormDraws(curves=curves, scale=scale, freedom=freedom, evidence=evidence)


def _scatter(log_steps: Sequence[FloatArray], residuals: FloatArray, free: int) -> tuple[float, int, str]:
    """Return the sum of squares of log errors, in the variance of one repeat, its freedom and its source."""
    from scipy.special import fdtrc

    sizes = np.array([len(part) for part in log_steps])
    misfit = float((sizes * residuals**2).sum())
    within = float(sum(((part - part.mean()) ** 2).sum() for part in log_steps))
    free_within = int((sizes - 1).sum())
    if within > 0 and fdtrc(free, free_within, (misfit / free) / (within / free_within)) > 0.05:
        return misfit + within, free + free_within, "residuals and repeats"
    return misfit, free, "residuals"


def _held_out(log_concurrency: FloatArray, log_step: FloatArray) -> tuple[HeldOut, ...]:
    def errors(form: Form) -> FloatArray:
        curves = left_out_curves(form, log_concurrency, log_step)
        return np.asarray(curves.log_step(log_concurrency).diagonal() - log_step)

    every = [(form, errors(form)) for form in (*CANDIDATES, *COMPARED)]
    sizes = np.array([max(_size(missed), LEAST_ERROR) for form, missed in every[: len(CANDIDATES)]])
    weights = sizes**-2.0
    weights = np.append(weights / weights.sum(), np.zeros(len(COMPARED)))
    told = [
        HeldOut(
            form=form.name,
            formula=form.formula,
            error=_size(missed),
            interior=_size(missed[1:-1]),
            weight=float(weight),
        )
        for (form, missed), weight in zip(every, weights, strict=True)
    ]
    count = len(CANDIDATES)
    ranked = sorted(told[:count], key=lambda each: max(each.error, LEAST_ERROR))
    return (*ranked, *told[count:])


def _size(errors: FloatArray) -> float:
    return float(np.sqrt((errors**2).mean()))


def _ordered(
    concurrency: Sequence[float] | FloatArray, step_times_s: Sequence[Sequence[float] | FloatArray]
) -> tuple[FloatArray, list[FloatArray]]:
    """Return rising levels and the log step times of each."""
    levels = np.asarray(concurrency, dtype=np.float64)
    steps = [np.asarray(part, dtype=np.float64) for part in step_times_s]
    if len(steps) != len(levels) or len(np.unique(levels)) != len(levels) or len(levels) < LEAST_LEVELS:
        raise InputError(
            f"the forms of the step time need at least {LEAST_LEVELS} different levels of concurrency, each "
            f"with its step times, got {len(np.unique(levels))} levels and {len(steps)} lists of step times"
        )
    if not all(len(part) and np.isfinite(part).all() and (part > 0).all() for part in (levels, *steps)):
        raise InputError("the forms of the step time need concurrencies and step times above 0")
    order = np.argsort(levels)
    return levels[order], [np.log(steps[i]) for i in order]
