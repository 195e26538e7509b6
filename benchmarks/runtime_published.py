"""The rule of arXiv 2305.02440 and the denoising of service runtimes, against what was published.

Prints how many published coefficients the rule gives back, how much closer than the minimum our denoised
runtime comes to that of all ten instances, with 3 and 5 of them, and how often its intervals cover the truth
on made-up services. Data: ``../shared/data/narayanan2023``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from figures import Figure, show
from machine import heading

from isocost.exchange import TimesFormat, read_helm, read_times
from isocost.runtime import DenoisedRuntime, PublishedRuntime, RuntimeTable, denoise, published_rule

Fits = dict[str, PublishedRuntime]
Noise = Callable[[tuple[int, int]], np.ndarray]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "narayanan2023"
COPIES = {
    "together/opt-175b": "openai/davinci", "openai/curie": "ai21/j1-large",
    "microsoft/TNLGv2_7B": "ai21/j1-large", "huggingface/gptj_6b": "together/gpt-j-6b",
    "gooseai/gpt-j-6b": "together/gpt-j-6b",
    "cohere/xlarge-20220609": "anthropic/stanford-online-all-v4-s3",
    "gooseai/gpt-neo-20b": "together/gpt-neox-20b",
}  # fmt: skip
TARGETS = {3: 0.75, 5: 0.82}


def flat(found: PublishedRuntime) -> dict[str, float]:
    prefill = {str(size): alpha for size, alpha in found.prefill_s}
    overhead = {} if found.overhead_s is None else {"overhead": found.overhead_s}
    return prefill | {"beta": found.decode_s} | overhead


def profiled(file: str) -> dict[str, PublishedRuntime]:
    with (DATA / "models.csv").open(encoding="utf-8") as lines:
        models = {row["model"]: row for row in csv.DictReader(lines)}
    fits = {}
    for table in read_times(DATA / file):
        scale = float(models[table.model]["runtime_scale"])
        name = models[table.model]["helm_name"]
        fits[name] = published_rule(table.input_tokens, table.output_tokens, table.runtime_s * scale)
    return fits


def service(source: str) -> tuple[RuntimeTable, ...]:
    form = TimesFormat(
        names={"prompt_tokens_requested": "prompt_tokens", "output_tokens_requested": "output_tokens"},
        where={"source": source},
    )
    return read_times(DATA / "api_runtimes.csv", form)


def equal(fits: Fits, file: str, copies: dict[str, str]) -> tuple[int, int, float]:
    """Return coefficients given back and told, of the models in both, and the largest difference."""
    told = read_helm(DATA / file)
    apart = [
        abs(flat(each)[key] - flat(fits[copies.get(model, model)])[key])
        for model, each in told.items()
        if copies.get(model, model) in fits
        for key in flat(each)
        if key in flat(fits[copies.get(model, model)])
    ]
    return sum(gap < 1e-9 for gap in apart), len(apart), max(apart)


def given_back(what: str, found: tuple[int, int, float], target: str) -> Figure:
    same, count, most = found
    off = "" if same == count else f"the others off by {most:.3f}"
    return Figure(what, f"{same}/{count}", target, off)


def golden() -> list[Figure]:
    a100, v100 = profiled("profile_a100.csv"), profiled("profile_v100.csv")
    told = [
        ("A100, profiled models, HELM's file", a100, "fitted_idealized_helm.json", {}, "336/336"),
        ("V100, profiled models", v100, "fitted_idealized_v100.json", {}, "108/108"),
        ("A100, the copies too, the paper's file", a100, "fitted_idealized.json", COPIES, "420/420"),
        ("A100, the copies too, HELM's file", a100, "fitted_idealized_helm.json", COPIES, "532/532"),
        ("V100, the copies too", v100, "fitted_idealized_v100.json", COPIES, "180/180"),
    ]
    figures = [
        given_back(what, equal(fits, file, copies), target) for what, fits, file, copies, target in told
    ]
    for what, source, target in [
        ("denoised, five models by instance", "figure_per_instance", "35/35"),
        ("denoised, five models by minima alone", "figure_min_over_instances", "18/30"),
    ]:
        fits = {
            table.model: published_rule(
                table.input_tokens, table.output_tokens, table.runtime_s, denoised=True
            )
            for table in service(source)
        }
        figures.append(given_back(what, equal(fits, "fitted_denoised.json", {}), target))
    return figures


def plain(p: np.ndarray, o: np.ndarray, least: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The paper's form fitted to minima, without rounding, for many sets at once: T over cells, and beta."""
    alpha = np.empty_like(least)
    for size in np.unique(p):
        own = p == size
        line = np.linalg.pinv(np.column_stack([np.ones(own.sum()), o[own] - 1.0]))[0]
        alpha[:, own] = (least[:, own] @ line)[:, None]
    alpha = np.maximum(alpha, alpha[:, [int(np.argmin(p))]])
    apart = o - o.mean()
    beta = (least - alpha) @ apart / (apart @ apart)
    return alpha + beta[:, None] * (o - 1), beta


