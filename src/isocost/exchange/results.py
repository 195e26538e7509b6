"""Result files of load generators, recognised by what they hold, as operating points."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError
from isocost.core.estimate import Caution
from isocost.exchange.aiperf import is_aiperf, read_aiperf
from isocost.exchange.benchmark_report import (
    is_benchmark_report,
    is_part_of_report,
    read_benchmark_report,
)
from isocost.exchange.guidellm import is_guidellm, read_guidellm
from isocost.exchange.inference_perf import (
    is_inference_perf,
    is_inference_perf_summary,
    read_inference_perf,
)
from isocost.exchange.llmeter import is_llmeter, is_llmeter_part, read_llmeter
from isocost.exchange.tool_run import point_of
from isocost.exchange.vllm_bench import (
    is_console_log,
    is_vllm_json,
    read_console_log,
    read_vllm_json,
)
from isocost.journal import YamlLimitError, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from isocost.core.operating_point import OperatingPoint
    from isocost.exchange.tool_run import ToolRun

__all__ = ["KNOWN_TOOLS", "ResultFiles", "read_results"]

KNOWN_TOOLS = "vllm bench serve (JSON or console log), guidellm, aiperf, inference-perf and llmeter"
"""Whose files are read, in words."""
_LARGEST_FILE = 1 << 30
_ENDINGS = (".json", ".log", ".txt", ".yaml", ".yml")
_READERS: tuple[tuple[Callable[[object], bool], Callable[[Any, str], Iterator[ToolRun]]], ...] = (
    (is_vllm_json, read_vllm_json),
    (is_guidellm, read_guidellm),
    (is_aiperf, read_aiperf),
    (is_inference_perf, read_inference_perf),
    (is_llmeter, read_llmeter),
    (is_benchmark_report, read_benchmark_report),
)
_KEYS = ("model", "lengths", "tool", "folder")
_ALIKE = 1.25  # mean lengths within this factor are taken for one workload


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """What was read of result files.

    Parameters
    ----------
    points : tuple of OperatingPoint
        Sweeps are told apart by ``deployment``; ``keys`` hold ``tool``, ``model`` and ``lengths``.
    cautions : tuple of Caution
    """

    points: tuple[OperatingPoint, ...]
    cautions: tuple[Caution, ...]


def read_results(paths: Sequence[Path], *, pool_folders: bool = False) -> ResultFiles:
    """Read result files; a folder stands for all result files below it.

    Runs of one tool, model and size of requests make one sweep, and runs at the same load are its repeats;
    but where they lie in different folders, the folders tell sweeps apart, since a result file seldom names
    the machine. A file that a folder holds beside its results is passed over; a file named itself must be
    one.

    Parameters
    ----------
    paths : sequence of Path
        At least one.
    pool_folders : bool
        Whether runs at the same load in different folders are repeats all the same.

    Returns
    -------
    ResultFiles

    Raises
    ------
    InputError
        If a file cannot be read or is none of a known tool; if it is of a newer format; if no request ended
        well in any.
    """
    cautions: list[Caution] = []
    found = _once([each for path in paths for each in _found(path, cautions)])
    kept, empty = _usable(found)
    points, repeats = [], Counter[tuple[str, str]]()
    for each, name, keys in _named(kept, pool_folders=pool_folders):
        place = name, each.run.load.label
        points.append(point_of(each.run, deployment=name, repeat=repeats[place], keys=keys))
        repeats[place] += 1
    return ResultFiles(points=tuple(points), cautions=(*cautions, *empty))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A run and the folder it lies in, below the one that was given."""

    folder: str
    run: ToolRun


def _found(path: Path, cautions: list[Caution]) -> list[_Found]:
    if not path.is_dir():
        runs = list(_read(path, path.name, alone=True))
        if not runs:
            raise InputError(f"{path} holds no run; measure again, or leave it out")
        return [_Found(folder=path.resolve().parent.name, run=run) for run in runs]
    found: list[_Found] = []
    for file in sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file()):
        inner = file.relative_to(path)
        folder = inner.parts[0] if len(inner.parts) > 1 else path.resolve().name
        try:
            found += [_Found(folder=folder, run=run) for run in _read(file, str(inner), alone=False)]
        except InputError as error:
            cautions.append(Caution("file-left-out", f"left out: {error}"))
    if not found:
        why = cautions[0].text if cautions else f"isocost reads those of {KNOWN_TOOLS}"
        table = next(iter(sorted(path.rglob("*.csv"))), None)
        if table is not None:
            why += f"; give sweeps in CSV files by their names, such as {table}"
        raise InputError(f"the folder {path} holds no result file that can be used; {why}")
    return found


