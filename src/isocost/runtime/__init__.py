"""T(p, o): what one request takes, idealized; which (p, o) to measure next."""

from isocost.runtime.design import interleave, profile_cells
from isocost.runtime.fit import fit_runtime, held_out_error, measured_cells
from isocost.runtime.model import RuntimeCell, RuntimeModel
from isocost.runtime.samples import RuntimeSamples, samples_of

__all__ = [
    "RuntimeCell",
    "RuntimeModel",
    "RuntimeSamples",
    "fit_runtime",
    "held_out_error",
    "interleave",
    "measured_cells",
    "profile_cells",
    "samples_of",
]
