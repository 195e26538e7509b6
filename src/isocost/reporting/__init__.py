"""Result records as text, SVG and HTML; the only room that rounds and converts for display."""

from isocost.reporting.envelope import envelope, envelope_json, estimate_object
from isocost.reporting.machines import machines_text
from isocost.reporting.page import html_page
from isocost.reporting.prediction import prediction_json, prediction_text
from isocost.reporting.terminal import terminal_text
from isocost.reporting.verdict import Verdict, verdict_of

__all__ = [
    "Verdict",
    "envelope",
    "envelope_json",
    "estimate_object",
    "html_page",
    "machines_text",
    "prediction_json",
    "prediction_text",
    "terminal_text",
    "verdict_of",
]
