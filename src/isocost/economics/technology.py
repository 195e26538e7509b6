"""The batch technology: seconds per step t(b) over concurrency b, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Estimate
from isocost.economics.curve import BatchTechnology
from isocost.economics.fitting import fit_curves
from isocost.economics.forms import POWER
from isocost.economics.technology_fit import LEAST_LEVELS, draw_form, fit_forms
from isocost.statistics.draws import DRAWS, generator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.economics.technology_fit import FormDraws, TechnologyFit

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "StepTime",
    "average_cost",
    "fit_step_time",
    "fit_technology",
    "incremental_cost",
    "returns_to_concurrency",
    "step_time",
]

_DRAWS = DRAWS


class StepTime(NamedTuple):
    """Coefficients of t(b) = a + k b^g; numbers, or arrays of draws of equal length.

    Parameters
    ----------
    fixed_s : float or float array
        a, seconds, at least 0.
    slope_s : float or float array
        k, seconds, at least 0.
    exponent : float or float array
        g, above 0.
    """

    fixed_s: Any
    slope_s: Any
    exponent: Any


def step_time(concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return the seconds per step at a concurrency: t(b) = a + k b^g.

    Examples
    --------
    >>> step_time(4.0, StepTime(0.02, 0.005, 1.0))
    0.04
    """
    return technology.fixed_s + technology.slope_s * concurrency**technology.exponent


