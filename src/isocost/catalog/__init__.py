"""Shipped tables of models, accelerators, machines, prices and currencies, as core records."""

from isocost.catalog.accelerators import accelerator_names, accelerator_profile
from isocost.catalog.currencies import currency_codes, currency_of
from isocost.catalog.machines import MachineProfile, machine_names, machine_profile
from isocost.catalog.models import ModelProfile, model_names, model_profile
from isocost.catalog.owned import OwnedMachine, owned_machine, owned_names

__all__ = [
    "MachineProfile",
    "ModelProfile",
    "OwnedMachine",
    "accelerator_names",
    "accelerator_profile",
    "currency_codes",
    "currency_of",
    "machine_names",
    "machine_profile",
    "model_names",
    "model_profile",
    "owned_machine",
    "owned_names",
]
