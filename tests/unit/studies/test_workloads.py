"""What a workload of one's own costs on the deployments of a report: text, page, JSON, doubts."""

import pytest

from isocost.core.errors import InputError
from isocost.reporting import envelope, html_page, terminal_text
from isocost.studies.sweeps import FileQuestion, report_files
from isocost.studies.workloads import with_workload

SWEEP = (
    "gpu,concurrency,output_tokens_per_second,input_tokens_per_second,requests\n"
    "slow,1,50,150,99\nslow,2,80,240,99\nfast,1,100,300,99\nfast,2,200,600,99\n"
)
TASKS = "task,requests,input_tokens,output_tokens\nread,10,90,30\nwrite,5,30,10\n"


@pytest.fixture
def files(tmp_path):
    sweep, tasks = tmp_path / "sweep.csv", tmp_path / "tasks.csv"
    sweep.write_text(SWEEP)
    tasks.write_text(TASKS)
    return sweep, tasks


def codes(report):
    return {caution.code for caution in report.cautions}


def test_the_recommended_deployment_bears_the_workload(files):
    sweep, tasks = files
    report = with_workload(report_files([sweep], FileQuestion(price_usd_per_hour=3.6)), tasks)
    told = report.workload_cost
    assert (told.deployment, told.load.label) == ("fast", "2 concurrent")
    # 350 output tokens at 200/s
    assert told.levels[1].time_s.value == pytest.approx(1.75)
    assert "another-mix" not in codes(report)
    assumed = {each.name: (each.value, each.source) for each in report.assumptions}
    assert assumed["sharing between input and output"] == (
        "all tokens bear alike",
        "by default; another with --share",
    )
    assert "lengths of requests" not in assumed


def test_another_mix_is_told_with_what_hangs_on_the_rule(files):
    sweep, tasks = files
    tasks.write_text("input_tokens,output_tokens\n100,400\n")
    report = with_workload(report_files([sweep]), tasks, sharing="0.5")
    told = next(caution.text for caution in report.cautions if caution.code == "another-mix")
    # 400 / 200 = 2 s; 500 / 800 = 0.6 s
    assert "0.25 input tokens for each output token and the sweep had 3" in told
    assert "2 machine-seconds if output tokens bear all, 1 if all tokens bear alike" in told


def test_a_sweep_that_did_not_count_input_shares_by_output(files):
    sweep, tasks = files
    sweep.write_text("concurrency,output_tokens_per_second,requests\n1,100,99\n")
    report = with_workload(report_files([sweep]), tasks)
    assert report.workload_cost.sharing.name == "output"
    assert "mix-unknown" in codes(report)
    with pytest.raises(InputError, match="cannot bear a share"):
        with_workload(report_files([sweep]), tasks, sharing="tokens")


def test_drawn_lengths_are_an_assumption(files):
    sweep, tasks = files
    tasks.write_text("input_tokens,output_tokens,input_tail\n100,400,2\n")
    report = with_workload(report_files([sweep]), tasks, seed=5)
    assert ("lengths of requests", "log-normal, seed 5", "tasks.csv") in [
        (each.name, each.value, each.source) for each in report.assumptions
    ]


def test_text_page_and_json_tell_the_same(files):
    sweep, tasks = files
    report = with_workload(
        report_files([sweep], FileQuestion(price_usd_per_hour=3.6)), tasks, sharing="output"
    )
    text = terminal_text(report)
    assert "The workload on fast at 2 concurrent, output tokens bear all" in text
    # 300 of 350 output tokens; 350 / 200 s x 0.001 USD/s = 0.00175 USD, 0.117 per 1,000 requests
    (row,) = [line for line in text.splitlines() if line.startswith("read")]
    assert row.split() == ["read", "10", "900", "300", "85.7", "%", "0.00150", "0.150"]
    (total,) = [line for line in text.splitlines() if line.startswith("= workload")]
    assert total.split()[-2:] == ["0.00175", "0.117"]
    page = html_page(report)
    assert "The workload at each level of load" in page
    told = envelope(report)["tables"]
    assert [row["share"] for row in told["workload_tasks"]] == pytest.approx([300 / 350, 50 / 350])
    assert told["workload_levels"][1]["cost"]["value"] == pytest.approx(0.00175)
    assert told["workload"][0]["price_per_million_output_tokens"]["value"] == pytest.approx(5.0)


def test_without_a_price_the_tables_tell_machine_seconds(files):
    sweep, tasks = files
    text = terminal_text(with_workload(report_files([sweep]), tasks))
    assert "machine-seconds" in text
    assert "bear under this rule" not in text
