"""A disk that fills up under load: what was finished is kept, and the study goes on once there is room."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from doubles.kill_campaign import Verdict, judge, study_command
from doubles.truth_server import running_truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SmallDisk:
    """A file system of a few hundred kilobytes in a name space of its own, which ends with it."""

    def __init__(self, folder: Path, kilobytes: int) -> None:
        self.folder = folder
        mount = f"mount -t tmpfs -o size={kilobytes}k none {folder} && echo ready && exec sleep 600"
        command = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", mount]
        self.keeper = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.keeper.stdout is not None
        self.ready = self.keeper.stdout.readline() == "ready\n"

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a command that sees the disk."""
        inside = ["nsenter", "--target", str(self.keeper.pid), "--user", "--mount"]
        return subprocess.run([*inside, *map(str, command)], capture_output=True, text=True, check=False)

    def isocost(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "isocost", *arguments)

    def make_room(self) -> None:
        assert self.run("mount", "-o", "remount,size=64m", self.folder).returncode == 0


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(folder, kilobytes)
    except FileNotFoundError:
        pytest.skip("no unshare here to mount a small disk with")
    try:
        if not disk.ready:
            pytest.skip("this system lets nobody mount a small disk in a name space of its own")
        yield disk
    finally:
        disk.keeper.kill()
        disk.keeper.communicate()


def test_a_full_disk_loses_nothing_that_was_finished(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with running_truth("--first", "0.02", "--gap", "0.005") as truth, small_disk(folder, 260) as disk:
        study = folder / "study"
        ended = disk.isocost(*study_command(truth, study, tmp_path / "lengths.csv"))
        assert ended.returncode == 2
        assert ended.stderr == (
            f"isocost: cannot write the journal {study}/journal.sqlite: database or disk is full; what was "
            f"committed before is safe. Make room, then go on with: isocost run {study}\n"
        )
        full_at = max(log[0] for log in truth.log())  # nothing more was sent from then on
        again = disk.isocost("run", study, "--quiet")
        assert again.returncode == 2
        assert again.stderr.count("\n") == 1
        disk.make_room()
        assert disk.isocost("run", study, "--quiet").returncode == 0
        verdict = Verdict()
        disk.run("cp", "-r", study, tmp_path / "copy")
        judge(truth, tmp_path / "copy", [full_at], verdict, grace_s=0.75)
    assert verdict.answered == 300
    assert (verdict.lost, verdict.measured_twice, verdict.unfinished) == (0, 0, 0)


def test_a_disk_that_is_full_from_the_start_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with running_truth("--first", "0.002", "--gap", "0.001") as truth, small_disk(folder, 64) as disk:
        assert disk.run("dd", "if=/dev/zero", f"of={folder}/much", "bs=1k").returncode == 1  # no room is left
        study = folder / "study"
        ended = disk.isocost(*study_command(truth, study, tmp_path / "lengths.csv"))
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == (
            f"isocost: cannot write to the study {study}: No space left on device; choose another --out\n"
        )
        assert not [log for size, log in zip(truth.sizes(), truth.log(), strict=True) if size >= 1000]
