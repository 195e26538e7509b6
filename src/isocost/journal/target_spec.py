"""Whom a stage measures, and who sends: as records and as they stand in ``study.yaml``."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read by pydantic when a study is opened
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from isocost.core.credentials import credential_in
from isocost.core.errors import InputError

__all__ = ["STRICT", "EngineSpec", "ExecutorSpec", "TargetSpec", "TransformersSpec"]

STRICT = {"extra": "forbid", "strict": False}
"""How records are read from YAML: nothing unknown, numbers may be written as text."""

_MOST_WORKERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """The embedded engine as a target: it is started for the stage and stopped after it.

    Parameters
    ----------
    model : str
        ``tiny``, ``small`` or a path to a GGUF file; or a model of the Llama family by its name in the
        catalogue or its ``config.json``, made up with random weights.
    precision : {"F16", "Q8_0"} or None
        ``None``: F16 of a made-up model, as it is of a file.
    threads : int or None
        Threads that compute, at least 1; ``None``: one less than there are cores.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    model: str
    precision: Literal["F16", "Q8_0"] | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersSpec:
    """The library transformers with torch, in this process, as a target; its weights are random.

    Parameters
    ----------
    model : str
        ``tiny``, ``small``, a name in the catalogue, a ``config.json`` or the folder that has one.
    precision : {"F32", "BF16", "F16"} or None
        Of weights, cache and arithmetic; ``None``: F32 on a processor, BF16 on an accelerator.
    device : str or None
        As torch names it, such as ``"cpu"`` or ``"cuda:1"``; ``None``: an accelerator where there is one.
    threads : int or None
        Threads that compute on a processor, at least 1; ``None``: one less than there are cores.
    accelerators : int or None
        Over how many each layer is split, at least 1; ``None``: one.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    model: str
    precision: Literal["F32", "BF16", "F16"] | None = None
    device: str | None = None
    threads: int | None = None
    accelerators: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """Whom to measure: an address, the embedded engine, or transformers in this process.

    Parameters
    ----------
    url : str or None
        Address of an OpenAI-compatible endpoint.
    engine : EngineSpec or None
    transformers : TransformersSpec or None
        Exactly one of `url`, `engine` and `transformers` is given.
    model : str or None
        Name of the model; ``None``: the only one that is served.
    endpoint_type : {"completions", "chat", "responses"}
    api_key_env, api_key_file : str or None
        Where the key is read from when a request is sent; the key itself is never written.
    headers : mapping of str to str
    extra_body : mapping
        Fields added to each request.
    insecure : bool
        Whether TLS certificates go unchecked.
    tokenizer : str or None
        Path of a ``tokenizer.json`` by which prompts get their length; ``None``: the server tells.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    url: str | None = None
    engine: EngineSpec | None = None
    transformers: TransformersSpec | None = None
    model: str | None = None
    endpoint_type: Literal["completions", "chat", "responses"] = "completions"
    api_key_env: str | None = None
    api_key_file: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    insecure: bool = False
    tokenizer: str | None = None

    def __post_init__(self) -> None:
        """Refuse a target that is none of them or several."""
        given = [kind for kind in (self.url, self.engine, self.transformers) if kind is not None]
        if len(given) != 1:
            raise InputError("a target needs exactly one of url, engine and transformers")
        if (name := credential_in({"headers": self.headers, "extra_body": self.extra_body})) is not None:
            raise InputError(
                f"{name} is a credential, which has no place in a study; put it into a variable or a file "
                "and name that: api_key_env or api_key_file"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorSpec:
    """Who sends the requests of a stage, where it is not this process alone.

    Parameters
    ----------
    name : {"serial", "processes", "ray"}
        One worker in this process, told as the others are; processes of this machine; nodes of a Ray cluster.
    workers : int or None
        How many, at least 1; ``None``: one for each core that may be used, or for each node.
    ray_address : str or None
        Of the cluster; ``None``: ``auto``.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    name: Literal["serial", "processes", "ray"]
    workers: int | None = None
    ray_address: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no executor can do."""
        if self.workers is not None and not 1 <= self.workers <= _MOST_WORKERS:
            raise InputError(f"--workers must be from 1 to {_MOST_WORKERS}, got {self.workers}")
        if self.name == "serial" and self.workers not in (None, 1):
            raise InputError(
                f"the serial executor has one worker, got {self.workers}; give --executor processes"
            )
        if self.name != "ray" and self.ray_address is not None:
            raise InputError(f"--ray-address belongs to --executor ray, and the executor is {self.name}")
