"""Timed requests against an endpoint: reader, load, prompts of exact length, the client's own health."""

from __future__ import annotations

from isocost.measurement.address import Address, EndpointType, resolve_address
from isocost.measurement.budget import Budget, TokenPrices
from isocost.measurement.clock import clock_now
from isocost.measurement.dialect import Dialect
from isocost.measurement.grading import GRADING_RULE, grade
from isocost.measurement.machine import machine_facts
from isocost.measurement.open_files import require_open_files
from isocost.measurement.opening import Access, open_target, open_untimed
from isocost.measurement.prompts import IdPrompts, PromptSource, TextPrompts
from isocost.measurement.question_pool import ask_all
from isocost.measurement.questioning import Asked, Questioner
from isocost.measurement.secret import Secret, read_api_key
from isocost.measurement.target import MOST_IN_FLIGHT, HttpTarget
from isocost.measurement.telemetry import server_watched
from isocost.measurement.wording import PROMPT_FORMAT, question_prompt

__all__ = [
    "GRADING_RULE",
    "MOST_IN_FLIGHT",
    "PROMPT_FORMAT",
    "Access",
    "Address",
    "Asked",
    "Budget",
    "Dialect",
    "EndpointType",
    "HttpTarget",
    "IdPrompts",
    "PromptSource",
    "Questioner",
    "Secret",
    "TextPrompts",
    "TokenPrices",
    "ask_all",
    "clock_now",
    "grade",
    "machine_facts",
    "open_target",
    "open_untimed",
    "question_prompt",
    "read_api_key",
    "require_open_files",
    "resolve_address",
    "server_watched",
]
