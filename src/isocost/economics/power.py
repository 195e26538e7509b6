"""Electrical power over load: its boundaries, and a line of power against throughput."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isocost.core.errors import InputError
from isocost.statistics.draws import Draws, combine, generator, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isocost.core.estimate import Estimate
    from isocost.statistics.draws import FloatArray

__all__ = [
    "ENERGY_BOUNDARIES",
    "EnergyBoundary",
    "LoadPower",
    "Surroundings",
    "combine_known",
    "fit_load_power",
    "power_within",
]

EnergyBoundary = Literal["accelerator", "server", "facility"]
ENERGY_BOUNDARIES: tuple[EnergyBoundary, ...] = ("accelerator", "server", "facility")
"""The accelerators alone; with the rest of their servers; with cooling and distribution of the building."""
LEAST_LEVELS = 3
"""Levels of load that a line of power needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around the accelerators of a deployment.

    Parameters
    ----------
    host_w : Draws or None
        Watts of their servers besides them, all together; ``None``: nobody says, and it is left out.
    pue : Draws
        Power of the building over that of its machines, at least 1.
    """

    host_w: Draws | None
    pue: Draws


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPower:
    """Power as a line over throughput: P = P0 + e X.

    Parameters
    ----------
    base_w : Draws
        P0, watts at no load, by extension of the line: a machine that idles may draw less.
    joules_per_token : Draws
        e, what one output token more takes.
    levels : int
        Loads that it rests on.
    error : float
        Root mean square of what the line leaves, over the mean power.
    """

    base_w: Draws
    joules_per_token: Draws
    levels: int
    error: float

    @property
    def base(self) -> Estimate:
        """P0 with its interval."""
        return summarise(self.base_w)

    @property
    def slope(self) -> Estimate:
        """Joules per token more, e, with its interval."""
        return summarise(self.joules_per_token)


def power_within(
    power: Draws, measured_at: EnergyBoundary, around: Surroundings
) -> dict[EnergyBoundary, Draws]:
    """Return power at the boundary where it was measured and at all wider ones that can be told.

    Parameters
    ----------
    power : Draws
        Watts of the whole deployment, within `measured_at`.
    measured_at : EnergyBoundary
    around : Surroundings
        Without `host_w` the server cannot be told, and the facility leaves it out.

    Returns
    -------
    dict of EnergyBoundary to Draws

    Examples
    --------
    700 W of accelerators with 100 W around them, in a building that draws 1.5 times what its machines do:

    >>> def exact(value, unit):
    ...     return Draws(value=value, samples=np.full(4, value), unit=unit, kind="assumed", method="given")
    >>> around = Surroundings(host_w=exact(100.0, "W"), pue=exact(1.5, "1"))
    >>> {name: each.value for name, each in power_within(exact(700.0, "W"), "accelerator", around).items()}
    {'accelerator': 700.0, 'server': 800.0, 'facility': 1200.0}
    """
    found: dict[EnergyBoundary, Draws] = {measured_at: power}
    inner = power
    if measured_at == "accelerator" and around.host_w is not None:
        inner = found["server"] = _joined(
            np.add, power, around.host_w, f"{power.method} + rest of the server"
        )
    if measured_at != "facility":
        left_out = measured_at == "accelerator" and around.host_w is None
        without = "; the rest of the server is left out" if left_out else ""
        found["facility"] = _joined(np.multiply, inner, around.pue, f"({inner.method}) x PUE{without}")
    return {name: replace(found[name], basis=name) for name in ENERGY_BOUNDARIES if name in found}


def _joined(function: Any, power: Draws, other: Draws, method: str) -> Draws:  # noqa: ANN401 - a ufunc
    return replace(combine_known(function, power, other, unit="W", basis=""), method=method)


def combine_known(function: Any, *parts: Draws, unit: str, basis: str) -> Draws:  # noqa: ANN401
    """Combine aligned draws; a part without an interval is taken as exact where another has one.

    Parameters
    ----------
    function : callable
        Arithmetic on numbers and arrays.
    *parts : Draws
    unit, basis : str
        Of the result.

    Returns
    -------
    Draws
        Without interval (NaN) where no part has one; assumed where a part is.

    Examples
    --------
    >>> exact = Draws(value=2.0, samples=np.full(3, np.nan), unit="W", kind="measured", method="as told")
    >>> range_ = Draws(value=1.5, samples=np.array([1.2, 1.5, 1.8]), unit="1", kind="assumed", method="range")
    >>> told = combine_known(np.multiply, exact, range_, unit="W", basis="facility")
    >>> told.value, told.samples.tolist(), told.kind
    (3.0, [2.4, 3.0, 3.6], 'assumed')
    """
    spread = [bool(np.isfinite(part.samples).all()) and float(np.ptp(part.samples)) > 0 for part in parts]
    used = [
        part if own else replace(part, samples=np.full(part.samples.shape, part.value))
        for part, own in zip(parts, spread, strict=True)
    ]
    kind = "assumed" if any(part.kind == "assumed" for part in parts) else parts[0].kind
    method = "; ".join(dict.fromkeys(piece for part in parts for piece in part.method.split("; ")))
    sources = dict.fromkeys(piece for part in parts if part.source for piece in part.source.split("; "))
    joint = combine(function, *used, unit=unit, kind=kind, method=method, basis=basis)
    samples = joint.samples if any(spread) else np.full(joint.samples.shape, np.nan)
    return replace(joint, samples=samples, source="; ".join(sources) or None)


def fit_load_power(
    tokens_per_second: Sequence[float],
    power_w: Sequence[float],
    *,
    seed: int = 0,
    size: int = 4000,
) -> LoadPower | None:
    """Fit P = P0 + e X by least squares; the scatter about the line gives the draws of both, jointly.

    Parameters
    ----------
    tokens_per_second : sequence of float
        X of each run, output tokens per second, above 0.
    power_w : sequence of float
        P of each run, watts, above 0.
    seed : int
    size : int
        Number of draws.

    Returns
    -------
    LoadPower or None
        ``None`` with fewer than three loads that differ: a line through two points has no scatter.

    Raises
    ------
    InputError
        If there are not as many of both, or one is not above 0.

    Examples
    --------
    300 W and 0.05 J a token more, without scatter:

    >>> line = fit_load_power([1000.0, 2000.0, 4000.0, 8000.0], [350.0, 400.0, 500.0, 700.0])
    >>> round(line.base_w.value, 6), round(line.joules_per_token.value, 6)
    (300.0, 0.05)
    """
    rates, powers = np.asarray(tokens_per_second, np.float64), np.asarray(power_w, np.float64)
    if rates.shape != powers.shape:
        raise InputError(f"a power goes with each throughput, got {powers.size} and {rates.size}")
    if not (bool((rates > 0).all()) and bool((powers > 0).all())):
        raise InputError("throughput and power must be above 0 in every run; leave the others out")
    levels = len(set(np.round(rates / rates.max(), 3))) if rates.size else 0
    if levels < LEAST_LEVELS:
        return None
    return _line(rates, powers, levels, generator(seed, "power over load"), size)


def _line(
    rates: FloatArray, powers: FloatArray, levels: int, rng: np.random.Generator, size: int
) -> LoadPower:
    scale = rates.max()
    design = np.column_stack([np.ones_like(rates), rates / scale])
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ powers
    left = powers - design @ found
    degrees = len(rates) - 2
    spread = np.linalg.cholesky(inverse) * np.sqrt(left @ left / degrees)
    shifts = rng.standard_normal((size, 2)) / np.sqrt(rng.chisquare(degrees, size) / degrees)[:, None]
    samples = found + shifts @ spread.T
    method = f"least squares, power against throughput, {degrees} degrees of freedom"
    facts: Mapping[str, Any] = {"kind": "fitted", "method": method, "n": len(rates)}
    return LoadPower(
        base_w=Draws(value=float(found[0]), samples=samples[:, 0], unit="W", **facts),
        joules_per_token=Draws(
            value=float(found[1] / scale),
            samples=samples[:, 1] / scale,
            unit="J/token",
            basis="output",
            **facts,
        ),
        levels=levels,
        error=float(np.sqrt((left**2).mean()) / powers.mean()),
    )
