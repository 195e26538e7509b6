"""Accelerators of the catalogue as text and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from isocost.reporting.catalog_envelope import catalog_json
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isocost.core.accelerator import Accelerator

__all__ = ["accelerators_json", "accelerators_text"]

_PEAKS = (
    ("fp32", "fp32_tflops"), ("tf32", "tf32_tflops"), ("bf16", "bf16_tflops"), ("fp16", "fp16_tflops"),
    ("fp8", "fp8_tflops"), ("int8", "int8_tops"), ("fp4", "fp4_tflops"),
)  # fmt: skip


def accelerators_text(accelerators: Sequence[Accelerator], *, width: int = 100) -> str:
    """Write accelerators: one in full, several as a table of the figures most asked for."""
    if len(accelerators) == 1:
        return _one_accelerator(accelerators[0])
    columns = (
        Column(title="Accelerator", numeric=False),
        Column(title="Memory", unit="GB"),
        Column(title="Bandwidth", unit="GB/s"),
        Column(title="BF16 or FP16", unit="TFLOP/s"),
        Column(title="FP8", unit="TFLOP/s"),
        Column(title="Power", unit="W"),
        Column(title="Figures", numeric=False),
    )
    rows = tuple(
        (
            each.name,
            f"{each.memory_gb:g}",
            f"{each.bandwidth_gb_s:g}",
            _figure(each.bf16_tflops if each.bf16_tflops is not None else each.fp16_tflops),
            _figure(each.fp8_tflops),
            _figure(each.power_w),
            each.confidence,
        )
        for each in accelerators
    )
    title = f"{len(rows)} accelerators; peaks of dense matrix products as their makers give them"
    lines = table_lines(Table(title=title, columns=columns, groups=(("", rows),)), width=width)
    return "\n".join([*lines, "", "isocost catalog accelerators NAME tells sources and doubts of one."])


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _one_accelerator(one: Accelerator) -> str:
    peaks = [f"{name} {value:g}" for name, key in _PEAKS if (value := getattr(one, key)) is not None]
    link = None if one.interconnect is None else one.interconnect
    speed = "" if one.interconnect_gb_s is None else f", {one.interconnect_gb_s:g} GB/s each way"
    lines = [
        f"{one.name}: {one.description}",
        f"  {one.memory_gb:g} GB of {one.memory_type} at {one.bandwidth_gb_s:g} GB/s",
        f"  dense peak, TFLOP/s: {', '.join(peaks) if peaks else 'not told'}",
        f"  link: {link}{speed}" if link else "",
        f"  power: {one.power_w:g} W" if one.power_w is not None else "",
        f"  figures: {one.confidence}; {one.source}",
        f"  doubt: {one.note}" if one.note else "",
    ]
    return "\n".join(line for line in lines if line)


def accelerators_json(accelerators: Iterable[Accelerator]) -> str:
    """Return accelerators as JSON text: the table ``accelerators`` has a row each; unknown is ``null``."""
    rows = [asdict(each) for each in accelerators]
    return catalog_json(f"{len(rows)} accelerators", {"accelerators": rows})
