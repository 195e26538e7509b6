"""Forms of the step time t(b) over concurrency b: what each says, its slope and its coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["CANDIDATES", "COMPARED", "FORMS", "Coefficient", "Curves", "Form", "form_named"]

BALANCE = 14.0
"""Bound of the log of one term over another in the middle of the range; beyond it one of them counts as 0."""
_GONE = 800.0  # exp(-800) is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of a form, as people write it.

    Parameters
    ----------
    name : str
        As in the formula.
    unit : str
    """

    name: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A family of curves ln t = c + shape(ln b - m; parameters), m the middle of the range.

    Parameters
    ----------
    name : str
    formula : str
        Of t(b) in its coefficients.
    coefficients : tuple of Coefficient
    bounds : tuple of (float, float)
        Within which each parameter of the shape is sought; the level c is free.
    shape : callable
        From x of shape (n,) and parameters of shape (m, k) to ln t up to a constant, shape (m, n).
    slope : callable
        Likewise, to dln t / dln b.
    natural : callable
        From c of shape (m,), m and the parameters to the coefficients, each of shape (m,).
    """

    name: str
    formula: str
    coefficients: tuple[Coefficient, ...]
    bounds: tuple[tuple[float, float], ...]
    shape: Callable[[FloatArray, FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray], FloatArray]
    natural: Callable[[FloatArray, float, FloatArray], tuple[FloatArray, ...]]

    @property
    def free(self) -> int:
        """How many coefficients the data have to tell."""
        return len(self.bounds) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Fitted curves of one form: one a row.

    Parameters
    ----------
    form : Form
    middle : float
        Mean log concurrency of the levels fitted to.
    offset : float array, shape (m,)
        c, log seconds.
    parameters : float array, shape (m, k)
    """

    form: Form
    middle: float
    offset: FloatArray
    parameters: FloatArray

    def log_step(self, log_concurrency: FloatArray) -> FloatArray:
        """Return log seconds per step at each log concurrency, shape (m, n)."""
        shape = self.form.shape(log_concurrency - self.middle, self.parameters)
        return np.asarray(self.offset[:, None] + shape)

    def slope(self, log_concurrency: FloatArray) -> FloatArray:
        """Return dln t / dln b at each log concurrency, shape (m, n); 1 minus it are the returns."""
        return self.form.slope(log_concurrency - self.middle, self.parameters)

    def coefficients(self) -> Mapping[str, FloatArray]:
        """Return the coefficients as people write them, each of shape (m,)."""
        found = self.form.natural(self.offset, self.middle, self.parameters)
        return {each.name: value for each, value in zip(self.form.coefficients, found, strict=True)}

    def take(self, rows: Sequence[int] | FloatArray) -> Curves:
        """Return the curves of some rows."""
        return Curves(
            form=self.form,
            middle=self.middle,
            offset=self.offset[rows],
            parameters=self.parameters[rows],
        )


def form_named(name: str) -> Form:
    """Return the form of that name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> form_named("affine").formula
    'a + k b'
    """
    if name not in FORMS:
        raise InputError(f"no form of the step time is named {name!r}; there are {', '.join(FORMS)}")
    return FORMS[name]


def _soft(z: FloatArray) -> FloatArray:
    """Return ln(1 + e^z): the log of a sum of two terms over the first of them."""
    return np.asarray(np.logaddexp(0.0, z))


