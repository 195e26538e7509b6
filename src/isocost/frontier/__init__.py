"""The production frontier: which deployments no other one dominates."""

from isocost.frontier.dominance import (
    Axis,
    Dominance,
    Frontier,
    FrontierUnit,
    ProductionUnit,
    frontier_of,
    pareto_mask,
)

__all__ = ["Axis", "Dominance", "Frontier", "FrontierUnit", "ProductionUnit", "frontier_of", "pareto_mask"]
