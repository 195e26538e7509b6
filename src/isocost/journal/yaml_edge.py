"""YAML files of the study folder, checked on reading; a fault is told by file, line and key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import yaml

from isocost.core.errors import InputError
from isocost.journal.yaml_limits import YamlLimitError, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["read_checked", "write_text", "write_yaml"]

_LARGEST_FILE = 16 * 2**20
_EXPECTED = {  # the first word of a fault's type in pydantic, or the whole of it
    "bool": "true or false",
    "dataclass": "keys with their values",
    "dict": "keys with their values",
    "finite": "a finite number",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "mapping": "keys with their values",
    "missing": "this key is missing",
    "model": "keys with their values",
    "string": "text (where in doubt, put it in quotes)",
    "tuple": "a list",
}
_UNKNOWN_KEY = ("unexpected_keyword_argument", "extra_forbidden")


def read_checked(
    path: Path,
    schema: Any,  # noqa: ANN401 - the type that the caller asks for
    *,
    prepare: Callable[[Any], Any] = lambda content: content,
) -> Any:  # noqa: ANN401 - an instance of it
    """Read a YAML file as an instance of `schema`.

    Parameters
    ----------
    path : Path
    schema : type
        A dataclass or other type that pydantic can check; unknown keys are refused where it says so.
    prepare : callable, optional
        Changes the plain content before it is checked.

    Returns
    -------
    instance of schema

    Raises
    ------
    InputError
        If the file cannot be read, is no YAML or does not fit; names file, line and key.
    """
    from pydantic import TypeAdapter, ValidationError

    text = _text(path)
    try:
        parsed = parse_yaml(text)
    except YamlLimitError as error:
        raise InputError(f"{path} holds {error}; that is no study file") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}" if mark is not None else "somewhere"
        raise InputError(
            f"{path}, {where}: no valid YAML ({error.problem}); mend the file and try again"
        ) from None
    except yaml.YAMLError:
        raise InputError(f"{path} is no valid YAML; mend the file and try again") from None
    try:
        return TypeAdapter(schema).validate_python(
            prepare(parsed.content if parsed.content is not None else {})
        )
    except ValidationError as error:
        raise InputError(_fault(path, parsed.tree, error.errors(include_url=False))) from None


def write_yaml(path: Path, content: Any, *, head: str) -> None:  # noqa: ANN401 - plain lists and dictionaries
    """Write plain content below a comment `head`, keys in their order.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    dumped = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    write_text(path, head + dumped)


def write_text(path: Path, text: str) -> None:
    """Write a small file whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        with draft.open("x", encoding="utf-8") as file:  # a link of that name is not followed
            file.write(text)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            f"cannot write {path}: {error.strerror}; make room or choose another folder"
        ) from None


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no ordinary file; that is no study file")
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{path} is larger than 16 MiB; that is no study file")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; mend the file and try again") from None


def _fault(path: Path, tree: Any, faults: Sequence[Any]) -> str:  # noqa: ANN401 - a node of PyYAML
    """Word one fault: a key that does not exist before all else, then the one that lies deepest."""
    fault = max(faults, key=lambda one: (one["type"] in _UNKNOWN_KEY, len(one["loc"])))
    absent = fault["type"] == "missing" or fault["type"] in _UNKNOWN_KEY
    line, keys = _locate(tree, fault["loc"], absent=absent)
    if fault["type"] in _UNKNOWN_KEY:
        return f"{path}, line {line}: there is no key {'.'.join(keys)}; check its spelling"
    message = _message(fault)
    where = f", key {'.'.join(keys)}" if keys else ""
    given = fault.get("input")
    shown = f" (got {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{path}, line {line}{where}: {message[:1].lower()}{message[1:]}{shown}"


def _message(fault: Any) -> str:  # noqa: ANN401 - a fault as pydantic tells it
    """Say what was expected, in our words where we have any."""
    kind = fault["type"]
    if kind == "union_tag_invalid":
        return "kind must be {expected_tags}, got {tag!r}".format(**fault["ctx"])
    if kind == "union_tag_not_found":
        return "each stage needs its kind: runtime or load"
    if kind == "literal_error":
        return f"must be {fault['ctx']['expected']}"
    expected = _EXPECTED.get(kind.partition("_")[0])
    if kind == "missing" or expected is None:
        return _EXPECTED.get(kind, str(fault["msg"]).removeprefix("Value error, "))
    return f"must be {expected}"


def _locate(node: Any, location: Sequence[Any], *, absent: bool) -> tuple[int, list[str]]:  # noqa: ANN401 - a node of PyYAML
    """Follow a place in the data down the tree; what is no key (the name of a type) is passed over.

    A key that is missing or unknown is the last of its place, and no node: it is named when `absent`.
    """
    keys: list[str] = []
    line = 1 if node is None else node.start_mark.line + 1
    for part in location:
        found = _child(node, part)
        if found is None:
            if absent and part == location[-1]:
                keys.append(str(part))
            continue
        node, line = found
        keys.append(str(part))
    return line, keys


def _child(node: Any, part: Any) -> tuple[Any, int] | None:  # noqa: ANN401 - a node of PyYAML
    kind = getattr(node, "id", None)
    if kind == "mapping":
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line + 1
    if kind == "sequence" and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
