"""Stochastic frontier analysis: what of a unit's distance from the frontier is noise, what inefficiency."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.frontier.composed_error import Inefficiency, efficiencies
from isocost.frontier.frontier_parameter import (
    FrontierParameter,
    fitted_coefficients,
    fitted_scales,
    plain_coefficients,
)
from isocost.frontier.functional_form import Design, FunctionalForm, design_of, logarithms
from isocost.frontier.likelihood import LeastSquares, Maximum, least_squares, maximise
from isocost.frontier.likelihood_ratio import LikelihoodRatio, likelihood_ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = [
    "FrontierKind",
    "StochasticFrontier",
    "StochasticUnit",
    "fit_stochastic_frontier",
    "stochastic_frontier",
]

FrontierKind = Literal["production", "cost"]
_EDGES = {
    "sigma_u": "the likelihood is highest without inefficiency",
    "sigma_v": "the likelihood is highest without noise: the frontier touches units as if they had none",
    "mu": "the mean of the truncated normal runs away; it looks like an exponential: use that",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticUnit:
    """How efficient one unit is.

    Parameters
    ----------
    name : str
    battese_coelli : Estimate
        E[exp(-u) | e], with the interval of exp(-u) given e; the parameters' own error is left out.
    jlms : float
        exp(-E[u | e]), at most the other one.
    residual : float
        Logarithm of what the unit made (or cost) over the frontier's.
    """

    name: str
    battese_coelli: Estimate
    jlms: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticFrontier:
    """A fitted stochastic frontier.

    Parameters
    ----------
    kind : {"production", "cost"}
        Production: units lie below the frontier; cost: above it, and an efficiency is least cost over cost.
    distribution : {"half-normal", "truncated-normal", "exponential"}
        Of the inefficiency.
    coefficients : tuple of FrontierParameter
        Of the regressors. Those of least squares where inefficiency cannot be told.
    scales : tuple of FrontierParameter
        ``sigma_squared``, ``gamma`` and, for the truncated normal, ``mu``; empty where they cannot be told.
    units : tuple of StochasticUnit
        Empty where they cannot be told.
    inefficiency : LikelihoodRatio
        The test that there is none.
    log_likelihood : float
    skewness : float
        Of the residuals of least squares; a production frontier needs one below 0, a cost frontier above.
    cannot_tell : str or None
        Why there are no efficiencies, as a sentence.
    n : int
        Units; or clusters, where units of one are dependent.
    cautions : tuple of Caution
    """

    kind: FrontierKind
    distribution: Inefficiency
    coefficients: tuple[FrontierParameter, ...]
    scales: tuple[FrontierParameter, ...]
    units: tuple[StochasticUnit, ...]
    inefficiency: LikelihoodRatio
    log_likelihood: float
    skewness: float
    cannot_tell: str | None
    n: int
    cautions: tuple[Caution, ...] = ()

    @property
    def mean_efficiency(self) -> tuple[float, float] | None:
        """Mean over units by Battese and Coelli, and by JLMS; ``None`` where they cannot be told."""
        if not self.units:
            return None
        both = [(unit.battese_coelli.value, unit.jlms) for unit in self.units]
        return float(np.mean([one for one, _ in both])), float(np.mean([one for _, one in both]))

    @property
    def ratio_of_scales(self) -> float | None:
        """Lambda = sigma_u / sigma_v; ``None`` where it cannot be told."""
        share = next((one.estimate.value for one in self.scales if one.name == "gamma"), None)
        return None if share is None or share >= 1 else math.sqrt(share / (1 - share))


def stochastic_frontier(  # noqa: PLR0913  all but two by keyword
    inputs: FloatArray,
    output: FloatArray,
    *,
    names: Sequence[str],
    input_names: Sequence[str] | None = None,
    form: FunctionalForm = "cobb-douglas",
    kind: FrontierKind = "production",
    distribution: Inefficiency = "half-normal",
    clusters: Sequence[str] | None = None,
) -> StochasticFrontier:
    """Fit a frontier in logarithms: output from inputs, or cost from outputs and prices.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0. For a cost frontier: the outputs and the prices of the inputs.
    output : float array, shape (n,)
        Above 0. For a cost frontier: the cost.
    names : sequence of str, length n
        Of the units.
    input_names : sequence of str, length m, optional
    form : {"cobb-douglas", "translog"}
    kind : {"production", "cost"}
    distribution : {"half-normal", "truncated-normal", "exponential"}
    clusters : sequence of str, length n, optional
        The deployment of each unit: standard errors then allow for levels of one deployment being dependent.

    Returns
    -------
    StochasticFrontier

    Raises
    ------
    InputError
        If a value has no logarithm, regressors say the same, or there are too few units.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> x = rng.uniform(1, 10, (200, 1))
    >>> y = 2 * x[:, 0] ** 0.5 * np.exp(0.1 * rng.standard_normal(200) - abs(0.4 * rng.standard_normal(200)))
    >>> found = stochastic_frontier(x, y, names=[f"u{i}" for i in range(200)], input_names=["gpus"])
    >>> [(one.name, round(one.estimate.value, 1)) for one in found.coefficients]
    [('intercept', 0.7), ('ln gpus', 0.5)]
    """
    design = design_of(form, inputs, names=input_names)
    what = "outputs" if kind == "production" else "costs"
    made = np.asarray(output, dtype=np.float64)
    return fit_stochastic_frontier(
        logarithms(made[:, 0] if made.ndim == 2 and made.shape[1] == 1 else made, what=what),
        design,
        names=names,
        kind=kind,
        distribution=distribution,
        clusters=clusters,
    )


def fit_stochastic_frontier(
    response: FloatArray,
    design: Design,
    *,
    names: Sequence[str],
    kind: FrontierKind = "production",
    distribution: Inefficiency = "half-normal",
    clusters: Sequence[str] | None = None,
    has_intercept: bool = True,
) -> StochasticFrontier:
    r"""Fit :math:`y = x'b + v - u` (production) or :math:`y = x'b + v + u` (cost) by maximum likelihood.

    Parameters
    ----------
    response : float array, shape (n,)
        In logarithms, so that exp(-u) is an efficiency.
    design : Design
        The regressors.
    names : sequence of str, length n
    kind : {"production", "cost"}
    distribution : {"half-normal", "truncated-normal", "exponential"}
    clusters : sequence of str, length n, optional
    has_intercept : bool
        Whether `design` holds the intercept, as those of this package do. If not, it is added: a frontier
        without one is forced through the origin, and what that leaves looks like inefficiency.

    Returns
    -------
    StochasticFrontier
        With `cannot_tell` where the residuals are skewed the wrong way: then no inefficiency is the
        likeliest (Waldman, Journal of Econometrics 18, 1982, doi:10.1016/0304-4076(82)90006-9).

    Raises
    ------
    InputError
        If there are too few units, a value is missing, regressors say the same, or the intercept is not there
        although it is said to be.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> y = 1 + 0.1 * rng.standard_normal(300) - rng.exponential(0.4, 300)
    >>> only = Design(names=(), columns=np.empty((300, 0)))
    >>> units = [f"u{i}" for i in range(300)]
    >>> found = fit_stochastic_frontier(y, only, names=units, distribution="exponential", has_intercept=False)
    >>> found.coefficients[0].name, round(found.coefficients[0].estimate.value, 1)
    ('intercept', 1.0)
    """
    _check_words(kind, distribution)
    y, full = np.asarray(response, dtype=np.float64), _with_intercept(design, has_intercept=has_intercept)
    _check_units(y, full, names, clusters)
    plain, sign = least_squares(y, full.columns), 1 if kind == "production" else -1
    members = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    count = len(y) if members is None else int(members.max()) + 1
    if plain.skewness * sign >= 0:
        return _untold(full, plain, kind, distribution, count)
    best = maximise(y, full.columns, distribution=distribution, sign=sign, clusters=members)
    if "sigma_u" in best.at_edge:
        return _untold(full, plain, kind, distribution, count)
    error = (y - full.columns @ best.coefficients) * sign
    return StochasticFrontier(
        kind=kind,
        distribution=distribution,
        coefficients=fitted_coefficients(full.names, best, distribution, count),
        scales=fitted_scales(best, distribution, count),
        units=_units(names, error, best, distribution, sign),
        inefficiency=_no_inefficiency(best.log_likelihood - plain.log_likelihood, distribution),
        log_likelihood=best.log_likelihood,
        skewness=plain.skewness,
        cannot_tell=None,
        n=count,
        cautions=tuple(Caution("frontier-edge", _EDGES[edge]) for edge in best.at_edge),
    )


def _check_words(kind: str, distribution: str) -> None:
    if kind not in get_args(FrontierKind):
        raise InputError(f"a frontier is {' or '.join(get_args(FrontierKind))}, got {kind!r}")
    if distribution not in get_args(Inefficiency):
        raise InputError(f"inefficiency is {', '.join(get_args(Inefficiency))}, got {distribution!r}")


def _check_units(
    response: FloatArray, design: Design, names: Sequence[str], clusters: Sequence[str] | None
) -> None:
    count = len(response)
    if response.ndim != 1:
        raise InputError(f"a stochastic frontier has one output, got a table of shape {response.shape}")
    if len(design.columns) != count or len(names) != count:
        raise InputError(
            f"a frontier needs one row a unit: got {count} responses, {len(design.columns)} rows of "
            f"regressors and {len(names)} names"
        )
    if clusters is not None and (len(clusters) != count or len(set(clusters)) < 2):
        raise InputError(f"clusters need one name a unit and at least two of them, got {len(clusters)} names")
    if not (np.isfinite(response).all() and np.isfinite(design.columns).all()):
        raise InputError(
            "a frontier needs numbers: a response or a regressor is missing; leave such units out"
        )
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise InputError(f"{times} units are named {name!r}; a frontier needs a name for each")


def _with_intercept(design: Design, *, has_intercept: bool) -> Design:
    columns = np.asarray(design.columns, dtype=np.float64)
    if columns.ndim != 2 or columns.shape[1] != len(design.names):
        raise InputError(f"{len(design.names)} regressors are named, got columns of shape {columns.shape}")
    constant = bool(columns.size) and bool((np.ptp(columns, axis=0) == 0).any())
    if has_intercept:
        if not constant:
            raise InputError("no regressor is constant: say has_intercept=False, and one is added")
        return design
    if constant:
        raise InputError("a regressor is constant already: say has_intercept=True, or leave it out")
    ones = np.ones((len(columns), 1))
    return Design(names=("intercept", *design.names), columns=np.hstack([ones, columns]))


def _no_inefficiency(gain: float, distribution: Inefficiency) -> LikelihoodRatio:
    degrees = 2 if distribution == "truncated-normal" else 1
    return likelihood_ratio(gain, degrees=degrees, at_boundary=1)


def _untold(
    design: Design, plain: LeastSquares, kind: FrontierKind, distribution: Inefficiency, count: int
) -> StochasticFrontier:
    below = "below" if kind == "production" else "above"
    why = (
        f"inefficiency cannot be told: the residuals are skewed the wrong way (OLS skewness "
        f"{plain.skewness:+.3f}; a {kind} frontier needs one {below} 0)"
    )
    if plain.skewness * (1 if kind == "production" else -1) < 0:
        why = (
            f"inefficiency cannot be told: the residuals are hardly skewed (OLS skewness "
            f"{plain.skewness:+.3f}), and none is the likeliest"
        )
    return StochasticFrontier(
        kind=kind,
        distribution=distribution,
        coefficients=plain_coefficients(design.names, plain, count),
        scales=(),
        units=(),
        inefficiency=_no_inefficiency(0.0, distribution),
        log_likelihood=plain.log_likelihood,
        skewness=plain.skewness,
        cannot_tell=why,
        n=count,
        cautions=(Caution("inefficiency-not-told", why),),
    )


def _units(
    names: Sequence[str], error: FloatArray, best: Maximum, distribution: Inefficiency, sign: int
) -> tuple[StochasticUnit, ...]:
    found = efficiencies(error, best.scales, distribution)
    method = "E[exp(-u)|e] of Battese and Coelli 1988; interval of Horrace and Schmidt 1996"
    return tuple(
        StochasticUnit(
            name=name,
            battese_coelli=Estimate(
                value=float(share), low=float(low), high=float(high), unit="1", kind="fitted", method=method
            ),
            jlms=float(jlms),
            residual=float(residual) * sign,
        )
        for name, share, jlms, low, high, residual in zip(names, *found, error, strict=True)
    )
