"""The study folder: what was asked, what is assumed, what was observed; one writer, many readers."""

from isocost.journal.answers import read_answers
from isocost.journal.aside import set_aside
from isocost.journal.assumptions import Assumptions, read_assumptions, write_template
from isocost.journal.folder import StudyFolder, create_study, open_study
from isocost.journal.lock import study_lock
from isocost.journal.open_loop import OpenLoopSpec
from isocost.journal.reader import finished_numbers, read_deployments, read_runs
from isocost.journal.spending import StageUse, read_use
from isocost.journal.stages import (
    EngineSpec,
    LoadStage,
    QualityStage,
    RuntimeStage,
    Stage,
    TargetSpec,
    TransformersSpec,
)
from isocost.journal.writer import JournalWriter

__all__ = [
    "Assumptions",
    "EngineSpec",
    "JournalWriter",
    "LoadStage",
    "OpenLoopSpec",
    "QualityStage",
    "RuntimeStage",
    "Stage",
    "StageUse",
    "StudyFolder",
    "TargetSpec",
    "TransformersSpec",
    "create_study",
    "finished_numbers",
    "open_study",
    "read_answers",
    "read_assumptions",
    "read_deployments",
    "read_runs",
    "read_use",
    "set_aside",
    "study_lock",
    "write_template",
]
