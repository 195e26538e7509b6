"""``isocost engine``: the embedded engine, a real Transformer with random weights."""

from __future__ import annotations

from typing import Annotated

import typer

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
    precision: Annotated[str, typer.Option("--precision", help="F16 or Q8_0, for tiny and small.")] = "F16",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
) -> None:
    """Serve a model over the OpenAI API until Ctrl-C."""
    from isocost.engine import serve as serve_engine

    serve_engine(model, precision=precision, host=host, port=port)
