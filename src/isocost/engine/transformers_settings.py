"""How transformers runs in this process: number format, device, threads; and whether a model fits there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from isocost.architecture import memory_need
from isocost.core.errors import InputError
from isocost.engine.settings import available_cores

if TYPE_CHECKING:
    from isocost.core.deployment import Architecture

__all__ = ["TransformersSettings", "require_accelerators", "require_room", "resolved_device"]

_FORMATS = MappingProxyType({"F32": "fp32", "BF16": "bf16", "F16": "fp16"})
_CONTEXT = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersSettings:
    """Knobs of transformers in this process.

    Parameters
    ----------
    precision : {"F32", "BF16", "F16"} or None
        Of weights, cache and arithmetic; ``None``: F32 on a processor, BF16 on an accelerator.
    device : str or None
        ``"cpu"``, ``"cuda"`` or ``"cuda:N"``; ``None``: an accelerator where there is one.
    threads : int or None
        Threads that compute on a processor; ``None``: one less than there are cores, at least 1, as of the
        embedded engine.
    accelerators : int
        Over how many each layer is split, at least 1; the first ones of the machine.

    Raises
    ------
    InputError
        If a setting is none of these.

    Examples
    --------
    >>> TransformersSettings(precision="F32", threads=2).thread_count
    2
    """

    precision: str | None = None
    device: str | None = None
    threads: int | None = None
    accelerators: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no such setting."""
        if self.precision not in (None, *_FORMATS):
            raise InputError(f"precision must be one of {', '.join(_FORMATS)}, got {self.precision!r}")
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads must be at least 1, got {self.threads}")
        if self.accelerators < 1:
            raise InputError(f"accelerators must be at least 1, got {self.accelerators}")

    @property
    def thread_count(self) -> int:
        """Threads that compute on a processor."""
        return max(1, available_cores() - 1) if self.threads is None else self.threads

    def precision_on(self, device_type: str) -> str:
        """Return the number format on a ``"cpu"`` or ``"cuda"`` device."""
        return self.precision or ("F32" if device_type == "cpu" else "BF16")


def resolved_device(torch: Any, asked: str | None) -> Any:  # noqa: ANN401 - untyped library
    """Return the ``torch.device`` that was asked for.

    Parameters
    ----------
    torch : module
    asked : str or None
        ``None``: an accelerator where there is one.

    Raises
    ------
    InputError
        If there is no such device.
    """
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if asked is None:
        return torch.device("cuda", 0) if there else torch.device("cpu")
    known = ("cpu", *(("cuda",) if there else ()), *(f"cuda:{number}" for number in range(there)))
    if asked not in known:
        raise InputError(f"no device {asked!r} for torch on this machine; give one of {', '.join(known)}")
    return torch.device("cuda", 0) if asked == "cuda" else torch.device(asked)


def require_accelerators(torch: Any, settings: TransformersSettings, device: Any) -> int:  # noqa: ANN401 - untyped library
    """Return over how many accelerators a layer is split.

    Raises
    ------
    InputError
        If there are not so many, one of them was chosen, or the device is a processor.
    """
    count = settings.accelerators
    if count == 1:
        return 1
    there = torch.cuda.device_count() if device.type == "cuda" else 0
    if count > there or settings.device not in (None, "cuda"):
        raise InputError(
            f"a layer cannot be split over {count} accelerators: {device} was chosen and torch sees {there}; "
            "leave --device out and give as many as there are"
        )
    return count


def require_room(
    torch: Any,  # noqa: ANN401 - untyped library
    architecture: Architecture,
    precision: str,
    device: Any,  # noqa: ANN401 - untyped library
    accelerators: int = 1,
) -> None:
    """Refuse a model whose weights and cache are larger than the memory that is free.

    Raises
    ------
    InputError
        If it does not fit; it says how much is needed and how much there is.
    """
    tokens = min(architecture.context_length, _CONTEXT)
    number_format = _FORMATS[precision]
    need = memory_need(
        architecture, context_tokens=tokens, weight_format=number_format, cache_format=number_format
    )
    free = _free_bytes(torch, device)
    if free is not None and need.total_bytes > free * accelerators:
        each = "" if accelerators == 1 else f", {accelerators} times"
        raise InputError(
            f"{architecture.name} needs {need.total_bytes / 1e9:.1f} GB in {precision} (weights, and a cache "
            f"of {tokens} tokens) and {device} has {free / 1e9:.1f} GB free{each}; take a smaller model, a "
            "smaller --precision or another --device"
        )


def _free_bytes(torch: Any, device: Any) -> float | None:  # noqa: ANN401 - untyped library
    """Bytes that can be taken on a device; ``None`` where the system does not say."""
    if device.type == "cuda":
        free, _total = torch.cuda.mem_get_info(device)
        return float(free)
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    return None