def drawn(
    table: RuntimeTable, count: int, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw `count` instances of each cell without replacement; sorted, shape (draws, cells, count)."""
    sizes, cell = np.unique(
        np.column_stack([table.input_tokens, table.output_tokens]), axis=0, return_inverse=True
    )
    values = [table.runtime_s[cell.reshape(-1) == place] for place in range(len(sizes))]
    picked = [np.argsort(rng.random((draws, len(each))), axis=1)[:, :count] for each in values]
    taken = np.stack([each[places] for each, places in zip(values, picked, strict=True)], axis=1)
    least = np.array([[each.min() for each in values]])
    return sizes[:, 0], sizes[:, 1], np.sort(taken, axis=2), least


def ratios(table: RuntimeTable, count: int, draws: int) -> tuple[float, float, float]:
    """Return RMSE of T and of beta over that of the minimum."""
    p, o, taken, least = drawn(table, count, draws, np.random.default_rng([count, 2305]))
    truth, beta = plain(p, o, least)
    by_minimum, beta_minimum = plain(p, o, taken[:, :, 0])
    fits = [
        denoise(np.repeat(p, count), np.repeat(o, count), each.reshape(-1), deployment=table.model)
        for each in taken
    ]
    ours = np.array([fit.runtime_s(p, o) for fit in fits])
    betas = np.array([fit.decode.value for fit in fits])
    rms = [np.sqrt(np.mean((each / truth - 1) ** 2)) for each in (ours, by_minimum)]
    rms_beta = [np.sqrt(np.mean((each - beta) ** 2)) for each in (betas, beta_minimum)]
    return rms[0] / rms[1], rms_beta[0] / rms_beta[1], rms[1]


def denoising(draws: int) -> list[Figure]:
    figures = []
    print(f"\ndenoised runtime from n instances against all: RMSE over that of the minimum, {draws} draws")
    for count, target in TARGETS.items():
        found = {table.model: ratios(table, count, draws) for table in service("figure_per_instance")}
        for model, (share, of_beta, base) in found.items():
            print(f"  n = {count}  {model:26s} T {share:.2f}  beta {of_beta:.2f}  (minimum: {base:.1%})")
        means = np.exp(np.log(np.array(list(found.values()))).mean(axis=0))
        most = np.max(list(found.values()), axis=0)
        at = f"from {count} instances, RMSE over the minimum's"
        figures += [
            Figure(f"T {at}, geometric mean", f"{means[0]:.3f}", f"at most {target}", "1 the minimum itself"),
            Figure(f"T {at}, worst model", f"{most[0]:.2f}", "at most 1.0"),
            Figure(f"beta {at}, geometric mean", f"{means[1]:.3f}", "at most 1.0"),
            Figure(f"beta {at}, worst model", f"{most[1]:.3f}", "at most 1.0"),
        ]
    return figures


def noises(floor: np.ndarray, rng: np.random.Generator) -> dict[str, Noise]:
    """Ways in which a service may be slower than its floor; each takes a shape (cells, instances)."""
    root = np.sqrt(floor)[:, None]
    return {
        "exponential": lambda shape: 0.05 * rng.exponential(size=shape),
        "exponential, variance as T": lambda shape: 0.08 * root * rng.exponential(size=shape),
        "exponential, as T": lambda shape: 0.1 * floor[:, None] * rng.exponential(size=shape),
        "lognormal": lambda shape: 0.04 * root * np.exp(1.2 * rng.standard_normal(shape)),
        "gamma of shape 2": lambda shape: 0.05 * rng.gamma(2, size=shape),
        "Weibull .7, a tenth 2 s slower": lambda shape: (
            0.05 * rng.weibull(0.7, size=shape) + (rng.random(shape) < 0.1) * rng.exponential(2, size=shape)
        ),
    }


def fitted(p: np.ndarray, o: np.ndarray, times: np.ndarray) -> DenoisedRuntime:
    count = times.shape[1]
    return denoise(np.repeat(p, count), np.repeat(o, count), times.reshape(-1), deployment="made up")


def coverage(repetitions: int) -> None:
    print(f"\ncoverage of 95 % intervals on made-up services, {repetitions} times each: beta, T over cells")
    rng = np.random.default_rng(2305)
    p, o = np.repeat([1, 256, 512, 1024, 1536], 7), np.tile([1, 2, 4, 8, 16, 32, 64], 5)
    floor = 0.2 + 0.03 * o + 0.0003 * p
    total = []
    for name, noise in noises(floor, rng).items():
        least = np.mean([floor + noise((35, 10)).min(axis=1) for _ in range(4000)], axis=0)
        target = denoise(p, o, least, deployment="truth", least_known=True)
        truth, beta = target.runtime_s(p, o), target.decode.value
        shown = []
        for count in (3, 5, 10):
            inside = []
            for _ in range(repetitions):
                fit = fitted(p, o, floor[:, None] + noise((35, count)))
                half = fit.half_width_shares(p, o) * fit.runtime_s(p, o)
                good = np.abs(fit.runtime_s(p, o) - truth) <= half
                inside.append((fit.decode.low <= beta <= fit.decode.high, good.mean()))
            shown.append(np.mean(inside, axis=0))
        total.append(shown)
        print(f"  {name:32s} {covered(shown)}")
    means = np.mean(total, axis=0)
    print(f"  {'all':32s} {covered(means)}")


def covered(shares: Sequence[np.ndarray]) -> str:
    counted = zip((3, 5, 10), shares, strict=True)
    return "  ".join(f"n={n}: {beta:.3f} {runtime:.3f}" for n, (beta, runtime) in counted)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=1000)
    options.add_argument("--repetitions", type=int, default=300)
    chosen = options.parse_args()
    print(heading("the published rule and denoised runtimes"))
    if not DATA.exists():
        print(f"the published data are not at {DATA}")
        return
    figures = [*golden(), *denoising(chosen.draws)]
    coverage(chosen.repetitions)
    show(figures)


if __name__ == "__main__":
    main()
