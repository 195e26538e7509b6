"""How T(p, o) is to be fitted: the tile of the prefill staircase, and the prior from published models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from isocost.catalog import published_fits, published_names
from isocost.runtime import runtime_prior

if TYPE_CHECKING:
    from isocost.runtime import RuntimePrior
    from isocost.runtime.tile import Tile

__all__ = ["FitTerms", "published_prior"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTerms:
    """What a fit of T(p, o) takes for granted beside the data.

    Parameters
    ----------
    tile : int, "estimate" or None
        Tile of the prefill staircase, tokens; the data's choice; or prefill that is linear between sizes.
    prior : {"published"} or None
        Whether prefill may take its shape between profiled sizes from the published models.
    """

    tile: Tile = "estimate"
    prior: Literal["published"] | None = None

    def runtime_prior(self) -> RuntimePrior | None:
        """Return the prior that is meant."""
        return None if self.prior is None else published_prior()


@cache
def published_prior() -> RuntimePrior:
    """Return the prior from the models published on A100 (arXiv 2305.02440), copies left out.

    The V100 rows are not among them: by the paper's rule they are 4.7 % off their own measurements.

    Examples
    --------
    >>> len(published_prior().sources), "openai/davinci" in published_prior().sources
    (12, True)
    """
    fits = [fit for name in published_names() for fit in published_fits(name)]
    timed = [fit for fit in fits if fit.hardware == "a100" and fit.copy_of is None]
    return runtime_prior({fit.name: fit.runtime for fit in timed})
