"""Regressors of a production or cost function in logarithms: Cobb-Douglas and translog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["Design", "FunctionalForm", "cobb_douglas", "design_of", "logarithms", "translog"]

FunctionalForm = Literal["cobb-douglas", "translog"]
_INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Regressors of one function, the intercept first.

    Parameters
    ----------
    names : tuple of str, length k
        What each column is, such as ``"ln capital"``.
    columns : float array, shape (n, k)
    """

    names: tuple[str, ...]
    columns: FloatArray


def logarithms(values: FloatArray, *, what: str) -> FloatArray:
    """Return natural logarithms, or say which value has none.

    Parameters
    ----------
    values : float array, shape (n,) or (n, m)
        Above 0 and finite.
    what : str
        What the values are, for the message: ``"inputs"``.

    Raises
    ------
    InputError
        If a value is missing, infinite or not above 0.

    Examples
    --------
    >>> logarithms(np.array([1.0, np.e]), what="inputs").tolist()
    [0.0, 1.0]
    """
    table = np.asarray(values, dtype=np.float64)
    bad = ~(np.isfinite(table) & (table > 0))
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise InputError(
            f"a function in logarithms needs {what} above 0, got {float(table[bad][0])!r} in row {row}; "
            "leave such units out"
        )
    return np.asarray(np.log(table))


def cobb_douglas(inputs: FloatArray, *, names: Sequence[str] | None = None) -> Design:
    r"""Return the regressors of :math:`\ln y = b_0 + \sum_j b_j \ln x_j`.

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0: what goes in; for a cost function the outputs and the prices.
    names : sequence of str, length m, optional

    Returns
    -------
    Design
        With m + 1 columns.

    Raises
    ------
    InputError
        If `inputs` is no table of numbers above 0, or the names do not fit it.

    Examples
    --------
    >>> cobb_douglas(np.array([[1.0, np.e]]), names=["capital", "labour"])
    Design(names=('intercept', 'ln capital', 'ln labour'), columns=array([[1., 0., 1.]]))
    """
    logs = logarithms(_table(inputs), what="inputs")
    called = _names(names, logs.shape[1])
    return Design(
        names=(_INTERCEPT, *(f"ln {name}" for name in called)),
        columns=np.column_stack([np.ones(len(logs)), logs]),
    )


def translog(inputs: FloatArray, *, names: Sequence[str] | None = None, centred: bool = True) -> Design:
    r"""Return the regressors of the transcendental logarithmic function.

    Computes :math:`\ln y = b_0 + \sum_j b_j \ln x_j + \tfrac12 \sum_j \sum_k b_{jk} \ln x_j \ln x_k` with
    :math:`b_{jk} = b_{kj}` (Christensen, Jorgenson and Lau, Review of Economics and Statistics 55, 1973,
    doi:10.2307/1927992).

    Parameters
    ----------
    inputs : float array, shape (n, m)
        Above 0.
    names : sequence of str, length m, optional
    centred : bool
        Whether inputs are divided by their geometric means first, so that the b_j are elasticities there.

    Returns
    -------
    Design
        With 1 + m + m (m + 1)/2 columns.

    Raises
    ------
    InputError
        If `inputs` is no table of numbers above 0, or the names do not fit it.

    Examples
    --------
    >>> found = translog(np.array([[1.0, np.e]]), names=["k", "l"], centred=False)
    >>> dict(zip(found.names, found.columns[0].tolist()))
    {'intercept': 1.0, 'ln k': 0.0, 'ln l': 1.0, '(ln k)^2/2': 0.0, 'ln k ln l': 0.0, '(ln l)^2/2': 0.5}
    """
    linear = cobb_douglas(inputs, names=names)
    logs = linear.columns[:, 1:] - (linear.columns[:, 1:].mean(axis=0) if centred else 0.0)
    called, columns, named = linear.names[1:], [linear.columns[:, :1], logs], list(linear.names)
    for j, first in enumerate(called):
        for k, second in enumerate(called[j:], start=j):
            columns.append((logs[:, j] * logs[:, k] * (0.5 if j == k else 1.0))[:, None])
            named.append(f"({first})^2/2" if j == k else f"{first} {second}")
    return Design(names=tuple(named), columns=np.hstack(columns))


def design_of(form: FunctionalForm, inputs: FloatArray, *, names: Sequence[str] | None = None) -> Design:
    """Return the regressors of a form by its name; translogs are centred.

    Raises
    ------
    InputError
        If the form is not known or `inputs` cannot be used.

    Examples
    --------
    >>> design_of("cobb-douglas", np.array([[1.0]])).names
    ('intercept', 'ln x1')
    """
    if form not in get_args(FunctionalForm):
        raise InputError(f"a functional form is {' or '.join(get_args(FunctionalForm))}, got {form!r}")
    return cobb_douglas(inputs, names=names) if form == "cobb-douglas" else translog(inputs, names=names)


def _table(inputs: FloatArray) -> FloatArray:
    table = np.asarray(inputs, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or 0 in table.shape:
        raise InputError(f"inputs need one row a unit and one column an input, got shape {table.shape}")
    return table


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    called = tuple(f"x{j + 1}" for j in range(count)) if names is None else tuple(names)
    if len(called) != count or len(set(called)) != count:
        raise InputError(f"{count} inputs need as many different names, got {', '.join(called) or 'none'}")
    return called
