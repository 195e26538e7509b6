"""Timed requests against an endpoint: reader, load, prompts of exact length, the client's own health."""

from __future__ import annotations

from isocost.measurement.address import Address, EndpointType, resolve_address
from isocost.measurement.clock import clock_now
from isocost.measurement.dialect import Dialect
from isocost.measurement.machine import machine_facts
from isocost.measurement.open_files import require_open_files
from isocost.measurement.opening import Access, open_target
from isocost.measurement.prompts import IdPrompts, PromptSource, TextPrompts
from isocost.measurement.secret import Secret, read_api_key
from isocost.measurement.target import HttpTarget

__all__ = [
    "Access",
    "Address",
    "Dialect",
    "EndpointType",
    "HttpTarget",
    "IdPrompts",
    "PromptSource",
    "Secret",
    "TextPrompts",
    "clock_now",
    "machine_facts",
    "open_target",
    "read_api_key",
    "require_open_files",
    "resolve_address",
]
