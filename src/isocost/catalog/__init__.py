"""Shipped tables of models, accelerators, published runtimes, machines, prices and currencies, as records."""

from isocost.catalog.accelerators import accelerator_names, accelerator_profile
from isocost.catalog.api_prices import api_price, provider_at
from isocost.catalog.currencies import currency_codes, currency_of
from isocost.catalog.grids import grid_intensity, grid_zones
from isocost.catalog.machines import MachineProfile, machine_names, machine_profile
from isocost.catalog.models import ModelProfile, model_config, model_names, model_profile
from isocost.catalog.owned import OwnedMachine, common_parameter, owned_machine, owned_names
from isocost.catalog.published import (
    PublishedFit,
    nearest_published,
    published_fit,
    published_fits,
    published_matches,
    published_names,
)
from isocost.catalog.published_prices import PublishedPrice, published_price, published_prices
from isocost.catalog.questions import QUESTION_SETS, question_file

__all__ = [
    "QUESTION_SETS",
    "MachineProfile",
    "ModelProfile",
    "OwnedMachine",
    "PublishedFit",
    "PublishedPrice",
    "accelerator_names",
    "accelerator_profile",
    "api_price",
    "common_parameter",
    "currency_codes",
    "currency_of",
    "grid_intensity",
    "grid_zones",
    "machine_names",
    "machine_profile",
    "model_config",
    "model_names",
    "model_profile",
    "nearest_published",
    "owned_machine",
    "owned_names",
    "provider_at",
    "published_fit",
    "published_fits",
    "published_matches",
    "published_names",
    "published_price",
    "published_prices",
    "question_file",
]
