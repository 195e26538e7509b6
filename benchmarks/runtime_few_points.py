"""T(p, o) from few points, and alpha(p) at prompt sizes left out, on the profiles of arXiv 2305.02440.

Ours stands beside HELM's look-up (scaled from the next profiled size), linear interpolation and the paper's
rule on all cells. A model's prior comes from the other models alone, on whatever accelerator; nothing is
tuned to the model that is foretold. Data: ``../shared/data/narayanan2023``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.catalog import published_fit, published_matches
from isocost.exchange import read_times
from isocost.runtime import (
    PublishedRuntime,
    RuntimePrior,
    RuntimeSamples,
    fit_runtime,
    published_rule,
    runtime_prior,
)
from isocost.runtime.form import form_of
from isocost.runtime.rows import rows_of
from isocost.studies.fitting import published_prior

if TYPE_CHECKING:
    from isocost.runtime.tile import Tile

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
SIX = ((1, 1), (1, 64), (1920, 1), (1024, 1), (512, 1), (256, 1))
FOUR = ((1, 1), (1, 64), (512, 1), (1920, 1))
Cells = Mapping[tuple[int, int], float]
Profiles = dict[str, Cells]
Fitted = Callable[[np.ndarray, np.ndarray], np.ndarray]


def profiles(file: str) -> Profiles:
    """Return the last runtime of each cell of each model, times the model's runtime scale."""
    with (DATA / "models.csv").open(encoding="utf-8") as lines:
        scales = {row["model"]: float(row["runtime_scale"]) for row in csv.DictReader(lines)}
    return {
        table.model: {
            (int(p), int(o)): seconds * scales[table.model]
            for p, o, seconds in zip(
                table.input_tokens, table.output_tokens, table.runtime_s.tolist(), strict=True
            )
        }
        for table in read_times(DATA / file)
    }


def samples(cells: Cells) -> RuntimeSamples:
    sizes = np.array(list(cells))
    return RuntimeSamples(
        input_tokens=sizes[:, 0],
        output_tokens=sizes[:, 1],
        runtime_s=np.array(list(cells.values())),
        block=np.zeros(len(sizes), dtype=np.int64),
    )


def whole_fit(cells: Cells) -> PublishedRuntime:
    """The additive form fitted to all cells, weights 1 / time, alpha as it comes: for priors."""
    rows = rows_of(samples(cells))
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything)
    estimator = form.estimator(rows, everything)
    assert estimator is not None
    found = estimator @ rows.times
    prefill = tuple(zip(form.knots.astype(int).tolist(), found[:-3].tolist(), strict=True))
    return PublishedRuntime(prefill_s=prefill, decode_s=float(found[-3]))


def few(cells: Cells, points: tuple[tuple[int, int], ...], prior: RuntimePrior | None, tile: Tile) -> Fitted:
    found = fit_runtime(
        samples({size: cells[size] for size in points}),
        deployment="left out",
        seed=0,
        tile_tokens=tile,
        prior=prior,
    )
    return found.runtime_s


def helm_few(cells: Cells, points: tuple[tuple[int, int], ...]) -> Fitted:
    (at, last), *_ = [size for size in points if size[1] > 1]
    decode = (cells[at, last] - cells[at, 1]) / (last - 1)
    known = sorted({p for p, _ in points})
    table = [cells[p, 1] for p in known]
    return lambda p, o: looked_up(p, known, table) + decode * (o - 1)


def looked_up(p: np.ndarray, sizes: list[int], alpha: list[float]) -> np.ndarray:
    """HELM: the next profiled size, scaled by the prompt's share of it."""
    place = np.searchsorted(sizes, p)
    return np.array(alpha)[place] * p / np.array(sizes)[place]


def off(fitted: Fitted, cells: Cells) -> tuple[float, float]:
    """Return the mean relative error over all cells, and over those of one output token, in per cent."""
    p, o = np.array(list(cells), dtype=np.float64).T
    times = np.array(list(cells.values()))
    errors = 100 * np.abs(fitted(p, o) / times - 1)
    return float(errors.mean()), float(errors[o == 1].mean())


