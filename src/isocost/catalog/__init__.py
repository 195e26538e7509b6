"""Shipped tables of machines and their prices, as core records."""

from isocost.catalog.machines import MachineProfile, machine_names, machine_profile

__all__ = ["MachineProfile", "machine_names", "machine_profile"]
