"""Doubles: whole study reports with made-up numbers that behave as real ones do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from isocost.core.deployment import Architecture, Deployment, Pool
from isocost.core.estimate import Caution, Estimate, Kind
from isocost.core.load import Load
from isocost.core.money import HourlyPrice
from isocost.core.operating_point import OperatingPoint
from isocost.core.provenance import Provenance
from isocost.core.service_level import ServiceLevel
from isocost.economics.curve import BatchTechnology, CostCurve, CostLevel, Zone
from isocost.economics.principles import judge_principles
from isocost.frontier.dominance import Axis, Frontier, FrontierUnit
from isocost.runtime.form import Form
from isocost.runtime.model import RuntimeCell, RuntimeModel
from isocost.studies.report import Assumption, DeploymentReport, StudyReport

PRICE = HourlyPrice(usd_per_hour=0.0857, source="cloud-2core, list price", date="2026-11-21")
TTFT = ServiceLevel(metric="ttft", statistic="p95", bound=1.0)
PROVENANCE = Provenance(
    source="study quickstart",
    tool="isocost 0.1.0",
    measured_at_utc="2026-11-21T09:30:00Z",
    facts={
        "machine": "2 cores, 16 GB",
        "engine": "openvino-genai 2026.1",
        "address": "http://127.0.0.1:8000",
    },
)
# name, parameters, a, k, g of seconds per step, seconds to the first token of one user
STACKS = (
    ("tiny-F16", 16_200_000, 0.0050, 0.00060, 0.95, 0.030),
    ("tiny-Q8_0", 16_200_000, 0.0041, 0.00055, 0.95, 0.027),
    ("small-F16", 80_300_000, 0.0205, 0.0021, 0.92, 0.120),
    ("small-Q8_0", 80_300_000, 0.0142, 0.0019, 0.92, 0.100),
)
CONCURRENCIES = (1, 2, 4, 8, 16)


def estimate(
    value: float, unit: str, *, spread: float | None = 0.04, kind: Kind = "measured", n: int | None = 3
) -> Estimate:
    """An estimate with a relative half-width of `spread`."""
    low, high = (None, None) if spread is None else (value * (1 - spread), value * (1 + spread))
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return Estimate(value=value, low=low, high=high, unit=unit, kind=kind, method="double", n=n)


def level(
    name: str, stack: tuple[float, float, float, float], users: int, price: HourlyPrice | None
) -> CostLevel:
    """One level of load of a made-up stack."""
    a, k, g, first = stack
    step = (a + k * users**g) * (1 + 0.02 * math.sin(7 * users + a * 1e4))
    rate = users / step
    ttft = first * (1 + 0.55 * (users - 1))
    costs = {}
    if price is not None:
        dollars = price.usd_per_second * 1e6 / rate
        costs = {
            "output": estimate(dollars, "USD/1M tokens"),
            "input": estimate(dollars / 3, "USD/1M tokens"),
            "both": estimate(dollars / 4, "USD/1M tokens"),
        }
    latency = {
        "ttft.p50": estimate(ttft, "s"),
        "ttft.p95": estimate(ttft * 1.4, "s", spread=0.09),
        "tpot.p50": estimate(step, "s", spread=0.02),
        "tpot.p95": estimate(step * 1.25, "s", spread=0.05),
        "e2e.mean": estimate(ttft + 31 * step, "s"),
        "user_speed.p50": estimate(1 / step, "tokens/s", spread=0.02),
    }
    points = tuple(
        OperatingPoint(
            deployment=name,
            load=Load(concurrency=users),
            output_tokens_per_second=estimate(rate, "tokens/s"),
            kind="measured",
            provenance=PROVENANCE,
            requests=40 * users,
            failures=0,
            repeat=repeat,
        )
        for repeat in range(3)
    )
    unmet = () if TTFT.met_by(latency["ttft.p95"].value) else (TTFT,)
    return CostLevel(
        load=Load(concurrency=users),
        points=points,
        output_tokens_per_second=estimate(rate, "tokens/s"),
        machine_seconds_per_million=estimate(1e6 / rate, "s/1M tokens"),
        cost_per_million_tokens=costs,
        cost_per_request=None if price is None else estimate(dollars * 32e-6, "USD/request"),
        latency=latency,
        unmet=unmet,
        probability_best={8: 0.11, 16: 0.87}.get(users, 0.01),
    )


def curve(name: str, stack: tuple[float, float, float, float], price: HourlyPrice | None) -> CostCurve:
    """A sweep of a made-up stack."""
    a, k, g, _ = stack
    levels = tuple(level(name, stack, users, price) for users in CONCURRENCIES)
    good = [one for one in levels if not one.unmet]
    best = min(good, key=lambda one: one.machine_seconds_per_million.value, default=None)
    levels = tuple(replace(at, probability_best=0.87 if at is best else 0.03) for at in levels)
    cheapest = min(levels, key=lambda one: one.machine_seconds_per_million.value)
    within = (
        []
        if best is None
        else [
            one.load
            for one in good
            if one.machine_seconds_per_million.value <= best.machine_seconds_per_million.value * 1.25
        ]
    )
    grid = np.geomspace(1, 16, 33)
    steps = a + k * grid**g
    ratio = None
    if best is not None:
        ratio = best.machine_seconds_per_million.value / cheapest.machine_seconds_per_million.value - 1
    return CostCurve(
        deployment=name,
        levels=levels,
        zone=Zone(
            best=None if best is None else best.load,
            levels=tuple(within),
            cheapest=cheapest.load,
            tolerance=0.05,
            premium=None if ratio is None else estimate(ratio, "", spread=0.2),
            obstacle=TTFT if best is None else None,
        ),
        technology=BatchTechnology(
            form="power",
            formula="a + k b^g",
            coefficients={"g": estimate(g, "1", kind="fitted")},
            fixed_s=estimate(a, "s", kind="fitted"),
            slope_s=estimate(k, "s", kind="fitted"),
            exponent=estimate(g, "", kind="fitted"),
            returns=tuple(
                (users, estimate(a / (a + k * users**g), "", kind="fitted")) for users in CONCURRENCIES
            ),
            band=tuple(
                (float(b), float(t), float(t * 0.95), float(t * 1.06))
                for b, t in zip(grid, steps, strict=True)
            ),
        ),
        price=price,
        service_levels=(TTFT,),
        cautions=(),
        principles=judge_principles(
            {
                float(one.load.concurrency or 0): [
                    one.output_tokens_per_second.value * factor for factor in (0.99, 1.0, 1.01)
                ]
                for one in levels
            }
        ),
    )


def runtime(name: str, stack: tuple[float, float, float, float]) -> RuntimeModel:
    """A fitted T(p, o) of a made-up stack."""
    a, k, _, first = stack
    knots = np.array([1.0, 128.0, 256.0, 480.0])
    alpha = a + (first - a) * knots / 96
    beta, gamma = a + k, (a + k) / 4000
    terms = (
        Form(knots=knots, tile_tokens=None).design(np.ones(1), np.ones(1)).shape[-1]
    )  # those beyond are dropped
    cells = []
    for i, (p, o) in enumerate(((1, 1), (1, 32), (480, 1), (256, 1), (128, 1), (480, 16), (1, 16))):
        fitted = float(np.interp(p, knots, alpha) + beta * (o - 1) + gamma * (o - 1) * (p + o / 2))
        seen = fitted * (1 + 0.02 * math.sin(5 * i + 1))
        cells.append(
            RuntimeCell(
                input_tokens=p,
                output_tokens=o,
                measured=estimate(seen, "s", spread=0.03, n=8),
                fitted_s=fitted,
                held_out_s=None if i == 2 else fitted * (1 + 0.03 * math.cos(3 * i)),
            )
        )
    return RuntimeModel(
        deployment=name,
        cells=tuple(cells),
        prefill=tuple(
            (int(p), estimate(float(t), "s", kind="fitted", n=8)) for p, t in zip(knots, alpha, strict=True)
        ),
        decode=estimate(beta, "s", kind="fitted", n=8),
        context=estimate(gamma, "s", kind="fitted", n=8),
        held_out_error=estimate(0.031, "", spread=None, kind="fitted"),
        machine_busy_share=0.53,
        cautions=(),
        knots=knots,
        coefficients=np.pad(np.array([[*alpha, beta, gamma]]), ((0, 0), (0, terms - len(knots) - 2))),
    )


def frontier(curves: tuple[CostCurve, ...], sizes: dict[str, int], price: HourlyPrice | None) -> Frontier:
    """Units of all curves; dominance by brute force."""
    axes = (
        Axis(name="cost per million output tokens", unit="USD/1M tokens", better="lower")
        if price is not None
        else Axis(name="machine-seconds per million output tokens", unit="s/1M tokens", better="lower"),
        Axis(name="speed for one user", unit="tokens/s", better="higher"),
        Axis(name="parameters", unit="parameters", better="higher"),
    )
    found = []
    for one in curves:
        for at in one.levels:
            cost = (
                at.cost_per_million_tokens["output"] if price is not None else at.machine_seconds_per_million
            )
            size = Estimate(
                value=float(sizes[one.deployment]), unit="parameters", kind="assumed", method="count"
            )
            values = (cost, at.latency["user_speed.p50"], size)
            found.append((f"{one.deployment} at {at.load.label}", one.deployment, values))

    def beats(left: tuple[Estimate, ...], right: tuple[Estimate, ...]) -> bool:
        x = [left[0].value - right[0].value, right[1].value - left[1].value, right[2].value - left[2].value]
        return max(x) <= 0 and min(x) < 0

    units = []
    for label, group, values in found:
        by = tuple(other for other, _, them in found if beats(them, values))
        units.append(
            FrontierUnit(name=label, group=group, values=values, on_frontier=not by, dominated_by=by)
        )
    return Frontier(axes=axes, units=tuple(units))


def study_report(
    *, price: HourlyPrice | None = PRICE, names: tuple[str, ...] | None = None, stacks: int = 4
) -> StudyReport:
    """The quickstart's report, as if measured; `names` rename its deployments."""
    rows = [STACKS[i % 4] for i in range(stacks)]
    called = names or tuple(row[0] if i < 4 else f"{row[0]}-{i}" for i, row in enumerate(rows))
    deployments = tuple(
        DeploymentReport(
            deployment=Deployment(name=name, model=name, pools=(pool(name, row),)),
            workload="chat-small: about 96 in, 32 out",
            runtime=runtime(name, row[2:]) if i % 2 == 0 else None,
            curve=curve(name, (row[2] * (1 + i // 4 * 0.3), *row[3:]), price),
        )
        for i, (name, row) in enumerate(zip(called, rows, strict=True))
    )
    curves = tuple(one.curve for one in deployments if one.curve is not None)
    sizes = {one.deployment.name: one.deployment.parameters or 0 for one in deployments}
    return StudyReport(
        name="quickstart",
        deployments=deployments,
        recommended=called[min(3, len(called) - 1)],
        size_floor=50_000_000,
        frontier=frontier(curves, sizes, price),
        price=price,
        service_levels=(TTFT,),
        assumptions=(
            *(
                (
                    Assumption(
                        name="price per hour", value="$0.0857", source="cloud-2core list price, 2026-11-21"
                    ),
                )
                if price
                else ()
            ),
            Assumption(name="size floor", value="50M parameters", source="quickstart's default"),
            Assumption(name="size, not quality", value="weights are random", source="embedded engine"),
        ),
        cautions=(
            Caution("machine-busy", "Other work kept 12 % of the cores busy while profiling tiny-F16."),
        ),
        provenance=(PROVENANCE,),
    )


def pool(name: str, row: tuple[str, int, float, float, float, float]) -> Pool:
    """The hardware and model of a made-up stack."""
    return Pool(
        architecture=Architecture(
            name=name,
            layers=8,
            hidden_size=512,
            heads=8,
            kv_heads=4,
            head_size=64,
            intermediate_size=1408,
            vocabulary_size=8192,
            context_length=1024,
            parameters=row[1],
        ),
        accelerator="2-core CPU",
        accelerators=1,
        precision="F16" if "F16" in name else "Q8_0",
        engine="openvino-genai",
        engine_version="2026.1",
    )


def nothing_qualifies() -> StudyReport:
    """The same study under a time to first token that nothing meets."""
    bound = ServiceLevel(metric="ttft", statistic="p95", bound=0.01)
    report = study_report()
    deployments = tuple(
        replace(
            one,
            curve=replace(
                one.curve,
                levels=tuple(replace(at, unmet=(bound,)) for at in one.curve.levels),
                zone=replace(one.curve.zone, best=None, levels=(), premium=None, obstacle=bound),
                service_levels=(bound,),
            ),
        )
        for one in report.deployments
        if one.curve is not None
    )
    return replace(report, deployments=deployments, recommended=None, service_levels=(bound,))


def runtime_only() -> StudyReport:
    """One deployment, profiled, no sweep."""
    report = study_report(stacks=1)
    only = replace(report.deployments[0], curve=None, workload="")
    return replace(report, deployments=(only,), recommended=None, frontier=None, size_floor=None, price=None)