def _read(path: Path, source: str, *, alone: bool) -> Iterator[ToolRun]:
    text = _text(path)
    if alone and not text.strip():
        raise InputError(f"{path} is empty; measure again, or leave it out")
    if is_console_log(text):
        yield from read_console_log(text, source)
        return
    content = _parsed(path, text)
    reader = next((read for recognise, read in _READERS if recognise(content)), None)
    if reader is not None:
        try:
            yield from reader(content, source)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{path} looks like a result file but is not whole ({type(error).__name__}: {error}); "
                "measure again or leave it out"
            ) from None
    elif alone:
        raise InputError(f"{path} is no result file that isocost knows; {_hint(content)}")


def _hint(content: object) -> str:
    if is_inference_perf_summary(content):
        return "it sums up all stages: give the files stage_N_lifecycle_metrics.json"
    if is_llmeter_part(content):
        return "give stats.json, which lies beside it"
    if is_part_of_report(content):
        return "this benchmark report has no scenario, so its load is unknown: give the tool's own file"
    return f"it reads those of {KNOWN_TOOLS}, and CSV files with a column concurrency or rate"


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{path} is larger than 1 GiB; give the tool's summary without single requests")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _parsed(path: Path, text: str) -> object:
    """Return the content of JSON or YAML; ``None`` for anything else."""
    if path.suffix in (".yaml", ".yml"):
        import yaml  # noqa: PLC0415 - only where YAML is given

        try:
            return parse_yaml(text).content
        except YamlLimitError as error:
            raise InputError(f"{path} holds {error}; give the tool's own file") from None
        except yaml.YAMLError:
            return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _once(found: Sequence[_Found]) -> list[_Found]:
    """Leave out runs that another file tells as well: summaries repeat the runs they sum up."""
    seen = {
        (each.run.model, each.run.load, each.run.duration_s, each.run.requests, each.run.started): each
        for each in reversed(found)
    }
    return list(reversed(seen.values()))


def _usable(found: Sequence[_Found]) -> tuple[list[_Found], tuple[Caution, ...]]:
    runs = [each.run for each in found]
    empty = [run for run in runs if run.requests < 1 or not run.output_tokens_per_second > 0]
    if len(empty) == len(runs):
        failed, well = sum(run.failures for run in runs), sum(max(run.requests, 0) for run in runs)
        said = (
            f"{well} requests ended well, but no output tokens per second are told"
            if well
            else "no request ended well"
        )
        raise InputError(
            f"in {runs[0].source}{' and the other files' if len(runs) > 1 else ''} {said}"
            f"{f', {failed} failed' if failed else ''}, so there is no throughput to price; "
            "look into the log of the target and measure again"
        )
    cautions = tuple(
        Caution(
            "no-operating-point",
            f"{run.source}, {run.load.label}: no request ended well ({run.failures} failed); left out",
        )
        for run in empty
    )
    return [each for each in found if each.run not in empty], cautions


def _named(found: Sequence[_Found], *, pool_folders: bool) -> list[tuple[_Found, str, dict[str, str]]]:
    """Name the sweep of each run by what tells it from the others: model, lengths, tool, folder."""
    lengths = _lengths([each.run for each in found])
    keys = [
        {"tool": each.run.tool, "model": each.run.model, "lengths": length}
        for each, length in zip(found, lengths, strict=True)
    ]
    if not pool_folders:
        _add_folders(found, keys)
    names = [name for name in _KEYS if len({each.get(name) for each in keys}) > 1]
    shown = names if "model" in names else ["model", *names]
    return [
        (each, ", ".join(key[name] for name in shown if key.get(name)), key)
        for each, key in zip(found, keys, strict=True)
    ]


def _add_folders(found: Sequence[_Found], keys: Sequence[dict[str, str]]) -> None:
    """Let folders tell sweeps apart in which one load lies in several of them."""
    sweeps: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for each, key in zip(found, keys, strict=True):
        sweep = sweeps.setdefault(tuple(key.values()), {})
        sweep.setdefault(each.run.load.label, set()).add(each.folder)
    apart = {sweep for sweep, loads in sweeps.items() if any(len(folders) > 1 for folders in loads.values())}
    for each, key in zip(found, keys, strict=True):
        if tuple(key.values()) in apart:
            key["folder"] = each.folder


def _lengths(runs: Sequence[ToolRun]) -> list[str]:
    """Tell the size of requests of each run: as configured, else by means that lie near each other."""
    centres: list[tuple[float, float]] = []
    found = []
    for run in runs:
        if run.lengths is not None or not run.input_tokens or not run.output_tokens:
            found.append(run.lengths or "")
            continue
        sizes = run.input_tokens, run.output_tokens
        near = next((each for each in centres if _alike(each, sizes)), None)
        if near is None:
            centres.append(sizes)
            near = sizes
        found.append(f"about {near[0]:.0f} in, {near[1]:.0f} out")
    return found


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(max(a, b) <= _ALIKE * min(a, b) for a, b in zip(one, other, strict=True))
