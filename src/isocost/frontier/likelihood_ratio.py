"""Likelihood ratio tests, also of what lies on the boundary of what is possible."""

from __future__ import annotations

from dataclasses import dataclass

from isocost.core.errors import InputError

__all__ = ["LikelihoodRatio", "likelihood_ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """A likelihood ratio test.

    Parameters
    ----------
    statistic : float
        Twice the gain in log likelihood, at least 0.
    degrees : int
        Restrictions.
    p_value : float
    distribution : str
        Of the statistic where the restrictions are true.
    """

    statistic: float
    degrees: int
    p_value: float
    distribution: str


def likelihood_ratio(gain: float, *, degrees: int, at_boundary: int = 0) -> LikelihoodRatio:
    r"""Judge a gain in log likelihood.

    A variance of 0 lies on the boundary: half of the samples gain nothing by it. With one such restriction
    among q the statistic is :math:`\tfrac12 \chi^2_{q-1} + \tfrac12 \chi^2_q` (Kodde and Palm, Econometrica
    54, 1986, doi:10.2307/1912331; Coelli, Journal of Productivity Analysis 6, 1995, doi:10.1007/BF01076978).

    Parameters
    ----------
    gain : float
        Log likelihood without the restrictions less that with them; below 0 counts as 0.
    degrees : int
        Restrictions q, at least 1.
    at_boundary : {0, 1}
        How many of them lie on a boundary.

    Returns
    -------
    LikelihoodRatio

    Raises
    ------
    InputError
        If there is no restriction, or more than one on a boundary.

    Examples
    --------
    Kodde and Palm's table gives 2.706 and 5.138 for 5 %.

    >>> round(likelihood_ratio(2.706 / 2, degrees=1, at_boundary=1).p_value, 3)
    0.05
    >>> round(likelihood_ratio(5.138 / 2, degrees=2, at_boundary=1).p_value, 3)
    0.05
    """
    from scipy.special import chdtrc

    if degrees < 1 or at_boundary not in (0, 1):
        raise InputError(
            "a likelihood ratio needs a restriction and at most one at a boundary, got "
            f"{degrees} and {at_boundary}"
        )
    statistic = max(2 * gain, 0.0)
    if at_boundary == 0:
        return LikelihoodRatio(
            statistic=statistic,
            degrees=degrees,
            p_value=float(chdtrc(degrees, statistic)),
            distribution=f"chi-square({degrees})",
        )
    below = float(statistic <= 0) if degrees == 1 else float(chdtrc(degrees - 1, statistic))
    return LikelihoodRatio(
        statistic=statistic,
        degrees=degrees,
        p_value=(below + float(chdtrc(degrees, statistic))) / 2,
        distribution=f"mixed chi-square, half of {degrees - 1} and {degrees} degrees",
    )
