"""Money told: what measuring has cost, at its end and in reports, and what it would cost at most."""

import json
import re
import sys
from dataclasses import replace

import pytest

from doubles.billing import PAID_HOST, billing, far_away
from doubles.paid_stages import PRICES, load
from isocost.cli import main
from isocost.core.limits import Limits
from isocost.journal import (
    OpenLoopSpec,
    StudyFolder,
    TargetSpec,
    read_runs,
)
from isocost.reporting import envelope, html_page, rehearsal_json, rehearsal_text
from isocost.studies.answer import report_study
from isocost.studies.measure import measure_stage
from isocost.studies.rehearsal import rehearse_stage
from isocost.studies.spending import usd_spent


def typed(patch, *words):
    """Type a command; return its exit status."""
    patch.setattr(sys, "argv", ["isocost", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


# ---- what it has cost


def test_what_measuring_has_cost_is_said_at_its_end_and_again_without_measuring(
    tmp_path, monkeypatch, capsys
):
    study = tmp_path / "study"
    prices = ["--input-usd-per-million", "100", "--output-usd-per-million", "1000"]
    sizes = ["--isl", "16", "--osl", "4", "--concurrency", "2", "--num-requests", "10", "--repeats", "1"]
    with billing() as bill:
        assert typed(monkeypatch, "measure", "load", bill.url, *sizes, *prices, "--out", study, "-q") == 0
        told = capsys.readouterr().out
        billed = bill.usd(100.0, 1000.0)
        assert typed(monkeypatch, "run", study, "-q") == 0
        again = capsys.readouterr().out
    (said,) = re.findall(r"is measured for \$([0-9.]+) at most; see it:", told)
    assert re.findall(r"is measured for \$([0-9.]+) at most; see it:", again) == [said]
    assert 0.999 * billed <= float(said) <= 1.1 * billed


def test_a_report_of_what_is_paid_by_the_token_says_what_tokens_came_to(tmp_path, monkeypatch, capsys):
    study = tmp_path / "study"
    with billing() as bill:
        stage = load(bill.url, Limits(**PRICES))
        assert measure_stage(tmp_path / "study", stage)
        billed = bill.usd(100.0, 1000.0)
    told = report_study(study)
    found = envelope(told)
    (row,) = found["tables"]["deployments"]
    # 16 tokens at $100 a million for 4 at $1,000: 400 + 1,000
    assert row["billed_usd_per_million_output_tokens"] == pytest.approx(1400.0)
    assert row["price_of_tokens"] == "$100 input, $1000 output per million tokens"
    assert 0.999 * billed <= row["spent_usd_at_most"] <= 1.1 * billed
    said = re.findall(
        r"\(paid by the token at \$100 input, \$1000 output per million tokens: \$1,400 per million output "
        r"tokens with their input, \$([0-9.]+) at most for what was measured\)",
        found["verdict"]["text"],
    )
    assert [float(each) for each in said] == [pytest.approx(row["spent_usd_at_most"], rel=1e-3)]
    assert "--price-per-hour" not in found["verdict"]["text"]
    missed = envelope(report_study(study, service_levels=["ttft.p50=1us"]))["verdict"]
    assert missed["state"] == "nothing-qualifies"
    assert "paid by the token at" in missed["text"]
    assert "paid by the token" not in html_page(report_study(study, price_usd_per_hour=3.0))
    assert typed(monkeypatch, "run", study, "-q") == 0
    assert capsys.readouterr().out.endswith(f"see it: isocost report {study}\n")


def test_what_questions_have_cost_is_said_at_their_end(tmp_path, monkeypatch, capsys):
    prices = ["--input-usd-per-million", "100", "--output-usd-per-million", "1000"]
    with billing() as bill:
        asked = ["measure", "quality", bill.url, "--questions", "small", "-q"]
        assert typed(monkeypatch, *asked, *prices, "--out", tmp_path / "priced") == 0
        told = capsys.readouterr().out
        billed = bill.usd(100.0, 1000.0)
        assert typed(monkeypatch, *asked, *prices, "--out", tmp_path / "json", "--json") == 0
        json_told = capsys.readouterr()
        assert typed(monkeypatch, *asked, "--out", tmp_path / "unpriced") == 0
        assert "is measured" not in capsys.readouterr().out
    (said,) = re.findall(r"is measured for \$([0-9.]+) at most\n", told)
    assert 0.999 * billed <= float(said) <= 1.1 * billed
    assert json.loads(json_told.out)
    assert f"is measured for ${said} at most" in json_told.err


def test_without_a_price_nothing_is_said_of_cost_and_a_later_price_counts_all(tmp_path):
    with billing() as bill:
        stage = load(bill.url, requests_per_level=1, concurrency=(1,))
        assert measure_stage(tmp_path, stage)
        billed = bill.usd(100.0, 1000.0)
        probed = len([each for each in bill.asked if each[1] == 1])
    journal = StudyFolder(tmp_path).journal_file
    assert usd_spent([stage], journal) is None
    (run,) = read_runs(journal)
    facts = run.segments[0].facts
    assert facts["probing_requests"] == str(probed)
    assert "probing_usd" not in facts
    priced = replace(stage, limits=Limits(**PRICES))
    # tokens that nobody told apart count as the dearer ones
    assert report_study(tmp_path).deployments[0].bill is None
    assert billed <= usd_spent([priced], journal) <= billed + int(facts["probing_tokens"]) * 900 / 1e6 + 1e-9


# ---- dry run


@pytest.mark.parametrize(
    "words",
    [
        ["load", "--concurrency", "1,4", "--num-requests", "10", "--isl", "16", "--osl", "4"],
        ["runtime", "--cells", "1x1,16x4", "--repeats", "2"],
        ["quality", "--questions", "small"],
    ],
    ids=lambda words: words[0],
)
def test_a_dry_run_sends_nothing(words, tmp_path, monkeypatch, capsys):
    study = tmp_path / "study"
    prices = ["--input-usd-per-million", "1", "--output-usd-per-million", "10"]
    with billing() as bill:
        unpriced = ["measure", words[0], bill.url, *words[1:], "--out", study, "--dry-run"]
        given = [*unpriced, *prices]
        assert typed(monkeypatch, *given) == 0
        assert "nothing was sent" in capsys.readouterr().out
        assert typed(monkeypatch, *given, "--json") == 0
        (planned,) = json.loads(capsys.readouterr().out)["tables"]["stages"]
        assert planned["usd_at_most"] > 0
        assert planned["used_usd"] == 0
        assert typed(monkeypatch, *unpriced, "--json") == 0
        (planned,) = json.loads(capsys.readouterr().out)["tables"]["stages"]
        assert planned["usd_at_most"] is None
        assert planned["used_usd"] is None
        assert bill.connections == 0
    assert not study.exists()


def test_a_dry_run_tells_what_is_sent_at_most(tmp_path):
    with billing() as bill:
        stage = load(bill.url, Limits(**PRICES), concurrency=(1, 3), repeats=2, requests_per_level=10)
        plan = rehearse_stage(tmp_path, stage)
        assert bill.connections == 0
        assert measure_stage(tmp_path, stage)
        # two repeats of two levels with 10 requests each, and a warm-up of each stream: 40 + 2 x (1 + 3)
        assert (plan.requests, plan.tokens) == (48, 48 * 20)
        assert plan.usd == pytest.approx(48 * (16 * 100 + 4 * 1000) / 1e6)
        probing = [each for each in bill.asked if each != (16, 4)]
        assert len(bill.asked) - len(probing) == plan.requests
        assert 1 <= len(probing) <= plan.probing_requests
        assert bill.usd(100.0, 1000.0) <= plan.usd_at_most
    again = rehearse_stage(tmp_path, stage)
    assert again.used.requests == len(bill.asked)
    assert "used before" in rehearsal_text([again])
    assert json.loads(rehearsal_json([plan]))["verdict"]["state"] == "planned"


def test_a_dry_run_of_what_would_be_refused_says_so(monkeypatch, tmp_path):
    far_away(monkeypatch)
    monkeypatch.setenv("PAID_KEY", "sk-of-no-use")
    url = f"http://{PAID_HOST}:9/v1"
    plan = rehearse_stage(tmp_path, load(url, target=TargetSpec(url=url, api_key_env="PAID_KEY")))
    assert "! would be refused: requests to" in rehearsal_text([plan])
    assert json.loads(rehearsal_json([plan]))["verdict"]["state"] == "refused"
    by_time = load(url, requests_per_level=None, duration_s=30.0)
    offered = OpenLoopSpec(request_rates=(10.0,))
    plan = rehearse_stage(tmp_path, replace(by_time, concurrency=(), open_loop=offered))
    assert plan.minutes == pytest.approx(0.5, abs=0.05)  # until the last one is due
    assert 200 < plan.requests < 420
    plan = rehearse_stage(tmp_path, replace(by_time, limits=Limits(max_tokens=1_000_000, **PRICES)))
    assert (plan.requests, plan.minutes, plan.usd_at_most) == (None, 0.5, 1000.0)
