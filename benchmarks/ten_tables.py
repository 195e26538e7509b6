"""The tables of docs/studies/ten-models-2022.md, by name."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
from study_page import table
from ten_models import (
    COST,
    METRICS,
    MODELS,
    OWN,
    RAW,
    WORDS,
    accelerators,
    at_equal_tokens,
    charged_tokens,
    july,
    mixtures,
    placed,
    read,
    shapes,
    short,
    taken,
    weak_counts,
)

from isocost.frontier import improvements, scenario_frontiers
from isocost.statistics import percentiles, rank_correlation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ten_models import Placed

    from isocost.frontier import CapabilityUnit

EXAMPLE = "boolq"
CLASSES = ((0.0, 1.5), (1.5, 4.0), (4.0, 6.0), (6.0, np.inf))


def blocks() -> Iterator[tuple[str, str]]:
    """Yield every table of the page by its name."""
    for part in (models, standings, behind, example, agreement, mixing, tokens, july_and_october, equal):
        yield part.__name__.replace("_", "-"), part()


def models() -> str:
    rows = []
    for name, model in MODELS.items():
        units = [unit for unit in read().units if unit.model == name]
        rows.append(
            [
                model.short,
                f"{float(shapes()[model.profiled]['nominal_params_b']):g}",
                _accelerators(units),
                str(len(units)),
                str(sum(unit.capability.value == 0 for unit in units)),
                *(f"{np.median([taken(unit, metric) for unit in units]):.3g}" for metric in METRICS),
            ]
        )
    head = ["", "parameters, 10⁹", "A100", "scenarios", "capability 0", "raw, s", "idealized, s", "cost, ¢"]
    return table(head, rows)


def _accelerators(units: Sequence[CapabilityUnit]) -> str:
    counts = Counter(accelerators(taken(unit, OWN), taken(unit, COST)) for unit in units)
    (most, _), *others = counts.most_common()
    return f"{most}" + "".join(f" ({other} in {count})" for other, count in others)


def _median(values: Sequence[float], form: str = ".2f") -> str:
    """Write a median and its 95 % interval from order statistics, scenarios taken as independent."""
    seen = percentiles(np.array(values, dtype=np.float64), [50], unit="", kind="published").get(50)
    middle = format(float(np.median(values)), form)
    if seen is None or seen.low is None or seen.high is None:
        return middle
    return f"{middle} [{seen.low:{form}}, {seen.high:{form}}]"


def _by_model(rows: Iterator[Placed]) -> dict[tuple[str, str], list[Placed]]:
    found = defaultdict(list)
    for each in rows:
        found[each.metric, each.model].append(each)
    return found


def standings() -> str:
    """Write who is on how many frontiers, by three metrics and under three rules."""
    weak, found = weak_counts(read()), _by_model(placed(read()))
    rows = []
    for name in MODELS:
        cells = [_three(name, metric, weak, found) for metric in METRICS]
        rows.append([short(name), *cells, f"{weak[name, COST][1]} / {len(found[COST, name])}"])
    return table(["weak / FDH / VRS", *(WORDS[metric] for metric in METRICS), "of: weak / others"], rows)


def _three(
    name: str,
    metric: str,
    weak: Mapping[tuple[str, str], tuple[int, int]],
    found: Mapping[tuple[str, str], Sequence[Placed]],
) -> str:
    mine = found[metric, name]
    counts = weak[name, metric][0], sum(each.on_fdh for each in mine), sum(each.on_vrs for each in mine)
    return " / ".join(map(str, counts))


def behind() -> str:
    found = _by_model(placed(read()))
    rows = []
    for name in MODELS:
        mine = found[COST, name]
        seen = Counter(short(each.see) for each in mine if not each.on_fdh)
        rows.append(
            [
                short(name),
                _median([100 * (1 - each.fdh) for each in found[RAW, name]], ".0f"),
                _median([100 * (1 - each.fdh) for each in found[OWN, name]], ".0f"),
                _median([100 * (1 - each.fdh) for each in mine], ".0f"),
                _median([100 * (1 - each.vrs) for each in mine], ".0f"),
                f"{sum(seen.values())}/{len(mine)}",
                ", ".join(f"{model} {count}" for model, count in seen.most_common(3)),
            ]
        )
    head = [
        "",
        "raw runtime, FDH",
        "idealized runtime, FDH",
        "cost, FDH",
        "cost, VRS",
        "behind by cost",
        "see",
    ]
    return table(head, rows)


def example() -> str:
    """Write what one scenario's frontier by cost says of each model, in the user's own units."""
    frontier = next(
        each.frontier
        for each in scenario_frontiers(read(), dominance="strict")
        if (each.scenario, each.metric) == (EXAMPLE, COST)
    )
    possible = dict(zip([unit.name for unit in frontier.units], improvements(frontier), strict=True))
    rows = []
    for unit in sorted(frontier.units, key=lambda unit: unit.values[0].value):
        cells = [short(unit.name), f"{unit.values[0].value:.4f}", f"{unit.values[1].value:.3f}"]
        for axis in frontier.axes:
            better = next((each for each in possible[unit.name] if each.axis == axis.name), None)
            if better is None or better.share is None:
                cells.append("")
            elif axis.name == COST:
                cells.append(f"{100 * better.share:.0f} % cheaper, see {short(better.see)}")
            else:
                cells.append(f"{better.possible:.3f}, see {short(better.see)}")
        rows.append(cells)
    return table(["", "cost, ¢", "capability", "at equal capability", "at equal cost"], rows)


def agreement() -> str:
    """Write how alike metrics rank the models of a scenario by score, the median over scenarios."""
    scenarios: dict[str, dict[tuple[str, str], Placed]] = defaultdict(dict)
    for each in placed(read()):
        scenarios[each.scenario][each.metric, each.model] = each
    rows = []
    for one, other in itertools.combinations(METRICS, 2):
        cells = []
        for how in ("fdh", "vrs"):
            pairs = [_ranked(units, one, other, how) for units in scenarios.values()]
            found = [each for each in pairs if each is not None]
            cells += [_median([each[0] for each in found]), _median([each[1] for each in found])]
            cells.append(str(sum(_same(units, one, other, how) for units in scenarios.values())))
        rows.append([f"{WORDS[one]}, {WORDS[other]}", *cells])
    head = ["", "FDH: Spearman", "Kendall", "same frontier", "VRS: Spearman", "Kendall", "same frontier"]
    return table(head, rows)


def _ranked(
    units: dict[tuple[str, str], Placed], one: str, other: str, how: str
) -> tuple[float, float] | None:
    names = [name for metric, name in units if metric == one]
    scores = [np.array([getattr(units[metric, name], how) for name in names]) for metric in (one, other)]
    found = rank_correlation(*scores)
    return None if found is None else (found.spearman, found.kendall)


def _same(units: dict[tuple[str, str], Placed], one: str, other: str, how: str) -> bool:
    sets = [
        {name for (metric, name), each in units.items() if metric == which and getattr(each, f"on_{how}")}
        for which in (one, other)
    ]
    return sets[0] == sets[1]


def mixing() -> str:
    rows = []
    for each in mixtures(read()):
        prices = " → ".join(f"{price:.3g}" for price in each.prices)
        rows.append(
            [
                each.scenario,
                " → ".join(map(short, each.corners)),
                " → ".join(f"{quality:.3f}" for quality in each.hull.qualities),
                prices or "none",
                f"{each.area:.3f}",
                f"{each.area_routerbench:.3f}",
                f"{max(0.0, each.area - each.area_alone):.3f}",
            ]
        )
    head = [
        "scenario",
        "hull",
        "capability",
        "shadow price, ¢",
        "AIQ",
        "AIQ, RouterBench's code",
        "by mixing",
    ]
    return table(head, rows)


def tokens() -> str:
    found = charged_tokens()
    rows = []
    for name in MODELS:
        mine = np.array([each for (_, model), each in found.items() if model == name])
        counts = [str(int(((mine >= low) & (mine < high)).sum())) for low, high in CLASSES]
        rows.append([short(name), str(len(mine)), f"{np.median(mine):.1f}", *counts])
    return table(["", "scenarios", "median tokens", "about 1", "about 2 or 3", "about 5", "6 and more"], rows)


def july_and_october() -> str:
    found, units = charged_tokens(), {(unit.scenario, unit.model): unit for unit in read().units}
    rows = []
    for name in MODELS:
        pairs = [(row, units[key], found[key]) for key, row in july().items() if key[1] == name]
        if not pairs:
            continue
        then = [float(row["output_tokens"]) for row, _, _ in pairs]
        now = [charged for _, _, charged in pairs]
        ratios = [
            float(row["runtime_s"]) / float(row["idealized_runtime_s"])
            for row, _, _ in pairs
            if row["idealized_runtime_s"]
        ]
        rows.append(
            [
                short(name),
                str(len(pairs)),
                f"{np.median(then):.1f}",
                f"{np.median(now):.1f}",
                str(sum(b > 2 * a for a, b in zip(then, now, strict=True))),
                _median(ratios) if ratios else "",
                _median([taken(unit, RAW) / taken(unit, OWN) for _, unit, _ in pairs]),
            ]
        )
    head = [
        "", "scenarios", "tokens, July", "tokens, October", "more than doubled", "raw / idealized, July",
        "raw / idealized, October",
    ]  # fmt: skip
    return table(head, rows)


def equal() -> str:
    """Write who is on how many frontiers as drawn, and with all charged with the fewest tokens."""
    cells: dict[str, list[str]] = {name: [] for name in MODELS}
    counted = [(weak_counts(each), _by_model(placed(each))) for each in (read(), at_equal_tokens())]
    for metric, (weak, found) in itertools.product((OWN, COST), counted):
        for name, mine in cells.items():
            mine.append(_three(name, metric, weak, found))
    head = [f"{WORDS[metric]}, {how}" for metric in (OWN, COST) for how in ("as drawn", "equal tokens")]
    return table(["weak / FDH / VRS", *head], [[short(name), *texts] for name, texts in cells.items()])
