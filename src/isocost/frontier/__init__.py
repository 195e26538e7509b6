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
from isocost.frontier.frontier_parameter import FrontierParameter
from isocost.frontier.functional_form import Design, FunctionalForm, cobb_douglas, design_of, translog
from isocost.frontier.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from isocost.frontier.partial import PartialScore, order_alpha_scores, order_m_scores, partial_scores
from isocost.frontier.radial import radial_scores
from isocost.frontier.stochastic import (
    StochasticFrontier,
    StochasticUnit,
    fit_stochastic_frontier,
    stochastic_frontier,
)

__all__ = [
    "Axis",
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "Design",
    "Dominance",
    "Frontier",
    "FrontierParameter",
    "FrontierUnit",
    "FunctionalForm",
    "LikelihoodRatio",
    "PartialScore",
    "ProductionUnit",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "StochasticFrontier",
    "StochasticUnit",
    "cobb_douglas",
    "coincidences",
    "design_of",
    "fit_stochastic_frontier",
    "frontier_of",
    "likelihood_ratio",
    "metric_ratios",
    "order_alpha_scores",
    "order_m_scores",
    "pareto_mask",
    "partial_scores",
    "radial_scores",
    "rank_agreements",
    "scenario_frontiers",
    "standings",
    "stochastic_frontier",
    "translog",
]
