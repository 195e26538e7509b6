"""Stages are carried out once, go on where they were left, and end in a report."""

import shlex
import threading
from collections import Counter

import numpy as np
import pytest

from doubles.truth_server import running_truth
from isocost.core.errors import FailedRequestsWarning, InputError, MeasurementError
from isocost.core.load import RequestShape
from isocost.journal import LoadStage, OpenLoopSpec, RuntimeStage, StudyFolder, TargetSpec, read_runs
from isocost.studies.answer import report_study, write_report
from isocost.studies.energy import EnergyQuestion
from isocost.studies.measure import measure_stage, run_study
from isocost.studies.plans import planned_runs
from isocost.studies.profile import predict_runtime

FIRST_S, GAP_S = 0.02, 0.005


@pytest.fixture(scope="module")
def truth():
    with running_truth("--first", str(FIRST_S), "--gap", str(GAP_S)) as server:
        yield server


def sweep(truth, **changes):
    fields = {
        "target": TargetSpec(url=truth.url),
        "workload": "fixed 20+5",
        "shapes": (RequestShape(20, 5),),
        "concurrency": (1, 2),
        "repeats": 2,
        "requests_per_level": 6,
    }
    return LoadStage(**{**fields, **changes})


def numbers(path, *, ok=True):
    """Count how often each request of each run was measured."""
    return {
        run.label: Counter(
            run.observations.index[~run.observations.warmup & (run.observations.ok == ok)].tolist()
        )
        for run in read_runs(path / "journal.sqlite")
    }


def test_a_sweep_is_measured_once(truth, tmp_path):
    told = []
    assert measure_stage(tmp_path, sweep(truth), watch=told.append)
    expected = {
        f"{level} concurrent #{repeat}": dict.fromkeys(range(6), 1) for level in (1, 2) for repeat in (0, 1)
    }
    assert numbers(tmp_path) == expected
    assert measure_stage(tmp_path, sweep(truth))
    assert run_study(tmp_path)
    assert numbers(tmp_path) == expected
    assert all(run.finished for run in read_runs(tmp_path / "journal.sqlite"))
    assert 0 < told[-1].fraction <= 1


def test_names_come_from_the_target_and_are_written_down(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth))
    (stage,) = StudyFolder(tmp_path).stages()
    assert (stage.deployment, stage.target.model) == ("truth", "truth")


def test_a_stopped_sweep_goes_on_and_sends_nothing_twice(truth, tmp_path):
    stop = threading.Event()
    seen = []

    def watch(progress):
        seen.append(progress)
        if progress.done == 1:
            stop.set()

    stage = sweep(truth, requests_per_level=40, concurrency=(1, 4), repeats=1)
    assert not measure_stage(tmp_path, stage, watch=watch, stop=stop)
    before = numbers(tmp_path)
    assert next(caution.code for caution in report_study(tmp_path).cautions) == "unfinished-study"
    assert sum(sum(counts.values()) for counts in before.values()) < 80
    assert run_study(tmp_path)
    after = numbers(tmp_path)
    assert after == {label: dict.fromkeys(range(40), 1) for label in ("1 concurrent #0", "4 concurrent #0")}
    assert max(len(run.segments) for run in read_runs(tmp_path / "journal.sqlite")) == 2


def test_a_timed_run_sends_for_its_time(truth, tmp_path):
    stage = sweep(truth, requests_per_level=None, duration_s=0.5, concurrency=(2,), repeats=1)
    assert measure_stage(tmp_path, stage)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    seen = run.observations
    sent = seen.sent_at_s[~seen.warmup]
    assert 0.3 < sent.max() - sent.min() <= 0.55  # a request takes 40 ms, two at a time


