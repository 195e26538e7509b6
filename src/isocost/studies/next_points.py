"""Which (p, o) to measure next, of a study or of each model in a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.load import RequestShape
from isocost.exchange import read_times
from isocost.runtime import candidate_cells, next_points, runtime_belief
from isocost.studies.fitting import FitTerms
from isocost.studies.naming import names_apart
from isocost.studies.profile import profile_runs, profile_samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.exchange import TimesFormat
    from isocost.runtime import NextPoints, RuntimeSamples

__all__ = ["NextQuestion", "NextReport", "choose_next"]

_USUAL_INPUT = 1024
_USUAL_OUTPUT = 64
_STEPS_WITHOUT_PRIOR = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class NextQuestion:
    """What is asked.

    Parameters
    ----------
    count : int
        How many points, at least 1.
    targets : tuple of RequestShape
        The requests that matter; empty: all sizes up to the longest measured, or 1,024 and 64 tokens.
    repeats : int or None
        Requests of each point; ``None``: as many as the cells so far have.
    fitting : FitTerms
    """

    count: int
    targets: tuple[RequestShape, ...] = ()
    repeats: int | None = None
    fitting: FitTerms = field(default_factory=FitTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextReport:
    """Which points to measure next, by deployment.

    Parameters
    ----------
    source : str
        File or folder.
    question : NextQuestion
    found : tuple of (str, int, NextPoints)
        Name, repeats of each point, and the points.
    """

    source: str
    question: NextQuestion
    found: tuple[tuple[str, int, NextPoints], ...]


def choose_next(
    path: Path,
    question: NextQuestion,
    *,
    deployment: str | None = None,
    form: TimesFormat | None = None,
) -> NextReport:
    """Choose which (p, o) to measure next.

    Parameters
    ----------
    path : Path
        Folder of a study, or a table of runtimes.
    question : NextQuestion
    deployment : str, optional
        Of a study with several.
    form : TimesFormat, optional
        How to read the table.

    Raises
    ------
    InputError
        If there is nothing to read, or a number is out of range.
    EstimationError
        If the cells do not suffice; the message names the deployment.
    """
    return NextReport(
        source=str(path),
        question=question,
        found=tuple(_chosen(name, samples, question) for name, samples in _samples(path, deployment, form)),
    )


def _samples(
    path: Path, deployment: str | None, form: TimesFormat | None
) -> list[tuple[str, RuntimeSamples]]:
    if path.is_dir():
        name, runs = profile_runs(path, deployment)
        return [(name, profile_samples(runs))]
    if not path.is_file():
        raise InputError(
            f"--next takes the folder of a study or a table of runtimes, and {path} is neither; "
            "measure the first size: isocost measure runtime URL --cells 1x1 --out FOLDER"
        )
    tables = read_times(path, form)
    names = names_apart([(table.model, table.conditions) for table in tables])
    return [(name, table.samples()) for name, table in zip(names, tables, strict=True)]


def _chosen(name: str, samples: RuntimeSamples, question: NextQuestion) -> tuple[str, int, NextPoints]:
    prior, tile = question.fitting.runtime_prior(), question.fitting.tile
    longest = _longest(samples, question.targets)
    known = np.arange(1, _STEPS_WITHOUT_PRIOR + 1) / _STEPS_WITHOUT_PRIOR * longest.input_tokens
    sizes = known if prior is None else prior.sizes
    inside = np.concatenate([sizes[sizes <= longest.input_tokens], samples.input_tokens])
    prompts = np.union1d(np.round(inside[inside <= longest.input_tokens]), [1, longest.input_tokens])
    try:
        belief = runtime_belief(samples, prior, prompts, tile_tokens=None if tile == "estimate" else tile)
    except EstimationError as error:
        raise EstimationError(f"{name}: {error}") from None
    cells = candidate_cells([int(size) for size in prompts], longest.output_tokens)
    repeats = question.repeats or round(float(np.median(list(belief.measured.values()))))
    found = next_points(
        belief,
        cells,
        question.targets or [RequestShape(p, o) for p, o in cells.tolist()],
        count=question.count,
        repeats=repeats,
    )
    return name, repeats, found


def _longest(samples: RuntimeSamples, targets: Sequence[RequestShape]) -> RequestShape:
    if targets:
        return RequestShape(
            max(shape.input_tokens for shape in targets),
            max(2, *(shape.output_tokens for shape in targets)),
        )
    p, o = int(samples.input_tokens.max()), int(samples.output_tokens.max())
    return RequestShape(p if p >= 16 else _USUAL_INPUT, o if o >= 4 else _USUAL_OUTPUT)
