"""Result records as text, SVG and HTML; the only room that rounds and converts for display."""

from isocost.reporting.accelerators import accelerators_json, accelerators_text
from isocost.reporting.breakeven import break_even_doubts, break_even_sentence, break_even_text
from isocost.reporting.breakeven_envelope import break_even_json
from isocost.reporting.breakeven_page import break_even_page
from isocost.reporting.capability import capability_text, capability_verdict
from isocost.reporting.capability_page import capability_page
from isocost.reporting.capacity import capacity_text
from isocost.reporting.capacity_envelope import capacity_json
from isocost.reporting.capacity_page import capacity_page
from isocost.reporting.comparison import comparison_text, comparison_verdict
from isocost.reporting.comparison_envelope import comparison_json
from isocost.reporting.comparison_page import comparison_page
from isocost.reporting.envelope import envelope, envelope_json, estimate_object
from isocost.reporting.fetched import fetched_json
from isocost.reporting.frontier_envelope import capability_json
from isocost.reporting.frontier_page import frontier_page
from isocost.reporting.hourly import hourly_text
from isocost.reporting.hourly_envelope import hourly_json
from isocost.reporting.limit import limit_text
from isocost.reporting.machines import machines_json, machines_text, prices_json, prices_text
from isocost.reporting.models import model_json, model_text, models_json, models_text
from isocost.reporting.next_points import next_json, next_text
from isocost.reporting.page import html_page
from isocost.reporting.prediction import prediction_json, prediction_text
from isocost.reporting.published import published_json, published_text
from isocost.reporting.published_catalog import published_catalog_json, published_catalog_text
from isocost.reporting.quality import quality_json, quality_text
from isocost.reporting.rehearsal import rehearsal_json, rehearsal_text
from isocost.reporting.terminal import terminal_text
from isocost.reporting.times import helm_json, times_json, times_text
from isocost.reporting.times_page import times_page
from isocost.reporting.trends import trends_json, trends_text
from isocost.reporting.trends_page import trends_page
from isocost.reporting.units import unit_text
from isocost.reporting.units_envelope import unit_json
from isocost.reporting.verdict import Verdict, verdict_of

__all__ = [
    "Verdict",
    "accelerators_json",
    "accelerators_text",
    "break_even_doubts",
    "break_even_json",
    "break_even_page",
    "break_even_sentence",
    "break_even_text",
    "capability_json",
    "capability_page",
    "capability_text",
    "capability_verdict",
    "capacity_json",
    "capacity_page",
    "capacity_text",
    "comparison_json",
    "comparison_page",
    "comparison_text",
    "comparison_verdict",
    "envelope",
    "envelope_json",
    "estimate_object",
    "fetched_json",
    "frontier_page",
    "helm_json",
    "hourly_json",
    "hourly_text",
    "html_page",
    "limit_text",
    "machines_json",
    "machines_text",
    "model_json",
    "model_text",
    "models_json",
    "models_text",
    "next_json",
    "next_text",
    "prediction_json",
    "prediction_text",
    "prices_json",
    "prices_text",
    "published_catalog_json",
    "published_catalog_text",
    "published_json",
    "published_text",
    "quality_json",
    "quality_text",
    "rehearsal_json",
    "rehearsal_text",
    "terminal_text",
    "times_json",
    "times_page",
    "times_text",
    "trends_json",
    "trends_page",
    "trends_text",
    "unit_json",
    "unit_text",
    "verdict_of",
]
