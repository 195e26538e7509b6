"""Timed requests against an endpoint: reader, load, prompts of exact length, the client's own health."""

from __future__ import annotations

from isocost.measurement.address import Address, EndpointType, resolve_address
from isocost.measurement.billing import carries_key, is_own_host, refuse_uncapped
from isocost.measurement.budget import Budget, Reservation
from isocost.measurement.clock import clock_now
from isocost.measurement.dialect import Dialect
from isocost.measurement.gate import RunGate, gate_of
from isocost.measurement.grading import GRADING_RULE, grade
from isocost.measurement.health import HealthMeter
from isocost.measurement.machine import machine_facts
from isocost.measurement.open_files import require_open_files
from isocost.measurement.opening import Access, open_target, open_untimed
from isocost.measurement.prompts import IdPrompts, PromptRules, PromptSource, TextPrompts
from isocost.measurement.question_pool import ask_all
from isocost.measurement.questioning import Asked, Questioner, question_at_most
from isocost.measurement.secret import Secret, read_api_key
from isocost.measurement.target import MOST_IN_FLIGHT, HttpTarget
from isocost.measurement.telemetry import server_watched
from isocost.measurement.wording import PROMPT_FORMAT, question_prompt
from isocost.measurement.worst_case import PROBING_REQUESTS, WorstCase, refuse_open_ended, worst_case

__all__ = [
    "GRADING_RULE",
    "MOST_IN_FLIGHT",
    "PROBING_REQUESTS",
    "PROMPT_FORMAT",
    "Access",
    "Address",
    "Asked",
    "Budget",
    "Dialect",
    "EndpointType",
    "HealthMeter",
    "HttpTarget",
    "IdPrompts",
    "PromptRules",
    "PromptSource",
    "Questioner",
    "Reservation",
    "RunGate",
    "Secret",
    "TextPrompts",
    "WorstCase",
    "ask_all",
    "carries_key",
    "clock_now",
    "gate_of",
    "grade",
    "is_own_host",
    "machine_facts",
    "open_target",
    "open_untimed",
    "question_at_most",
    "question_prompt",
    "read_api_key",
    "refuse_open_ended",
    "refuse_uncapped",
    "require_open_files",
    "resolve_address",
    "server_watched",
    "worst_case",
]
