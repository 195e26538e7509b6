"""The application: commands, and how each way of ending becomes an exit status."""

from __future__ import annotations

import os
import select
import sys
import warnings
from contextlib import suppress
from typing import Annotated, Any, TextIO

import typer

from isocost import __version__
from isocost.cli import (
    breakeven,
    capacity,
    catalog,
    compare,
    cost,
    engine,
    frontier,
    hourly_cost,
    measure,
    mix,
    quickstart,
    report,
    run,
    runtime,
    success,
)
from isocost.cli.harmless import harmless, harmless_output
from isocost.cli.usage import empty_word, usage_fault
from isocost.core.errors import BudgetError, InputError, IsocostError

__all__ = ["app", "main"]

_NOBODY_READS = 141  # as a shell reports a command that a closed pipe ended: 128 + SIGPIPE
_USAGE_ERROR: Any = typer.BadParameter.__base__  # of a module that depends on the version of typer

app = typer.Typer(
    name="isocost",
    help="What an answer from a language model really costs, on equal footing, and where to run it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 fine; 1 a gate failed; 2 bad input or a target that failed; "
    "4 a budget was spent; 130 stopped by Ctrl-C; 141 the reader of the output went away.",
)
app.command("quickstart")(quickstart.quickstart)
app.add_typer(measure.app, name="measure")
app.command("run")(run.run)
app.command("report")(report.report)
app.command("cost")(cost.cost)
app.command("breakeven")(breakeven.breakeven)
app.command("capacity")(capacity.capacity)
app.command("runtime")(runtime.runtime)
app.command("compare")(compare.compare)
app.command("frontier")(frontier.frontier)
app.command("mix")(mix.mix)
app.command("success")(success.success)
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
        with harmless_output():
            _run(sys.argv[1:])
    except IsocostError as error:
        _end(str(error), 4 if isinstance(error, BudgetError) else 2)
    except (KeyboardInterrupt, typer.Abort):
        _end("stopped by Ctrl-C", 130)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            sys.exit(_NOBODY_READS)
        _end(f"{error.strerror or error}: {error.filename or 'standard output'}; mend that and try again", 2)
    except Exception as error:
        if os.environ.get("ISOCOST_DEBUG"):
            raise
        _end(
            f"this is a bug in isocost: {type(error).__name__}: {error}; "
            "please report it with the output of the same command under ISOCOST_DEBUG=1",
            2,
        )


def _run(words: list[str]) -> None:
    """Carry out one command; what typer itself would print and end with is told in our words."""
    if (nothing := empty_word(words)) is not None:
        raise InputError(nothing)
    command = typer.main.get_command(app)
    try:
        with command.make_context("isocost", list(words)) as context:
            command.invoke(context)
        sys.exit(0)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except _USAGE_ERROR as fault:
        if type(fault).__name__ == "NoArgsIsHelpError":
            typer.echo(fault.format_message(), err=True)
            sys.exit(2)
        raise InputError(usage_fault(fault, command, words)) from None


def _nobody_reads() -> bool:
    """Tell whether who read our output went away, as ``head`` does; then nothing more is written to it."""
    gone = [stream for stream in (sys.stdout, sys.stderr) if _is_hung_up(stream)]
    for stream in gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return bool(gone)


def _is_hung_up(stream: TextIO) -> bool:
    poll = select.poll()
    try:
        poll.register(stream, 0)
    except (OSError, ValueError, TypeError):  # no file below it, or closed from the start
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _warn(  # the signature of `warnings.showwarning`
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Write a doubt as one line; where in the code it arose is of no use to the user."""
    sys.stderr.write(f"isocost: warning: {_line(str(message))}\n")


def _line(sentence: str) -> str:
    """Return one line that no terminal obeys, whatever names stand in the sentence."""
    return harmless(" ".join(sentence.splitlines()))


def _end(sentence: str, status: int) -> None:
    with suppress(OSError, AttributeError):  # standard error is gone or was never there
        sys.stderr.write(f"isocost: {_line(sentence)}\n")
    sys.exit(status)