def told(what: str, errors: Mapping[str, tuple[float, float]]) -> tuple[float, float, float]:
    """Print and return mean and worst error over models, and the mean of prefill alone, in per cent."""
    every = {model: both[0] for model, both in errors.items()}
    worst = max(every, key=lambda model: every[model])
    mean, prefill = (float(np.mean([both[part] for both in errors.values()])) for part in (0, 1))
    print(f"  {what:56s} mean {mean:5.3f} %  worst {every[worst]:5.2f} % ({worst})  prefill {prefill:5.2f} %")
    return mean, every[worst], prefill


def few_points(a100: Profiles, priors: Mapping[str, RuntimePrior], shipped: RuntimePrior) -> Iterator[Figure]:
    for name, points, targets in (("six", SIX, ("0.80", "1.6")), ("four", FOUR, ("1.0", "2.0"))):
        print(f"\n{name} points, A100, 13 models, all 270 cells of each")
        ours = told(
            "ours, prior from the other models",
            {m: off(few(c, points, priors[m], None), c) for m, c in a100.items()},
        )
        told(
            "ours, shipped prior (published fits), the model left out",
            {m: off(few(c, points, without(shipped, m), None), c) for m, c in a100.items()},
        )
        stairs_ = told(
            "staircase of 128, no prior", {m: off(few(c, points, None, 128), c) for m, c in a100.items()}
        )
        linear = told("linear", {m: off(few(c, points, None, None), c) for m, c in a100.items()})
        helm = told("HELM's look-up", {m: off(helm_few(c, points), c) for m, c in a100.items()})
        for place, what in enumerate(("mean", "worst of 13 models", "prefill alone, mean")):
            target = (*targets, "1.8" if name == "six" else "")[place]
            yield Figure(
                f"{name} points, A100, {what}",
                f"{ours[place]:.3f} %",
                target and f"under {target} %",
                f"staircase {stairs_[place]:.2f}, linear {linear[place]:.2f}, HELM {helm[place]:.2f}",
            )
    told("the paper's rule on all 270", {m: off(by_rule(c), c) for m, c in a100.items()})


def by_rule(cells: Cells) -> Fitted:
    sizes = np.array(list(cells))
    return published_rule(sizes[:, 0], sizes[:, 1], np.array(list(cells.values()))).runtime_s


def without(shipped: RuntimePrior, model: str) -> RuntimePrior:
    """The shipped prior as it would be without one model."""
    own = set(published_matches(model))
    return runtime_prior(
        {name: published_fit(name, "a100").runtime for name in shipped.sources if name not in own}
    )


def left_out(a100: Profiles, priors: Mapping[str, RuntimePrior]) -> Iterator[Figure]:
    print("\nprompt sizes left out one at a time, A100, 13 models x 25: alpha(p) against T(p, 1)")
    found: dict[str, list[tuple[str, float]]] = {}
    for model, cells in a100.items():
        sizes = sorted({p for p, _ in cells})
        for place in range(1, len(sizes) - 1):
            size, rest = sizes[place], {key: s for key, s in cells.items() if key[0] != sizes[place]}
            others = [each for each in sizes if each != size]
            first = [cells[each, 1] for each in others]
            ours = few(rest, tuple(rest), priors[model], "estimate")
            guesses = {
                "ours": float(ours(np.array([size]), np.array([1]))[0]),
                "linear": float(np.interp(size, others, first)),
                "linear on the staircase": float(np.interp(stairs(size), stairs(np.array(others)), first)),
                "HELM's look-up": float(looked_up(np.array([size]), others, first)[0]),
            }
            for what, guess in guesses.items():
                found.setdefault(what, []).append((model, 100 * abs(guess / cells[size, 1] - 1)))
    summary = {}
    for what, errors in found.items():
        values = np.array([error for _, error in errors])
        jump = np.array([model == "yalm" for model, _ in errors])
        summary[what] = (values.mean(), np.percentile(values, 95), values[~jump].max(), values[jump].max())
        mean, p95, most, yalm = summary[what]
        print(
            f"  {what:24s} n {len(values)}  mean {mean:5.2f} %  p95 {p95:5.2f} %  "
            f"max outside yalm {most:5.1f} %  yalm {yalm:5.1f} %"
        )
    for place, (what, target) in enumerate(
        (("mean", "under 1.8 %"), ("95th percentile", "under 6 %"), ("max outside yalm", "under 12 %"))
    ):
        beside = ", ".join(f"{name} {each[place]:.1f}" for name, each in summary.items() if name != "ours")
        yield Figure(f"left-out prompts, {what}", f"{summary['ours'][place]:.2f} %", target, beside)


