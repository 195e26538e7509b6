"""What a running embedded engine tells of itself."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isocost.core.deployment import Architecture, Deployment, Pool

if TYPE_CHECKING:
    from isocost.engine.channel import Message
    from isocost.engine.model_file import ModelFile

__all__ = ["ENGINE", "RunningEngine", "engine_version"]

ENGINE = "openvino-genai"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningEngine:
    """An embedded engine that answers.

    Parameters
    ----------
    url : str
        Where, without ``/v1``: ``"http://127.0.0.1:8000"``.
    model : str
        Name to ask for.
    deployment : Deployment
        What is served, on what; its architecture counts every weight.
    context_length : int
        Longest prompt and answer together, tokens.
    threads : int
        That compute.
    """

    url: str
    model: str
    deployment: Deployment
    context_length: int
    threads: int

    @property
    def engine(self) -> str | None:
        """Name of the software that computes."""
        return self.deployment.pools[0].engine

    @property
    def engine_version(self) -> str | None:
        """Version of the software that computes."""
        return self.deployment.pools[0].engine_version

    @classmethod
    def of(cls, file: ModelFile, *, url: str, context_length: int, threads: int) -> RunningEngine:
        """Describe the engine that serves `file` at `url`."""
        name = file.architecture.name
        pool = Pool(
            architecture=file.architecture,
            accelerator=processor_name(),
            accelerators=1,
            precision=file.precision,
            engine=ENGINE,
            engine_version=engine_version(),
        )
        deployment = Deployment(name=f"{name} {file.precision}", model=name, pools=(pool,))
        return cls(url=url, model=name, deployment=deployment, context_length=context_length, threads=threads)

    @classmethod
    def from_message(cls, message: Message) -> RunningEngine:
        """Take the record out of the message that `dataclasses.asdict` made of it."""
        deployment: dict[str, Any] = message["deployment"]
        (pool,) = deployment["pools"]
        architecture = Architecture.from_mapping(pool["architecture"])
        pools = (Pool(**{**pool, "architecture": architecture}),)
        return cls(**{**message, "deployment": Deployment(**{**deployment, "pools": pools})})


def engine_version() -> str | None:
    """Version of openvino-genai; ``None`` when it is not installed."""
    with suppress(PackageNotFoundError):
        return version(ENGINE)
    return None


def processor_name() -> str | None:
    """Name of this machine's processor; ``None`` when it does not tell."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or None
