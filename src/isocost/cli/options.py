"""Options that several commands share, and how their text becomes records."""

from __future__ import annotations

import json
import math
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from isocost.core.credentials import credential_in, is_credential_name, looks_like_credential
from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from isocost.core.load import RequestShape

__all__ = [
    "ApiKeyEnv",
    "ApiKeyFile",
    "Deployment",
    "EndpointType",
    "ExtraBody",
    "Header",
    "Insecure",
    "Json",
    "Model",
    "Out",
    "Quiet",
    "Renames",
    "Repeats",
    "RequestTimeout",
    "Seed",
    "Slo",
    "StageName",
    "Target",
    "Targets",
    "Threads",
    "Tokenizer",
    "WeightFormat",
    "Where",
    "parse_cells",
    "parse_endpoint_type",
    "parse_extra_body",
    "parse_headers",
    "parse_levels",
    "parse_names",
    "parse_pairs",
    "parse_rates",
    "parse_request",
    "width",
]

Target = Annotated[
    str,
    typer.Argument(
        help="Address of the endpoint, with or without /v1; or engine:MODEL, the embedded engine.",
        metavar="TARGET",
    ),
]
Targets = Annotated[
    list[str],
    typer.Argument(
        help="Address of the endpoint, with or without /v1; or engine:MODEL, the embedded engine; or "
        "transformers:MODEL, that library in this process. Several are profiled one after another.",
        metavar="TARGET...",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder of the study.", metavar="STUDY")]
Model = Annotated[
    str | None, typer.Option("--model", help="Name of the model; may be left out if only one is served.")
]
EndpointType = Annotated[
    str | None,
    typer.Option(
        "--endpoint-type", help="completions, chat or responses; as the URL's path says, else completions."
    ),
]
ApiKeyEnv = Annotated[
    str | None, typer.Option("--api-key-env", help="Environment variable that holds the key.", metavar="NAME")
]
ApiKeyFile = Annotated[
    str | None, typer.Option("--api-key-file", help="File that holds the key.", metavar="FILE")
]
Header = Annotated[
    list[str] | None, typer.Option("--header", help="A header, NAME: VALUE; may be given again. No secrets.")
]
ExtraBody = Annotated[str | None, typer.Option("--extra-body", help="Fields for each request, as JSON.")]
Insecure = Annotated[bool, typer.Option("--insecure", help="Do not check the TLS certificate; recorded.")]
Tokenizer = Annotated[
    Path | None,
    typer.Option(
        "--tokenizer", help="A tokenizer.json by which prompts get their exact length.", metavar="FILE"
    ),
]
Repeats = Annotated[int, typer.Option("--repeats", help="How often each is measured.")]
Seed = Annotated[int, typer.Option("--seed", help="Seeds prompts, lengths and order.")]
StageName = Annotated[str | None, typer.Option("--stage", help="Name of this stage in the study.")]
Deployment = Annotated[
    str | None,
    typer.Option("--deployment", help="What to call the deployment; the model's name if left out."),
]
WeightFormat = Annotated[
    str | None,
    typer.Option(
        "--precision", help="Of engine: F16 or Q8_0; of transformers: F32, BF16 or F16.", metavar="FORMAT"
    ),
]
Threads = Annotated[
    int | None, typer.Option("--threads", help="Of engine: and transformers:; all cores but one if left out.")
]
RequestTimeout = Annotated[float, typer.Option("--request-timeout", help="Seconds for one request at most.")]
Slo = Annotated[
    list[str] | None,
    typer.Option("--slo", help="A service level with its unit, such as ttft.p95=1s; may be given again."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Renames = Annotated[
    list[str] | None,
    typer.Option("--map", help="Rename a column of the file, THEIRS=OURS; may be given again."),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="Take only rows with COLUMN=VALUE; may be given again."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]


def parse_levels(text: str) -> tuple[int, ...]:
    """Read levels of concurrency, ``1,2,4``.

    Raises
    ------
    InputError
        If one is no whole number of at least 1.
    """
    return tuple(_whole(part, f"--concurrency {text}", "levels such as 1,2,4") for part in text.split(","))


def parse_cells(text: str) -> tuple[RequestShape, ...]:
    """Read request sizes, ``1x1,512x64``: input tokens x output tokens.

    Raises
    ------
    InputError
        If one does not have that form.
    """
    from isocost.core.load import RequestShape

    sizes = []
    for part in text.split(","):
        lengths = part.lower().split("x")
        if len(lengths) != 2:
            raise InputError(f"--cells {text}: {part!r} has not the form INPUTxOUTPUT, such as 512x64")
        sizes.append(
            RequestShape(*(_whole(length, f"--cells {text}", "sizes such as 512x64") for length in lengths))
        )
    return tuple(sizes)


def parse_endpoint_type(
    text: str | None, implied: Literal["completions", "chat", "responses"] | None = None
) -> Literal["completions", "chat", "responses"]:
    """Read ``--endpoint-type``; left out, what the path of the URL implies, else completions.

    Raises
    ------
    InputError
        If there is no such type.
    """
    if text is None:
        return implied or "completions"
    kinds: tuple[Literal["completions", "chat", "responses"], ...] = ("completions", "chat", "responses")
    for kind in kinds:
        if text == kind:
            return kind
    raise InputError(f"--endpoint-type must be completions, chat or responses, got {text!r}")


def parse_headers(given: list[str] | None) -> dict[str, str]:
    """Read headers, ``NAME: VALUE``; a literal key is refused, and not repeated.

    Raises
    ------
    InputError
        If one has no colon or carries a credential.
    """
    headers = {}
    for text in given or ():
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise InputError("one --header has not the form NAME: VALUE, such as 'X-Team: research'")
        if is_credential_name(name) or looks_like_credential(value):
            raise InputError(
                f"--header {name.strip()} would put a secret into the process list and the study; put the "
                "key into a variable or a file and name that: --api-key-env NAME or --api-key-file FILE"
            )
        headers[name.strip()] = value.strip()
    return headers


def parse_extra_body(text: str | None) -> dict[str, Any]:
    """Read ``--extra-body``: a JSON object.

    Raises
    ------
    InputError
        If it is none.
    """
    if text is None:
        return {}
    content = _parsed(text, json.loads)
    if not isinstance(content, dict):
        raise InputError(f"--extra-body must be a JSON object such as '{{\"top_k\": 1}}', got {text!r}")
    if (name := credential_in(content)) is not None:
        raise InputError(
            f"--extra-body with {name} would put a secret into the process list and the study; put the key "
            "into a variable or a file and name that: --api-key-env NAME or --api-key-file FILE"
        )
    return content


def parse_names(text: str | None, option: str) -> list[str]:
    """Read names of columns, ``a,b``; none where nothing was given.

    Raises
    ------
    InputError
        If one is empty.
    """
    if text is None:
        return []
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise InputError(f"{option} {text!r} names an empty column; write names with commas between, a,b")
    return names


def parse_rates(given: list[str] | None) -> dict[str, float]:
    """Read exchange rates, ``EUR=0.92``: units of a currency for one US dollar.

    Raises
    ------
    InputError
        If one is no number, or does not have that form.
    """
    rates = {}
    for code, text in parse_pairs(given, "--rate", "CODE=NUMBER, such as EUR=0.92").items():
        try:
            rates[code] = float(text)
        except ValueError:
            raise InputError(f"--rate {code}={text}: {text!r} is no number") from None
        if not (math.isfinite(rates[code]) and rates[code] > 0):
            raise InputError(f"--rate {code}={text}: the rate of {code} per USD must be above 0")
    return rates


def parse_request(prompt: int | None, output: int | None) -> tuple[int, int] | None:
    """Return the lengths of a request, ``None`` where neither is given.

    Raises
    ------
    InputError
        If only one is given.
    """
    if prompt is None and output is None:
        return None
    if prompt is None or output is None:
        raise InputError("a prediction needs both lengths: give --prompt and --output")
    return prompt, output


def width() -> int:
    """Return how wide tables may be: the terminal's width, at most 140 columns; 120 elsewhere."""
    terminal = sys.stdout is not None and sys.stdout.isatty()  # there may be no standard output at all
    return min(shutil.get_terminal_size((100, 24)).columns, 140) if terminal else 120


def parse_pairs(given: list[str] | None, option: str, form: str) -> dict[str, str]:
    """Read pairs, ``NAME=TEXT``.

    Raises
    ------
    InputError
        If one has no equals sign or no name, or a name comes twice.
    """
    pairs: dict[str, str] = {}
    for text in given or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise InputError(f"{option} {text!r} has not the form {form}")
        if name in pairs:
            raise InputError(f"{option} is given twice for {name!r}")
        pairs[name] = value
    return pairs


def _parsed(text: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return parse(text)
    except (ValueError, RecursionError):
        return None


def _whole(text: str, where: str, form: str) -> int:
    """Read a whole number of at least 1."""
    try:
        value = int(text)
    except ValueError:
        raise InputError(f"{where}: {text!r} is no whole number; write {form}") from None
    if value < 1:
        raise InputError(f"{where}: must be at least 1, got {value}")
    return value