def _share(z: FloatArray) -> FloatArray:
    """Return e^z / (1 + e^z): the share of the second term."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def _ends(balance: FloatArray) -> FloatArray:
    """Let a balance at its bound be what it stands for: one term alone."""
    gone = np.abs(balance) >= BALANCE - 1e-6
    return np.asarray(np.where(gone, np.sign(balance) * _GONE, balance))


def _first(p: FloatArray) -> FloatArray:
    return _ends(p[:, :1])


def _factors(offset: FloatArray, low: Any, high: Any, balance: FloatArray) -> tuple[FloatArray, FloatArray]:  # noqa: ANN401
    """Return the factors of two terms; `low`, `high`: the powers of b in them, times the middle."""
    return np.exp(offset - low), np.exp(offset + balance - high)


_A, _K = Coefficient(name="a", unit="s"), Coefficient(name="k", unit="s")

AFFINE = Form(
    name="affine",
    formula="a + k b",
    coefficients=(_A, _K),
    bounds=((-BALANCE, BALANCE),),
    shape=lambda x, p: _soft(_first(p) + x),
    slope=lambda x, p: _share(_first(p) + x),
    natural=lambda c, m, p: _factors(c, 0.0, m, _first(p)[:, 0]),
)
POWER = Form(
    name="power",
    formula="a + k b^g",
    coefficients=(_A, _K, Coefficient(name="g", unit="1")),
    bounds=((-BALANCE, BALANCE), (0.05, 4.0)),
    shape=lambda x, p: _soft(_first(p) + p[:, 1:] * x),
    slope=lambda x, p: p[:, 1:] * _share(_first(p) + p[:, 1:] * x),
    natural=lambda c, m, p: (*_factors(c, 0.0, p[:, 1] * m, _first(p)[:, 0]), p[:, 1]),
)
HILL = Form(
    name="Hill",
    formula="a b^(1 - h) + k b",
    coefficients=(_A, _K, Coefficient(name="h", unit="1")),
    bounds=((-BALANCE, BALANCE), (0.05, 1.0)),
    shape=lambda x, p: (1 - p[:, 1:]) * x + _soft(_first(p) + p[:, 1:] * x),
    slope=lambda x, p: (1 - p[:, 1:]) + p[:, 1:] * _share(_first(p) + p[:, 1:] * x),
    natural=lambda c, m, p: (*_factors(c, (1 - p[:, 1]) * m, m, _first(p)[:, 0]), p[:, 1]),
)
SMOOTH_MAX = Form(
    name="smooth max",
    formula="(a^s + (k b)^s)^(1/s)",
    coefficients=(_A, _K, Coefficient(name="s", unit="1")),
    bounds=((-BALANCE, BALANCE), (0.25, 10.0)),
    shape=lambda x, p: _soft(p[:, 1:] * (_first(p) + x)) / p[:, 1:],
    slope=lambda x, p: _share(p[:, 1:] * (_first(p) + x)),
    natural=lambda c, m, p: (*_factors(c, 0.0, m, _first(p)[:, 0]), p[:, 1]),
)
TRANSLOG = Form(
    name="translog",
    formula="exp(a + k ln b + c (ln b)^2)",
    coefficients=(
        Coefficient(name="a", unit="ln s"),
        Coefficient(name="k", unit="1"),
        Coefficient(name="c", unit="1"),
    ),
    bounds=((-2.0, 3.0), (-2.0, 2.0)),
    shape=lambda x, p: p[:, :1] * x + p[:, 1:] * x**2,
    slope=lambda x, p: p[:, :1] + 2 * p[:, 1:] * x,
    natural=lambda c, m, p: (c - p[:, 0] * m + p[:, 1] * m**2, p[:, 0] - 2 * p[:, 1] * m, p[:, 1]),
)
SCALABILITY = Form(
    name="Universal Scalability Law",
    formula="a + k b + c b^2",
    coefficients=(_A, _K, Coefficient(name="c", unit="s")),
    bounds=((-BALANCE, BALANCE), (-BALANCE, BALANCE)),
    shape=lambda x, p: np.logaddexp(_soft(p[:, :1] + x), p[:, 1:] + 2 * x),
    slope=lambda x, p: (
        (np.exp(p[:, :1] + x) + 2 * np.exp(p[:, 1:] + 2 * x))
        / (1 + np.exp(p[:, :1] + x) + np.exp(p[:, 1:] + 2 * x))
    ),
    natural=lambda c, m, p: (*_factors(c, 0.0, m, p[:, 0]), np.exp(c + p[:, 1] - 2 * m)),
)
COBB_DOUGLAS = Form(
    name="Cobb-Douglas",
    formula="a b^k",
    coefficients=(_A, Coefficient(name="k", unit="1")),
    bounds=((-1.0, 3.0),),
    shape=lambda x, p: p[:, :1] * x,
    slope=lambda x, p: p[:, :1] + 0 * x,
    natural=lambda c, m, p: (np.exp(c - p[:, 0] * m), p[:, 0]),
)

CANDIDATES = (AFFINE, POWER, HILL, SMOOTH_MAX, TRANSLOG)
"""Forms among which held-out error chooses."""
COMPARED = (SCALABILITY, COBB_DOUGLAS)
"""Forms that are fitted for comparison and never chosen."""
FORMS = {form.name: form for form in (*CANDIDATES, *COMPARED)}
