"""Studies, tables and published runtimes compared: ratios hold the truth, what differs is told."""

from dataclasses import replace

import pytest

from doubles.made_up_studies import deployment, write_profile, write_sweep
from doubles.profiles import TrueRuntime
from isocost.core.errors import CatalogError, InputError
from isocost.studies.compare import compare
from isocost.studies.compared import CompareQuestion
from isocost.studies.differences import differences, untold
from isocost.studies.sides import SideQuestion

TRUTH = TrueRuntime(fixed_s=0.004, per_prompt_s=2e-4, decode_s=0.005)
HEAD = "model,prompt_tokens,output_tokens,trial,hardware,num_gpus,runtime_s"


def asked(a, b, **changes):
    sides = {"baseline": SideQuestion(text=str(a)), "other": SideQuestion(text=str(b))}
    return CompareQuestion(**{**sides, **changes})


def times(truth):
    return replace(truth, fixed_s=truth.fixed_s * 1.2, per_prompt_s=truth.per_prompt_s * 1.2,
                   decode_s=truth.decode_s * 1.2)  # fmt: skip


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """One model on stack a; 20 % slower in all on stack b, which has twice the accelerators."""
    folder = tmp_path_factory.mktemp("studies")
    a, b = deployment("little"), deployment("little", engine="sglang", accelerators=2)
    write_profile(folder / "a", a, TRUTH, seed=1)
    write_profile(folder / "b", b, times(TRUTH), seed=2)
    write_sweep(folder / "a", a, 0.010, seed=3)
    write_sweep(folder / "b", b, 0.012, seed=4)
    return folder


def table(path, rows):
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


def rows_of(model, hardware, gpus, factor, wobble=0.01):
    """Two trials of 12 cells, wobbling by 1 %: 10 ms, .1 ms a prompt token, 20 ms a further token."""
    return [
        f"{model},{p},{o},{trial},{hardware},{gpus},"
        f"{factor * (1 + wobble * (-1) ** (trial + place)) * (0.010 + 0.0001 * p + 0.02 * (o - 1)):.6f}"
        for trial in (0, 1)
        for place, (p, o) in enumerate((p, o) for p in (1, 256, 512, 1024) for o in (1, 8, 64))
    ]


def test_ratios_of_two_studies_find_the_truth_and_tell_what_differs(studies):
    report = compare(asked(studies / "a", studies / "b", margin=0.05))
    (model,) = report.models
    for key in ("runtime", "prefill", "decode"):
        ratio = model.ratio(key).estimate
        assert ratio.low < 1.2 < ratio.high  # everything takes 1.2 times as long
        assert ratio.high < 1.2 * 1.1
        assert model.ratio(key).probability_above == 1.0
    told = {(each.label, each.baseline, each.other) for each in model.differences}
    assert told == {("engine", "vllm", "sglang"), ("accelerators", "1 x chip", "2 x chip")}
    assert model.ratio("accelerator-seconds").estimate.value == pytest.approx(
        2 * report.headline.estimate.value  # twice the chips
    )
    assert report.gate.failed
    codes = [caution.code for caution in report.cautions]
    assert codes[:2] == ["different-accelerators", "one-session"]


def test_the_parts_of_a_difference_add_up(studies):
    report = compare(asked(studies / "a", studies / "b", request=(480, 24)))
    (model,) = report.models
    whole = model.ratio("runtime at 480x24")
    parts = model.runtime.parts
    assert sum(part.baseline.value for part in parts) == pytest.approx(whole.baseline.value)
    assert sum(part.difference.value for part in parts) == pytest.approx(
        whole.other.value - whole.baseline.value
    )
    # beside the model: T(1, 1) less one step, 4.2 - 5 ms; prompt: 479 * .2 ms; steps: 24 * 5 ms
    found = {part.key: part.baseline.value for part in parts}
    assert found["beside"] == pytest.approx(-0.0008, abs=0.0004)
    assert found["prompt"] == pytest.approx(0.0958, rel=0.03)
    assert found["steps"] == pytest.approx(0.120, rel=0.03)


