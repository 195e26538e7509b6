"""From the runs of a profile to T(p, o), and predictions from it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, ExtrapolationWarning, InputError
from isocost.core.estimate import Caution
from isocost.journal import RuntimeStage, open_study, read_runs
from isocost.runtime import RuntimeSamples, fit_runtime, samples_of
from isocost.studies.fitting import FitTerms
from isocost.studies.request_cost import CostTerms, cost_aware, must_have_request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from isocost.core.estimate import Estimate
    from isocost.core.observation import Run
    from isocost.runtime import CostAware, RuntimeModel

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = [
    "RuntimePrediction",
    "fit_profile",
    "fit_sessions",
    "fit_study",
    "predict_runtime",
    "profile_runs",
    "profile_samples",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePrediction:
    """A fitted T(p, o), and what it predicts for one request.

    Parameters
    ----------
    study : str
        Folder of the study.
    model : RuntimeModel
    input_tokens, output_tokens : int or None
        The request that was asked about, if one was.
    runtime : Estimate or None
        Its runtime, seconds.
    costs : CostAware or None
        What it costs and draws.
    terms : CostTerms
        Hardware, money and power behind it.
    cautions : tuple of Caution
        Doubts about model and prediction.
    """

    study: str
    model: RuntimeModel
    input_tokens: int | None
    output_tokens: int | None
    runtime: Estimate | None
    costs: CostAware | None
    terms: CostTerms
    cautions: tuple[Caution, ...]


def fit_profile(
    deployment: str, runs: Sequence[Run], *, seed: int = 0, fitting: FitTerms | None = None
) -> RuntimeModel:
    """Fit T(p, o) to the runs of one deployment's profile.

    Raises
    ------
    EstimationError
        If they cannot identify it.
    """
    terms = FitTerms() if fitting is None else fitting
    return fit_runtime(
        profile_samples(runs),
        deployment=deployment,
        seed=seed,
        machine_busy_share=_busy_share(runs),
        tile_tokens=terms.tile,
        prior=terms.runtime_prior(),
    )


def profile_samples(runs: Sequence[Run]) -> RuntimeSamples:
    """Return the measured requests of one deployment's profile, its repeats as blocks in their order.

    Raises
    ------
    EstimationError
        If no request was measured.
    """
    return _together([samples_of(run.observations, block_size=_cells(run)) for run in runs])


def fit_study(path: Path, deployment: str | None = None, *, fitting: FitTerms | None = None) -> RuntimeModel:
    """Fit T(p, o) to the profile in a study.

    Parameters
    ----------
    path : Path
    deployment : str, optional
        Which one; may be left out if the study has profiled only one.
    fitting : FitTerms, optional
        Tile and prior; left out: the data choose the tile, and there is no prior.

    Raises
    ------
    InputError
        If there is no profile, or several and none is named.
    EstimationError
        If the profile cannot identify T(p, o).
    """
    wanted, runs = profile_runs(path, deployment)
    return fit_profile(wanted, runs, fitting=fitting)


def profile_runs(path: Path, deployment: str | None = None) -> tuple[str, tuple[Run, ...]]:
    """Return the deployment that a study has profiled, and its runs.

    Raises
    ------
    InputError
        If there is no profile, or several and none is named.
    """
    folder = open_study(path)
    profiles = {stage.name for stage in folder.stages() if isinstance(stage, RuntimeStage)}
    runs = [run for run in read_runs(folder.journal_file) if run.stage in profiles]
    names = tuple(dict.fromkeys(run.deployment for run in runs))
    if not names:
        raise InputError(f"{path} has no profile; measure one: isocost measure runtime URL --out {path}")
    if deployment is None and len(names) > 1:
        raise InputError(f"{path} has profiles of {', '.join(names)}; name one: --deployment NAME")
    wanted = deployment or names[0]
    if wanted not in names:
        raise InputError(f"{path} has no profile of {wanted!r}; it has {', '.join(names)}")
    return wanted, tuple(run for run in runs if run.deployment == wanted)


def fit_sessions(path: Path, whole: RuntimeModel) -> tuple[RuntimeModel, ...]:
    """Fit T(p, o) to each profile of one deployment by itself: each is a session of its own.

    Parameters
    ----------
    path : Path
        Folder of the study.
    whole : RuntimeModel
        The fit to all of them together.

    Returns
    -------
    tuple of RuntimeModel
        In the order in which they were measured; `whole` alone where there is only one, or one of them
        cannot identify T(p, o) alone.
    """
    folder = open_study(path)
    profiles = {stage.name for stage in folder.stages() if isinstance(stage, RuntimeStage)}
    runs = [
        run
        for run in read_runs(folder.journal_file)
        if run.stage in profiles and run.deployment == whole.deployment
    ]
    if len(runs) < 2:
        return (whole,)
    try:
        return tuple(fit_profile(whole.deployment, [run]) for run in runs)
    except EstimationError:
        return (whole,)


def predict_runtime(
    path: Path,
    deployment: str | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    *,
    terms: CostTerms | None = None,
    fitting: FitTerms | None = None,
) -> RuntimePrediction:
    """Fit the profile in a study and predict one request, if its size is given.

    Parameters
    ----------
    path : Path
    deployment : str, optional
        Which one; may be left out if the study has profiled only one.
    input_tokens, output_tokens : int, optional
        Of the request; both or neither.
    terms : CostTerms, optional
        Hardware, money and power behind it.
    fitting : FitTerms, optional
        As for `fit_study`.

    Raises
    ------
    InputError
        If only one of the two lengths is given, or as in `fit_study`.
    """
    if (input_tokens is None) != (output_tokens is None):
        raise InputError("a prediction needs both lengths: give --prompt and --output")
    asked = CostTerms() if terms is None else terms
    must_have_request(asked, None if input_tokens is None else (input_tokens, output_tokens))
    model = fit_study(path, deployment, fitting=fitting)
    runtime, cautions = None, model.cautions
    if input_tokens is not None and output_tokens is not None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            runtime = model.predict(input_tokens, output_tokens)
        cautions += tuple(
            Caution("extrapolated", str(one.message))
            for one in caught
            if issubclass(one.category, ExtrapolationWarning)
        )
    return RuntimePrediction(
        study=str(path),
        model=model,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        runtime=runtime,
        costs=None if runtime is None else cost_aware(runtime, asked),
        terms=asked,
        cautions=cautions,
    )


def _cells(run: Run) -> int:
    """How many sizes the profile interleaved: the length of one block."""
    seen = run.observations
    kept = ~seen.warmup
    sizes = np.stack([seen.requested_input_tokens[kept], seen.requested_output_tokens[kept]], axis=1)
    if not len(sizes):
        raise EstimationError(f"{run.stage} of {run.deployment} has no measured request yet")
    return len(np.unique(sizes, axis=0))


def _together(parts: Sequence[RuntimeSamples]) -> RuntimeSamples:
    """Put several profiles into one, their blocks kept apart."""
    if len(parts) == 1:
        return parts[0]
    shifts = np.cumsum([0, *(int(part.block.max()) + 1 for part in parts[:-1])])
    return replace(
        parts[0],
        input_tokens=np.concatenate([part.input_tokens for part in parts]),
        output_tokens=np.concatenate([part.output_tokens for part in parts]),
        runtime_s=np.concatenate([part.runtime_s for part in parts]),
        block=np.concatenate([part.block + shift for part, shift in zip(parts, shifts, strict=True)]),
        ttft_s=_early([part.ttft_s for part in parts]),
        second_s=_early([part.second_s for part in parts]),
    )


def _early(columns: Sequence[FloatArray | None]) -> FloatArray | None:
    """Put times to an early token together; ``None`` where one profile lacks them."""
    known = [column for column in columns if column is not None]
    return np.concatenate(known) if len(known) == len(columns) else None


def _busy_share(runs: Sequence[Run]) -> float | None:
    shares = [
        segment.health.machine_busy_share
        for run in runs
        for segment in run.segments
        if segment.health is not None and segment.health.machine_busy_share is not None
    ]
    return max(shares, default=None)
