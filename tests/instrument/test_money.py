"""Money: nothing is sent that may cost more than was allowed, judged by a server that keeps the bill."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from doubles.bad_weather import Sleep, json_reply
from doubles.billing import PAID_HOST, billing, far_away
from doubles.paid_stages import PRICES, load, quality
from isocost.core.errors import BudgetError, FailedRequestsWarning, InputError
from isocost.core.limits import Limits
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.journal import (
    OpenLoopSpec,
    RuntimeStage,
    StudyFolder,
    TargetSpec,
    read_runs,
)
from isocost.measurement import Access, Budget, open_target, open_untimed
from isocost.reporting import envelope, html_page
from isocost.studies.answer import report_study
from isocost.studies.measure import measure_stage, run_study


def kept(study):
    """Requests in the journal, warm-up apart."""
    return sum(int((~run.observations.warmup).sum()) for run in read_runs(study / "journal.sqlite"))


@pytest.fixture
def paid(monkeypatch):
    """A key, and a host of a public address."""
    far_away(monkeypatch)
    monkeypatch.setenv("PAID_KEY", "sk-of-no-use")
    with billing() as bill:
        yield bill, f"http://{PAID_HOST}:{bill.port}/v1"


# ---- paid


def test_a_paid_endpoint_is_never_hit_without_a_cap(paid, tmp_path):
    bill, url = paid
    target = TargetSpec(url=url, api_key_env="PAID_KEY")
    profile = RuntimeStage(target=target, cells=(RequestShape(16, 4),))
    told = (
        r"^requests to .* may cost money: a key is sent to a host that is not in a private network; give a "
    )
    for stage in (load(url, target=target), profile, quality(url, api_key_env="PAID_KEY")):
        with pytest.raises(InputError, match=told):
            measure_stage(tmp_path / "study", stage)
        with pytest.raises(InputError, match=told):  # a time alone caps no money
            measure_stage(tmp_path / "study", replace(stage, limits=Limits(max_minutes=1)))
    for opening in (open_target, open_untimed):
        with pytest.raises(InputError, match=told):
            opening(url, access=Access(api_key_env="PAID_KEY"))
        with pytest.raises(InputError, match=told):
            opening(url, access=Access(headers={"X-Api-Key": "sk"}), budget=Budget(Limits(max_minutes=1)))
    assert bill.connections == 0
    assert not (tmp_path / "study").exists()


def test_a_paid_study_does_not_go_on_without_a_cap(paid, tmp_path):
    bill, url = paid
    folder = StudyFolder(tmp_path)
    folder.add_stage(load(url, target=TargetSpec(url=url, api_key_env="PAID_KEY"), deployment="m"))
    with pytest.raises(InputError, match="may cost money"):
        run_study(tmp_path)
    assert bill.connections == 0
    with pytest.raises(BudgetError, match="5 requests of at most 5"):
        run_study(tmp_path, limits=Limits(max_requests=5))
    assert len(bill.asked) == 5


def test_a_paid_target_is_measured_through_a_gate_only(paid):
    bill, url = paid
    access = Access(api_key_env="PAID_KEY")
    target = open_target(url, access=access, budget=Budget(Limits(max_requests=50)))
    plan = RunPlan(load=Load(concurrency=1), shapes=(RequestShape(4, 1),), indices=(0,))
    before = len(bill.asked)
    with pytest.raises(InputError, match="measure it with a gate of a budget"):
        target.measure(plan, record=lambda seen: None, stop=threading.Event())
    assert len(bill.asked) == before


def test_self_hosted_is_taken_at_its_word_and_told(paid, tmp_path):
    bill, url = paid
    stage = load(
        url,
        Limits(self_hosted=True),
        target=TargetSpec(url=url, api_key_env="PAID_KEY"),
        requests_per_level=12,
    )
    assert measure_stage(tmp_path, stage)
    assert len(bill.asked) > 12
    assert "limits: {self_hosted: true}" in (tmp_path / "study.yaml").read_text()
    (run,) = read_runs(tmp_path / "journal.sqlite")
    assert run.segments[0].facts["billing"] == "self-hosted, as given by you"
    report = report_study(tmp_path)
    told = {"name": "target of stage load", "value": "self-hosted: nobody bills it", "source": "given by you"}
    assert told in envelope(report)["assumptions"]
    assert "self-hosted: nobody bills it" in html_page(report)


def test_a_provider_of_the_catalogue_is_paid_without_a_key(monkeypatch, tmp_path):
    pytest.importorskip("genai_prices", reason="needs the extra [prices]")
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("something was sent"))
    with pytest.raises(InputError, match="the catalogue knows that openai bills there"):
        measure_stage(tmp_path, load("https://api.openai.com/v1"))


def test_an_unknown_price_refuses_a_cap_of_money(paid, tmp_path):
    bill, url = paid
    stage = load(url, Limits(max_cost_usd=1.0), target=TargetSpec(url=url, api_key_env="PAID_KEY"))
    with pytest.raises(InputError, match=r"^what tokens of this target cost is not known, so --max-cost"):
        measure_stage(tmp_path, stage)
    assert bill.connections == 0


# ---- caps


def test_requests_end_at_their_cap_and_a_larger_one_goes_on(tmp_path):
    with billing() as bill:
        stage = load(bill.url, Limits(max_requests=30))
        with pytest.raises(BudgetError) as caught:
            measure_stage(tmp_path, stage)
        assert len(bill.asked) == 30  # warm-up, and what looked how it answers, included
        there = kept(tmp_path)
        assert str(caught.value) == (
            f"the budget is spent: 30 requests of at most 30 were sent; {there} requests of stage 'load' are "
            f"kept; go on with: isocost run {tmp_path} --max-requests N"
        )
        assert 15 < there < 30
        for _ in range(2):
            with pytest.raises(BudgetError, match="30 requests of at most 30 were sent"):
                run_study(tmp_path)
        assert len(bill.asked) == 30
        assert run_study(tmp_path, limits=Limits(max_requests=100))
        assert kept(tmp_path) == 40  # each once
        assert len(bill.asked) <= 100
        (stage,) = StudyFolder(tmp_path).stages()
        assert stage.limits == Limits(max_requests=100)


def test_a_budget_too_small_to_look_at_the_target_sends_no_more(tmp_path):
    with billing() as bill:
        with pytest.raises(
            BudgetError, match="1 requests of at most 1 were sent; 0 requests of stage 'load'"
        ):
            measure_stage(tmp_path, load(bill.url, Limits(max_requests=1)))
        assert len(bill.asked) == 1


def test_tokens_end_at_their_cap(tmp_path):
    with billing() as bill:
        with pytest.raises(BudgetError, match=r"tokens of at most 600, and another request may have 84"):
            measure_stage(tmp_path, load(bill.url, Limits(max_tokens=600)))
        used = sum(prompt + written for prompt, written in bill.asked)
        assert 100 < used <= 600  # answers that were not read yet stay set aside


def test_money_is_never_overspent_and_settled_by_usage(tmp_path):
    # a request is worth 16 x 100 + 4 x 1000 = 5,600 millionths; set aside: (16 + 64) x 100 + 4,000 = 12,000
    with billing() as bill:
        with pytest.raises(BudgetError, match=r"of at most \$0\.15, and another request may cost \$0\.012;"):
            measure_stage(tmp_path, load(bill.url, Limits(max_cost_usd=0.15, **PRICES)))
        spent = bill.usd(100.0, 1000.0)
        # without settling, 0.15 would be over after 12 requests; with it, but for two requests, at the cap
        assert 0.15 - 3 * 0.012 < spent <= 0.15
        measured = [each for each in bill.asked if each == (16, 4)]
        assert len(measured) > 18


def test_without_limits_any_field_may_be_added(tmp_path):
    with billing(written=4) as bill:
        target = TargetSpec(url=bill.url, extra_body={"max_tokens": None})
        assert measure_stage(tmp_path, load(bill.url, target=target, requests_per_level=6))


def test_what_nobody_counts_stays_set_aside(tmp_path):
    with billing(counts=False) as bill:
        with pytest.raises(BudgetError, match="another request may cost"):
            measure_stage(tmp_path, load(bill.url, Limits(max_cost_usd=0.25, **PRICES)))
        measured = [each for each in bill.asked if each == (16, 4)]
        assert 1 <= len(measured) <= 0.25 / 0.012


def test_the_worst_case_is_set_aside_before_each_send(tmp_path):
    """Answers that take a while: only as many are on their way as the budget bears, however many streams."""
    lock, running = threading.Lock(), []

    def slowly(number):
        with lock:
            running.append(time.monotonic())
        return [Sleep(0.8)]

    with billing() as bill:
        assert measure_stage(tmp_path / "looked", load(bill.url, requests_per_level=1, concurrency=(1,)))
        probing = len([each for each in bill.asked if each[1] == 1])
    with billing(before=lambda number: slowly(number) if number >= probing else ()) as bill:
        # what looks at the target settles by usage to little; then 12,000 millionths for each on its way
        stage = load(bill.url, Limits(max_cost_usd=0.07, **PRICES), concurrency=(16,))
        with pytest.raises(BudgetError):
            measure_stage(tmp_path / "study", stage)
        measured = [each for each in bill.asked if each == (16, 4)]
        assert 1 <= len(measured) <= 5  # 16 streams, but room for five at most: 0.07 / 0.012
        assert bill.usd(100.0, 1000.0) <= 0.07


def test_an_open_loop_ends_at_its_cap_and_goes_on(tmp_path):
    with billing() as bill:
        offered = OpenLoopSpec(request_rates=(50.0,))
        stage = load(bill.url, Limits(max_requests=40), concurrency=(), open_loop=offered)
        stage = replace(stage, requests_per_level=3_000)  # a minute of arrivals
        began = time.monotonic()
        with pytest.raises(BudgetError, match="40 requests of at most 40 were sent"):
            measure_stage(tmp_path, stage)
        assert time.monotonic() - began < 20  # it does not wait for what it may not send
        assert len(bill.asked) == 40
        with pytest.raises(BudgetError, match="60 requests of at most 60 were sent"):
            run_study(tmp_path, limits=Limits(max_requests=60))
        assert len(bill.asked) == 60


def test_a_kill_does_not_make_the_budget_larger(tmp_path):
    """What was on its way when the process was killed is in no journal, and counts all the same."""
    with billing(before=lambda number: [Sleep(0.05)]) as bill:
        words = ["measure", "load", bill.url, "--concurrency", "4", "--num-requests", "400", "--repeats", "1"]
        words += ["--isl", "16", "--osl", "4", "--max-requests", "60", "--out", str(tmp_path), "--quiet"]
        child = subprocess.Popen([sys.executable, "-m", "isocost", *words], env={**os.environ})
        until = time.monotonic() + 60
        while len(bill.asked) < 30 and time.monotonic() < until:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert 30 <= len(bill.asked) < 60
        with pytest.raises(BudgetError, match="requests of at most 60"):
            run_study(tmp_path)
        assert len(bill.asked) <= 60


def test_a_target_that_mostly_fails_is_left_alone(tmp_path):
    broken = json_reply("500 Internal Server Error", {"error": {"message": "out of memory"}})
    with billing(refuse=lambda number: broken if number >= 12 else None) as bill:
        stage = load(bill.url, Limits(max_error_rate=0.5), requests_per_level=400)
        with (
            pytest.warns(FailedRequestsWarning, match="out of memory"),
            pytest.raises(
                BudgetError, match=r"too many requests fail: \d+ of the latest \d+, and at most 0\.5"
            ),
        ):
            measure_stage(tmp_path, stage)
        assert len(bill.asked) < 100


def test_time_ends_a_run_and_keeps_it(tmp_path):
    with billing(before=lambda number: [Sleep(0.02)]) as bill:
        began = time.monotonic()
        with pytest.raises(BudgetError, match=r"the time is over: at most 0\.02 minutes were given; "):
            measure_stage(tmp_path, load(bill.url, Limits(max_minutes=0.02), requests_per_level=4_000))
        assert time.monotonic() - began < 20
        assert kept(tmp_path) > 3


def test_questions_keep_the_same_rules(paid, tmp_path):
    bill, url = paid
    limits = Limits(max_tokens=1_000)
    with pytest.raises(BudgetError, match="tokens of at most 1,000, and another request may have"):
        measure_stage(tmp_path, quality(url, limits, api_key_env="PAID_KEY"))
    assert 1 <= sum(used + written for used, written in bill.asked) <= 1_000