def average_cost(usd_per_second: Any, concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return USD per output token at a concurrency: p t(b) / b.

    Examples
    --------
    0.001 USD/s for steps of 0.04 s that yield 4 tokens each.

    >>> round(average_cost(0.001, 4.0, StepTime(0.02, 0.005, 1.0)), 12)
    1e-05
    """
    return usd_per_second * step_time(concurrency, technology) / concurrency


def incremental_cost(usd_per_second: Any, concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return USD per output token of one stream more: p t'(b) = p k g b^(g - 1).

    Examples
    --------
    >>> round(incremental_cost(0.001, 4.0, StepTime(0.02, 0.005, 1.0)), 12)
    5e-06
    """
    slope = technology.slope_s * technology.exponent * concurrency ** (technology.exponent - 1.0)
    return usd_per_second * slope


def returns_to_concurrency(concurrency: Any, technology: StepTime) -> Any:  # noqa: ANN401
    """Return eps = dln X / dln b = 1 - b t'(b) / t(b): 1 means free, 0 means no gain from one stream more.

    Examples
    --------
    Half of the step is fixed at b = 4, so doubling the streams yields about half as much more.

    >>> returns_to_concurrency(4.0, StepTime(0.02, 0.005, 1.0))
    0.5
    """
    varying = technology.slope_s * technology.exponent * concurrency**technology.exponent
    return 1.0 - varying / step_time(concurrency, technology)


def fit_step_time(concurrency: FloatArray, step_time_s: FloatArray) -> StepTime:
    """Fit t(b) = a + k b^g by least squares on log error, with a >= 0, k >= 0 and 0.05 <= g <= 4.

    Parameters
    ----------
    concurrency : float array, shape (n,)
        Streams b, above 0, at least three different ones.
    step_time_s : float array, shape (n,) or (m, n)
        Seconds per step, above 0; with two dimensions each row is fitted by itself.

    Returns
    -------
    StepTime
        Floats, or arrays of shape (m,).

    Raises
    ------
    InputError
        If there are fewer than three levels or a number is not above 0.

    Notes
    -----
    On 82 public batch sweeps this form errs .061 on levels left out one at a time (RMS log error).

    Examples
    --------
    >>> b = np.array([1.0, 2.0, 4.0, 8.0])
    >>> a, k, g = fit_step_time(b, 0.02 + 0.005 * b)
    >>> round(a, 6), round(k, 6), round(g, 6)
    (0.02, 0.005, 1.0)
    """
    levels, steps = np.asarray(concurrency, dtype=np.float64), np.asarray(step_time_s, dtype=np.float64)
    if len(np.unique(levels)) < 3:
        raise InputError(f"a + k b^g needs at least 3 levels of concurrency, got {len(np.unique(levels))}")
    if not (np.all(levels > 0) and np.all(steps > 0) and np.all(np.isfinite(steps))):
        raise InputError("a + k b^g needs concurrencies and step times above 0")
    curves = fit_curves(POWER, np.log(levels), np.log(np.atleast_2d(steps)))
    fitted = StepTime(*curves.coefficients().values())
    return fitted if steps.ndim == 2 else StepTime(*(float(part[0]) for part in fitted))


def fit_technology(
    throughput: Mapping[int, Sequence[float]], *, deployment: str = "", seed: int = 0
) -> BatchTechnology | None:
    """Fit the batch technology to a closed-loop sweep: several forms, one chosen by leave-one-out.

    The step time at concurrency b is b / X(b): seconds between two output tokens of one stream, prefill
    and waiting shared out over them. What follows from the curve is the chosen form's, with intervals over
    all forms that foretell nearly as well (`fit_forms`); a, k and g of a + k b^g are given whichever form
    was chosen.

    Parameters
    ----------
    throughput : mapping of int to sequence of float
        Output tokens per second at each concurrency, one a repeat; above 0.
    deployment : str
        Names the random stream.
    seed : int

    Returns
    -------
    BatchTechnology or None
        ``None`` with fewer than four levels: three coefficients would fit three levels exactly.

    Raises
    ------
    InputError
        If a throughput is not above 0.

    Examples
    --------
    >>> sweep = {b: [b / (0.02 + 0.005 * b)] for b in (1, 2, 4, 8)}
    >>> technology = fit_technology(sweep)
    >>> technology.form, round(technology.fixed_s.value, 6), round(dict(technology.returns)[4].value, 6)
    ('affine', 0.02, 0.5)
    """
    if len(throughput) < LEAST_LEVELS:
        return None
    levels = np.array(sorted(throughput), dtype=np.float64)
    repeats = [b / np.asarray(throughput[int(b)], dtype=np.float64) for b in levels]
    fit = fit_forms(
        levels, repeats, rng=generator(seed, f"forms of the batch technology of {deployment}"), draws=_DRAWS
    )
    power = draw_form(
        POWER,
        np.log(levels),
        [np.log(part) for part in repeats],
        rng=generator(seed, f"batch technology of {deployment}"),
        draws=_DRAWS,
    )
    return _technology(fit, power, fit_step_time(levels, fit.step_time_s))


def _technology(fit: TechnologyFit, power: FormDraws, point: StepTime) -> BatchTechnology:
    fine = np.geomspace(fit.levels[0], fit.levels[-1], 41)
    logs = fit.samples(lambda curves, at: curves.log_step(at), np.log(fine))
    low, high = np.quantile(np.exp(logs), [0.025, 0.975], axis=0)
    middle = np.exp(fit.chosen.log_step(np.log(fine))[0])
    coefficients = _coefficients(fit)
    a, k, g = _estimates(power, dict(zip("akg", point, strict=True)), fit.repeats).values()
    return BatchTechnology(
        form=fit.chosen.form.name,
        formula=fit.chosen.form.formula,
        coefficients=coefficients,
        fixed_s=a,
        slope_s=k,
        exponent=g,
        returns=tuple((int(b), fit.returns(b)) for b in fit.levels),
        band=tuple(
            (float(b), float(t), min(float(lo), float(t)), max(float(hi), float(t)))
            for b, t, lo, hi in zip(fine, middle, low, high, strict=True)
        ),
        incremental_machine_seconds=tuple((int(b), _incremental(fit, b)) for b in fit.levels),
        held_out=fit.held_out,
        fit=fit,
    )


def _incremental(fit: TechnologyFit, concurrency: float) -> Estimate:
    """Return 1e6 t'(b), machine-seconds per million tokens of one stream more."""
    return fit.estimate(
        lambda curves, at: 1e6 * np.exp(curves.log_step(at) - at) * curves.slope(at),
        concurrency,
        unit="s/1M tokens",
        basis="output",
    )


def _coefficients(fit: TechnologyFit) -> dict[str, Estimate]:
    """Return the chosen form's coefficients, with the draws of that form."""
    values = {name: float(each[0]) for name, each in fit.chosen.coefficients().items()}
    own = next((part for part in fit.parts if part.curves.form.name == fit.chosen.form.name), None)
    return {} if own is None else _estimates(own, values, fit.repeats)


def _estimates(part: FormDraws, values: Mapping[str, float], repeats: int) -> dict[str, Estimate]:
    """Return the coefficients of one form as estimates."""
    form, samples = part.curves.form, part.curves.coefficients()
    source = f"bootstrap of {part.evidence} on {part.freedom} degrees of freedom"
    found = {}
    for each in form.coefficients:
        low, high = np.quantile(samples[each.name], [0.025, 0.975])
        found[each.name] = Estimate(
            value=values[each.name],
            low=min(float(low), values[each.name]),
            high=max(float(high), values[each.name]),
            unit=each.unit,
            kind="fitted",
            method=f"{form.formula}, log least squares; {source}",
            n=repeats,
        )
    return found