def test_a_profile_gives_back_the_servers_timing(truth, tmp_path):
    cells = (RequestShape(1, 1), RequestShape(1, 17), RequestShape(64, 1), RequestShape(64, 9))
    stage = RuntimeStage(target=TargetSpec(url=truth.url), cells=cells, repeats=3)
    assert measure_stage(tmp_path, stage)
    prediction = predict_runtime(tmp_path, None, 32, 13)
    # 20 ms to the first token whatever the prompt, 5 ms for each of the 12 others: 80 ms
    assert prediction.runtime.value == pytest.approx(FIRST_S + 12 * GAP_S, rel=0.15)
    assert prediction.runtime.kind == "interpolated"
    assert [c.code for c in predict_runtime(tmp_path, None, 500, 13).cautions].count("extrapolated") == 1
    with pytest.raises(InputError, match="a prediction needs both lengths"):
        predict_runtime(tmp_path, None, 32, None)


def test_a_report_prices_what_was_measured_and_again_with_other_money(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth, requests_per_level=30))
    cheap = report_study(tmp_path, price_usd_per_hour=1.0, service_levels=("ttft.p50=1s",))
    dear = report_study(tmp_path, price_usd_per_hour=3.0)
    (curve,) = [each.curve for each in cheap.deployments]
    # two streams yield twice as much on a server that does not slow down: 5 tokens in 40 ms each
    speeds = [level.output_tokens_per_second.value for level in curve.levels]
    assert speeds == pytest.approx([125, 250], rel=0.15)
    costs = [level.cost_per_million_tokens["output"].value for level in curve.levels]
    # 1 USD per 3600 s over 125 tokens/s: 2.22 USD per million
    assert costs == pytest.approx([1e6 / 3600 / speed for speed in speeds], rel=1e-6)
    tripled = [level.cost_per_million_tokens["output"].value for level in dear.deployments[0].curve.levels]
    assert tripled == pytest.approx([3 * cost for cost in costs])
    assert cheap.recommended == "truth"
    assert cheap.deployments[0].curve.zone.best.concurrency == 2
    assert report_study(tmp_path).price is None
    with pytest.raises(InputError, match="is a part of the study; give the page another name"):
        write_report(tmp_path, "", output=tmp_path / "journal.sqlite")
    page = write_report(tmp_path, "<html></html>", output=tmp_path / "page.html")
    assert page.read_text() == "<html></html>"
    with pytest.raises(InputError, match=r"cannot write .*; choose another place: --output FILE"):
        write_report(tmp_path, "", output=tmp_path / "absent" / "page.html")


def test_assumptions_are_used_where_nothing_else_is_said(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth))
    assumptions = StudyFolder(tmp_path).assumptions_file
    assumptions.write_text("machine: cloud-2core\nsize_floor: 10\nservice_levels: [ttft.p50=1ms]\n")
    result = report_study(tmp_path)
    assert result.price.usd_per_hour == 0.08925
    assert result.recommended is None  # its size is unknown, and 20 ms is above 1 ms
    assumptions.write_text("price_usd_per_hour: 2\nprice_source: contract\nprice_date: '2026-01-02'\n")
    result = report_study(tmp_path)
    assert (result.price.usd_per_hour, result.price.source, result.price.date) == (
        2.0,
        "contract",
        "2026-01-02",
    )
    assert result.recommended == "truth"
    with pytest.raises(InputError, match="give either --price-per-hour or --machine, not both"):
        report_study(tmp_path, price_usd_per_hour=1.0, machine="cloud-2core")


def test_the_machine_behind_a_price_tells_the_energy_of_a_study(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth))
    told = report_study(tmp_path, machine="2xa800-owned").energy.of("truth")
    level = told.curve.levels[0]
    assert told.obtained == "machine model"
    # 400 W each, at the level's own throughput
    speed = report_study(tmp_path).deployments[0].curve.levels[0].output_tokens_per_second.value
    assert level.per_token["accelerator"].value == pytest.approx(800 / speed)
    StudyFolder(tmp_path).assumptions_file.write_text("machine: 8xh100-rented\n")
    assert report_study(tmp_path).energy.of("truth").obtained == "share of design power"
    assert report_study(tmp_path, price_usd_per_hour=1.0).energy is None
    given = report_study(tmp_path, price_usd_per_hour=1.0, energy=EnergyQuestion(power_w=50.0))
    assert given.energy.of("truth").obtained == "given"


