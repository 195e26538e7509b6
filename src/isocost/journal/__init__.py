"""The study folder: what was asked, what is assumed, what was observed; one writer, many readers."""

from isocost.journal.answers import read_answers
from isocost.journal.aside import set_aside
from isocost.journal.assumptions import Assumptions, read_assumptions, write_template
from isocost.journal.find_limit import FindLimitSpec
from isocost.journal.folder import StudyFolder, create_study, open_study
from isocost.journal.lock import study_lock
from isocost.journal.open_loop import OpenLoopSpec
from isocost.journal.reader import finished_numbers, read_deployments, read_runs
from isocost.journal.replay import ConversationSpec, TraceSpec
from isocost.journal.shards import ShardTicket, observation_of, read_rows, read_tickets, shifted
from isocost.journal.spending import StageUse, read_use
from isocost.journal.stages import LoadStage, QualityStage, RuntimeStage, Stage
from isocost.journal.target_spec import EngineSpec, ExecutorSpec, TargetSpec, TransformersSpec
from isocost.journal.untrusted import intact
from isocost.journal.writer import JournalWriter
from isocost.journal.yaml_limits import YamlLimitError, parse_yaml

__all__ = [
    "Assumptions",
    "ConversationSpec",
    "EngineSpec",
    "ExecutorSpec",
    "FindLimitSpec",
    "JournalWriter",
    "LoadStage",
    "OpenLoopSpec",
    "QualityStage",
    "RuntimeStage",
    "ShardTicket",
    "Stage",
    "StageUse",
    "StudyFolder",
    "TargetSpec",
    "TraceSpec",
    "TransformersSpec",
    "YamlLimitError",
    "create_study",
    "finished_numbers",
    "intact",
    "observation_of",
    "open_study",
    "parse_yaml",
    "read_answers",
    "read_assumptions",
    "read_deployments",
    "read_rows",
    "read_runs",
    "read_tickets",
    "read_use",
    "set_aside",
    "shifted",
    "study_lock",
    "write_template",
]
