"""Where a fetched model lies, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.reporting.json_text import json_text
from isocost.reporting.objects import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.engine import PackagedModel

__all__ = ["fetched_json"]


def fetched_json(name: str, path: Path, model: PackagedModel) -> str:
    """Return where a model lies and where it comes from as JSON text; table ``models``."""
    row = {
        "model": name,
        "path": str(path),
        "sha256": model.sha256,
        "bytes": model.size,
        "licence": model.licence,
        "origin": model.origin,
    }
    content = {
        "schema": SCHEMA,
        "question": "Where does the model lie?",
        "verdict": {"text": f"{name} lies at {path}.", "state": "fetched"},
        "estimates": {},
        "tables": {"models": [row]},
        "assumptions": [],
        "warnings": [],
        "provenance": [{"source": f"{model.package} {model.version}: {model.member}"}],
    }
    return json_text(content)
