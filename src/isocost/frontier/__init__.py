"""The production frontier: which deployments no other one dominates."""

from isocost.frontier.agreement import (
    RankAgreement,
    metric_ratios,
    rank_agreements,
)
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
from isocost.frontier.cascade import (
    Cascade,
    CascadeData,
    Outcome,
    learn_cascade,
    outcomes,
)
from isocost.frontier.direction import (
    Direction,
)
from isocost.frontier.dominance import (
    Axis,
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
)
from isocost.frontier.envelopment import (
    EnvelopedUnit,
    Envelopment,
    Peer,
    envelop,
)
from isocost.frontier.frontier_parameter import (
    FrontierParameter,
)
from isocost.frontier.functional_form import (
    Design,
    FunctionalForm,
    cobb_douglas,
    design_of,
    translog,
)
from isocost.frontier.groups import (
    GroupedFrontiers,
    GroupingOptions,
    GroupSummary,
    GroupUnit,
    group_frontiers,
)
from isocost.frontier.hull_band import (
    HullBand,
    hull_band,
)
from isocost.frontier.hypervolume import (
    hypervolume,
)
from isocost.frontier.improvement import (
    Improvement,
    improvements,
)
from isocost.frontier.likelihood_ratio import (
    LikelihoodRatio,
    likelihood_ratio,
)
from isocost.frontier.malmquist import (
    ProductivityChange,
    malmquist,
    mean_change,
)
from isocost.frontier.membership import (
    MeasuredFrontier,
    MeasuredUnit,
    measured_frontier,
    membership_shares,
)
from isocost.frontier.metafrontier import (
    MetafrontierUnit,
    StochasticMetafrontier,
    stochastic_metafrontier,
)
from isocost.frontier.mixing import (
    Hull,
    Mix,
    area_under_hull,
    best_within_budget,
    cheapest_at_quality,
    mixing_hull,
    shadow_price,
)
from isocost.frontier.pareto import (
    Dominance,
    pareto_mask,
)
from isocost.frontier.partial import (
    PartialScore,
    order_alpha_scores,
    order_m_scores,
    partial_scores,
)
from isocost.frontier.priced import (
    PricedEfficiency,
    cost_efficiencies,
    revenue_efficiencies,
)
from isocost.frontier.production import (
    EnvelopmentProblem,
)
from isocost.frontier.radial import (
    radial_scores,
)
from isocost.frontier.scale import (
    ScaleEfficiency,
    scale_efficiencies,
)
from isocost.frontier.stochastic import (
    StochasticFrontier,
    StochasticUnit,
    fit_stochastic_frontier,
    stochastic_frontier,
)
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
    "BootstrapOptions",
    "BootstrapScores",
    "BootstrapUnit",
    "CapabilityTable",
    "CapabilityUnit",
    "Cascade",
    "CascadeData",
    "Coincidence",
    "Design",
    "Direction",
    "Dominance",
    "EnvelopedUnit",
    "Envelopment",
    "EnvelopmentProblem",
    "Frontier",
    "FrontierParameter",
    "FrontierUnit",
    "FunctionalForm",
    "GroupSummary",
    "GroupUnit",
    "GroupedFrontiers",
    "GroupingOptions",
    "Hull",
    "HullBand",
    "Improvement",
    "LikelihoodRatio",
    "MeasuredFrontier",
    "MeasuredUnit",
    "MetafrontierUnit",
    "Mix",
    "Outcome",
    "PartialScore",
    "Peer",
    "PricedEfficiency",
    "ProductionUnit",
    "ProductivityChange",
    "RankAgreement",
    "ScaleEfficiency",
    "ScenarioFrontier",
    "Standing",
    "StochasticFrontier",
    "StochasticMetafrontier",
    "StochasticUnit",
    "area_under_hull",
    "bandwidth_of",
    "best_within_budget",
    "bootstrap_scores",
    "cheapest_at_quality",
    "cobb_douglas",
    "coincidences",
    "cost_efficiencies",
    "cost_of_success",
    "design_of",
    "envelop",
    "essentiality",
    "fit_stochastic_frontier",
    "frontier_cost",
    "frontier_of",
    "group_frontiers",
    "hull_band",
    "hypervolume",
    "improvements",
    "learn_cascade",
    "likelihood_ratio",
    "malmquist",
    "mean_change",
    "measured_frontier",
    "membership_shares",
    "metric_ratios",
    "mixing_hull",
    "order_alpha_scores",
    "order_m_scores",
    "outcomes",
    "pareto_mask",
    "partial_scores",
    "pass_at",
    "radial_scores",
    "rank_agreements",
    "revenue_efficiencies",
    "scale_efficiencies",
    "scenario_frontiers",
    "shadow_price",
    "split_frontier",
    "standings",
    "stochastic_frontier",
    "stochastic_metafrontier",
    "translog",
]
