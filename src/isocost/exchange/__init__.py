"""Users' data files to records of the core."""

from isocost.exchange.diurnal import read_diurnal
from isocost.exchange.focus import FOCUS_VERSION, FocusCharge, focus_csv
from isocost.exchange.helm import read_helm
from isocost.exchange.lengths import read_lengths
from isocost.exchange.machine_file import MachineFile, ParameterRow, read_machine
from isocost.exchange.model_config import read_model_config
from isocost.exchange.price_file import read_price
from isocost.exchange.problems import ProblemFile, read_problems
from isocost.exchange.quality import KNOWN_QUALITY_TOOLS, QualityFiles, read_quality
from isocost.exchange.questions import read_questions
from isocost.exchange.results import KNOWN_TOOLS, ResultFiles, read_results
from isocost.exchange.scores import ScoredAnswers, read_scores
from isocost.exchange.series import read_series
from isocost.exchange.sweep_file import StatedPrice, SweepFile, SweepFormat
from isocost.exchange.sweep_table import read_sweep
from isocost.exchange.tasks import read_tasks
from isocost.exchange.times import TimesFormat, read_times
from isocost.exchange.trace_file import read_trace, trace_digest
from isocost.exchange.units import CapabilityFile, UnitFile, read_capability, read_units

__all__ = [
    "FOCUS_VERSION",
    "KNOWN_QUALITY_TOOLS",
    "KNOWN_TOOLS",
    "CapabilityFile",
    "FocusCharge",
    "MachineFile",
    "ParameterRow",
    "ProblemFile",
    "QualityFiles",
    "ResultFiles",
    "ScoredAnswers",
    "StatedPrice",
    "SweepFile",
    "SweepFormat",
    "TimesFormat",
    "UnitFile",
    "focus_csv",
    "read_capability",
    "read_diurnal",
    "read_helm",
    "read_lengths",
    "read_machine",
    "read_model_config",
    "read_price",
    "read_problems",
    "read_quality",
    "read_questions",
    "read_results",
    "read_scores",
    "read_series",
    "read_sweep",
    "read_tasks",
    "read_times",
    "read_trace",
    "read_units",
    "trace_digest",
]
