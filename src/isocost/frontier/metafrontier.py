"""Stochastic frontiers of groups: whether one frontier fits all, and the metafrontier over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.frontier.functional_form import design_of
from isocost.frontier.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from isocost.frontier.stochastic import StochasticFrontier, stochastic_frontier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.composed_error import Inefficiency
    from isocost.frontier.functional_form import FunctionalForm

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["MetafrontierUnit", "StochasticMetafrontier", "stochastic_metafrontier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetafrontierUnit:
    """One unit against its group's frontier and the metafrontier.

    Parameters
    ----------
    name, group : str
    efficiency : float or None
        Within the group, by Battese and Coelli; ``None`` where the group's cannot be told.
    gap_ratio : float
        The group's frontier over the metafrontier at the unit's inputs, in (0, 1].
    meta_efficiency : float or None
        Their product.
    """

    name: str
    group: str
    efficiency: float | None
    gap_ratio: float
    meta_efficiency: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticMetafrontier:
    """Stochastic production frontiers of groups and what lies over them.

    Parameters
    ----------
    frontiers : dict of str to StochasticFrontier
        One a group.
    pooled : StochasticFrontier
        One for all.
    common : LikelihoodRatio
        The test that one frontier, with one distribution of errors, holds for all groups.
    coefficients : tuple of float
        Of the metafrontier, named as those of `pooled`.
    units : tuple of MetafrontierUnit
    cautions : tuple of Caution
    """

    frontiers: dict[str, StochasticFrontier]
    pooled: StochasticFrontier
    common: LikelihoodRatio
    coefficients: tuple[float, ...]
    units: tuple[MetafrontierUnit, ...]
    cautions: tuple[Caution, ...] = ()


def stochastic_metafrontier(
    inputs: FloatArray,
    output: FloatArray,
    *,
    names: Sequence[str],
    groups: Sequence[str],
    form: FunctionalForm = "cobb-douglas",
    distribution: Inefficiency = "half-normal",
) -> StochasticMetafrontier:
    r"""Fit one production frontier a group, test that they are one, and lay a metafrontier over them.

    The test: twice what the groups' log likelihoods gain over the pooled one, against chi-square on (G - 1)
    times the parameters of one. The metafrontier: the function of the same form that lies nowhere below the
    groups' frontiers at their units and least above them in sum, a linear program (Battese, Rao and
    O'Donnell, Journal of Productivity Analysis 21, 2004, doi:10.1023/B:PROD.0000012454.06094.29, eq. 7-9).

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    output : float array, shape (n,)
        Above 0.
    names, groups : sequence of str, length n
    form : {"cobb-douglas", "translog"}
    distribution : {"half-normal", "truncated-normal", "exponential"}

    Returns
    -------
    StochasticMetafrontier

    Raises
    ------
    InputError
        If there are fewer than two groups, or one is too small for a frontier of its own.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 10, (200, 1))
    >>> y = x[:, 0] ** 0.5 * np.exp(0.05 * rng.standard_normal(200) - abs(0.2 * rng.standard_normal(200)))
    >>> y[100:] *= 0.7
    >>> label = ["a"] * 100 + ["b"] * 100
    >>> found = stochastic_metafrontier(x, y, names=[str(i) for i in range(200)], groups=label)
    >>> found.common.p_value < 0.001, round(found.units[150].gap_ratio, 1)
    (True, 0.7)
    """
    x, y, labels = (
        np.asarray(inputs, dtype=np.float64),
        np.asarray(output, dtype=np.float64),
        np.array(groups),
    )
    x = x[:, None] if x.ndim == 1 else x
    if len(labels) != len(x) or len(set(groups)) < 2:
        raise InputError(f"a metafrontier needs a group for each unit and two groups, got {len(set(groups))}")
    whole = design_of(form, x)
    pooled = stochastic_frontier(x, y, names=names, form=form, distribution=distribution)
    frontiers, under = {}, np.empty(len(x))
    for label in sorted(set(groups)):
        mine = np.flatnonzero(labels == label)
        called = [names[int(i)] for i in mine]
        own = stochastic_frontier(x[mine], y[mine], names=called, form=form, distribution=distribution)
        frontiers[label] = own
        columns = design_of(form, x[mine]).columns  # centred on the group: the same functions all the same
        under[mine] = columns @ [one.estimate.value for one in own.coefficients]
    over = _enveloping(whole.columns, under)
    gain = sum(one.log_likelihood for one in frontiers.values()) - pooled.log_likelihood
    scales = 3 if distribution == "truncated-normal" else 2
    return StochasticMetafrontier(
        frontiers=frontiers,
        pooled=pooled,
        common=likelihood_ratio(gain, degrees=(len(frontiers) - 1) * (len(over) + scales)),
        coefficients=tuple(float(b) for b in over),
        units=_units(names, groups, frontiers, np.exp(under - whole.columns @ over)),
        cautions=tuple(_cautions(frontiers)),
    )


def _enveloping(columns: FloatArray, under: FloatArray) -> FloatArray:
    """Coefficients least in sum of columns @ b, with columns @ b >= under."""
    from scipy.optimize import linprog

    scale = np.abs(columns).max(axis=0)
    found = linprog(
        (columns / scale).sum(axis=0), A_ub=-columns / scale, b_ub=-under, bounds=(None, None), method="highs"
    )
    if found.status != 0:
        raise EstimationError(
            "no metafrontier could be laid over the groups' frontiers: the inputs say the same"
        )
    return np.asarray(found.x / scale)


def _units(
    names: Sequence[str], groups: Sequence[str], frontiers: dict[str, StochasticFrontier], ratios: FloatArray
) -> tuple[MetafrontierUnit, ...]:
    known = {
        (group, unit.name): unit.battese_coelli.value
        for group, one in frontiers.items()
        for unit in one.units
    }
    found = []
    for name, group, ratio in zip(names, groups, ratios, strict=True):
        own, gap = known.get((group, name)), min(float(ratio), 1.0)
        found.append(
            MetafrontierUnit(
                name=name,
                group=group,
                efficiency=own,
                gap_ratio=gap,
                meta_efficiency=None if own is None else own * gap,
            )
        )
    return tuple(found)


def _cautions(frontiers: dict[str, StochasticFrontier]) -> list[Caution]:
    return [
        Caution("inefficiency-not-told", f"group {group}: {one.cannot_tell}")
        for group, one in frontiers.items()
        if one.cannot_tell is not None
    ]
