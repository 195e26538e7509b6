"""``isocost runtime``: what one request takes, fitted and predicted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocost.cli import options

__all__ = ["runtime"]


def runtime(
    study: Annotated[Path, typer.Argument(help="Folder of a study with a runtime stage.", metavar="STUDY")],
    deployment: Annotated[
        str | None, typer.Option("--deployment", help="Which one, if the study has several.")
    ] = None,
    prompt: Annotated[int | None, typer.Option("--prompt", help="Predict for so many input tokens.")] = None,
    output: Annotated[int | None, typer.Option("--output", help="Predict for so many output tokens.")] = None,
    as_json: options.Json = False,
) -> None:
    """Fit T(p, o) to a profile, and predict the runtime of a request of any size."""
    from isocost.reporting import prediction_json, prediction_text
    from isocost.studies.profile import predict_runtime

    prediction = predict_runtime(study, deployment, prompt, output)
    typer.echo(prediction_json(prediction) if as_json else prediction_text(prediction))
