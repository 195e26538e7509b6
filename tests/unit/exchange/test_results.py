"""Result files of load generators, in small: what is recognised, told, merged and refused."""

import json

import pytest

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.exchange import read_results

VLLM = {
    "date": "20260816-160853",
    "model_id": "m",
    "num_prompts": 10,
    "request_rate": "inf",
    "max_concurrency": 2,
    "duration": 4.0,
    "completed": 8,
    "total_input_tokens": 800,
    "total_output_tokens": 160,
    "output_throughput": 40.0,
    "mean_ttft_ms": 50.0,
    "p99.9_ttft_ms": 90.0,
    "median_tpot_ms": 11.0,
    "median_itl_ms": 10.0,
}


def statistic(mean, **percentiles):
    told = {"mean": mean, "percentiles": percentiles, "count": 1}
    return {"successful": told, "errored": told | {"mean": 0.0}}


def guidellm(strategy, version=2):
    return {
        "metadata": {"version": version, "guidellm_version": "0.8.1"},
        "benchmarks": [
            {
                "config": {"strategy": strategy, "backend": {"model": "m"}},
                "metrics": {
                    "request_totals": {"successful": 8, "errored": 2, "incomplete": 1},
                    "output_tokens_per_second": statistic(40.0),
                    "output_token_count": statistic(20.0),
                    "prompt_token_count": statistic(100.0),
                    "time_to_first_token_ms": statistic(50.0, p95=60.0),
                    "inter_token_latency_ms": statistic(11.0, p50=10.0),
                    "time_per_output_token_ms": statistic(13.0),
                    "request_latency": statistic(0.3, p50=0.28),
                },
                "start_time": 1795226295.0,
                "duration": 4.0,
            }
        ],
    }


def aiperf(config, **more):
    return {
        "schema_version": "1.4",
        "aiperf_version": "0.13.0",
        "input_config": {"models": {"items": [{"name": "m"}]}} | config,
        "request_throughput": {"unit": "requests/sec", "avg": 2.0},
        "request_latency": {"unit": "ms", "avg": 300.0, "p50": 280.0},
        "request_count": {"unit": "requests", "avg": 8.0},
        "output_token_throughput": {"unit": "tokens/sec", "avg": 40.0},
        "input_sequence_length": {"unit": "tokens", "avg": 90.0},
        "output_sequence_length": {"unit": "tokens", "avg": 20.0},
        "benchmark_duration": {"unit": "sec", "avg": 4.0},
        "time_to_first_token": {"unit": "ms", "avg": 50.0},
        "inter_token_latency": {"unit": "ms", "avg": 11.0, "p99": 12.0},
        "inter_chunk_latency": {"unit": "us", "avg": 10_000.0},
    } | more


INFERENCE_PERF = {
    "benchmark_time_seconds": 4.0,
    "load_summary": {"count": 10, "requested_rate": 16.0, "concurrency": 4},
    "successes": {
        "count": 8,
        "latency": {
            "request_latency": {"mean": 0.3, "median": 0.28},
            "time_per_output_token": {"mean": 0.011},
            "inter_token_latency": {"p95": 0.02},
            "time_to_first_token": {"mean": 0.05},
        },
        "throughput": {"output_tokens_per_sec": 40.0, "requests_per_sec": 2.0},
        "prompt_len": {"mean": 100.0},
        "output_len": {"mean": 20.0},
    },
    "failures": {"count": 2},
}

LLMETER = {
    "clients": 4,
    "n_requests": 2,
    "output_path": "r",
    "total_requests": 10,
    "failed_requests": 2,
    "total_test_time": 4.0,
    "total_output_tokens": 160.0,
    "model_id": "m",
    "requests_per_minute": 999.0,
    "time_to_first_token-average": 0.05,
    "time_per_output_token-p50": 0.01,
    "num_tokens_input-average": 100,
    "num_tokens_output-average": 20,
}

REPORT = {
    "version": "0.2.1",
    "scenario": {"load": {"standardized": {"concurrency": 4, "tool": "any", "tool_version": "1"}}},
    "results": {
        "request_performance": {
            "aggregate": {
                "requests": {"total": 10, "failures": 2, "output_length": {"mean": 20.0}},
                "latency": {"time_to_first_token": {"units": "ms", "mean": 50.0}},
                "throughput": {"output_token_rate": {"mean": 40.0}, "request_rate": {"mean": 2.0}},
            }
        }
    },
}

