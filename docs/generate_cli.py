"""Write docs/reference/cli.md from the commands themselves: ``python docs/generate_cli.py``.

A test fails when the page is not what this script writes.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from typer.models import ArgumentInfo, OptionInfo

from isocost.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import typer

PAGE = Path(__file__).parent / "reference" / "cli.md"
STAND_INS = {bool: "", int: "N", float: "NUMBER", Path: "FILE"}
HEAD = """\
<!-- Written by docs/generate_cli.py from src/isocost/cli; change it there. -->
# Commands

Results go to standard output, progress and errors to standard error. An error is one sentence that says what
was given, what was expected and what to do. Set `ISOCOST_DEBUG=1` to see a traceback instead.

| exit status | means |
|---|---|
| 0 | done: what was asked for is measured or shown |
| 1 | a gate failed: `isocost compare A B --fail-over 5%` found B worse, beyond its interval |
| 2 | bad input, or a target that failed; nothing was sent, or what was measured until then is kept |
| 4 | a limit was reached: `--max-cost`, `--max-requests`, `--max-tokens`, `--max-minutes` or \
`--max-error-rate`; what was measured is kept, and the sentence says how to go on |
| 130 | stopped by Ctrl-C; what was finished is kept, and `isocost run STUDY` goes on |
| 141 | who read the output stopped reading, as `head` does |
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(_command(name, callback) for name, callback in _commands(app, "isocost"))


def _commands(of: typer.Typer, path: str) -> Iterator[tuple[str, Callable[..., object]]]:
    for command in of.registered_commands:
        if command.callback is not None:
            yield f"{path} {command.name}", command.callback
    for group in of.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance, f"{path} {group.name}")


def _command(name: str, callback: Callable[..., object]) -> str:
    parameters = list(_parameters(callback))
    arguments = [row for row in parameters if isinstance(row[1], ArgumentInfo)]
    usage = " ".join([name, "[OPTIONS]", *(_argument_usage(row) for row in arguments)])
    rows = "".join(_row(*row) for row in parameters)
    text = inspect.cleandoc(callback.__doc__ or "")
    table = f"\n| option | default | meaning |\n|---|---|---|\n{rows}" if rows else ""
    return f"\n## {name}\n\n{text}\n\n```text\n{usage}\n```\n{table}"


def _parameters(callback: Callable[..., object]) -> Iterator[tuple[str, ArgumentInfo | OptionInfo, object]]:
    """Yield the name, with its value's stand-in, the description and the default of each parameter."""
    for name, parameter in inspect.signature(callback, eval_str=True).parameters.items():
        kind, *described = get_args(parameter.annotation)
        info = next(part for part in described if isinstance(part, ArgumentInfo | OptionInfo))
        if isinstance(info, ArgumentInfo):
            yield info.metavar or name.upper(), info, parameter.default
            continue
        flags = [flag for flag in (info.default, *(info.param_decls or ())) if isinstance(flag, str)]
        value = info.metavar or _stand_in(kind)
        yield "`, `".join(f"{flag} {value}".strip() for flag in flags), info, parameter.default


def _stand_in(kind: object) -> str:
    """Return what stands for a value of a type: ``N`` for a whole number, nothing for a switch."""
    kinds = {kind, *get_args(kind)}
    return next((text for known, text in STAND_INS.items() if known in kinds), "TEXT")


def _argument_usage(row: tuple[str, ArgumentInfo | OptionInfo, object]) -> str:
    name, _, default = row
    return name if default is inspect.Parameter.empty else f"[{name}]"


def _row(name: str, info: ArgumentInfo | OptionInfo, default: object) -> str:
    return f"| `{name}` | {_default(info, default)} | {_cell(info.help or '')} |\n"


def _default(info: ArgumentInfo | OptionInfo, default: object) -> str:
    if isinstance(info.show_default, str):
        return f"`{info.show_default}`"
    if default is inspect.Parameter.empty:
        return "required"
    return "" if default is None or default is False else f"`{default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Write the page, or with ``--check`` only say whether it is stale."""
    if "--check" in sys.argv[1:]:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
