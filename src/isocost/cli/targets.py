"""Whom to measure, as written on the command line: an address, ``engine:MODEL`` or ``transformers:MODEL``."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from isocost.cli import options
from isocost.core.credentials import shown_address
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.journal import TargetSpec

__all__ = ["EndpointOptions", "StackOptions", "parse_target", "stage_names"]

_STACK = re.compile(r"(engine|transformers):(?!//)(?!\d+(?:/|$))(.*)")  # a host of that name has a port
_FORMATS = {"engine": ("F16", "Q8_0"), "transformers": ("F32", "BF16", "F16")}


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """Options that only an endpoint takes; ``None``, or false, where they were not given."""

    model: str | None = None
    endpoint_type: str | None = None
    api_key_env: str | None = None
    api_key_file: str | None = None
    header: list[str] | None = None
    extra_body: str | None = None
    insecure: bool = False
    tokenizer: Path | None = None


@dataclass(frozen=True, slots=True)
class StackOptions:
    """Options that only a stack on this machine takes; ``None`` where they were not given."""

    precision: str | None = None
    threads: int | None = None
    device: str | None = None
    accelerators: int | None = None


def parse_target(text: str, endpoint: EndpointOptions, stack: StackOptions) -> TargetSpec:
    """Say whom to measure; an address is kept as it was resolved, without a password in it.

    ``--endpoint-type`` counts before the path of the address; standard error says so where they differ.

    Parameters
    ----------
    text : str
        An address; ``engine:MODEL``; ``transformers:MODEL``.
    endpoint : EndpointOptions
    stack : StackOptions

    Raises
    ------
    InputError
        If the text is none of these, or an option is given that the target does not take.

    Examples
    --------
    >>> parse_target("transformers:tiny", EndpointOptions(), StackOptions()).transformers.model
    'tiny'
    """
    found = _STACK.fullmatch(text)
    if found is None:
        return _endpoint(text, endpoint, stack)
    kind, model = found[1], found[2]
    _refuse_given(endpoint, f"{text} is a stack on this machine", "an address")
    if not model:
        raise InputError(f"{text} names no model; give one, such as {kind}:tiny")
    return _engine(model, stack) if kind == "engine" else _transformers(model, stack)


def stage_names(targets: Sequence[str], name: str, deployment: str | None) -> tuple[str, ...]:
    """Name one stage for each target: as asked for one target, with the target's own name for several.

    Raises
    ------
    InputError
        If several targets are to be one deployment, or one is given twice.

    Examples
    --------
    >>> stage_names(["engine:tiny", "transformers:tiny"], "runtime", None)
    ('runtime engine:tiny', 'runtime transformers:tiny')
    """
    if len(targets) == 1:
        return (name,)
    if deployment is not None:
        raise InputError(
            f"--deployment {deployment} would call {len(targets)} targets the same; leave it out or measure "
            "them one by one"
        )
    twice = next((text for text, count in Counter(targets).items() if count > 1), None)
    if twice is not None:
        raise InputError(
            f"{_shown(twice)} is given twice; give each target once, and --repeats for more of it"
        )
    return tuple(f"{name} {_shown(text)}" for text in targets)


def _shown(target: str) -> str:
    return target if _STACK.fullmatch(target) else shown_address(target)


def _endpoint(text: str, given: EndpointOptions, stack: StackOptions) -> TargetSpec:
    from isocost.journal import TargetSpec
    from isocost.measurement import resolve_address

    _refuse_given(stack, f"{shown_address(text)} is an endpoint", "engine:MODEL or transformers:MODEL")
    address = resolve_address(text)
    kind = options.parse_endpoint_type(given.endpoint_type, address.implied_type)
    if address.implied_type not in (None, kind):
        typer.echo(
            f"isocost: the path of {shown_address(text)} is that of {address.implied_type}, but "
            f"--endpoint-type {kind} counts: requests go to {address.path(kind)}",
            err=True,
        )
    return TargetSpec(
        url=address.url,
        model=given.model,
        endpoint_type=kind,
        api_key_env=given.api_key_env,
        api_key_file=given.api_key_file,
        headers=options.parse_headers(given.header),
        extra_body=options.parse_extra_body(given.extra_body),
        insecure=given.insecure,
        tokenizer=None if given.tokenizer is None else str(given.tokenizer.absolute()),
    )


def _engine(model: str, given: StackOptions) -> TargetSpec:
    from isocost.journal import EngineSpec, TargetSpec

    for name in ("device", "accelerators"):
        if getattr(given, name) is not None:
            raise InputError(
                f"--{name} {getattr(given, name)}: the embedded engine runs on the processor; leave it out"
            )
    precision: Any = _precision(given.precision, "engine")
    return TargetSpec(engine=EngineSpec(model=_kept(model), precision=precision, threads=_threads(given)))


def _transformers(model: str, given: StackOptions) -> TargetSpec:
    from isocost.journal import TargetSpec, TransformersSpec

    precision: Any = _precision(given.precision, "transformers")
    spec = TransformersSpec(
        model=_kept(model),
        precision=precision,
        device=given.device,
        threads=_threads(given),
        accelerators=given.accelerators,
    )
    return TargetSpec(transformers=spec)


def _kept(model: str) -> str:
    """Keep a file by its whole path, so that the study can be gone on with from anywhere."""
    path = Path(model)
    is_file = path.suffix in (".json", ".gguf") or (path / "config.json").is_file()
    return str(path.absolute()) if is_file else model


def _threads(given: StackOptions) -> int | None:
    if given.threads is not None and given.threads < 1:
        raise InputError(f"--threads must be at least 1, got {given.threads}")
    return given.threads


def _precision(given: str | None, kind: str) -> str | None:
    if given is not None and given.upper() not in _FORMATS[kind]:
        raise InputError(f"--precision of {kind}: must be {' or '.join(_FORMATS[kind])}, got {given!r}")
    return None if given is None else given.upper()


def _refuse_given(given: EndpointOptions | StackOptions, what: str, whose: str) -> None:
    for name in given.__dataclass_fields__:
        if getattr(given, name) not in (None, False):
            raise InputError(f"--{name.replace('_', '-')} belongs to {whose}, and {what}; leave it out")
