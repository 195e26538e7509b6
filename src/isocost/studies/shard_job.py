"""What a worker is told: its part of a run, as a record and as JSON."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from isocost.core.errors import BudgetError, CatalogError, InputError, IsocostError, MeasurementError
from isocost.core.load import RunPlan  # noqa: TC001 - read at run time, when a job is read
from isocost.journal import TargetSpec  # noqa: TC001 - as above

if TYPE_CHECKING:
    from isocost.core.ports import Message

__all__ = ["ShardJob", "failure_message", "raised", "read_job", "shard_folder", "to_message"]

_KINDS = {kind.__name__: kind for kind in (BudgetError, CatalogError, InputError, MeasurementError)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardJob:
    """One worker's part of a run.

    Parameters
    ----------
    shard : str
        Its name, unique.
    folder : str or None
        In which folder its journal is kept; ``None``: in one of the worker's own machine.
    target : TargetSpec
        Whom to measure; keys are read where the worker runs.
    deployment : str
    stage, label : str
    repeat : int
        Of the run.
    plan : RunPlan
        This worker's part.
    salt : int or None
        Of the prompts, the same for all; ``None``: the worker's own.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    shard: str
    folder: str | None
    target: TargetSpec
    deployment: str
    stage: str
    label: str
    repeat: int
    plan: RunPlan
    salt: int | None = None


def to_message(job: ShardJob) -> Message:
    """Write a job as plain values."""
    from pydantic import TypeAdapter

    return {"do": "prepare", "job": TypeAdapter(ShardJob).dump_python(job, mode="json")}


def read_job(message: Message) -> ShardJob:
    """Read a job that `to_message` wrote.

    Raises
    ------
    InputError
        If it was written by another version.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(ShardJob).validate_python(message["job"])
    except (KeyError, ValidationError):
        raise InputError(
            "a worker does not understand its job; is isocost the same version everywhere?"
        ) from None


def shard_folder(job: ShardJob) -> Path:
    """Make the folder of a shard, for its owner alone.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    mine = Path(tempfile.gettempdir()) / f"isocost-shards-{os.getuid()}"
    folder = (mine if job.folder is None else Path(job.folder)) / job.shard
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.parent.is_symlink() or folder.parent.stat().st_uid != os.getuid():
            raise InputError(f"{folder.parent} is a link or belongs to somebody else; move it away")
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise InputError(f"cannot make {folder} for what a worker measures: {error.strerror}") from None
    return folder


def failure_message(error: IsocostError) -> Message:
    """Tell an error to the coordinator."""
    kind = next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "MeasurementError")
    return {"failed": {"kind": kind, "text": str(error)}}


def raised(failure: Message, worker: str) -> IsocostError:
    """Return the error that a worker told of.

    Examples
    --------
    >>> raised({"kind": "InputError", "text": "there is no key"}, "worker 1")
    InputError('worker 1: there is no key')
    """
    return _KINDS[failure["kind"]](f"{worker}: {failure['text']}")
