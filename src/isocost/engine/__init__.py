"""The embedded engine: a real Transformer with random weights, served over the OpenAI API."""

from __future__ import annotations

from isocost.engine.gguf_file import cached_model, write_model
from isocost.engine.presets import PRESETS, custom
from isocost.engine.running import RunningEngine
from isocost.engine.server import running_engine, serve
from isocost.engine.settings import EngineSettings

__all__ = [
    "PRESETS",
    "EngineSettings",
    "RunningEngine",
    "cached_model",
    "custom",
    "running_engine",
    "serve",
    "write_model",
]
