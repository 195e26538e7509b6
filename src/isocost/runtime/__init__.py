"""T(p, o): what one request takes, idealized; which (p, o) to measure next."""

from isocost.runtime.contention import Contention, contention
from isocost.runtime.design import interleave, profile_cells
from isocost.runtime.drift import Drift, DriftStep, drift
from isocost.runtime.fit import fit_runtime, held_out_error, measured_cells
from isocost.runtime.model import RuntimeCell, RuntimeModel
from isocost.runtime.samples import RuntimeSamples, samples_of
from isocost.runtime.variation import CellVariation, cell_variations, typical_variation

__all__ = [
    "CellVariation",
    "Contention",
    "Drift",
    "DriftStep",
    "RuntimeCell",
    "RuntimeModel",
    "RuntimeSamples",
    "cell_variations",
    "contention",
    "drift",
    "fit_runtime",
    "held_out_error",
    "interleave",
    "measured_cells",
    "profile_cells",
    "samples_of",
    "typical_variation",
]
