"""T(p, o): what one request takes, idealized; which (p, o) to measure next."""

from isocost.runtime.belief import RuntimeBelief, runtime_belief
from isocost.runtime.contention import Contention, contention
from isocost.runtime.cost_aware import (
    CostAware,
    accelerator_seconds,
    board_power,
    request_cost,
    request_energy,
)
from isocost.runtime.denoise import denoise, distinct_instances, instances_needed
from isocost.runtime.denoised import DenoisedRuntime
from isocost.runtime.design import interleave, profile_cells
from isocost.runtime.drift import Drift, DriftStep, drift
from isocost.runtime.fit import fit_runtime, held_out_error, measured_cells
from isocost.runtime.foretold import ErrorShare, foretell
from isocost.runtime.model import PriorUse, RuntimeCell, RuntimeModel
from isocost.runtime.next_points import NextPoint, NextPoints, candidate_cells, next_points
from isocost.runtime.posterior import RuntimePosterior, runtime_posterior
from isocost.runtime.prior import RuntimePrior, runtime_prior
from isocost.runtime.published import PublishedRuntime, published_rule
from isocost.runtime.samples import RuntimeSamples, samples_of
from isocost.runtime.side_by_side import SideBySide, side_by_side
from isocost.runtime.table import RuntimeTable
from isocost.runtime.variation import CellVariation, cell_variations, typical_variation

__all__ = [
    "CellVariation",
    "Contention",
    "CostAware",
    "DenoisedRuntime",
    "Drift",
    "DriftStep",
    "ErrorShare",
    "NextPoint",
    "NextPoints",
    "PriorUse",
    "PublishedRuntime",
    "RuntimeBelief",
    "RuntimeCell",
    "RuntimeModel",
    "RuntimePosterior",
    "RuntimePrior",
    "RuntimeSamples",
    "RuntimeTable",
    "SideBySide",
    "accelerator_seconds",
    "board_power",
    "candidate_cells",
    "cell_variations",
    "contention",
    "denoise",
    "distinct_instances",
    "drift",
    "fit_runtime",
    "foretell",
    "held_out_error",
    "instances_needed",
    "interleave",
    "measured_cells",
    "next_points",
    "profile_cells",
    "published_rule",
    "request_cost",
    "request_energy",
    "runtime_belief",
    "runtime_posterior",
    "runtime_prior",
    "samples_of",
    "side_by_side",
    "typical_variation",
]
