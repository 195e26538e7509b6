"""Few profiled points against the whole profiles of arXiv 2305.02440 (13 models, A100), read by path."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from isocost.core.load import RequestShape
from isocost.runtime import (
    PublishedRuntime,
    RuntimePrior,
    RuntimeSamples,
    candidate_cells,
    fit_runtime,
    held_out_error,
    next_points,
    profile_cells,
    runtime_belief,
    runtime_posterior,
    runtime_prior,
)
from isocost.runtime.form import form_of
from isocost.runtime.rows import rows_of
from isocost.runtime.tile import estimated_tile

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "narayanan2023"
PROFILE = DATA / "profile_a100.csv"
pytestmark = pytest.mark.skipif(not PROFILE.exists(), reason=f"the published profile is not at {PROFILE}")
Profiles = dict[str, dict[tuple[int, int], float]]
SCALE = {"mt_nlg": 3.0}  # a third of its layers was profiled
SIX = ((1, 1), (1, 64), (256, 1), (512, 1), (1024, 1), (1920, 1))
FOUR = ((1, 1), (1, 64), (512, 1), (1920, 1))


def read(file: str) -> Profiles:
    found: Profiles = defaultdict(dict)
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            size = int(row["prompt_tokens"]), int(row["output_tokens"])
            found[row["model"]][size] = float(row["runtime_s"]) * SCALE.get(row["model"], 1.0)
    return found


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    return read("profile_a100.csv")


@pytest.fixture(scope="module")
def fits(profiles: Profiles) -> dict[tuple[str, str], PublishedRuntime]:
    v100 = read("profile_v100.csv")
    return {(model, "a100"): additive(cells) for model, cells in profiles.items()} | {
        (model, "v100"): additive(cells) for model, cells in v100.items()
    }


def additive(cells: Mapping[tuple[int, int], float]) -> PublishedRuntime:
    """The additive form fitted to all cells of a model, weights 1 / time."""
    rows = rows_of(samples(cells))
    everything = np.ones(len(rows.cell), dtype=np.bool_)
    form = form_of(rows, everything)
    estimator = form.estimator(rows, everything)
    assert estimator is not None
    found = estimator @ rows.times
    prefill = tuple(zip(form.knots.astype(int).tolist(), found[:-3].tolist(), strict=True))
    return PublishedRuntime(prefill_s=prefill, decode_s=float(found[-3]))


def prior_of(
    fits: Mapping[tuple[str, str], PublishedRuntime], model: str, hardware: tuple[str, ...]
) -> RuntimePrior:
    """The prior from the other models, the same model on other hardware left out, too."""
    return runtime_prior(
        {f"{name} {where}": fit for (name, where), fit in fits.items() if name != model and where in hardware}
    )


def samples(cells: Mapping[tuple[int, int], float]) -> RuntimeSamples:
    sizes = np.array(list(cells))
    return RuntimeSamples(
        input_tokens=sizes[:, 0],
        output_tokens=sizes[:, 1],
        runtime_s=np.array(list(cells.values())),
        block=np.zeros(len(sizes), dtype=np.int64),
    )


# METHOD: six points plain linear 1.21 / 2.45 %, with the warp .86 / 1.70 %; seven with o_max / 2 are ours
@pytest.mark.parametrize(
    ("points", "tile", "mean", "worst"),
    [
        (6, None, 1.21, 2.45),
        (6, 128, 0.86, 1.70),
        (7, None, 1.23, 2.36),
        (7, 128, 0.90, 2.02),
    ],
)
def test_few_points_foretell_all_270_cells(
    profiles: dict[str, dict[tuple[int, int], float]],
    points: int,
    tile: int | None,
    mean: float,
    worst: float,
) -> None:
    few = [(cell.input_tokens, cell.output_tokens) for cell in profile_cells(1920, 64)][:points]
    errors = []
    for name, cells in profiles.items():
        model = fit_runtime(
            samples({size: cells[size] for size in few}), deployment=name, seed=0, tile_tokens=tile
        )
        errors.append(held_out_error(model, samples(cells)).value)
    assert len(errors) == 13
    assert 100 * np.mean(errors) == pytest.approx(mean, abs=0.01)
    assert 100 * max(errors) == pytest.approx(worst, abs=0.01)


def test_a_fit_to_everything_is_as_good_as_the_form_allows(
    profiles: dict[str, dict[tuple[int, int], float]],
) -> None:
    # METHOD: .34 / 1.15 % without context term; held-out error keeps the term for some models
    errors = []
    for name in ("ai21_j1_large", "gpt2", "openai_davinci"):
        everything = samples(profiles[name])
        model = fit_runtime(everything, deployment=name, seed=0)
        errors.append(held_out_error(model, everything).value)
    assert np.mean(errors) < 0.0050


# targets: mean under .80 and each under 1.6 from six, 1.0 and 2.0 from four; prefill alone under 1.8 from
# six. Six miss theirs by .004 and .03 points; from scratch the means would be .86 and 1.25 %
@pytest.mark.parametrize(
    ("points", "mean", "worst", "prefill"), [(SIX, 0.804, 1.63, 1.74), (FOUR, 0.999, 1.84, 2.53)]
)
def test_a_prior_from_the_other_models_makes_few_points_enough(
    profiles: Profiles,
    fits: dict[tuple[str, str], PublishedRuntime],
    points: tuple[tuple[int, int], ...],
    mean: float,
    worst: float,
    prefill: float,
) -> None:
    errors, first = [], []
    for name, cells in profiles.items():
        model = fit_runtime(
            samples({size: cells[size] for size in points}),
            deployment=name,
            seed=0,
            prior=prior_of(fits, name, ("a100",)),
        )
        errors.append(held_out_error(model, samples(cells)).value)
        short = {size: seconds for size, seconds in cells.items() if size[1] == 1}
        first.append(held_out_error(model, samples(short)).value)
    assert 100 * np.mean(errors) == pytest.approx(mean, abs=0.003)
    assert 100 * max(errors) == pytest.approx(worst, abs=0.01)
    assert 100 * np.mean(first) == pytest.approx(prefill, abs=0.01)


def test_six_points_on_v100_beat_the_papers_rule_on_all_cells(
    fits: dict[tuple[str, str], PublishedRuntime],
) -> None:
    # targets: mean under 3.7 %, worst under 7 %; the paper's rule on all cells 4.7 and 8.5 %. Decode is timed
    # after half the longest prompt: after one token it would be 4.5 and 8.9 %
    errors = []
    for name, cells in read("profile_v100.csv").items():
        sizes = sorted({p for p, _ in cells})
        shares = (2 / 15, 4 / 15, 8 / 15, 1.0)
        near = [min(sizes, key=lambda p, s=share: abs(p - s * sizes[-1])) for share in shares]
        points = ((1, 1), *((p, 1) for p in near), (near[2], 64))
        model = fit_runtime(
            samples({size: cells[size] for size in points}),
            deployment=name,
            seed=0,
            prior=prior_of(fits, name, ("a100", "v100")),
        )
        errors.append(held_out_error(model, samples(cells)).value)
    assert len(errors) == 11
    assert 100 * np.mean(errors) == pytest.approx(3.24, abs=0.01)
    assert 100 * max(errors) == pytest.approx(6.08, abs=0.02)


def test_prompt_sizes_left_out_are_foretold(
    profiles: Profiles, fits: dict[tuple[str, str], PublishedRuntime]
) -> None:
    # targets: mean under 1.8 %, 95th percentile under 6 %, largest under 12 % outside yalm, whose prefill
    # jumps by 51 % between 32 and 64 tokens; linear interpolation 4.2, 11.9 and 23 %. These are the
    # posterior's figures; benchmarks/runtime_few_points.py has those of the whole fit, 1.71, 5.35 and 9.5 %
    errors, odd = [], []
    for name, cells in profiles.items():
        prior = prior_of(fits, name, ("a100",))
        sizes = sorted({p for p, _ in cells})
        for left in sizes[1:-1]:
            rest = {
                size: seconds for size, seconds in cells.items() if size[0] != left and size[1] in (1, 8, 64)
            }
            p, o = np.array(list(rest)).T
            found = runtime_posterior(prior, p, o, np.array(list(rest.values())))
            (first,), _ = found.predict(np.array([left]), np.array([1]))
            (odd if name == "yalm" else errors).append(abs(first / cells[left, 1] - 1))
    together = 100 * np.array([*errors, *odd])
    assert len(together) == 325
    assert together.mean() < 1.8
    assert np.percentile(together, 95) < 6
    assert 100 * max(errors) < 12
    assert 100 * max(odd) < 25


def test_the_profiles_tell_their_tile(profiles: Profiles) -> None:
    tiles = {name: estimated_tile(rows_of(samples(cells))) for name, cells in profiles.items()}
    # ada's prefill hardly grows, so that its staircase is lost in the millisecond it was rounded to
    assert {name for name, tile in tiles.items() if tile != 128} == {"openai_ada"}
    assert tiles["openai_ada"] is None


def test_all_270_cells_leave_a_prior_nothing_to_say(
    profiles: Profiles, fits: dict[tuple[str, str], PublishedRuntime]
) -> None:
    cells = profiles["bloom"]
    p, o = np.array(list(cells)).T
    without, informed = (
        fit_runtime(samples(cells), deployment="bloom", seed=0, tile_tokens=128, prior=prior)
        for prior in (None, prior_of(fits, "bloom", ("a100",)))
    )
    assert informed.runtime_s(p, o) == pytest.approx(without.runtime_s(p, o), rel=0.0025)


def test_points_chosen_one_after_the_other_reach_as_much_as_six_in_40_percent_of_their_seconds(
    profiles: Profiles, fits: dict[tuple[str, str], PublishedRuntime]
) -> None:
    # target: the six's .804 % + .1 in at most 60 % of their seconds; begun with (1, 1) alone
    errors = []
    for name, cells in profiles.items():
        prior = prior_of(fits, name, ("a100",))
        measured = chosen(cells, prior, 0.4 * sum(cells[size] for size in SIX))
        model = fit_runtime(
            samples({size: cells[size] for size in measured}), deployment=name, seed=0, prior=prior
        )
        errors.append(held_out_error(model, samples(cells)).value)
    assert len(errors) == 13
    assert 100 * np.mean(errors) == pytest.approx(0.803, abs=0.003)


def chosen(
    cells: Mapping[tuple[int, int], float], prior: RuntimePrior, budget_s: float
) -> list[tuple[int, int]]:
    targets = [RequestShape(p, o) for p, o in cells]
    prompts = np.unique([p for p, _ in cells])
    sizes = [size for size in candidate_cells(prompts.tolist(), 64).tolist() if tuple(size) in cells]
    measured = [(1, 1)]
    while True:
        belief = runtime_belief(samples({size: cells[size] for size in measured}), prior, prompts)
        (point,) = next_points(belief, np.array(sizes), targets, count=1, repeats=1, warmups=0).points
        measured.append((point.input_tokens, point.output_tokens))
        if sum(cells[size] for size in measured) > budget_s:
            return measured[:-1]
