"""Users' data files to records of the core."""

from isocost.exchange.lengths import read_lengths
from isocost.exchange.units import CapabilityFile, UnitFile, read_capability, read_units

__all__ = ["CapabilityFile", "UnitFile", "read_capability", "read_lengths", "read_units"]
