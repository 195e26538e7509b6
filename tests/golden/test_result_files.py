"""Result files of five load generators against one server, whose timing is a law; and published logs."""

import csv
from pathlib import Path

import pytest

from isocost.economics import bounded_curve, cost_curve, edge_shares_of
from isocost.exchange import read_results
from isocost.studies.levels import judged_levels

FOLDER = Path(__file__).parents[2].parent / "shared/data/bench_results"
TOOLS = ("guidellm", "aiperf", "inference-perf", "llmeter", "vllm_bench")
TOKENS = 64


def step_s(streams):
    """Seconds per step of the server that was driven: 8 ms, and 0.4 ms for each stream."""
    return 0.008 + 0.0004 * streams


@pytest.fixture(scope="module", autouse=True)
def _there():
    if not FOLDER.exists():
        pytest.skip("the result files of other tools are not here; they are not part of the project")


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_saw_the_step_time_of_the_server(tool):
    points = read_results([FOLDER / "local_sweeps" / tool]).points
    assert {1, 4, 16} <= {point.load.concurrency for point in points}
    for point in points:
        if point.load.concurrency <= 16:
            assert point.tpot.at("p50").value == pytest.approx(step_s(point.load.concurrency), rel=0.015)
            assert point.output_tokens_per_request.value == pytest.approx(TOKENS)
            # the first token came after about 35 ms; a client adds some
            assert 0.034 < point.ttft.at("p50").value < 0.050


@pytest.mark.parametrize("tool", TOOLS)
def test_bounds_hold_the_throughput_that_lasting_load_would_have(tool):
    points = read_results([FOLDER / "local_sweeps" / tool]).points
    levels = judged_levels(points)
    assert levels.points
    curve = bounded_curve(cost_curve(levels.points, price=None), edge_shares_of(levels.judged))
    for level in curve.levels:
        streams, point = level.load.concurrency, level.points[0]
        lasting = streams * TOKENS / (point.ttft.at("p50").value + (TOKENS - 1) * step_s(streams))
        told = level.output_tokens_per_second
        low = told.value if told.low is None else told.low
        high = told.value if told.high is None else told.high
        # without bounds the run holds less than 15 % of filling and draining, and no tool's clock is perfect
        assert low * 0.99 <= lasting <= high * (1.02 if told.high is not None else 1.15)


def test_tools_agree_on_the_throughput_of_one_stream():
    # one stream neither fills nor drains: 64 tokens in 36 ms and 63 steps of 8.4 ms make 113 tokens/s
    for tool in TOOLS:
        points = read_results([FOLDER / "local_sweeps" / tool]).points
        alone = next(point for point in points if point.load.concurrency == 1)
        assert alone.output_tokens_per_second.value == pytest.approx(112.0, rel=0.015)


def test_console_logs_say_what_their_summary_says():
    folder = FOLDER / "vllm_bench_console" / "h100x8_minimax-m2.5_fp8_i10240_o256"
    with (folder / "concurrency_comparison.csv").open(encoding="utf-8") as file:
        rows = {row[0].strip(): row[1:] for row in csv.reader(file)}
    levels = [1, 2, 4, 8, 10, 16, 32, 64, 80, 128]
    points = {point.load.concurrency: point for point in read_results([folder]).points}
    assert sorted(points) == levels
    for level, speed, ttft, gap in zip(
        levels,
        rows["Output token throughput (tok/s)"],
        rows["P95 TTFT (ms)"],
        rows["Median ITL (ms)"],
        strict=False,
    ):
        point = points[level]
        assert point.output_tokens_per_second.value == float(speed)
        assert point.ttft.at("p95").value == pytest.approx(float(ttft) / 1e3)
        assert point.gaps.at("p50").value == pytest.approx(float(gap) / 1e3)
        assert (point.requests, point.failures) == (320, 0)
        assert point.deployment == "minimax-m2.5"


def test_two_accelerators_under_one_name_are_told_apart_by_their_folders():
    points = read_results([FOLDER / "vllm_bench_console"]).points
    assert len(points) == 62
    names = {point.deployment for point in points}
    assert len(names) == 8  # one size on two machines, six more on one
    assert sum("hygon" in name for name in names) == 1


def test_a_rate_above_capacity_is_found_in_a_sweep_over_rates():
    points = read_results([FOLDER / "inference-perf" / "kubecon-na-2025_vllm+eagle"]).points
    kept = judged_levels(points)
    # the three highest rates finish 67 to 68 requests/s
    assert [point.load.rate_per_s for point in kept.points] == [1.0, 18.16, 35.33, 52.49, 69.65]
    assert {caution.code for caution in kept.cautions} == {"overload"}


def test_all_requests_failed_in_one_of_several_files():
    found = read_results([FOLDER / "vllm_bench_json"])
    assert [caution.code for caution in found.cautions] == ["no-operating-point"]
    # one file beside a folder with two runs of another server, all at 2 concurrent
    assert [point.repeat for point in found.points] == [0, 0, 1]
    assert len({point.deployment for point in found.points}) == 2
