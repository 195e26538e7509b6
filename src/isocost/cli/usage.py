"""What does not fit the options and arguments of a command, told in one sentence.

The words come from the commands themselves. Which kind of fault it is, typer says only by the name of the
class: which module that class lives in depends on its version.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["empty_word", "usage_fault"]

_ELSEWHERE = {
    "--data": "--workload",
    "--dataset-name": "--workload",
    "--max-seconds": "--duration",
    "--num-prompts": "--num-requests",
    "--profile": "--request-rate",
    "--random-input-len": "--input-tokens",
    "--random-output-len": "--output-tokens",
    "--rate": "--request-rate",
    "--rate-type": "--arrivals",
}
"""What an option of vLLM's or guidellm's benchmark is called here."""


def empty_word(words: Sequence[str]) -> str | None:
    """Say where nothing was given, as by a variable that is not set; ``None`` where something always was.

    Examples
    --------
    >>> empty_word(["report", "study", "--slo", ""])
    "nothing was given after '--slo'; is a variable not set?"
    """
    for before, word in zip(("isocost", *words), words, strict=False):
        if word == "":
            return f"nothing was given after {before!r}; is a variable not set?"
        if re.fullmatch(r"--[\w-]+=", word):
            return f"nothing was given after {word!r}; is a variable not set?"
    return None


def usage_fault(fault: Exception, root: Any, words: Sequence[str]) -> str:  # noqa: ANN401 - typer's command
    """Say what was given, what was expected and what to do.

    Parameters
    ----------
    fault : Exception
        A usage error of typer.
    root : Command
        The whole command line.
    words : sequence of str
        What was typed after its name.

    Returns
    -------
    str
        One sentence without a full stop.
    """
    command, path, rest = _addressed(root, words)
    match type(fault).__name__:
        case "MissingParameter":
            said = _missing(path, fault.param)  # type: ignore[attr-defined]
        case "BadParameter":
            said = _bad_value(fault.param, fault)  # type: ignore[attr-defined]
        case "NoSuchOption":
            said = _no_such_option(path, fault.option_name, command)  # type: ignore[attr-defined]
        case "BadOptionUsage":
            said = _bad_option(fault.option_name, command)  # type: ignore[attr-defined]
        case _ if hasattr(command, "commands"):
            said = _no_such_command(path, rest, command.commands)
        case _:
            said = _too_many(path, fault, command)
    return f"{said}; see {' '.join(('isocost', path)).rstrip()} --help"


def _addressed(root: Any, words: Sequence[str]) -> tuple[Any, str, list[str]]:  # noqa: ANN401 - typer's command
    """Return the command that the words lead to, its path below isocost, and the words that are left."""
    command, path, rest = root, "", list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest[0]]
        path = f"{path} {rest.pop(0)}".strip()
    return command, path, rest


def _missing(path: str, parameter: Any) -> str:  # noqa: ANN401 - typer's parameter
    if parameter.param_type_name == "argument":
        return f"{path} needs {_name(parameter)}{_meaning(parameter)}"
    return f"{path} needs {_name(parameter)} {parameter.metavar or 'VALUE'}{_meaning(parameter)}"


def _bad_value(parameter: Any, fault: Exception) -> str:  # noqa: ANN401 - typer's parameter
    message = str(getattr(fault, "message", fault))
    expected = (
        "a whole number"
        if "integer" in message
        else "a number without a unit"
        if "number" in message or "float" in message
        else "plain text"
    )
    given = _given(fault, message)
    return f"{_name(parameter)} must be {expected}{_meaning(parameter)}" + (
        "" if given is None else f", got {given}"
    )


def _no_such_option(path: str, name: str, command: Any) -> str:  # noqa: ANN401 - typer's command
    near = _near(name, (flag for parameter in _options(command) for flag in parameter.opts))
    return f"{path or 'isocost'} has no option {name}{near}"


def _bad_option(name: str, command: Any) -> str:  # noqa: ANN401 - typer's command
    parameter = next((one for one in _options(command) if name in one.opts), None)
    if parameter is None:
        return f"{name} is not used like that"
    if parameter.is_flag:
        return f"{name} is a switch and takes no value{_meaning(parameter)}"
    return f"{name} needs a value after it{_meaning(parameter)}"


def _no_such_command(path: str, rest: Sequence[str], known: Iterable[str]) -> str:
    names = list(known)
    if not rest:
        return f"{path or 'isocost'} needs a command: {', '.join(names)}"
    near = _near(rest[0], names)
    return f"{path or 'isocost'} has no command {rest[0]!r}{near or ': it has ' + ', '.join(names)}"


def _too_many(path: str, fault: Exception, command: Any) -> str:  # noqa: ANN401 - typer's command
    message = str(getattr(fault, "message", fault))
    extra = re.search(r"\((?!s\))(.*)\)$", message, re.DOTALL)
    if extra is None:
        return f"{path}: {message[:1].lower()}{message[1:].rstrip('.')}"
    taken = [_name(one) for one in command.params if one.param_type_name == "argument"]
    if not taken and any("--model" in one.opts for one in _options(command)):
        return f"{path} takes options only, and {extra[1]!r} is too much; perhaps --model {extra[1]} is meant"
    fitting = f"only {' '.join(taken)}" if taken else "options only"
    return f"{path} takes {fitting}, and {extra[1]!r} is too much; put quotes around a value with blanks"


def _options(command: Any) -> list[Any]:  # noqa: ANN401 - typer's command
    return [one for one in command.params if one.param_type_name == "option"]


def _name(parameter: Any) -> str:  # noqa: ANN401 - typer's parameter
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return str(parameter.opts[0])


def _meaning(parameter: Any) -> str:  # noqa: ANN401 - typer's parameter
    """Return the help of a parameter in brackets."""
    text = (getattr(parameter, "help", None) or "").rstrip(".")
    return f" ({text[:1].lower() + text[1:] if text[1:2].islower() else text})" if text else ""


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    ours = _ELSEWHERE.get(name)
    near = [ours] if ours in names else difflib.get_close_matches(name, names, n=2, cutoff=0.6)
    return f"; perhaps {' or '.join(near)} is meant" if near else ""


def _given(fault: Exception, message: str) -> str | None:
    """Return what was given: newer versions of typer keep it with the cause, older ones quote it."""
    faults = getattr(fault.__cause__, "errors", None)
    if faults is not None:
        return repr(faults()[0]["input"])
    quoted = re.match(r"('.*?') is not", message, re.DOTALL)
    return None if quoted is None else quoted[1]
