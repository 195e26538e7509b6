"""What the catalogue knows, for programs: the same envelope as every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.reporting.envelope import SCHEMA
from isocost.reporting.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["catalog_json"]


def catalog_json(text: str, tables: Mapping[str, Any], assumptions: Mapping[str, Any] | None = None) -> str:
    """Return tables of the catalogue as JSON text: strict, and the same text for the same tables.

    Parameters
    ----------
    text : str
        The result in a few words.
    tables : mapping of str to list of dict
        Each row carries its own source.
    assumptions : mapping of str to object, optional
        What was asked, by name.
    """
    content = {
        "schema": SCHEMA,
        "question": "What does the catalogue know?",
        "verdict": {"text": text, "state": "known"},
        "estimates": {},
        "tables": dict(tables),
        "assumptions": [
            {"name": name, "value": value, "source": "as asked"}
            for name, value in (assumptions or {}).items()
        ],
        "warnings": [],
        "provenance": [],
    }
    return json_text(content)
