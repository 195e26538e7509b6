"""Users' data files to records of the core."""

from isocost.exchange.helm import read_helm
from isocost.exchange.lengths import read_lengths
from isocost.exchange.machine_file import MachineFile, ParameterRow, read_machine
from isocost.exchange.model_config import read_model_config
from isocost.exchange.series import read_series
from isocost.exchange.times import TimesFormat, read_times
from isocost.exchange.units import CapabilityFile, UnitFile, read_capability, read_units

__all__ = [
    "CapabilityFile",
    "MachineFile",
    "ParameterRow",
    "TimesFormat",
    "UnitFile",
    "read_capability",
    "read_helm",
    "read_lengths",
    "read_machine",
    "read_model_config",
    "read_series",
    "read_times",
    "read_units",
]
