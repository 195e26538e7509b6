"""Options that say who sends the requests: this process, several, or the nodes of a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.journal import ExecutorSpec

__all__ = ["ExecutorName", "RayAddress", "Workers", "parse_executor"]

_KINDS = ("serial", "processes", "ray")

ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="Who sends: processes of this machine, or ray, one worker a node of a cluster; this process if "
        "left out.",
        metavar="processes|ray|serial",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", help="How many processes or nodes; one a core, or all nodes, if left out."),
]
RayAddress = Annotated[
    str | None,
    typer.Option("--ray-address", help="Of the Ray cluster: HOST:PORT; auto, the one of this machine."),
]


def parse_executor(name: str | None, workers: int | None, ray_address: str | None) -> ExecutorSpec | None:
    """Say who sends; ``None``: this process alone.

    Raises
    ------
    InputError
        If there is no such executor, or an option is given that it does not take.

    Examples
    --------
    >>> parse_executor("processes", 4, None).workers
    4
    """
    if name is None:
        for option, value in (("workers", workers), ("ray-address", ray_address)):
            if value is not None:
                which = "ray" if option == "ray-address" else "processes or ray"
                raise InputError(
                    f"--{option} belongs to --executor, which is not given; give --executor {which}, too"
                )
        return None
    if name not in _KINDS:
        raise InputError(f"--executor must be processes, ray or serial, got {name!r}")
    from isocost.journal import ExecutorSpec

    known: Any = name
    return ExecutorSpec(name=known, workers=workers, ray_address=ray_address)
