"""What tokens cost: the hour, cost curves over concurrency, returns to scale, the optimal zone."""

from isocost.economics.comparison import SweepComparison, compare_sweeps
from isocost.economics.cost import (
    cost_per_million,
    cost_per_request,
    machine_seconds_per_million,
    price_draws,
)
from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel, TokenBasis, Zone
from isocost.economics.forms import CANDIDATES, COMPARED, Form, form_named
from isocost.economics.hourly import (
    READINGS,
    BreakEven,
    HourlyCost,
    break_even,
    break_even_utilization,
    hourly_cost,
)
from isocost.economics.long_run import (
    EfficientScale,
    ScaleUnit,
    highest_rate,
    long_run_average_cost,
    long_run_cost,
    minimum_efficient_scale,
    planning_marginal_cost,
    replicas,
    returns_to_scale,
)
from isocost.economics.ownership import (
    ACCELERATOR_PARTS,
    PARAMETERS,
    capital_recovery_factor,
    check_values,
    hourly_parts,
)
from isocost.economics.sensitivity import Influence, Sensitivity, sensitivity
from isocost.economics.short_run import (
    ShortRunLevel,
    congestion_s,
    cost_flow,
    private_marginal_cost,
    short_run,
    short_run_average_cost,
    social_marginal_cost,
)
from isocost.economics.sweep import cost_curve
from isocost.economics.technology import (
    StepTime,
    average_cost,
    fit_step_time,
    fit_technology,
    incremental_cost,
    returns_to_concurrency,
    step_time,
)
from isocost.economics.technology_fit import HeldOut, TechnologyFit, fit_forms
from isocost.economics.zone import find_zone, probabilities_of_being_best

__all__ = [
    "ACCELERATOR_PARTS",
    "CANDIDATES",
    "COMPARED",
    "PARAMETERS",
    "READINGS",
    "BatchTechnology",
    "BreakEven",
    "CostCurve",
    "CostLevel",
    "EfficientScale",
    "Form",
    "HeldOut",
    "HourlyCost",
    "Influence",
    "ScaleUnit",
    "Sensitivity",
    "ShortRunLevel",
    "StepTime",
    "SweepComparison",
    "TechnologyFit",
    "TokenBasis",
    "Zone",
    "average_cost",
    "break_even",
    "break_even_utilization",
    "capital_recovery_factor",
    "check_values",
    "compare_sweeps",
    "congestion_s",
    "cost_curve",
    "cost_flow",
    "cost_per_million",
    "cost_per_request",
    "find_zone",
    "fit_forms",
    "fit_step_time",
    "fit_technology",
    "form_named",
    "highest_rate",
    "hourly_cost",
    "hourly_parts",
    "incremental_cost",
    "long_run_average_cost",
    "long_run_cost",
    "machine_seconds_per_million",
    "minimum_efficient_scale",
    "planning_marginal_cost",
    "price_draws",
    "private_marginal_cost",
    "probabilities_of_being_best",
    "replicas",
    "returns_to_concurrency",
    "returns_to_scale",
    "sensitivity",
    "short_run",
    "short_run_average_cost",
    "social_marginal_cost",
    "step_time",
]