def test_sweeps_are_compared_at_matched_loads_and_a_shared_price_cancels(studies):
    report = compare(asked(studies / "a", studies / "b", metric="cost"))
    cost, rate = report.models[0].ratio("cost"), report.models[0].ratio("throughput")
    assert cost.estimate.low < 1.2 < cost.estimate.high  # 12 ms a token over 10 ms
    assert rate.estimate.value == pytest.approx(1 / cost.estimate.value)
    assert (report.models[0].sweep.priced, rate.better) == (False, "higher")
    priced = [
        replace(side, price_usd_per_hour=3.0)
        for side in (SideQuestion(text=str(studies / "a")), SideQuestion(text=str(studies / "b")))
    ]
    same = compare(CompareQuestion(baseline=priced[0], other=priced[1], metric="cost"))
    assert same.models[0].sweep.priced
    assert same.headline.estimate.value == pytest.approx(cost.estimate.value)
    assert same.headline.estimate.low == pytest.approx(cost.estimate.low)
    assert [name for name, _, _ in same.assumptions] == ["price of both deployments"]
    assert same.models[0].ratio("request-cost") is None  # the same price says nothing beyond runtime
    half = CompareQuestion(
        baseline=priced[0], other=replace(priced[1], price_usd_per_hour=1.5), metric="request-cost"
    )
    found = compare(half)
    assert found.headline.estimate.value == pytest.approx(
        0.5 * found.models[0].ratio("runtime").estimate.value
    )


def test_sweeps_under_other_requests_are_not_compared(studies, tmp_path):
    write_sweep(tmp_path / "c", deployment("little"), 0.010, output_tokens=4)
    with pytest.raises(InputError, match="have neither a profile nor a sweep in common"):
        compare(asked(studies / "a", tmp_path / "c"))
    write_profile(tmp_path / "c", deployment("little"), TRUTH)
    report = compare(asked(studies / "a", tmp_path / "c"))
    assert report.models[0].sweep is None
    assert "several-workloads" in [caution.code for caution in report.cautions]


def test_sessions_tell_how_much_sessions_differ(tmp_path):
    """Sessions scatter by 10 %: three of each tell less than one of each pretends to."""
    served = deployment("little")
    factors = {"a1": 1.0, "a2": 1.1, "a3": 0.9, "b1": 1.02, "b2": 0.92, "b3": 1.12}
    for number, (name, factor) in enumerate(factors.items()):
        slow = replace(TRUTH, fixed_s=0.004 * factor, per_prompt_s=2e-4 * factor, decode_s=0.005 * factor)
        write_profile(tmp_path / name, served, slow, noise=0.002, seed=number)
    one = compare(asked(tmp_path / "a3", tmp_path / "b3", margin=0.05))
    assert one.gate.failed  # 1.12 / .9: the sessions, not the stacks
    sides = [",".join(str(tmp_path / f"{side}{i}") for i in (1, 2, 3)) for side in "ab"]
    several = compare(asked(*sides, margin=0.05))
    assert several.gate.state == "cannot be told"
    estimate = several.headline.estimate
    # logs 0, .0953, -.1054 and .0198, -.0834, .1133 about their means: s^2 = (.0203 + .0193) / 4 = .0099;
    # half-width 2.776 * sqrt(.0099 * 2 / 3) = .226
    assert estimate.value == pytest.approx((1.02 * 0.92 * 1.12 / 0.99) ** (1 / 3), rel=0.005)
    assert estimate.high / estimate.value == pytest.approx(1.253, rel=0.05)
    assert estimate.n == 5
    assert "one-session" not in [caution.code for caution in several.cautions]


def test_two_profiles_in_one_study_are_two_sessions(tmp_path):
    served = deployment("little")
    for number, name in enumerate(("monday", "tuesday")):
        write_profile(tmp_path / "a", served, TRUTH, stage=name, seed=number)
    write_profile(tmp_path / "b", served, TRUTH, seed=7)
    report = compare(asked(tmp_path / "a", tmp_path / "b"))
    assert "sessions" in report.headline.estimate.method
    assert report.headline.estimate.n == 2  # three sessions, one degree of freedom


