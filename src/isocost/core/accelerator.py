"""A chip that models run on, with the figures its maker gives."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Accelerator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """Peak figures of one accelerator; ``None`` where nobody tells.

    Parameters
    ----------
    name : str
        As written on the command line.
    description : str
        Its full name.
    vendor, kind : str
        Who makes it, and what it is: ``"gpu"``, ``"tpu"``, ``"asic"``, ``"npu"``, ``"soc"``.
    memory_gb : float
        Memory that holds weights and cache, 10^9 bytes as the maker counts.
    memory_type : str
        Such as ``"HBM3"``.
    bandwidth_gb_s : float
        Peak bandwidth of that memory, 10^9 bytes per second.
    fp32_tflops, tf32_tflops, bf16_tflops, fp16_tflops, fp8_tflops, int8_tops, fp4_tflops : float or None
        Peak of dense matrix products, 10^12 operations per second.
    interconnect : str or None
        Link to others of its kind.
    interconnect_gb_s : float or None
        Peak of that link in each direction, 10^9 bytes per second.
    power_w : float or None
        Thermal design power, watts.
    confidence : str
        How the figures were obtained: ``"read"`` from the source, ``"partly recalled"``, ``"recalled"`` or
        ``"conflicting"``.
    source : str
        Who says so.
    note : str
        What to doubt; empty where nothing.
    """

    name: str
    description: str
    vendor: str
    kind: str
    memory_gb: float
    memory_type: str
    bandwidth_gb_s: float
    confidence: str
    source: str
    fp32_tflops: float | None = None
    tf32_tflops: float | None = None
    bf16_tflops: float | None = None
    fp16_tflops: float | None = None
    fp8_tflops: float | None = None
    int8_tops: float | None = None
    fp4_tflops: float | None = None
    interconnect: str | None = None
    interconnect_gb_s: float | None = None
    power_w: float | None = None
    note: str = ""
