"""The production frontier: which deployments no other one dominates."""

from isocost.frontier.agreement import RankAgreement, metric_ratios, rank_agreements
from isocost.frontier.capability import (
    CapabilityTable,
    CapabilityUnit,
    Coincidence,
    ScenarioFrontier,
    Standing,
    coincidences,
    scenario_frontiers,
    standings,
)
from isocost.frontier.cascade import Cascade, CascadeData, Outcome, learn_cascade, outcomes
from isocost.frontier.dominance import (
    Axis,
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
)
from isocost.frontier.hull_band import HullBand, hull_band
from isocost.frontier.hypervolume import hypervolume
from isocost.frontier.improvement import Improvement, improvements
from isocost.frontier.mixing import (
    Hull,
    Mix,
    area_under_hull,
    best_within_budget,
    cheapest_at_quality,
    mixing_hull,
    shadow_price,
)
from isocost.frontier.pareto import Dominance, pareto_mask
from isocost.frontier.success import (
    Attempts,
    cost_of_success,
    essentiality,
    frontier_cost,
    pass_at,
    split_frontier,
)

__all__ = [
    "Attempts",
    "Axis",
    "CapabilityTable",
    "CapabilityUnit",
    "Cascade",
    "CascadeData",
    "Coincidence",
    "Dominance",
    "Frontier",
    "FrontierUnit",
    "Hull",
    "HullBand",
    "Improvement",
    "Mix",
    "Outcome",
    "ProductionUnit",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "area_under_hull",
    "best_within_budget",
    "cheapest_at_quality",
    "coincidences",
    "cost_of_success",
    "essentiality",
    "frontier_cost",
    "frontier_of",
    "hull_band",
    "hypervolume",
    "improvements",
    "learn_cascade",
    "metric_ratios",
    "mixing_hull",
    "outcomes",
    "pareto_mask",
    "pass_at",
    "rank_agreements",
    "scenario_frontiers",
    "shadow_price",
    "split_frontier",
    "standings",
]