def stairs(p: np.ndarray | int) -> np.ndarray:
    return np.asarray(0.6 * 128 * np.ceil(np.asarray(p) / 128) + 0.4 * np.asarray(p))


def older(v100: Profiles, fits: Mapping[tuple[str, str], PublishedRuntime]) -> Iterator[Figure]:
    priors = {
        model: runtime_prior({f"{name} {where}": fit for (name, where), fit in fits.items() if name != model})
        for model in v100
    }
    print("\nsix points, V100, 11 models, all cells; prior from the other models on either accelerator")
    points = {model: nearest_six(cells, True) for model, cells in v100.items()}
    at_one = {model: nearest_six(cells, False) for model, cells in v100.items()}
    ours = told(
        "ours, decode timed after half the longest prompt",
        {m: off(few(c, points[m], priors[m], None), c) for m, c in v100.items()},
    )
    after_one = told(
        "ours, decode timed after one token",
        {m: off(few(c, at_one[m], priors[m], None), c) for m, c in v100.items()},
    )
    told("linear, the first six", {m: off(few(c, points[m], None, None), c) for m, c in v100.items()})
    told("HELM's look-up, the first six", {m: off(helm_few(c, points[m]), c) for m, c in v100.items()})
    rule = told("the paper's rule on all cells", {m: off(by_rule(c), c) for m, c in v100.items()})
    floor = told(
        "floor: the additive form fitted to all cells",
        {m: off(whole_fit(c).runtime_s, c) for m, c in v100.items()},
    )
    for place, (what, target) in enumerate((("mean", "under 3.7 %"), ("worst of 11 models", "under 7 %"))):
        beside = f"the paper's rule on all {rule[place]:.1f}, floor {floor[place]:.1f}"
        yield Figure(f"six points, V100, {what}", f"{ours[place]:.2f} %", target, beside)
        yield Figure(f"  decode timed after one token, {what}", f"{after_one[place]:.2f} %", "", beside)


def nearest_six(cells: Cells, half: bool) -> tuple[tuple[int, int], ...]:
    """Return the profiled sizes nearest to the shares of the longest prompt that the six A100 points have."""
    sizes = sorted({p for p, _ in cells})
    near = [
        min(sizes, key=lambda p, s=share: abs(p - s * sizes[-1])) for share in (2 / 15, 4 / 15, 8 / 15, 1)
    ]
    return ((1, 1), *((p, 1) for p in near), (near[2] if half else 1, 64))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    print(heading("T(p, o) from few points, and at prompt sizes left out"))
    a100, v100 = profiles("profile_a100.csv"), profiles("profile_v100.csv")
    fits = {(model, "a100"): whole_fit(cells) for model, cells in a100.items()}
    priors = {
        model: runtime_prior({name: fit for (name, _), fit in fits.items() if name != model})
        for model in a100
    }
    both = fits | {(model, "v100"): whole_fit(cells) for model, cells in v100.items()}
    figures = [
        *few_points(a100, priors, published_prior()),
        *left_out(a100, priors),
        *older(v100, both),
    ]
    print()
    show(figures)


if __name__ == "__main__":
    main()
