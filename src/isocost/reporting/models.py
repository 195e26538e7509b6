"""Models of the catalogue, and what follows from their dimensions, as text and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from isocost.architecture import cache_size, count_parameters, layout_of
from isocost.reporting.catalog_envelope import catalog_json
from isocost.reporting.format import flop, grouped, si
from isocost.reporting.markup import clean
from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isocost.studies.models import FoundModel, ModelReport

__all__ = ["model_json", "model_text", "models_json", "models_text"]

Json = dict[str, Any]


def models_text(models: Iterable[FoundModel], *, width: int = 100) -> str:
    """Write models as a table: weights, what a token uses, cache a token in BF16, context."""
    rows = tuple(_row(each) for each in models)
    columns = (
        Column(title="Model", numeric=False),
        Column(title="Parameters"),
        Column(title="Active"),
        Column(title="Published"),
        Column(title="KV cache", unit="kB/token"),
        Column(title="Context", unit="tokens"),
    )
    title = f"{len(rows)} models; cache in BF16, of layers that see the whole context"
    lines = table_lines(Table(title=title, columns=columns, groups=(("", rows),)), width=width)
    return "\n".join(
        [*lines, "", "isocost catalog models NAME tells all of one, and which accelerators hold it."]
    )


def _row(model: FoundModel) -> tuple[str, ...]:
    architecture, profile = model.architecture, model.profile
    count = count_parameters(architecture)
    return (
        architecture.name if profile is None else profile.name,
        si(count.total),
        si(count.active),
        (profile and _published(profile.published)) or "-",
        grouped(cache_size(architecture).per_token * 2 / 1e3, 1),
        grouped(architecture.context_length, 0),
    )


def _published(text: str | None) -> str:
    return "" if text is None else si(int(text.replace(",", ""))) if "," in text else text


def model_text(report: ModelReport, *, width: int = 100) -> str:
    """Write what follows from a model's dimensions: weights, cache, operations, accelerators."""
    lines = [
        *_identity(report.model),
        *_sizes(report),
        *_work(report),
        "",
        *table_lines(_holdings(report), width=width),
        "",
        "least: as many as have room, everything split evenly; TP: as many as split each layer evenly,",
        "each with its own share of the cache (latents whole). Memory as makers count it, 10^9 bytes.",
    ]
    return "\n".join(lines)


def _identity(model: FoundModel) -> list[str]:
    profile, architecture = model.profile, model.architecture
    lines = [clean(architecture.name) + ("" if profile is None else f" ({profile.name})")]
    lines.append(f"  source: {clean(model.source)}" + ("" if profile is None else f"; seen {profile.date}"))
    if profile is not None and profile.published is not None:
        active = "" if profile.published_active is None else f", {profile.published_active} active"
        lines.append(f"  published: {profile.published}{active} ({profile.published_source})")
    if profile is not None and profile.note:
        lines.append(f"  note: {profile.note}")
    return lines


def _sizes(report: ModelReport) -> list[str]:
    architecture, count, need = report.model.architecture, report.parameters, report.need
    share = "all active" if count.active == count.total else f"{si(count.active)} active for a token"
    return [
        f"  {architecture.layers} layers of {architecture.hidden_size:,}, {architecture.heads} heads, "
        f"vocabulary {architecture.vocabulary_size:,}, context {architecture.context_length:,}",
        f"  {count.total:,} parameters ({si(count.total)}), {share}; embedding {si(count.embedding)}",
        f"  cache: {_cache(report)}",
        f"  memory: {need.weights_bytes / 1e9:,.4g} GB of weights in {need.weight_format}, "
        f"{need.cache_bytes / 1e9:,.3g} GB of cache in {need.cache_format} for {need.batch:,} x "
        f"{need.context_tokens:,} tokens",
    ]


def _cache(report: ModelReport) -> str:
    cache = report.cache
    parts = [f"{cache.per_token:,} values a token"] if cache.per_token else []
    parts += [f"{values:,} a token of the last {window:,}" for window, values in cache.windowed]
    parts += [f"{cache.state:,} whatever the context"] if cache.state else []
    return ", ".join(parts)


def _work(report: ModelReport) -> list[str]:
    work = report.operations
    parts = {
        "layers": work.layers,
        "attention": work.attention,
        "recurrence": work.recurrence,
        "vocabulary": work.vocabulary,
    }
    size = f"{report.question.prompt_tokens:,} + {report.question.output_tokens:,}"
    told = ", ".join(f"{name} {flop(value)}" for name, value in parts.items() if value)
    return [
        f"  a request of {size} tokens: {flop(work.total)} ({told})",
        f"  by the formula of arXiv 2305.02440, 24 h^2 L (p + o - 1): {flop(report.paper_operations)}",
    ]


def _holdings(report: ModelReport) -> Table:
    columns = (
        Column(title="Accelerator", numeric=False),
        Column(title="Memory", unit="GB"),
        Column(title="Least"),
        Column(title="TP"),
    )
    rows = tuple(
        (
            each.accelerator.name,
            f"{each.accelerator.memory_gb:g}",
            f"{each.least:,}",
            "-" if each.tensor_parallel is None else f"{each.tensor_parallel:,}",
        )
        for each in report.holdings
    )
    title = f"How many hold it, with {report.question.headroom * 100:g} % of their memory left free"
    return Table(title=title, columns=columns, groups=(("", rows),))


def models_json(models: Iterable[FoundModel]) -> str:
    """Return models as JSON text: the table ``models`` has a row a model."""
    rows = [_model_object(each) for each in models]
    return catalog_json(f"{len(rows)} models", {"models": rows})


def model_json(report: ModelReport) -> str:
    """Return what follows from a model's dimensions as JSON text.

    Tables: ``models`` (one row, with ``layout``), ``cache``, ``operations``, ``memory`` and ``holdings``.
    """
    architecture, need = report.model.architecture, report.need
    tables = {
        "models": [_model_object(report.model) | {"layout": asdict(layout_of(architecture))}],
        "cache": [asdict(report.cache)],
        "operations": [
            asdict(report.operations)
            | {"total": report.operations.total, "formula_of_2305_02440": report.paper_operations}
        ],
        "memory": [asdict(need) | {"total_bytes": need.total_bytes}],
        "holdings": [
            {"accelerator": h.accelerator.name, "least": h.least, "tensor_parallel": h.tensor_parallel}
            for h in report.holdings
        ],
    }
    assumptions = {
        "headroom": report.question.headroom,
        "prompt_tokens": report.question.prompt_tokens,
        "output_tokens": report.question.output_tokens,
    }
    return catalog_json(f"{architecture.name}: {report.parameters.total:,} parameters", tables, assumptions)


def _model_object(model: FoundModel) -> Json:
    architecture, profile = model.architecture, model.profile
    facts = asdict(architecture)
    facts.pop("layout")
    count = count_parameters(architecture)
    told = {} if profile is None else asdict(profile)
    told.pop("architecture", None)
    return {
        **told,
        "name": architecture.name if profile is None else profile.name,
        "source": model.source,
        "dimensions": facts,
        "parameters": asdict(count),
        "cache_values_per_token": cache_size(architecture).per_token,
    }
