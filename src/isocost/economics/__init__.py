"""What tokens cost: the hour, cost curves over concurrency, returns to scale, the optimal zone."""

from isocost.economics.comparison import SweepComparison, compare_sweeps
from isocost.economics.cost import (
    cost_per_million,
    cost_per_request,
    machine_seconds_per_million,
    price_draws,
)
from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel, TokenBasis, Zone
from isocost.economics.hourly import (
    READINGS,
    BreakEven,
    HourlyCost,
    break_even,
    break_even_utilization,
    hourly_cost,
)
from isocost.economics.many_sweeps import Tally, tally_principle
from isocost.economics.ownership import (
    ACCELERATOR_PARTS,
    PARAMETERS,
    capital_recovery_factor,
    check_values,
    hourly_parts,
)
from isocost.economics.principle import PRINCIPLES, Judgement, Principle, PrincipleName
from isocost.economics.principles import arc_returns, judge_principles
from isocost.economics.sensitivity import Influence, Sensitivity, sensitivity
from isocost.economics.steadiness import (
    PARTIAL_FROM,
    Steadiness,
    bounded_curve,
    edge_shares_of,
    implied_tokens_per_request,
    offered_share,
    overload_loss,
    steadiness,
    steadiness_number,
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
from isocost.economics.workload_cost import (
    LevelCost,
    Sharing,
    TaskCost,
    TaskTokens,
    WorkloadCost,
    input_per_output,
    parse_sharing,
    weighted_tokens,
    workload_cost,
)
from isocost.economics.zone import find_zone, probabilities_of_being_best

__all__ = [
    "ACCELERATOR_PARTS",
    "PARAMETERS",
    "PARTIAL_FROM",
    "PRINCIPLES",
    "READINGS",
    "BatchTechnology",
    "BreakEven",
    "CostCurve",
    "CostLevel",
    "HourlyCost",
    "Influence",
    "Judgement",
    "LevelCost",
    "Principle",
    "PrincipleName",
    "Sensitivity",
    "Sharing",
    "Steadiness",
    "StepTime",
    "SweepComparison",
    "Tally",
    "TaskCost",
    "TaskTokens",
    "TokenBasis",
    "WorkloadCost",
    "Zone",
    "arc_returns",
    "average_cost",
    "bounded_curve",
    "break_even",
    "break_even_utilization",
    "capital_recovery_factor",
    "check_values",
    "compare_sweeps",
    "cost_curve",
    "cost_per_million",
    "cost_per_request",
    "edge_shares_of",
    "find_zone",
    "fit_step_time",
    "fit_technology",
    "hourly_cost",
    "hourly_parts",
    "implied_tokens_per_request",
    "incremental_cost",
    "input_per_output",
    "judge_principles",
    "machine_seconds_per_million",
    "offered_share",
    "overload_loss",
    "parse_sharing",
    "price_draws",
    "probabilities_of_being_best",
    "returns_to_concurrency",
    "sensitivity",
    "steadiness",
    "steadiness_number",
    "step_time",
    "tally_principle",
    "weighted_tokens",
    "workload_cost",
]
