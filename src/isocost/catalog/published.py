"""Runtimes that were published: T(p, o) of a model on stated hardware, or behind its provider's API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from isocost.catalog.tables import nearest_names, shipped_table
from isocost.core.errors import CatalogError
from isocost.runtime.foretold import ErrorShare
from isocost.runtime.published import PublishedRuntime

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "HARDWARE",
    "PublishedFit",
    "nearest_published",
    "published_fit",
    "published_fits",
    "published_matches",
    "published_names",
]

_TABLE = "published.toml"
Hardware = Literal["a100", "v100", "api"]
HARDWARE: tuple[Hardware, ...] = ("a100", "v100", "api")
"""What runtimes were published for: two accelerators, and the providers' own services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFit:
    """Published coefficients of one model on one hardware.

    Parameters
    ----------
    name : str
        The model as HELM names it, such as ``"openai/davinci"``.
    hardware : {"a100", "v100", "api"}
    metric : {"idealized", "denoised"}
        On stated hardware without contention, or the least of requests to a service.
    runtime : PublishedRuntime
        The coefficients, to the millisecond.
    longest_output : int
        Output tokens of the longest request timed.
    errors : tuple of ErrorShare
        How far the rule is off on this hardware, by rising output tokens.
    error_models : int
        Number of models that was measured on.
    accelerator : str or None
        Its name in the catalogue of accelerators; ``None`` behind an API.
    profiled, costed : int or None
        Accelerators that were timed, and those that the whole model takes; ``None`` behind an API.
    copy_of : str or None
        The model whose coefficients these are, to the digit; ``None`` where it was timed itself.
    relation : {"same model", "stand-in"} or None
        Whether a copy is of the same weights elsewhere, or of another model of like size.
    model : str or None
        Name of the dimensions that were timed in the catalogue of models.
    vocabulary : int or None
        Size of the vocabulary as timed, where it is not that of `model`.
    description : str
        Hardware and software in words.
    source, date : str
        Who publishes it, and the ISO date of that publication.
    note : str
        What to doubt; empty where nothing.
    """

    name: str
    hardware: Hardware
    metric: Literal["idealized", "denoised"]
    runtime: PublishedRuntime
    longest_output: int
    errors: tuple[ErrorShare, ...]
    error_models: int
    accelerator: str | None
    profiled: int | None
    costed: int | None
    copy_of: str | None
    relation: Literal["same model", "stand-in"] | None
    model: str | None
    description: str
    source: str
    date: str
    note: str = ""
    vocabulary: int | None = None


def published_names() -> tuple[str, ...]:
    """Return the names of all models with a published runtime, sorted.

    Examples
    --------
    >>> "openai/davinci" in published_names()
    True
    """
    return tuple(sorted({name for fits in shipped_table(_TABLE)["fits"].values() for name in fits}))


def published_fits(name: str) -> tuple[PublishedFit, ...]:
    """Look up what was published of a model, on whatever hardware.

    Parameters
    ----------
    name : str
        As for `published_matches`, which must have found one.

    Returns
    -------
    tuple of PublishedFit
        At least one, in the order of `HARDWARE`.

    Raises
    ------
    CatalogError
        If no model has that name, or several; the nearest ones are named.

    Examples
    --------
    >>> [(fit.hardware, fit.costed, fit.runtime.decode_s) for fit in published_fits("davinci")]
    [('a100', 8, 0.081), ('v100', 16, 0.101), ('api', None, 0.03)]
    """
    full = _full_name(name)
    table = shipped_table(_TABLE)["fits"]
    return tuple(_fit(full, hardware) for hardware in HARDWARE if full in table[hardware])


def published_fit(name: str, hardware: Hardware) -> PublishedFit:
    """Look up what was published of a model on one hardware.

    Raises
    ------
    CatalogError
        If there is no such model, or nothing of it on that hardware; what there is is named.

    Examples
    --------
    >>> published_fit("openai/curie", "a100").copy_of
    'ai21/j1-large'
    """
    known = published_fits(name)
    found = next((fit for fit in known if fit.hardware == hardware), None)
    if found is None:
        raise CatalogError(
            f"no runtime of {known[0].name} on {hardware!r} is published; there is one on "
            f"{' and on '.join(fit.hardware for fit in known)}"
        )
    return found


def published_matches(name: str) -> tuple[str, ...]:
    """Return the published names that may be meant: none, one, or several.

    Parameters
    ----------
    name : str
        As HELM names a model, capitals or not; the part after the slash; or the name in the catalogue of
        models of the dimensions that were timed.

    Examples
    --------
    >>> published_matches("davinci"), published_matches("mt_nlg"), len(published_matches("gpt-j-6b"))
    (('openai/davinci',), ('microsoft/TNLGv2_530B',), 2)
    """
    names = {each.lower(): each for each in published_names()}
    if name.lower() in names:
        return (names[name.lower()],)
    short = tuple(each for key, each in names.items() if key.partition("/")[2] == name.lower())
    return short or tuple(each for each in names.values() if _dimensions(each) == name.lower())


def _full_name(name: str) -> str:
    """Return the one published name that is meant."""
    meant = published_matches(name)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise CatalogError(f"{name!r} is the name of several published runtimes; say {' or '.join(meant)}")
    raise CatalogError(
        f"no published runtime of {name!r}; the nearest: {', '.join(nearest_published(name))}. "
        "All of them: isocost catalog published; to measure a model: isocost measure runtime URL"
    )


def nearest_published(name: str) -> list[str]:
    """Return the published names that are spelled most like `name`, whole or after the slash.

    Examples
    --------
    >>> nearest_published("davinchi")[0]
    'openai/davinci'
    """
    names = {each.lower(): each for each in published_names()}
    tails = {key.partition("/")[2]: key for key in names}
    near = nearest_names(name, [*names, *tails])
    return list(dict.fromkeys(names[tails.get(each, each)] for each in near))


def _dimensions(name: str) -> str | None:
    """Return the name in the catalogue of models of one that was timed itself."""
    fits = shipped_table(_TABLE)["fits"]
    rows = (fits[hardware].get(name, {}) for hardware in HARDWARE)
    return next((row["model"] for row in rows if "model" in row), None)


@cache
def _fit(name: str, hardware: Hardware) -> PublishedFit:
    table = shipped_table(_TABLE)
    about: Mapping[str, Any] = table["sets"][hardware]
    own: Mapping[str, Any] = table["fits"][hardware][name]
    row = {**table["fits"][hardware][own["copy_of"]], **own} if "copy_of" in own else own
    return PublishedFit(
        name=name,
        hardware=hardware,
        metric=about["metric"],
        runtime=PublishedRuntime(
            prefill_s=tuple(zip(about["prompt_tokens"], map(float, row["prefill_s"]), strict=True)),
            decode_s=float(row["decode_s"]),
            overhead_s=row.get("overhead_s"),
        ),
        longest_output=about["longest_output"],
        errors=tuple(ErrorShare(**each) for each in about["errors"]),
        error_models=about["error_models"],
        accelerator=about.get("accelerator"),
        profiled=row.get("profiled"),
        costed=row.get("costed"),
        copy_of=own.get("copy_of"),
        relation=own.get("relation"),
        model=row.get("model"),
        description=about["description"],
        source=row.get("source", about["source"]),
        date=about["date"],
        note=row.get("note", ""),
        vocabulary=row.get("vocabulary"),
    )
