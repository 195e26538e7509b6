"""``isocost engine``: the embedded engine, a real Transformer with random weights."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

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
        str, typer.Option("--model", help="tiny, small or a GGUF file.", metavar="NAME|FILE")
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


def _say(running: RunningEngine) -> None:
    """Tell that the engine answers, and where."""
    sys.stderr.write(f"serving {running.deployment.name} at {running.url}/v1 (Ctrl-C stops it)\n")
