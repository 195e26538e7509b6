"""Frontiers of groups (vendors, years, engines) by envelopment: whether they are one, and how far apart."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.frontier.radial import Orientation, radial_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.frontier.hull import Technology

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    IntArray = np.ndarray[Any, np.dtype[np.intp]]

__all__ = ["GroupSummary", "GroupUnit", "GroupedFrontiers", "GroupingOptions", "group_frontiers"]

_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingOptions:
    """How to compare groups.

    Parameters
    ----------
    technology : {"vrs", "crs", "drs", "irs", "fdh"}
    orientation : {"input", "output"}
    permutations : int
        At least 99.
    """

    technology: Technology = "vrs"
    orientation: Orientation = "input"
    permutations: int = 499


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUnit:
    """One unit against its group's frontier and against that of all.

    Parameters
    ----------
    name, group : str
    group_score, meta_score : float
        Efficiencies in (0, 1]: Farrell's for inputs, its reciprocal for outputs.
    gap_ratio : float
        Technology gap ratio, meta_score / group_score: the group's best practice as a share of everybody's.
    """

    name: str
    group: str
    group_score: float
    meta_score: float
    gap_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """Means over the units of a group; `clusters` counts its deployments."""

    group: str
    units: int
    clusters: int
    mean_group_score: float
    mean_meta_score: float
    mean_gap_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedFrontiers:
    """Group frontiers beside the one of all.

    Parameters
    ----------
    units : tuple of GroupUnit
    groups : tuple of GroupSummary
    gap : float
        Mean over units of -ln gap ratio: 0 where each group spans the common frontier where its units are.
    p_value : float or None
        Of a permutation test that groups are exchangeable; ``None`` where there are too few to permute.
    cannot_tell : str or None
        Why there is none, as a sentence.
    options : GroupingOptions
    cautions : tuple of Caution
    """

    units: tuple[GroupUnit, ...]
    groups: tuple[GroupSummary, ...]
    gap: float
    p_value: float | None
    cannot_tell: str | None
    options: GroupingOptions
    cautions: tuple[Caution, ...] = ()


def group_frontiers(
    inputs: FloatArray,
    outputs: FloatArray,
    *,
    names: Sequence[str],
    groups: Sequence[str],
    rng: np.random.Generator,
    clusters: Sequence[str] | None = None,
    options: GroupingOptions | None = None,
) -> GroupedFrontiers:
    r"""Compare the frontiers that groups span with the one that all span.

    Metafrontier and technology gap ratio after Battese, Rao and O'Donnell (Journal of Productivity Analysis
    21, 2004, doi:10.1023/B:PROD.0000012454.06094.29), by envelopment as in O'Donnell, Rao and Battese
    (Empirical Economics 34, 2008, doi:10.1007/s00181-007-0119-4): :math:`TE^* = TE_k \cdot TGR`. A smaller
    group spans less, so a gap alone proves nothing; the test gives the group's labels to other clusters at
    random, as many of each, and counts how often the gap is as large. Exchangeable groups share the
    frontier *and* the distribution of efficiency.

    Parameters
    ----------
    inputs : float array, shape (n, m)
    outputs : float array, shape (n, s)
    names, groups : sequence of str, length n
    rng : numpy.random.Generator
    clusters : sequence of str, length n, optional
        The deployment of each unit; all its units are of one group, and are permuted together.
    options : GroupingOptions, optional

    Returns
    -------
    GroupedFrontiers

    Raises
    ------
    InputError
        If there are fewer than two groups, a cluster lies in two, or values cannot be used.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(1, 10, (40, 1))
    >>> y = x**0.5 * np.exp(-rng.exponential(0.1, (40, 1)))
    >>> y[20:] *= 0.6  # the second group makes 40 % less
    >>> names, groups = [str(i) for i in range(40)], ["a"] * 20 + ["b"] * 20
    >>> found = group_frontiers(x, y, names=names, groups=groups, rng=rng)
    >>> found.p_value, found.groups[1].mean_gap_ratio < 0.6 < found.groups[0].mean_gap_ratio
    (0.002, True)
    """
    chosen = options or GroupingOptions()
    x, y = (np.asarray(part, dtype=np.float64) for part in (inputs, outputs))
    x, y = (part[:, None] if part.ndim == 1 else part for part in (x, y))
    labels, codes = np.unique(np.asarray(groups), return_inverse=True)
    members = _members(names, groups, clusters)
    if len(labels) < 2 or chosen.permutations < 99:
        raise InputError(
            f"groups are compared from two on and by at least 99 permutations, got {len(labels)} and "
            f"{chosen.permutations}"
        )
    meta = _efficiency(x, y, np.zeros(len(x), dtype=np.intp), chosen)
    own = _efficiency(x, y, codes, chosen)
    gap = float(np.mean(np.log(own / meta)))
    of_clusters = codes[np.unique(members, return_index=True)[1]]
    why = _too_few(of_clusters)
    p_value = None
    if why is None:
        drawn = [
            float(np.mean(np.log(_efficiency(x, y, rng.permutation(of_clusters)[members], chosen) / meta)))
            for _ in range(chosen.permutations)
        ]
        as_large = sum(one >= gap - 1e-12 for one in drawn)
        p_value = (1 + as_large) / (1 + chosen.permutations)
    units = tuple(
        GroupUnit(
            name=name,
            group=str(group),
            group_score=float(one),
            meta_score=float(all_),
            gap_ratio=float(all_ / one),
        )
        for name, group, one, all_ in zip(names, groups, own, meta, strict=True)
    )
    return GroupedFrontiers(
        units=units,
        groups=tuple(_summary(str(label), units, members) for label in labels),
        gap=gap,
        p_value=p_value,
        cannot_tell=why,
        options=chosen,
        cautions=() if why is None else (Caution("groups-not-told", why),),
    )


def _members(names: Sequence[str], groups: Sequence[str], clusters: Sequence[str] | None) -> IntArray:
    if len(names) != len(groups) or (clusters is not None and len(clusters) != len(groups)):
        raise InputError(
            f"{len(names)} units need a group and, if any, a cluster each, got {len(groups)} groups"
        )
    if clusters is None:
        return np.arange(len(groups))
    pairs = Counter(cluster for cluster, _ in set(zip(clusters, groups, strict=True)))
    torn = [cluster for cluster, count in pairs.items() if count > 1]
    if torn:
        raise InputError(f"deployment {torn[0]!r} lies in more than one group; a group is made of whole ones")
    return np.unique(np.asarray(clusters), return_inverse=True)[1]


def _efficiency(
    inputs: FloatArray, outputs: FloatArray, codes: IntArray, options: GroupingOptions
) -> FloatArray:
    """Efficiencies of units against those of their own code."""
    found = np.empty(len(inputs))
    for code in np.unique(codes):
        mine = codes == code
        found[mine] = radial_scores(
            inputs[mine], outputs[mine], technology=options.technology, orientation=options.orientation
        )
    return found if options.orientation == "input" else 1 / found


def _too_few(of_clusters: IntArray) -> str | None:
    """Say so where there are too few ways to give labels for a p-value of 5 %."""
    counts = np.unique(of_clusters, return_counts=True)[1]
    ways = math.factorial(len(of_clusters)) // math.prod(math.factorial(int(count)) for count in counts)
    if ways * _ALPHA >= 1:
        return None
    return (
        f"whether groups share a frontier cannot be told: {len(of_clusters)} units or deployments can be "
        f"labelled in {ways} ways only, and 5 % needs 20"
    )


def _summary(label: str, units: Sequence[GroupUnit], members: IntArray) -> GroupSummary:
    mine = [unit.group == label for unit in units]
    own = [unit for unit in units if unit.group == label]
    return GroupSummary(
        group=label,
        units=len(own),
        clusters=len(np.unique(members[mine])),
        mean_group_score=float(np.mean([unit.group_score for unit in own])),
        mean_meta_score=float(np.mean([unit.meta_score for unit in own])),
        mean_gap_ratio=float(np.mean([unit.gap_ratio for unit in own])),
    )
