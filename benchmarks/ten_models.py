"""The ten models of arXiv 2305.02440 through envelopment and mixing, for docs/studies/ten-models-2022.md.

Reads ``../shared/data/narayanan2023`` where it is there: the efficiency and capability of up to ten models in
52 scenarios, from the paper's vector figures of October 2022.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from isocost.catalog import published_fit
from isocost.exchange import read_capability
from isocost.frontier import (
    Axis,
    CapabilityTable,
    EnvelopmentProblem,
    Hull,
    area_under_hull,
    envelop,
    mixing_hull,
    scenario_frontiers,
)
from isocost.frontier.capability import units_by_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.frontier import CapabilityUnit, EnvelopedUnit

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "narayanan2023"
RAW, OWN, COST = METRICS = ("raw_runtime_s", "idealized_runtime_s", "idealized_cost_cents")
WORDS = {RAW: "raw runtime", OWN: "idealized runtime", COST: "idealized cost"}
CAPABILITY = Axis(name="capability", unit="", better="higher", bounded=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Names of one model here, in ``models.csv``, and in the catalogue of published runtimes."""

    short: str
    profiled: str
    published: str


MODELS = {
    "ai21_j1-large": Model(short="J1-Large", profiled="ai21_j1_large", published="ai21/j1-large"),
    "ai21_j1-grande": Model(short="J1-Grande", profiled="ai21_j1_grande", published="ai21/j1-grande"),
    "ai21_j1-jumbo": Model(short="J1-Jumbo", profiled="ai21_j1_jumbo", published="ai21/j1-jumbo"),
    "anthropic_stanford-online-all-v4-s3": Model(
        short="Anthropic", profiled="anthropic", published="anthropic/stanford-online-all-v4-s3"
    ),
    "together_gpt-j-6b": Model(short="GPT-J", profiled="gptj_6b", published="together/gpt-j-6b"),
    "openai_davinci": Model(short="davinci", profiled="openai_davinci", published="openai/davinci"),
    "together_bloom": Model(short="BLOOM", profiled="bloom", published="together/bloom"),
    "together_yalm": Model(short="YaLM", profiled="yalm", published="together/yalm"),
    "cohere_xlarge-20220609": Model(
        short="Cohere XL",
        profiled="cohere_xlarge (borrows anthropic profile)",
        published="cohere/xlarge-20220609",
    ),
    "microsoft_TNLGv2_530B": Model(short="TNLG v2", profiled="mt_nlg", published="microsoft/TNLGv2_530B"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One model in one scenario by one metric, with a capability above 0.

    ``fdh`` and ``vrs`` are Farrell input scores: which share of its time or cost would do, with one other
    model, or with requests mixed between two.
    """

    scenario: str
    model: str
    metric: str
    takes: float
    reaches: float
    fdh: float
    vrs: float
    on_fdh: bool
    on_vrs: bool
    see: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What mixing reaches in one scenario; cost in US cents a request."""

    scenario: str
    corners: tuple[str, ...]
    hull: Hull
    area: float
    area_routerbench: float
    area_alone: float

    @property
    def prices(self) -> tuple[float, ...]:
        """Shadow prices along the hull, cents for a whole unit of capability more."""
        rises = np.diff(self.hull.costs) / np.diff(self.hull.qualities)
        return tuple(rises.tolist())


@cache
def read() -> CapabilityTable:
    """Read the figures of October 2022."""
    path = DATA / "figures_efficiency_capability.csv"
    return read_capability(path, where={"figure_version": "oct2022"}).table


def short(name: str) -> str:
    return MODELS[name].short


def problem(units: Sequence[CapabilityUnit], axis: Axis, place: int) -> EnvelopmentProblem:
    """Put the units that have a metric and a capability above 0 in a table: one input, one output."""
    pairs = [(unit, seen.value) for unit in units if (seen := unit.metrics[place]) is not None]
    kept = [(unit, takes) for unit, takes in pairs if unit.capability.value > 0]
    return EnvelopmentProblem(
        names=tuple(unit.model for unit, _ in kept),
        input_axes=(axis,),
        output_axes=(CAPABILITY,),
        inputs=np.array([[takes] for _, takes in kept]),
        outputs=np.array([[unit.capability.value] for unit, _ in kept]),
    )


def able(units: Sequence[CapabilityUnit]) -> bool:
    """Whether any unit of a scenario has a capability above 0: else there is nothing to compare."""
    return any(unit.capability.value > 0 for unit in units)


def placed(table: CapabilityTable) -> Iterator[Placed]:
    """Score every model in every scenario by the three metrics."""
    for place, axis in enumerate(table.metrics):
        if axis.name not in METRICS:
            continue
        for scenario, units in units_by_scenario(table).items():
            if able(units):
                yield from _placed(scenario, axis.name, problem(units, axis, place))


def _placed(scenario: str, metric: str, asked: EnvelopmentProblem) -> Iterator[Placed]:
    alone, mixed = (envelop(asked, technology=each).units for each in ("fdh", "vrs"))
    for number, (single, mix) in enumerate(zip(alone, mixed, strict=True)):
        assert single.score is not None
        assert mix.score is not None
        yield Placed(
            scenario=scenario,
            model=single.name,
            metric=metric,
            takes=float(asked.inputs[number, 0]),
            reaches=float(asked.outputs[number, 0]),
            fdh=single.score,
            vrs=mix.score,
            on_fdh=_efficient(single),
            on_vrs=_efficient(mix),
            see=single.peers[0].name,
        )


def _efficient(unit: EnvelopedUnit) -> bool:
    return bool(unit.efficient) and not unit.leaves_slack


def mixtures(table: CapabilityTable) -> Iterator[Mixture]:
    """Mix the models of each scenario by idealized cost."""
    place = [axis.name for axis in table.metrics].index(COST)
    for scenario, units in units_by_scenario(table).items():
        if not able(units):
            continue
        asked = problem(units, table.metrics[place], place)
        costs, reached = asked.inputs[:, 0], asked.outputs[:, 0]
        hull = mixing_hull(costs.tolist(), reached.tolist())
        areas = area_under_hull(hull), area_under_hull(hull, "routerbench")
        assert areas[0] is not None
        assert areas[1] is not None
        yield Mixture(
            scenario=scenario,
            corners=tuple(asked.names[member] for member in hull.members),
            hull=hull,
            area=areas[0],
            area_routerbench=areas[1],
            area_alone=_area_alone(costs, reached),
        )


def _area_alone(costs: np.ndarray, reached: np.ndarray) -> float:
    """Mean over costs of the best capability of any one model that is not dearer."""
    order = np.argsort(costs)
    best = np.maximum.accumulate(reached[order])
    return float(np.sum(np.diff(costs[order]) * best[:-1]) / np.ptp(costs))


# ---- how many tokens the idealized runtimes were charged with


@cache
def shapes() -> Mapping[str, dict[str, str]]:
    """Rows of ``models.csv`` by the name of the profile."""
    with (DATA / "models.csv").open(encoding="utf-8") as file:
        return {row["model"]: row for row in csv.DictReader(file)}


@cache
def charged_tokens() -> Mapping[tuple[str, str], float]:
    r"""Recover mean output tokens from two published columns, by scenario and model.

    FLOPs are :math:`24 h^2 L (p + o - 1)` and the runtime is
    :math:`\alpha(p) + \beta (o - 1)` with the published coefficients (arXiv 2305.02440): two equations in the
    mean lengths p and o.
    """
    return {
        (unit.scenario, unit.model): _output_tokens(stand_in(unit), taken(unit, OWN), taken(unit, "flops"))
        for unit in read().units
    }


def taken(unit: CapabilityUnit, name: str) -> float:
    """Return the value of a metric of the table as read."""
    seen = unit.metrics[[axis.name for axis in read().metrics].index(name)]
    assert seen is not None
    return seen.value


def stand_in(unit: CapabilityUnit) -> Model:
    """Return whose sizes and coefficients a model was computed with.

    Nobody profiled Cohere XL: four scenarios take Anthropic's, the other 48 davinci's, as the accelerators
    tell, and figures equal to davinci's where lengths are equal.
    """
    if not unit.model.startswith("cohere"):
        return MODELS[unit.model]
    eight = accelerators(taken(unit, OWN), taken(unit, COST)) == 8
    return MODELS["openai_davinci" if eight else "anthropic_stanford-online-all-v4-s3"]


def accelerators(runtime_s: float, cost_cents: float, usd_per_hour: float = 3.67) -> int:
    """Return how many accelerators a cost is of."""
    return round(cost_cents / 100 * 3600 / usd_per_hour / runtime_s)


def _output_tokens(model: Model, runtime_s: float, flops: float) -> float:
    """Find where the runtime is met; it is straight between profiled prompt sizes.

    Where the time of a prompt jumps, it may be met at several lengths; the shortest is taken.
    """
    row = shapes()[model.profiled]
    total = flops / (24 * float(row["hidden_size"]) ** 2 * float(row["layers_model"]))
    runtime = published_fit(model.published, "a100").runtime
    sizes = np.array([size for size, _ in runtime.prefill_s], dtype=np.float64)
    later = np.unique(np.r_[0.0, total - sizes[sizes < total], total - 1])  # tokens after the first
    apart = runtime.runtime_s(total - later, later + 1) - runtime_s
    met = np.flatnonzero((apart[:-1] <= 0) & (apart[1:] > 0) | (apart[:-1] > 0) & (apart[1:] <= 0))
    if met.size == 0:
        return 1 + float(later[np.abs(apart).argmin()])
    at = met[0]
    return 1 + float(later[at] + (later[at + 1] - later[at]) * apart[at] / (apart[at] - apart[at + 1]))


@cache
def at_equal_tokens() -> CapabilityTable:
    """Charge all models of a scenario with the fewest output tokens of any of them, prompts as they were."""
    tokens, units = charged_tokens(), []
    for unit in read().units:
        least = min(each for (scenario, _), each in tokens.items() if scenario == unit.scenario)
        more = tokens[unit.scenario, unit.model] - least
        decode = published_fit(stand_in(unit).published, "a100").runtime.decode_s
        share = 1 - more * decode / taken(unit, OWN)
        seen = zip(read().metrics, unit.metrics, strict=True)
        kept = [each for axis, each in seen if axis.name in (OWN, COST) and each is not None]
        metrics = tuple(replace(each, value=each.value * share, kind="extrapolated") for each in kept)
        units.append(replace(unit, metrics=metrics))
    axes = tuple(axis for axis in read().metrics if axis.name in (OWN, COST))
    return CapabilityTable(capability=read().capability, metrics=axes, units=tuple(units))


@cache
def july() -> Mapping[tuple[str, str], dict[str, str]]:
    """Rows of the runs of July 2022, by scenario and model, where the October figures have the same."""
    names = {model.published: name for name, model in MODELS.items()}
    with (DATA / "scenarios.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] in names]
    known = {(unit.scenario, unit.model) for unit in read().units}
    found = {(row["scenario"], names[row["model"]]): row for row in rows}
    return {key: row for key, row in found.items() if key in known and row["output_tokens"]}


def weak_counts(table: CapabilityTable) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Count frontiers under the paper's own rule: (ahead, of) by model and metric."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for each in scenario_frontiers(table, dominance="weak"):
        ahead = set(each.ahead)
        for unit in each.frontier.units:
            count, of = found.get((unit.name, each.metric), (0, 0))
            found[unit.name, each.metric] = count + (unit.name in ahead), of + 1
    return found
