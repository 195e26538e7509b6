"""The application: commands, and how each way of ending becomes an exit status."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated, TextIO

import typer

from isocost import __version__
from isocost.cli import (
    catalog,
    cost,
    engine,
    frontier,
    hourly_cost,
    measure,
    quickstart,
    report,
    run,
    runtime,
)
from isocost.core.errors import IsocostError

__all__ = ["app", "main"]

app = typer.Typer(
    name="isocost",
    help="What an answer from a language model really costs, on equal footing, and where to run it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 fine; 1 a gate failed; 2 bad input or a target that failed; "
    "4 a budget was spent; 130 stopped by Ctrl-C.",
)
app.command("quickstart")(quickstart.quickstart)
app.add_typer(measure.app, name="measure")
app.command("run")(run.run)
app.command("report")(report.report)
app.command("cost")(cost.cost)
app.command("runtime")(runtime.runtime)
app.command("frontier")(frontier.frontier)
app.command("hourly-cost")(hourly_cost.hourly_cost)
app.add_typer(engine.app, name="engine")
app.add_typer(catalog.app, name="catalog")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"isocost {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Tell what an answer from a language model really costs, on equal footing, and where to run it."""


def main() -> None:
    """Run the command line; errors become one sentence and an exit status, never a traceback."""
    warnings.showwarning = _warn
    try:
        app()
    except IsocostError as error:
        _end(str(error), 2)
    except KeyboardInterrupt:
        _end("stopped by Ctrl-C", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _end(f"{error.strerror or error}: {error.filename or 'standard output'}; mend that and try again", 2)
    except Exception as error:
        if os.environ.get("ISOCOST_DEBUG"):
            raise
        _end(
            f"this is a bug in isocost: {type(error).__name__}: {error}; "
            "please report it with the output of the same command under ISOCOST_DEBUG=1",
            2,
        )


def _warn(  # the signature of `warnings.showwarning`
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Write a doubt as one line; where in the code it arose is of no use to the user."""
    sys.stderr.write(f"isocost: warning: {message}\n")


def _end(sentence: str, status: int) -> None:
    sys.stderr.write(f"isocost: {sentence}\n")
    sys.exit(status)
