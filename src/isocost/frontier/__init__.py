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
from isocost.frontier.dominance import (
    Axis,
    Dominance,
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
    pareto_mask,
)
from isocost.frontier.radial import radial_scores

__all__ = [
    "Axis",
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "Dominance",
    "Frontier",
    "FrontierUnit",
    "ProductionUnit",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "coincidences",
    "frontier_of",
    "metric_ratios",
    "pareto_mask",
    "radial_scores",
    "rank_agreements",
    "scenario_frontiers",
    "standings",
]
