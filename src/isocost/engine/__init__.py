"""The embedded engine, served over the OpenAI API, and stacks in this process: real Transformers."""

from __future__ import annotations

from isocost.engine.fetch import FETCHABLE, PackagedModel, fetch_model, fetched_model
from isocost.engine.gguf_file import cached_model, write_model
from isocost.engine.presets import PRESETS, custom
from isocost.engine.running import RunningEngine
from isocost.engine.server import running_engine, serve
from isocost.engine.settings import EngineSettings
from isocost.engine.stub import running_stub
from isocost.engine.transformers_config import llama_config
from isocost.engine.transformers_settings import TransformersSettings
from isocost.engine.transformers_stack import transformers_stack

__all__ = [
    "FETCHABLE",
    "PRESETS",
    "EngineSettings",
    "PackagedModel",
    "RunningEngine",
    "TransformersSettings",
    "cached_model",
    "custom",
    "fetch_model",
    "fetched_model",
    "llama_config",
    "running_engine",
    "running_stub",
    "serve",
    "transformers_stack",
    "write_model",
]
