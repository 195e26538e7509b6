"""The production frontier: which deployments no other one dominates."""

from isocost.frontier.agreement import RankAgreement, metric_ratios, rank_agreements
from isocost.frontier.bootstrap import (
    BootstrapOptions,
    BootstrapScores,
    BootstrapUnit,
    bandwidth_of,
    bootstrap_scores,
)
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
from isocost.frontier.groups import (
    GroupedFrontiers,
    GroupingOptions,
    GroupSummary,
    GroupUnit,
    group_frontiers,
)
from isocost.frontier.likelihood_ratio import LikelihoodRatio, likelihood_ratio
from isocost.frontier.membership import MeasuredFrontier, MeasuredUnit, measured_frontier, membership_shares
from isocost.frontier.metafrontier import MetafrontierUnit, StochasticMetafrontier, stochastic_metafrontier
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
    "BootstrapOptions",
    "BootstrapScores",
    "BootstrapUnit",
    "CapabilityTable",
    "CapabilityUnit",
    "Coincidence",
    "Design",
    "Dominance",
    "Frontier",
    "FrontierParameter",
    "FrontierUnit",
    "FunctionalForm",
    "GroupSummary",
    "GroupUnit",
    "GroupedFrontiers",
    "GroupingOptions",
    "LikelihoodRatio",
    "MeasuredFrontier",
    "MeasuredUnit",
    "MetafrontierUnit",
    "PartialScore",
    "ProductionUnit",
    "RankAgreement",
    "ScenarioFrontier",
    "Standing",
    "StochasticFrontier",
    "StochasticMetafrontier",
    "StochasticUnit",
    "bandwidth_of",
    "bootstrap_scores",
    "cobb_douglas",
    "coincidences",
    "design_of",
    "fit_stochastic_frontier",
    "frontier_of",
    "group_frontiers",
    "likelihood_ratio",
    "measured_frontier",
    "membership_shares",
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
    "stochastic_metafrontier",
    "translog",
]