CONSOLE = """INFO starting
Namespace(dataset_name='random', random_input_len=100, random_output_len=20, model='/data/m', \
num_prompts=10, max_concurrency=None, served_model_name='m')
Traffic request rate: {rate}
Maximum request concurrency: 4
============ Serving Benchmark Result ============
Successful requests:                     8
{failed}Benchmark duration (s):                  4.00
Total input tokens:                      800
Total generated tokens:                  160
Output token throughput (tok/s):         40.00
---------------Time to First Token----------------
Mean TTFT (ms):                          50.00
P99 TTFT (ms):                           90.00
-----Time per Output Token (excl. 1st token)------
Median TPOT (ms):                        10.00
---------------Inter-token Latency----------------
P95 ITL (ms):                            150.58
==================================================
"""


@pytest.fixture
def read(tmp_path):
    """Write files and read them, or the folder of them."""

    def reading(files, *names, **options):
        for name, content in files.items():
            path = tmp_path / "results" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_results([tmp_path / "results" / name for name in names or ["."]], **options)

    return reading


ALL = {
    "vllm.json": VLLM,
    "guidellm.json": guidellm({"type_": "concurrent", "streams": 4, "max_concurrency": 4}),
    "aiperf.json": aiperf(
        {"phases": [{"kind": "profiling", "concurrency": 4}]}, error_request_count={"unit": "", "avg": 2.0}
    ),
    "stage_0_lifecycle_metrics.json": INFERENCE_PERF,
    "stats.json": LLMETER,
    "report.yaml": REPORT,
    "bench.log": CONSOLE.format(rate="inf", failed="Failed requests: 2\n"),
}


@pytest.mark.parametrize("name", ALL)
def test_each_tool_tells_the_same_run(read, name):
    # 8 of 10 requests ended well within 4 s, with 20 tokens each: 40 tokens/s, 2 requests/s
    point = read({name: ALL[name]}, name).points[0]
    assert point.output_tokens_per_second.value == 40.0
    assert (point.requests, point.failures) == (8, 2)
    assert point.requests_per_second.value == pytest.approx(2.0)
    assert point.output_tokens_per_request.value == pytest.approx(20.0)
    assert point.ttft.at("mean").value == pytest.approx(0.050)
    assert point.load == Load(concurrency=2 if name == "vllm.json" else 4)
    assert point.provenance.source.split(", ")[0] == name


def test_percentiles_say_what_was_ranked(read):
    points = {name: read({name: content}, name).points[0] for name, content in ALL.items()}
    assert points["vllm.json"].tpot.basis == "requests"
    assert points["vllm.json"].gaps.basis == "pooled gaps"
    assert points["vllm.json"].ttft.at("p99.9").value == pytest.approx(0.090)
    assert points["guidellm.json"].tpot.basis == "requests, each as often as it has tokens"
    assert points["guidellm.json"].tpot.at("p50").value == pytest.approx(0.010)
    assert points["guidellm.json"].e2e.at("mean").value == pytest.approx(0.3)
    assert points["guidellm.json"].gaps is None
    assert points["aiperf.json"].tpot.at("p99").value == pytest.approx(0.012)
    assert points["aiperf.json"].gaps.at("mean").value == pytest.approx(0.010)
    assert points["bench.log"].gaps.at("p95").value == pytest.approx(0.15058)
    assert points["bench.log"].tpot.at("mean") is None


@pytest.mark.parametrize(
    ("strategy", "load"),
    [
        ({"type_": "synchronous"}, Load(concurrency=1)),
        ({"type_": "constant", "rate": 2.5, "max_concurrency": 10240}, Load(rate_per_s=2.5)),
        ({"type_": "throughput", "max_concurrency": 512}, Load(concurrency=512)),
    ],
)
def test_loads_of_guidellm(read, strategy, load):
    assert read({"a.json": guidellm(strategy)}, "a.json").points[0].load == load


def test_a_rate_goes_before_a_cap_and_without_both_all_are_in_flight(read):
    points = read({"a.json": VLLM | {"request_rate": 3.0}, "b.json": VLLM | {"max_concurrency": None}}).points
    assert [point.load for point in points] == [Load(rate_per_s=3.0), Load(concurrency=10)]
    log = CONSOLE.format(rate="2.0", failed="")
    assert read({"c.log": log}, "c.log").points[0].load == Load(rate_per_s=2.0)


def test_loads_of_aiperf(read):
    older = aiperf({"loadgen": {"request_rate": 4.0, "concurrency": 9}})
    assert read({"a.json": older}, "a.json").points[0].load == Load(rate_per_s=4.0)


def test_tokens_are_the_servers_count_and_power_is_summed(read):
    gpus = {
        f"gpu_{i}": {"gpu_uuid": str(i), "metrics": {"gpu_power_usage": {"unit": "W", "avg": 300.0 + i}}}
        for i in range(2)
    }
    told = aiperf(
        {"phases": [{"kind": "profiling", "concurrency": 4}]},
        usage_prompt_tokens={"unit": "tokens", "avg": 60.0},
        telemetry_data={"endpoints": {"a": {"gpus": gpus}}},
    )
    point = read({"a.json": told}, "a.json").points[0]
    assert point.input_tokens_per_request.value == 60.0
    assert (point.power_w.value, point.power_w.basis) == (601.0, "2 watched accelerators")


