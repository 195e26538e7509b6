"""T(p, o): what one request takes, idealized; which (p, o) to measure next; two stacks compared."""

from isocost.runtime.belief import RuntimeBelief, runtime_belief
from isocost.runtime.comparison import (
    Part,
    RuntimeComparison,
    compare_runtimes,
    typical_requests,
)
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
from isocost.runtime.overhead import StepOverhead, step_overhead
from isocost.runtime.pair import DrawnRuntime, RuntimePair
from isocost.runtime.posterior import RuntimePosterior, runtime_posterior
from isocost.runtime.prior import RuntimePrior, runtime_prior
from isocost.runtime.profile_drift import ProfileDrift, profile_drift
from isocost.runtime.published import PublishedRuntime, published_rule
from isocost.runtime.published_draws import PublishedDraws
from isocost.runtime.samples import RuntimeSamples, samples_of
from isocost.runtime.series import RuntimeSeries
from isocost.runtime.side_by_side import SideBySide, side_by_side
from isocost.runtime.table import RuntimeTable
from isocost.runtime.variation import CellVariation, cell_variations, requests_needed, typical_variation

__all__ = [
    "CellVariation",
    "Contention",
    "CostAware",
    "DenoisedRuntime",
    "DrawnRuntime",
    "Drift",
    "DriftStep",
    "ErrorShare",
    "NextPoint",
    "NextPoints",
    "Part",
    "PriorUse",
    "ProfileDrift",
    "PublishedDraws",
    "PublishedRuntime",
    "RuntimeBelief",
    "RuntimeCell",
    "RuntimeComparison",
    "RuntimeModel",
    "RuntimePair",
    "RuntimePosterior",
    "RuntimePrior",
    "RuntimeSamples",
    "RuntimeSeries",
    "RuntimeTable",
    "SideBySide",
    "StepOverhead",
    "accelerator_seconds",
    "board_power",
    "candidate_cells",
    "cell_variations",
    "compare_runtimes",
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
    "profile_drift",
    "published_rule",
    "request_cost",
    "request_energy",
    "requests_needed",
    "runtime_belief",
    "runtime_posterior",
    "runtime_prior",
    "samples_of",
    "side_by_side",
    "step_overhead",
    "typical_requests",
    "typical_variation",
]
