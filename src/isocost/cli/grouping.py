"""Help of a command with many options: in groups, so that a newcomer finds what matters first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["GroupedCommand"]

_GROUPS = {
    "What to send": (
        "workload",
        "input_tokens",
        "output_tokens",
        "cells",
        "max_input_tokens",
        "max_output_tokens",
    ),
    "How much at once": (
        "concurrency",
        "request_rate",
        "ramp",
        "steps",
        "arrivals",
        "burstiness",
        "max_in_flight",
    ),
    "Traces and conversations": (
        "trace",
        "time_scale",
        "trace_window",
        "trace_longest",
        "turns",
        "think_time",
        "shared_prefix",
    ),
    "Finding the limit": ("search", "slo", "resolution", "max_rate"),
    "How long": (
        "num_requests",
        "duration",
        "until_width",
        "max_duration",
        "no_anchor",
        "repeats",
        "warmups",
    ),
    "Money and other limits": (
        "max_cost",
        "max_requests",
        "max_total_tokens",
        "max_tokens",
        "max_minutes",
        "max_error_rate",
        "input_usd",
        "output_usd",
        "self_hosted",
        "dry_run",
    ),
    "The endpoint": (
        "model",
        "endpoint_type",
        "api_key_env",
        "api_key_file",
        "header",
        "extra_body",
        "insecure",
        "tokenizer",
        "request_timeout",
    ),
    "A stack on this machine": ("precision", "threads", "device", "accelerators"),
    "Several senders": ("executor", "workers", "ray_address"),
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}


class GroupedCommand(TyperCommand):
    """A command that shows its options in groups; those of no group come first."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own
        """Write arguments, then options group by group."""
        shown = [
            (each, row) for each in self.get_params(ctx) if (row := each.get_help_record(ctx)) is not None
        ]
        arguments = [row for each, row in shown if each.param_type_name == "argument"]
        options = [(str(each.name), row) for each, row in shown if each.param_type_name == "option"]
        for title, rows in (("Arguments", arguments), *_grouped(options)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def _grouped(options: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    named = list(options)
    for group in (None, *_GROUPS):
        yield group or "Options", [row for name, row in named if _GROUP_OF.get(name) == group]