def test_two_sizes_tell_the_stack_from_the_model(tmp_path):
    """Steps of 2 ms and 1 ms for 10 million weights on a; 5 ms and the same work on b."""
    for name, own in (("a", 0.002), ("b", 0.005)):
        for model, work in (("little", 0.001), ("larger", 0.003)):
            truth = replace(TRUTH, decode_s=own + work)
            write_profile(tmp_path / name, deployment(model), truth, noise=0.002, seed=len(model))
    report = compare(asked(tmp_path / "a", tmp_path / "b"))
    overhead = next(each for each in report.overheads if each.measure == "weights")
    assert overhead.baseline.value == pytest.approx(0.002, rel=0.05)
    assert overhead.other.value == pytest.approx(0.005, rel=0.05)
    assert overhead.difference.low < 0.003 < overhead.difference.high
    assert overhead.work.low < 1 < overhead.work.high
    assert {each.key for each in report.means} == {"runtime", "prefill", "decode"}
    assert (
        "one model" in compare(asked(f"{tmp_path}/a:little-F16", f"{tmp_path}/b:little-F16")).overhead_untold
    )


def test_deployments_of_one_study_are_chosen_by_what_is_known_of_them(tmp_path):
    from isocost.exchange import TimesFormat

    for engine, factor in (("vllm", 1.0), ("sglang", 1.2)):
        for model in ("little", "larger"):
            served = deployment(model, engine=engine)
            served = replace(served, name=f"{model} on {engine}")
            write_profile(
                tmp_path / "s", served, replace(TRUTH, decode_s=0.005 * factor), seed=len(served.name)
            )
    sides = [
        SideQuestion(text=str(tmp_path / "s"), table=TimesFormat(where={"engine": engine}))
        for engine in ("vllm", "sglang")
    ]
    report = compare(CompareQuestion(baseline=sides[0], other=sides[1], metric="decode"))
    assert [(m.baseline, m.other) for m in report.models] == [
        ("little on vllm", "little on sglang"),
        ("larger on vllm", "larger on sglang"),
    ]
    assert report.headline.estimate.low < 1.2 < report.headline.estimate.high
    wrong = replace(sides[0], table=TimesFormat(where={"engine": "trt"}))
    with pytest.raises(InputError, match="has engine=trt; engine is vllm, sglang"):
        compare(CompareQuestion(baseline=wrong, other=sides[1]))
    wrong = replace(sides[0], table=TimesFormat(where={"colour": "red"}))
    with pytest.raises(InputError, match="has colour=red; none of them tells its colour"):
        compare(CompareQuestion(baseline=wrong, other=sides[1]))


def test_tables_are_matched_by_model_and_unmatched_ones_are_told(tmp_path):
    a = table(tmp_path / "a.csv", rows_of("x", "a100", 1, 1.0) + rows_of("y", "a100", 4, 2.0))
    b = table(tmp_path / "b.csv", rows_of("x", "v100", 2, 1.5) + rows_of("z", "v100", 4, 2.0))
    report = compare(asked(a, b))
    assert [model.model for model in report.models] == ["x"]
    assert report.headline.estimate.low < 1.5 < report.headline.estimate.high
    assert [(d.label, d.baseline, d.other) for d in report.models[0].differences] == [
        ("hardware", "a100", "v100"), ("num gpus", "1", "2"),
    ]  # fmt: skip
    assert report.models[0].untold == ("precision", "engine", "vocabulary")
    assert [c.text for c in report.cautions if c.code == "unmatched-models"] == [
        f"1 of 2 models of {a} have no match and are left out (y)",
        f"1 of 2 models of {b} have no match and are left out (z)",
    ]


def test_one_table_can_hold_both_sides(tmp_path):
    from isocost.exchange import TimesFormat

    both = table(tmp_path / "t.csv", rows_of("x", "a100", 1, 1.0) + rows_of("x", "v100", 1, 1.5))
    sides = [
        SideQuestion(text=str(both), table=TimesFormat(where={"hardware": name})) for name in ("a100", "v100")
    ]
    report = compare(CompareQuestion(baseline=sides[0], other=sides[1]))
    assert report.headline.estimate.value == pytest.approx(1.5, rel=0.01)
    with pytest.raises(InputError, match=r"has x several times \(x \(hardware=a100\), x \(hardware=v100\)\)"):
        compare(asked(both, both))
    named = compare(
        CompareQuestion(baseline=SideQuestion(text=f"{both}:x", table=sides[0].table), other=sides[1])
    )
    assert named.headline.estimate.value == pytest.approx(1.5, rel=0.01)


