"""The study folder: a place that a person can read, move, and re-price years later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from isocost.core.errors import InputError
from isocost.journal.stages import Stage, difference, to_plain
from isocost.journal.yaml_edge import read_checked, write_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from isocost.core.limits import Limits

__all__ = ["StudyFolder", "create_study", "open_study"]

_FORMAT = 1
_LIMITS = ("max_requests", "max_cost_usd", "input_usd_per_million", "output_usd_per_million")
_FILES = (
    *("study.yaml", "assumptions.yaml", "report.html", ".lock"),
    *("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "shards"),
)
_HEAD = "# What this study asks for. Go on with it, or do it again elsewhere: isocost run FOLDER\n"


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """Paths of one study.

    Parameters
    ----------
    path : Path
        The folder.
    """

    path: Path

    @property
    def study_file(self) -> Path:
        """What was asked: the list of stages."""
        return self.path / "study.yaml"

    @property
    def assumptions_file(self) -> Path:
        """Prices and assumptions, applied on reading."""
        return self.path / "assumptions.yaml"

    @property
    def journal_file(self) -> Path:
        """What was observed."""
        return self.path / "journal.sqlite"

    @property
    def shards(self) -> Path:
        """What workers have journaled and is not all in the journal yet; not there when nothing is."""
        return self.path / "shards"

    @property
    def report_file(self) -> Path:
        """The latest report."""
        return self.path / "report.html"

    def stages(self) -> tuple[Stage, ...]:
        """Read the stages of the study.

        Raises
        ------
        InputError
            If ``study.yaml`` is broken (names line and key) or of a newer format.
        """
        if not self.study_file.exists():
            return ()
        from pydantic import Discriminator, create_model

        stage = Annotated[Stage, Discriminator("kind")]
        schema = create_model(
            "StudyFile",
            __config__={"extra": "forbid"},
            format=(int, ...),
            stages=(tuple[stage, ...], ()),
        )
        return tuple(read_checked(self.study_file, schema, prepare=self._prepare).stages)

    def add_stage(self, stage: Stage) -> Stage:
        """Enter a stage; one that asks for the same is already there and is returned, with the new limits.

        Raises
        ------
        InputError
            If a stage of that name asks for something else.
        """
        stages = self.stages()
        for there in stages:
            if there.name == stage.name:
                if (changed := difference(there, stage)) is not None:
                    raise InputError(
                        f"the study {self.path} has a stage {stage.name!r} that asks for something else "
                        f"({changed}); give the new one a name of its own: --stage NAME"
                    )
                return self.limit(there, stage.limits)
        self._write((*stages, stage))
        return stage

    def limit(self, there: Stage, limits: Limits | None) -> Stage:
        """Return a stage of this study with other limits, and write them down."""
        if there.limits == limits:
            return there
        changed = replace(there, limits=limits)
        self._write(tuple(changed if each == there else each for each in self.stages()))
        return changed

    def _write(self, stages: tuple[Stage, ...]) -> None:
        content = {"format": _FORMAT, "stages": [to_plain(stage) for stage in stages]}
        write_yaml(self.study_file, content, head=_HEAD)

    def _prepare(self, content: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """Check the format before anything else; write sizes such as ``512x64`` out as records."""
        if isinstance(content, dict):
            version = content.get("format")
            if isinstance(version, int) and version > _FORMAT:
                raise InputError(
                    f"{self.study_file} has format {version} and this isocost reads up to {_FORMAT}; "
                    "get a newer isocost"
                )
            stages = content.get("stages")
            for stage in stages if isinstance(stages, list) else ():
                _name_sizes(stage)
                _gather_limits(stage)
        return content


def _name_sizes(stage: Any) -> None:  # noqa: ANN401 - whatever the file holds
    if not isinstance(stage, dict):
        return
    for key in ("cells", "shapes"):
        sizes = stage.get(key)
        if isinstance(sizes, list):
            stage[key] = [_named_size(size) for size in sizes]


def _gather_limits(stage: Any) -> None:  # noqa: ANN401 - whatever the file holds
    """Put limits that an earlier version wrote beside the other fields where they belong now."""
    if isinstance(stage, dict) and any(name in stage for name in _LIMITS):
        stage["limits"] = {name: stage.pop(name) for name in _LIMITS if name in stage}


def _named_size(size: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    lengths = size.split("x") if isinstance(size, str) else ()
    return {"input_tokens": lengths[0], "output_tokens": lengths[1]} if len(lengths) == 2 else size


def create_study(path: Path) -> StudyFolder:
    """Make the folder of a study where it is not there yet.

    Raises
    ------
    InputError
        If it cannot be made or is a file.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the study folder {path}: {error.strerror}; choose another --out"
        ) from None
    _refuse_links(path)
    return StudyFolder(path)


def _refuse_links(path: Path) -> None:
    """Refuse a study whose files lie elsewhere: they would be shown, or written over."""
    for name in _FILES:
        file = path / name
        if file.is_symlink() and not file.resolve().is_relative_to(path.resolve()):
            raise InputError(
                f"{file} is a link to a file outside the study; put the file itself into the folder, or "
                "remove the link"
            )


def open_study(path: Path) -> StudyFolder:
    """Open a study that exists: its folder, or the ``study.yaml`` in it.

    Raises
    ------
    InputError
        If there is no study.
    """
    folder = StudyFolder(path.parent if path.name == "study.yaml" else path)
    _refuse_links(folder.path)
    if not folder.study_file.is_file():
        lacks = f"there is no {folder.study_file.name} in it" if folder.path.is_dir() else "it is no folder"
        raise InputError(
            f"{folder.path} is no study: {lacks if folder.path.exists() else 'it does not exist'}; "
            "measure something first: isocost measure load URL --out FOLDER"
        )
    return folder
