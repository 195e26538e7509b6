"""``isocost catalog``: what isocost knows, with date and source."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="Machines and prices, dated and sourced.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _catalog() -> None:
    """Look things up."""


@app.command("machines")
def machines(
    name: Annotated[str | None, typer.Argument(help="One of them, in full.", metavar="NAME")] = None,
) -> None:
    """List machine profiles and their prices."""
    from isocost.catalog import machine_names, machine_profile
    from isocost.reporting import machines_text

    names = machine_names() if name is None else (name,)
    typer.echo(machines_text([machine_profile(one) for one in names]))
