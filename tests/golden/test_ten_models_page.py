"""The page on the ten models of 2022: tables up to date, and a text true to the files of arXiv 2305.02440."""

import csv
import itertools
import json
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median, quantiles
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared/data/narayanan2023"
PAGE = ROOT / "docs/studies/ten-models-2022.md"
IMAGE = ROOT / "docs/images/ten-models-2022.svg"
BESIDE = (
    "figures", "machine", "study_page", "ten_models", "ten_tables", "ten_pictures", "frontier_ten_models",
)  # fmt: skip
RAW, OWN, COST = "raw_runtime_s", "idealized_runtime_s", "idealized_cost_cents"
DAVINCI, LARGE, GRANDE, JUMBO = "openai_davinci", "ai21_j1-large", "ai21_j1-grande", "ai21_j1-jumbo"
ANTHROPIC, GPTJ, COHERE = "anthropic_stanford-online-all-v4-s3", "together_gpt-j-6b", "cohere_xlarge-20220609"
PROFILES = {
    DAVINCI: ("openai_davinci", "openai/davinci"), LARGE: ("ai21_j1_large", "ai21/j1-large"),
    GRANDE: ("ai21_j1_grande", "ai21/j1-grande"), JUMBO: ("ai21_j1_jumbo", "ai21/j1-jumbo"),
    ANTHROPIC: ("anthropic", "anthropic/stanford-online-all-v4-s3"),
    GPTJ: ("gptj_6b", "together/gpt-j-6b"), "together_bloom": ("bloom", "together/bloom"),
    "together_yalm": ("yalm", "together/yalm"),
    "microsoft_TNLGv2_530B": ("mt_nlg", "microsoft/TNLGv2_530B"),
}  # fmt: skip
FOUR = ("boolq", "imdb", "mmlu:subject=college_chemistry", "raft:subset=terms_of_service")