def test_runs_at_one_load_are_repeats_and_a_summary_repeats_nothing(read):
    again = VLLM | {"date": "20260816-170000", "duration": 5.0}
    points = read({"run=0.json": VLLM, "run=1.json": again, "summary.json": [VLLM, again]}).points
    assert [(point.load.label, point.repeat) for point in points] == [
        ("2 concurrent", 0),
        ("2 concurrent", 1),
    ]


def test_lengths_and_models_tell_sweeps_apart(read):
    long = VLLM | {"total_output_tokens": 1600, "date": "x"}
    points = read({"a.json": VLLM, "b.json": long}).points
    assert [point.deployment for point in points] == ["m, about 100 in, 20 out", "m, about 100 in, 200 out"]
    points = read({"a.json": VLLM, "b.json": VLLM | {"model_id": "n"}}, "a.json", "b.json").points
    assert [point.deployment for point in points] == ["m", "n"]


def test_folders_tell_sweeps_apart_where_they_hold_one_load(read):
    other = VLLM | {"date": "x"}
    files = {"h100/a.json": VLLM, "mi300x/a.json": other}
    assert [point.deployment for point in read(files).points] == ["m, h100", "m, mi300x"]
    pooled = read(files, pool_folders=True).points
    assert [(point.deployment, point.repeat) for point in pooled] == [("m", 0), ("m", 1)]
    apart = read({"c2/a.json": VLLM, "c4/a.json": other | {"max_concurrency": 4}}, "c2", "c4").points
    assert [point.deployment for point in apart] == ["m", "m"]


def test_what_lies_beside_results_is_passed_over_in_a_folder(read):
    files = {
        "stage_0_lifecycle_metrics.json": INFERENCE_PERF,
        "summary_lifecycle_metrics.json": INFERENCE_PERF | {"load_summary": {"count": 10}},
        "notes.txt": "hello",
        "broken.json": "{",
        "newer.json": guidellm({"type_": "synchronous"}, version=3),
    }
    found = read(files)
    assert len(found.points) == 1
    assert [caution.code for caution in found.cautions] == ["file-left-out"]
    assert "version 3 of its format" in found.cautions[0].text


REFUSED = [
    ({"a.json": guidellm({"type_": "synchronous"}, version=3)}, "version 3 of its format, and isocost reads"),
    ({"a.json": aiperf({}, schema_version="2.0")}, "a file of aiperf in version 2.0 of its format"),
    ({"a.json": aiperf({})}, "tells neither concurrency nor request rate"),
    ({"a.json": REPORT | {"version": "0.3"}}, "in version 0.3, and isocost reads 0.2"),
    (
        {"a.json": {"results": REPORT["results"], "version": "0.2.1"}},
        "has no scenario, so its load is unknown",
    ),
    ({"a.json": {"x": 1}}, "is no result file that isocost knows; it reads those of vllm bench serve"),
    ({"a.json": "{"}, "is no result file that isocost knows"),
    ({"a.json": INFERENCE_PERF | {"load_summary": {"count": 3}}}, "give the files stage_N_lifecycle_metrics"),
    (
        {"a.json": {name: LLMETER[name] for name in ("clients", "n_requests", "output_path")}},
        "give stats.json",
    ),
    ({"a.json": VLLM | {"completed": "many"}}, "no request ended well"),
    (
        {"a.json": VLLM | {"completed": 0, "failed": 10, "output_throughput": 0.0}},
        "no request ended well, 10 failed",
    ),
    ({"a.json": guidellm({"type_": "odd"})}, "the strategy 'odd' tells neither streams nor a rate"),
    (
        {
            "a.json": guidellm({"type_": "synchronous"})
            | {"benchmarks": [{"metrics": {"request_totals": {}}}]}
        },
        "looks like a result file but is not whole",
    ),
]


@pytest.mark.parametrize(("files", "says"), REFUSED)
def test_refused_in_one_sentence(read, files, says):
    with pytest.raises(InputError) as refused:
        read(files, "a.json")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_run_in_which_all_failed_is_left_out_among_others(read):
    failed = VLLM | {"completed": 0, "failed": 10, "output_throughput": 0.0, "max_concurrency": 8}
    found = read({"a.json": VLLM, "b.json": failed})
    assert len(found.points) == 1
    assert found.cautions[0].text == "b.json, 8 concurrent: no request ended well (10 failed); left out"


def test_a_folder_without_results(read):
    with pytest.raises(
        InputError, match="holds no result file that can be used; isocost reads those of vllm"
    ):
        read({"notes.txt": "hello"})