def test_published_runtimes_tell_hardware_copies_and_notes():
    report = compare(asked("davinci@a100", "davinci@v100", margin=0.05))
    assert report.models[0].ratio("decode").estimate.value == pytest.approx(0.101 / 0.081)
    assert ("accelerators", "8 x a100-80gb", "16 x v100-32gb") in [
        (each.label, each.baseline, each.other) for each in report.models[0].differences
    ]
    assert report.models[0].runtime.parts == ()  # alpha(1) of the rule is an intercept
    assert "published-note" in [caution.code for caution in report.cautions]
    copied = compare(asked("openai/curie@a100", "ai21/j1-large@a100"))
    assert copied.headline.estimate.value == pytest.approx(1.0)
    assert "copied-coefficients" in [caution.code for caution in copied.cautions]


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ("nowhere", "davinci@a100", "'nowhere' is neither the folder of a study, nor a table of runtimes"),
        ("davinci", "davinci@v100", "the runtime of davinci is published on a100, v100, api; say which"),
        ("davinci@h100", "davinci@v100", "runtimes are published on a100, v100, api, not on 'h100'"),
    ],
)
def test_what_names_nothing_is_told(a, b, sentence):
    with pytest.raises(InputError, match=sentence):
        compare(asked(a, b))


def test_bad_questions_are_refused(studies):
    a, b = studies / "a", studies / "b"
    with pytest.raises(InputError, match=r"a comparison has the metrics runtime, prefill, .*got 'speed'"):
        asked(a, b, metric="speed")
    with pytest.raises(
        InputError, match="--metric request-cost is not known of both sides; there is runtime"
    ):
        compare(asked(a, b, metric="request-cost"))
    with pytest.raises(InputError, match="has no deployment 'other'; it has little-F16"):
        compare(asked(f"{a}:other", b))
    with pytest.raises(CatalogError, match="no published runtime of 'davinc'"):
        compare(asked("davinc@a100", b))
    with pytest.raises(InputError, match="at least 1 input and 1 output token, got 0 and 5"):
        compare(asked(a, b, request=(0, 5)))


def test_a_model_that_differs_is_no_stack_that_differs(studies, tmp_path):
    write_profile(tmp_path / "c", deployment("larger"), TRUTH)
    report = compare(asked(studies / "a", tmp_path / "c"))
    assert report.cautions[0].code == "different-models"
    write_profile(tmp_path / "d", deployment("larger"), TRUTH)
    write_profile(tmp_path / "d", deployment("little", precision="Q8_0"), TRUTH)
    both = compare(asked(studies / "a", tmp_path / "d"))
    assert [model.other for model in both.models] == ["little-Q8_0"]
    (precision,) = [d for d in both.models[0].differences if d.label == "precision"]
    assert (precision.baseline, precision.other) == ("F16", "Q8_0")


def test_sessions_of_one_side_hold_the_same_models(studies, tmp_path):
    write_profile(tmp_path / "c", deployment("larger"), TRUTH)
    with pytest.raises(InputError, match="are given as sessions of one stack and hold different models"):
        compare(asked(f"{studies / 'a'},{tmp_path / 'c'}", studies / "b"))
    report = compare(asked(f"{studies / 'a'},{studies / 'b'}", studies / "a"))
    assert "unlike-sessions" in [caution.code for caution in report.cautions]


def test_facts_that_one_side_tells_differ_and_what_neither_tells_is_named():
    found = differences(
        {"engine": "vllm", "dtype": "F16"}, {"dtype": "F16", "cores": "2", "prompt salt": "7"}
    )
    assert [(d.label, d.baseline, d.other) for d in found] == [("engine", "vllm", None), ("cores", None, "2")]
    assert untold({"dtype": "F16"}, {"hardware": "a100"}) == ("engine", "vocabulary")
