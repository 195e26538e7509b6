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
from isocost.frontier.direction import Direction
from isocost.frontier.dominance import (
    Axis,
    Dominance,
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
    pareto_mask,
)
from isocost.frontier.envelopment import EnvelopedUnit, Envelopment, Peer, envelop
from isocost.frontier.malmquist import ProductivityChange, malmquist, mean_change
from isocost.frontier.priced import PricedEfficiency, cost_efficiencies, revenue_efficiencies
from isocost.frontier.production import EnvelopmentProblem
from isocost.frontier.radial import radial_scores
from isocost.frontier.scale import ScaleEfficiency, scale_efficiencies

__all__ = [
    "Axis",
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "Direction",
    "Dominance",
    "EnvelopedUnit",
    "Envelopment",
    "EnvelopmentProblem",
    "Frontier",
    "FrontierUnit",
    "Peer",
    "PricedEfficiency",
    "ProductionUnit",
    "ProductivityChange",
    "RankAgreement",
    "ScaleEfficiency",
    "ScenarioFrontier",
    "Standing",
    "coincidences",
    "cost_efficiencies",
    "envelop",
    "frontier_of",
    "malmquist",
    "mean_change",
    "metric_ratios",
    "pareto_mask",
    "radial_scores",
    "rank_agreements",
    "revenue_efficiencies",
    "scale_efficiencies",
    "scenario_frontiers",
    "standings",
]