def test_an_owned_machine_prices_a_study_with_its_interval(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth))
    before = report_study(tmp_path, price_usd_per_hour=1.0)
    owned = report_study(tmp_path, machine="2xa800-owned")
    assert owned.price.usd_per_hour == pytest.approx(2 * 0.786625, abs=1e-5)
    assert owned.hourly.total.value == owned.price.usd_per_hour
    assert next(each.value for each in owned.assumptions).startswith("1.57325 [")
    assert {"no-idle-hours", "boundaries-differ"} <= {each.code for each in owned.cautions}
    assert before.hourly is None
    assert report_study(tmp_path, machine="cloud-2core").hourly is None
    for plain, level in zip(
        before.deployments[0].curve.levels, owned.deployments[0].curve.levels, strict=True
    ):
        one, cost = plain.cost_per_million_tokens["output"], level.cost_per_million_tokens["output"]
        assert cost.value == pytest.approx(one.value * owned.price.usd_per_hour)
        # the doubt about the price comes on top of that about the throughput; where a busy machine made the
        # latter very wide, the former is lost in the draws
        assert (cost.high - cost.low) / cost.value > 0.9 * (one.high - one.low) / one.value
    own = tmp_path / "ours.yaml"
    own.write_text("base: a800-owned\nparameters: {utilization: 0.9}\n")
    StudyFolder(tmp_path).assumptions_file.write_text("machine: ours.yaml\n")
    assert report_study(tmp_path).price.usd_per_hour == pytest.approx(0.858184, abs=1e-5)  # beside the study


def test_a_target_that_does_not_answer_leaves_no_stage_behind(tmp_path):
    stage = LoadStage(
        target=TargetSpec(url="http://127.0.0.1:9"),
        workload="w",
        shapes=(RequestShape(2, 2),),
        concurrency=(1,),
        requests_per_level=1,
    )
    with pytest.raises(MeasurementError, match="no server answers"):
        measure_stage(tmp_path / "a", stage)
    assert not (tmp_path / "a").exists()


def test_requests_longer_than_the_model_are_refused_before_anything_is_sent(truth, tmp_path):
    stage = sweep(truth, shapes=(RequestShape(99_999, 5),))
    with pytest.raises(InputError, match="the longest request has 100004 tokens and the model holds 100000"):
        measure_stage(tmp_path, stage)


def test_a_server_that_dies_in_mid_run_is_told_and_what_was_measured_stays(tmp_path):
    with running_truth("--first", "0.01", "--gap", "0.005") as mortal:
        stage = sweep(mortal, requests_per_level=2000, concurrency=(4,), repeats=1)
        killer = threading.Timer(1.0, mortal.process.kill)
        killer.start()
        with pytest.raises(
            MeasurementError, match=r"the server at 127\.0\.0\.1 port \d+ no longer answers"
        ) as caught:
            measure_stage(tmp_path, stage)
        killer.join()
    assert "\n" not in str(caught.value)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    assert int(run.observations.ok.sum()) > 10
    assert not run.finished
    assert np.isin(run.observations.outcome, ["ok", "cut_off", "refused"]).all()


def test_a_stopped_open_loop_goes_on_with_what_was_not_sent(truth, tmp_path):
    stop = threading.Event()

    def watch(progress):
        if progress.requests > 8:
            stop.set()

    loop = OpenLoopSpec(request_rates=(40.0,))
    stage = sweep(truth, concurrency=(), open_loop=loop, requests_per_level=None, duration_s=1.5, repeats=1)
    assert not measure_stage(tmp_path, stage, watch=watch, stop=stop)
    assert run_study(tmp_path)
    (run,) = read_runs(tmp_path / "journal.sqlite")
    seen = run.observations
    assert run.finished
    assert [int((seen.warmup & (seen.segment == number)).sum()) for number in (0, 1)] == [16, 16]
    measured = ~seen.warmup & (seen.outcome != "cancelled")
    assert max(Counter(seen.index[measured].tolist()).values()) == 1  # nothing twice
    planned = planned_runs(StudyFolder(tmp_path).stages()[0])[0].due_s
    assert set(seen.index[measured]) >= set(range(9))
    assert seen.index[measured].max() == len(planned) - 1
    # in each segment requests were due as far apart as planned
    for number in (0, 1):
        rows = np.flatnonzero(measured & (seen.segment == number))
        rows = rows[np.argsort(seen.index[rows])]
        expected = np.array(planned)[seen.index[rows]]
        assert np.diff(seen.due_at_s[rows]) == pytest.approx(np.diff(expected), abs=1e-5)


