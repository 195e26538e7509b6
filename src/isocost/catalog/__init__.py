"""Shipped tables of models, accelerators, published runtimes, machines and their prices, as core records."""

from isocost.catalog.accelerators import accelerator_names, accelerator_profile
from isocost.catalog.machines import MachineProfile, machine_names, machine_profile
from isocost.catalog.models import ModelProfile, model_names, model_profile
from isocost.catalog.published import (
    PublishedFit,
    PublishedPrice,
    nearest_published,
    published_fit,
    published_fits,
    published_matches,
    published_names,
    published_price,
    published_prices,
)

__all__ = [
    "MachineProfile",
    "ModelProfile",
    "PublishedFit",
    "PublishedPrice",
    "accelerator_names",
    "accelerator_profile",
    "machine_names",
    "machine_profile",
    "model_names",
    "model_profile",
    "nearest_published",
    "published_fit",
    "published_fits",
    "published_matches",
    "published_names",
    "published_price",
    "published_prices",
]
