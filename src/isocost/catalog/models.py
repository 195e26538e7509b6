"""Models that isocost knows the dimensions of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from isocost.architecture import architecture_from_config
from isocost.catalog.tables import nearest_names, shipped_table
from isocost.core.errors import CatalogError

if TYPE_CHECKING:
    from isocost.core.deployment import Architecture

__all__ = ["ModelProfile", "model_config", "model_names", "model_profile"]

_TABLE = "models.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """A model's dimensions with their source, beside what its maker publishes.

    Parameters
    ----------
    name : str
        As written on the command line.
    architecture : Architecture
        Its ``parameters`` are counted from the dimensions.
    group : {"open", "paper"}
        Weights that anyone can have, or a model as arXiv 2305.02440 profiled it.
    source : str
        Where the dimensions come from.
    date : str
        ISO date on which they were seen.
    repository : str or None
        On Hugging Face.
    published, published_active : str or None
        Number of weights in the maker's words: all, and those one token uses.
    published_source : str or None
        Who says so; ``"its name"`` where nobody says more.
    note : str
        Why what is counted and what is published differ; empty where they do not.
    """

    name: str
    architecture: Architecture
    group: str
    source: str
    date: str
    repository: str | None = None
    published: str | None = None
    published_active: str | None = None
    published_source: str | None = None
    note: str = ""


def model_profile(name: str) -> ModelProfile:
    """Look up a model by its name in the catalogue or its repository on Hugging Face, capitals or not.

    Parameters
    ----------
    name : str
        Such as ``"llama-3.1-8b"``; see `model_names`.

    Returns
    -------
    ModelProfile

    Raises
    ------
    CatalogError
        If no model has that name; the nearest ones are named.

    Examples
    --------
    >>> model_profile("qwen3-30b-a3b").architecture.parameters
    30532122624
    """
    return _profile(_known(name))


def model_config(name: str) -> dict[str, Any]:
    """Return the configuration of a model in the catalogue: the keys of ``config.json`` that shape it.

    Parameters
    ----------
    name : str
        As for `model_profile`.

    Returns
    -------
    dict

    Raises
    ------
    CatalogError
        If no model has that name; the nearest ones are named.

    Examples
    --------
    >>> model_config("llama-3.1-8b")["num_hidden_layers"]
    32
    """
    return dict(shipped_table(_TABLE)[_known(name)]["config"])


def model_names() -> tuple[str, ...]:
    """Return the names of all models in the catalogue, in its order.

    Examples
    --------
    >>> "deepseek-v3" in model_names()
    True
    """
    return tuple(shipped_table(_TABLE))


def _known(name: str) -> str:
    known = _names()
    if name.lower() not in known:
        raise CatalogError(
            f"no model named {name!r}; the nearest in the catalogue: "
            f"{', '.join(nearest_names(name, known))}. For any other give its config.json or its GGUF file"
        )
    return known[name.lower()]


@cache
def _names() -> dict[str, str]:
    """Names in the catalogue by what may be written for them, in small letters."""
    table = shipped_table(_TABLE)
    repositories = {row["repository"].lower(): name for name, row in table.items() if "repository" in row}
    return {**repositories, **{name.lower(): name for name in table}}


@cache
def _profile(name: str) -> ModelProfile:
    row = dict(shipped_table(_TABLE)[name])
    architecture = architecture_from_config(row.pop("config"), name=row.pop("name"), origin=name)
    return ModelProfile(name=name, architecture=architecture, **row)