def test_a_sweep_over_rates_ends_in_a_report(truth, tmp_path):
    loop = OpenLoopSpec(request_rates=(10.0, 40.0), arrivals="constant")
    stage = sweep(truth, concurrency=(), open_loop=loop, requests_per_level=None, duration_s=1.0, repeats=2)
    assert measure_stage(tmp_path, stage)
    (report,) = report_study(tmp_path, price_usd_per_hour=1.0).deployments
    assert [level.load.rate_per_s for level in report.curve.levels] == [10.0, 40.0]
    speeds = [level.output_tokens_per_second.value for level in report.curve.levels]
    assert speeds == pytest.approx([50.0, 200.0], rel=0.15)  # five tokens a request
    for level in report.curve.levels:
        for point in level.points:
            assert point.offered_per_second == pytest.approx(level.load.rate_per_s, rel=0.1)
            assert 0 < point.send_delay_p99_s < 0.5


def test_sweeps_under_different_workloads_are_not_taken_for_repeats(truth, tmp_path):
    measure_stage(tmp_path, sweep(truth))
    measure_stage(tmp_path, sweep(truth, name="long", workload="longer", shapes=(RequestShape(20, 15),)))
    measure_stage(tmp_path, sweep(truth, name="again", seed=1))
    result = report_study(tmp_path)
    assert [caution.code for caution in result.cautions].count("several-workloads") == 1
    short, long = result.deployments
    assert (short.deployment.name, short.workload) == ("truth (load)", "fixed 20+5")
    assert (long.deployment.name, long.workload) == ("truth (long)", "longer")
    assert [len(level.points) for level in short.curve.levels] == [4, 4]  # two stages of two repeats
    assert [len(level.points) for level in long.curve.levels] == [2, 2]


def test_failed_requests_are_told_at_once_with_their_reason(tmp_path):
    with running_truth("--first", "0.01", "--gap", "0.005") as server:
        stage = sweep(
            server, shapes=(RequestShape(20, 400),), request_timeout_s=0.2, repeats=1, concurrency=(1,)
        )
        with pytest.warns(
            FailedRequestsWarning, match=r"6 of 6 requests failed; most often: no end within 0\.2 s"
        ):
            measure_stage(tmp_path, stage)
    with pytest.raises(InputError, match=r"holds no usable measurement yet.*all 6 requests") as caught:
        report_study(tmp_path)
    command = str(caught.value).rpartition("measure anew: isocost ")[2]
    assert shlex.split(command) == ["run", str(tmp_path), "--repeat", "load: 1 concurrent #0"]
    before = len(read_runs(tmp_path / "journal.sqlite"))
    with pytest.raises(MeasurementError, match="refused"):  # it is sent again: the server is gone by now
        run_study(tmp_path, repeat=shlex.split(command)[-1:])
    assert [run.finished for run in read_runs(tmp_path / "journal.sqlite")] == [True] * before
    with pytest.raises(InputError, match=r"holds no usable measurement yet; measure with: isocost run \S+$"):
        report_study(tmp_path)


def test_several_runs_that_brought_nothing_are_counted(tmp_path):
    with running_truth("--first", "0.01", "--gap", "0.005") as server:
        stage = sweep(
            server, shapes=(RequestShape(20, 400),), request_timeout_s=0.1, repeats=2, concurrency=(2,)
        )
        with pytest.warns(FailedRequestsWarning):
            measure_stage(tmp_path, stage)
    with pytest.raises(
        InputError, match=r"--repeat 'load: 2 concurrent #0' \(and --repeat for each of the oth"
    ):
        report_study(tmp_path)