@pytest.fixture(scope="module")
def told():
    """Return the text of the page on one line, without its tables."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if not line.startswith("|")]
    return re.sub(r"\s+", " ", " ".join(lines).replace("**", ""))


def read(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not here; it is no part of the project")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else json.load(file)


@pytest.fixture(scope="module")
def rows():
    """Return plain numbers by scenario and model, read without the code under test."""
    found = {}
    for row in read("figures_efficiency_capability.csv"):
        if row["figure_version"] == "oct2022":
            numbers = {key: float(row[key]) for key in ("accuracy", RAW, OWN, COST, "flops")}
            found[row["scenario"], row["model"]] = numbers
    return found


@pytest.fixture(scope="module")
def compared(rows):
    """Score by hand every pair with a capability above 0: (scenario, model, input)."""
    found = {}
    for scenario in dict.fromkeys(scenario for scenario, _ in rows):
        units = {
            model: row for (mine, model), row in rows.items() if mine == scenario and row["accuracy"] > 0
        }
        for model, kind in itertools.product(units, (RAW, OWN, COST)):
            points = {name: (row[kind], row["accuracy"]) for name, row in units.items()}
            found[scenario, model, kind] = scored(points, model)
    return found


def scored(points, model):
    x, y = points[model]
    alone = min(cost for cost, reached in points.values() if reached >= y)
    mixed = alone
    for (cheap, low), (dear, high) in itertools.product(points.values(), repeat=2):
        if low < y < high:
            mixed = min(mixed, cheap + (dear - cheap) * (y - low) / (high - low))
    better = [
        name for name, (a, b) in points.items() if a <= x and b >= y and (a, b) != (x, y) and name != model
    ]
    see = min((name for name in points if points[name][1] >= y), key=lambda name: points[name][0])
    return SimpleNamespace(takes=x, reaches=y, fdh=alone / x, vrs=mixed / x, on=not better, see=see)


@pytest.fixture(scope="module")
def tokens(rows):
    """Recover mean output tokens by bisection, with the coefficients of the published file."""
    shapes = {row["model"]: row for row in read("models.csv")}
    fits = read("fitted_idealized.json")
    found = {}
    for (scenario, model), row in rows.items():
        own = model
        if model == COHERE:
            own = DAVINCI if row[COST] / row[OWN] > 6 * 100 * 3.67 / 3600 else ANTHROPIC
        shape, fit = shapes[PROFILES[own][0]], fits[PROFILES[own][1]]
        sizes = sorted(map(int, fit["runtime_for_prompt_tokens"]))
        times = [fit["runtime_for_prompt_tokens"][str(size)] for size in sizes]
        beta = fit["runtime_per_output_token"]
        total = row["flops"] / (24 * float(shape["hidden_size"]) ** 2 * float(shape["layers_model"]))

        def more(later, sizes=sizes, times=times, beta=beta, total=total, row=row):
            beyond = max(0.0, total - later - sizes[-1])  # longer than any profiled: straight on
            slope = (times[-1] - times[-2]) / (sizes[-1] - sizes[-2])
            return float(np.interp(total - later, sizes, times)) + slope * beyond + beta * later - row[OWN]

        low, high = 0.0, total - 1
        for _ in range(60 if more(low) < 0 else 0):
            middle = (low + high) / 2
            low, high = (middle, high) if more(middle) < 0 else (low, middle)
        found[scenario, model] = 1 + low
    return found


@pytest.fixture(scope="module")
def july(rows):
    names = {published: model for model, (_, published) in PROFILES.items()}
    found = {}
    for row in read("scenarios.csv"):
        key = row["scenario"], names.get(row["model"])
        if key in rows and row["output_tokens"]:
            found[key] = row
    return found


@pytest.fixture
def script(monkeypatch, rows):
    """Import the script of the page; leave no modules with common names behind."""
    assert rows
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    try:
        import frontier_ten_models

        yield frontier_ten_models
    finally:
        for name in BESIDE:
            sys.modules.pop(name, None)


def unstyled(drawing):
    return re.sub(r"<style>.*?</style>", "", drawing, flags=re.DOTALL)


def test_tables_and_picture_are_those_that_the_script_writes(script):
    page = PAGE.read_text(encoding="utf-8")
    hint = "run: python benchmarks/frontier_ten_models.py --page"
    assert script.filled(page, dict(script.blocks())) == page, hint
    assert unstyled(IMAGE.read_text(encoding="utf-8")) == unstyled(script.picture()), hint


def test_figures_meet_their_targets(script):
    found = [*script.published(), *script.identities(list(script.placed(script.read())))]
    assert len(found) == 12
    assert {figure.state for figure in found} == {"met"}, [figure.line for figure in found]


def test_scores_agree_with_single_and_mixed_pairs_by_hand(script, compared):
    found = {(each.scenario, each.model, each.metric): each for each in script.placed(script.read())}
    assert found.keys() == compared.keys()
    for key, mine in compared.items():
        assert found[key].fdh == pytest.approx(mine.fdh, abs=1e-12)
        assert found[key].vrs == pytest.approx(mine.vrs, abs=1e-9)
        assert found[key].on_fdh == mine.on


def test_areas_agree_with_integration(script, rows):
    for mixture in script.mixtures(script.read()):
        points = [
            (row[COST], row["accuracy"])
            for (scenario, _), row in rows.items()
            if scenario == mixture.scenario and row["accuracy"] > 0
        ]
        costs = np.linspace(min(points)[0], max(points)[0], 2001)
        best = np.max([np.where(costs >= cost, reached, 0) for cost, reached in points], axis=0)
        mixed = best.copy()
        for (cheap, low), (dear, high) in itertools.permutations(points, 2):
            if cheap < dear:
                line = low + (high - low) * (costs - cheap) / (dear - cheap)
                mixed = np.where((costs >= cheap) & (costs <= dear), np.maximum(mixed, line), mixed)
        assert mixture.area == pytest.approx(mixed.mean(), abs=2e-3)
        assert mixture.area_alone == pytest.approx(best.mean(), abs=2e-3)
        ratio = 1 - min(points)[0] / max(points)[0]
        assert mixture.area_routerbench == pytest.approx(mixture.area * ratio)


def test_lengths_agree_with_bisection(script, tokens):
    found = script.charged_tokens()
    assert found.keys() == tokens.keys()
    for key, mine in tokens.items():
        assert found[key] == pytest.approx(mine, abs=1e-6), key


def test_the_picture_shows_each_pair_once_and_the_frontier_filled(rows, compared):
    drawn = ElementTree.parse(IMAGE)  # noqa: S314 - our own file
    svg = "{http://www.w3.org/2000/svg}"
    groups = [each for each in drawn.iter(f"{svg}g") if each.find(f"{svg}title") is not None]
    hollow = [each for each in groups if each.find(f"{svg}g") is not None]
    ahead = sum(each.on for (_, _, kind), each in compared.items() if kind == COST)
    assert (len(groups), len(groups) - len(hollow)) == (len(rows), ahead)
    assert IMAGE.stat().st_size < 300_000


def by_cost(compared, model):
    return [each for (_, name, kind), each in compared.items() if (name, kind) == (model, COST)]


def test_counts_of_the_text(rows, compared, told):
    assert f"{len(rows)} pairs of model and scenario" in told
    nothing = [key for key, row in rows.items() if row["accuracy"] == 0]
    partly = [key for key in nothing if key[0] != "synthetic_efficiency"]
    assert (len({scenario for scenario, _ in partly}), len(partly)) == (3, 7)
    assert "In three more scenarios seven pairs have none" in told
    sets = {
        kind: {key[:2] for key, each in compared.items() if key[2] == kind and each.on}
        for kind in (RAW, OWN, COST)
    }
    mixed = {
        kind: {
            key[:2] for key, each in compared.items() if key[2] == kind and each.on and each.vrs > 1 - 1e-9
        }
        for kind in (RAW, OWN, COST)
    }
    assert f"by cost ({len(sets[COST])} to {len(mixed[COST])} of {len(compared) // 3} pairs)" in told
    assert f"by idealized runtime ({len(sets[OWN])} to {len(mixed[OWN])})" in told
    left = sum(model == GRANDE for _, model in sets[OWN] - mixed[OWN])
    assert f"J1-Grande leaves {left} of its {sum(model == GRANDE for _, model in sets[OWN])}" in told
    kept = [sum(model == GRANDE for _, model in found[COST]) for found in (mixed, sets)]
    assert f"By cost it keeps {kept[0]} of {kept[1]}" in told
    same = sum(
        {key for key in sets[RAW] if key[0] == scenario} == {key for key in sets[OWN] if key[0] == scenario}
        for scenario in {scenario for scenario, _, _ in compared}
    )
    assert f"are the same in {same} of 51 scenarios" in told
    assert (
        f"dominated by idealized cost in {51 - len([1 for _, m in sets[COST] if m == DAVINCI])} of 51" in told
    )


def test_the_cheapest_and_the_families(rows, compared, told):
    scenarios = {scenario for scenario, _, _ in compared}
    cheapest = Counter(
        min(
            (row[COST], model) for (mine, model), row in rows.items() if mine == each and row["accuracy"] > 0
        )[1]
        for each in scenarios
    )
    assert f"cheapest in {cheapest[LARGE]} of its {len(by_cost(compared, LARGE))} scenarios" in told
    assert f"in {cheapest[LARGE]} of 51 it begins with J1-Large" in told
    alone = [
        round(100 * np.mean([each.on for key, each in compared.items() if key[1:] == (DAVINCI, kind)]))
        for kind in (RAW, COST)
    ]
    assert f"(each scenario once: {alone[0]} and {alone[1]} %)" in told
    for kind, pattern in ((RAW, "{} % of the frontiers by raw runtime"), (COST, "{} % by cost")):
        families = defaultdict(list)
        for (scenario, model, which), each in compared.items():
            if (model, which) == (DAVINCI, kind):
                families[scenario.split(":")[0]].append(each.on)
        assert f"Counting each of the {len(families)} families" in told
        shares = [sum(each) / len(each) for each in families.values()]
        assert pattern.format(round(100 * sum(shares) / len(shares))) in told


def test_distances_of_the_text(compared, told):
    for model in (DAVINCI, "together_bloom", "together_yalm"):
        saved = median(1 - each.fdh for each in by_cost(compared, model))
        assert f"{saved:.2f}" == "0.97", model
    behind = [each for key, each in compared.items() if key[2] == COST and not each.on]
    tenfold = sum(each.fdh < 0.1 for each in behind)
    assert f"Of the {len(behind)} pairs behind by cost, {tenfold} cost more than ten times" in told

    def factor(model):
        return median(1 / each.fdh for each in by_cost(compared, model) if not each.on)

    assert f"a {factor(JUMBO):.0f}th (J1-Jumbo" in told
    assert f"a {factor('together_bloom'):.0f}th (BLOOM)" in told
    assert f"davinci's factor is {factor(DAVINCI):.0f}" in told
    assert f"TNLG v2's, in four scenarios, {factor('microsoft_TNLGv2_530B'):.0f}" in told
    assert f"by a factor of {factor(GRANDE):.1f} and {factor(GPTJ):.1f}" in told
    steps = []
    for scenario in {scenario for scenario, _, _ in compared}:
        ahead = sorted(
            (each.takes, each.reaches)
            for key, each in compared.items()
            if key[0] == scenario and key[2] == COST and each.on
        )
        steps += [after[1] - before[1] for before, after in itertools.pairwise(ahead)]
    small = [sum(step < bound for step in steps) for bound in (0.01, 0.02, 0.05)]
    assert (
        f"Of the {len(steps)} steps up the frontiers by cost, {small[0]} are smaller than .01, "
        f"{small[1]} than .02, {small[2]} than .05" in told
    )
    assert f"standard error of .{1000 * math.sqrt(0.7 * 0.3 / 300):03.0f}" in told


def test_prices_and_mixes_of_the_text(script, told):
    found = list(script.mixtures(script.read()))
    first = [each.prices[0] for each in found if each.prices]
    last = [each.prices[-1] for each in found if each.prices]
    assert f"In {len(found) - len(first)} scenarios there is none to be bought" in told
    low, middle, high = quantiles(first, n=4, method="inclusive")
    assert f"In the other {len(first)} the first step up the hull costs {middle:.2f} cents" in told
    assert f"(quartiles {low:.2f} to {high:.1f})" in told
    low, middle, high = quantiles(last, n=4, method="inclusive")
    assert f"the last step {middle:.1f} cents ({low:.2f} to {high:.1f})" in told
    several = [each.prices[-1] / each.prices[0] for each in found if len(each.prices) > 1]
    assert (
        f"In the {len(several)} that have two steps and more the last is {median(several):.0f} times" in told
    )
    dear = median(each.hull.costs[-1] / each.hull.costs[0] for each in found)
    rise = median(each.hull.qualities[-1] - each.hull.qualities[0] for each in found)
    assert f"takes {dear:.0f} times what the cheapest takes, in the median, for {rise:.3f} more" in told
    buy = next(each for each in found if each.scenario.endswith("Abt_Buy"))
    assert f"reaches {buy.hull.qualities[-1] - buy.hull.qualities[0]:.3f} more than J1-Large" in told
    assert f"at {buy.prices[-1]:.0f} cents for one more right answer" in told
    gains = [each.area - each.area_alone for each in found]
    assert (
        f"mixing adds {median(gains):.3f} of capability in the median scenario and {max(gains):.3f}" in told
    )
    assert f"in {sum(gain > 0.02 for gain in gains)} scenarios it is more than 0.02" in told
    less = [each.area - each.area_routerbench for each in found]
    assert f"by {median(less):.3f} in the median and up to {max(less):.3f}" in told
    assert max(len(each.corners) for each in found) == 4
    assert f"in {sum(each.corners[-1] == ANTHROPIC for each in found)} it ends with Anthropic" in told
    one = {LARGE, GRANDE, GPTJ}
    whole = sum(set(each.corners) <= one for each in found)
    four = sum(set(each.corners) <= one | {ANTHROPIC} for each in found) - whole
    large = sum(each.corners[-1] not in one | {ANTHROPIC} for each in found)
    assert f"in {whole} of 51 scenarios models on one accelerator make the whole hull; in {four} more" in told
    assert f"in {large} the best corner is a model of 100 billion" in told
    assert whole + four + large == len(found)


def test_cohere_stands_with_davincis_figures(rows, told):
    scenarios = [scenario for scenario, model in rows if model == COHERE]
    eight = [
        each
        for each in scenarios
        if round(rows[each, COHERE][COST] * 36 / 3.67 / rows[each, COHERE][OWN]) == 8
    ]
    assert sorted(set(scenarios) - set(eight)) == sorted(FOUR)
    same = [
        each
        for each in eight
        if all(rows[each, COHERE][key] == rows[each, DAVINCI][key] for key in (OWN, COST, "flops"))
    ]
    assert f"In the other {len(eight)} they are davinci's" in told
    assert f"in {len(same)} of them runtime, cost and FLOPs equal" in told


def test_lengths_of_the_text(tokens, july, rows, told):
    def typical(model, family):
        return median(
            each for (scenario, name), each in tokens.items() if name == model and scenario.startswith(family)
        )

    assert (
        f"{typical(LARGE, 'civil'):.1f} for J1-Large, {typical(ANTHROPIC, 'civil'):.1f} for Anthropic" in told
    )
    for model in (DAVINCI, GPTJ, "together_bloom", "together_yalm"):
        assert f"{typical(model, 'civil'):.1f}" == "5.0", model
    assert f"over RAFT davinci's is {typical(DAVINCI, 'raft'):.1f}" in told
    known = sorted(each for (scenario, _), each in tokens.items() if scenario == "synthetic_efficiency")
    listed = [f"{each:.1f}" for each in known]
    assert f"it yields {', '.join(listed[:-1])} and {listed[-1]};" in told
    off = [
        abs(tokens[key] - float(row["output_tokens"]))
        for key, row in july.items()
        if key[0].startswith("raft") and key[1].startswith("ai21")
    ]
    assert median(off) == pytest.approx(0.05, abs=0.006)
    assert f"(n = {len(off)})" in told
    shapes = {row["model"]: row for row in read("models.csv")}
    prompts = {}
    for model in (LARGE, GPTJ):
        shape = shapes[PROFILES[model][0]]
        each_token = 24 * float(shape["hidden_size"]) ** 2 * float(shape["layers_model"])
        prompts[model] = rows["boolq", model]["flops"] / each_token - tokens["boolq", model] + 1
    assert f"are {prompts[LARGE]:,.0f} of them, and {prompts[GPTJ]:,.0f} of GPT-J's" in told


def test_what_is_said_of_coefficients(rows, told):
    api, own = (read(f"fitted_{kind}.json")["openai/davinci"] for kind in ("denoised", "idealized"))
    seconds = [each["runtime_per_output_token"] for each in (api, own)]
    assert f"{seconds[0]:.3f} s per further token against {seconds[1]:.3f} s" in told
    least = {}
    fits = read("fitted_idealized.json")
    for (scenario, model), row in rows.items():
        if scenario in ("blimp", "commonsense"):
            fit = fits[PROFILES[DAVINCI if model == COHERE else model][1]]["runtime_for_prompt_tokens"]
            least[scenario, model] = row[OWN] / min(fit.values())
    assert len({model for _, model in least}) == 7
    assert max(least.values()) < 1
    assert f"down to {100 * min(least.values()):.0f} % of it" in told


def test_davincis_ratio_hangs_on_the_lengths(tokens, july, rows, told):
    ratio = {scenario: row[RAW] / row[OWN] for (scenario, model), row in rows.items() if model == DAVINCI}
    one = [each for scenario, each in ratio.items() if tokens[scenario, DAVINCI] < 1.5]
    more = [each for scenario, each in ratio.items() if tokens[scenario, DAVINCI] >= 1.5]
    assert f"Over all {len(ratio)} scenarios its median is {median(ratio.values()):.2f} for davinci" in told
    assert (
        f"{median(one):.1f} in the {len(one)} scenarios with one token and {median(more):.2f} in the other "
        f"{len(more)}" in told
    )
    texts = [f"{ratio[each]:.2f}" for each in FOUR]
    assert f"it is {', '.join(texts[:-1])} and {texts[-1]}" in told
    lengths = [f"{tokens[each, DAVINCI]:.1f}" for each in FOUR]
    assert f"has {', '.join(lengths[:-1])} and {lengths[-1]} tokens" in told
    mine = [key for key in july if key[1] == DAVINCI]
    grown = [key for key in mine if tokens[key] > 2 * float(july[key]["output_tokens"])]
    assert f"In {len(grown)} of {len(mine)} scenarios davinci is charged with more than twice" in told
    times = median(rows[key][OWN] / float(july[key]["idealized_runtime_s"]) for key in grown)
    fell = median(rows[key][RAW] / float(july[key]["runtime_s"]) for key in grown)
    assert (
        f"idealized runtime grew to {times:.1f} times, while the raw one, measured, fell to {fell:.2f}"
        in told
    )


def test_equal_lengths_move_gpt_j_and_not_davinci(rows, tokens, told):
    fits = read("fitted_idealized.json")
    ahead = {True: Counter(), False: Counter()}
    for scenario in {scenario for scenario, _ in rows}:
        least = min(each for (mine, _), each in tokens.items() if mine == scenario)
        for equal, counts in ahead.items():
            points = {}
            for (mine, model), row in rows.items():
                if mine != scenario or row["accuracy"] == 0:
                    continue
                own = DAVINCI if model == COHERE and scenario not in FOUR else model
                beta = fits[PROFILES.get(own, PROFILES[ANTHROPIC])[1]]["runtime_per_output_token"]
                less = beta * (tokens[scenario, model] - least) / row[OWN] if equal else 0
                points[model] = (row[COST] * (1 - less), row["accuracy"])
            counts.update(model for model in points if scored(points, model).on)
    assert f"from {ahead[False][GPTJ]} to {ahead[True][GPTJ]} frontiers by cost" in told
    assert ahead[True][DAVINCI] == ahead[False][DAVINCI] == 5
    assert 8 <= ahead[False][LARGE] - ahead[True][LARGE] <= 11
    mine = {scenario: row for (scenario, model), row in rows.items() if model == GPTJ}
    beaten = {
        scenario
        for (scenario, _), row in rows.items()
        if scenario in mine
        and row["flops"] < mine[scenario]["flops"]
        and row["accuracy"] > mine[scenario]["accuracy"]
    }
    assert f"GPT-J is on {len(mine) - len(beaten)} of {len(mine)} frontiers as published (weak)" in told
