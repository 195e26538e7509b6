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
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
)
from isocost.frontier.hypervolume import hypervolume
from isocost.frontier.improvement import Improvement, improvements
from isocost.frontier.pareto import Dominance, pareto_mask

__all__ = [
    "Axis",
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "Dominance",
    "Frontier",
    "FrontierUnit",
    "Improvement",
    "ProductionUnit",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "coincidences",
    "frontier_of",
    "hypervolume",
    "improvements",
    "metric_ratios",
    "pareto_mask",
    "rank_agreements",
    "scenario_frontiers",
    "standings",
]
