"""The pictures of a report, each a pure function from records to a `Figure`."""

from isocost.reporting.charts.breakeven import break_even_figure
from isocost.reporting.charts.cost import cost_figure
from isocost.reporting.charts.energy import energy_figure
from isocost.reporting.charts.figure import Figure, Panel, Series
from isocost.reporting.charts.frontier import frontier_figure
from isocost.reporting.charts.hourly import hourly_figure
from isocost.reporting.charts.latency import latency_figure
from isocost.reporting.charts.limit import limit_figure
from isocost.reporting.charts.linked import linked_figure
from isocost.reporting.charts.malmquist import ProductivityParts, malmquist_figure
from isocost.reporting.charts.plane import InputPrices, Plane, PlanePoint, SlopeLine
from isocost.reporting.charts.plane_figure import plane_figure
from isocost.reporting.charts.profile_drift import profile_drift_figure
from isocost.reporting.charts.runtime import runtime_figures
from isocost.reporting.charts.scores import Score, score_figure
from isocost.reporting.charts.side_by_side import side_by_side_figure
from isocost.reporting.charts.variation import contention_figure, drift_figure, variation_figure

__all__ = [
    "Figure",
    "InputPrices",
    "Panel",
    "Plane",
    "PlanePoint",
    "ProductivityParts",
    "Score",
    "Series",
    "SlopeLine",
    "break_even_figure",
    "contention_figure",
    "cost_figure",
    "drift_figure",
    "energy_figure",
    "frontier_figure",
    "hourly_figure",
    "latency_figure",
    "limit_figure",
    "linked_figure",
    "malmquist_figure",
    "plane_figure",
    "profile_drift_figure",
    "runtime_figures",
    "score_figure",
    "side_by_side_figure",
    "variation_figure",
]
