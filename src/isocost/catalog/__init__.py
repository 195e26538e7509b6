"""Shipped tables of models, accelerators, machines and their prices, as core records."""

from isocost.catalog.accelerators import accelerator_names, accelerator_profile
from isocost.catalog.machines import MachineProfile, machine_names, machine_profile
from isocost.catalog.models import ModelProfile, model_config, model_names, model_profile

__all__ = [
    "MachineProfile",
    "ModelProfile",
    "accelerator_names",
    "accelerator_profile",
    "machine_names",
    "machine_profile",
    "model_config",
    "model_names",
    "model_profile",
]
