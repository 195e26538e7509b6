"""Answers of files: what becomes a deployment, what it costs, what is left out and told."""

import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.exchange import SweepFormat
from isocost.reporting import envelope, terminal_text, verdict_of
from isocost.studies.sweeps import FileQuestion, report_files

SWEEP = """rate,output_tokens_per_second,requests_per_second,e2e_mean_s,ttft_p50_s,requests
1,100,1,1,0.1,500
10,900,9.8,8,0.5,500
50,2000,25,15,4,500
"""


@pytest.fixture
def write(tmp_path):
    def writing(text, name="sweep.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return writing


def codes(report):
    curves = [each.curve for each in report.deployments]
    return {caution.code for caution in report.cautions} | {
        caution.code for curve in curves for caution in curve.cautions
    }


def levels(report):
    return [
        [level.load.label for level in each.curve.levels]
        for each in report.deployments
        if each.curve is not None
    ]


def test_a_run_that_never_was_steady_is_left_out_and_a_partly_steady_one_bounded(write):
    report = report_files([write(SWEEP)], FileQuestion(price_usd_per_hour=3.6))
    # s = 1 x 1 / 500; 10 x 8 / 500 = 0.16; 50 x 15 / 500 = 1.5
    assert levels(report) == [["1/s", "10/s"]]
    assert {"never-steady", "partly-steady"} <= codes(report)
    cost = report.deployments[0].curve.levels[1].cost_per_million_tokens["output"]
    # 0.001 USD/s over 900 tokens/s; D = 500 / 9.8, R / D = 8 x 9.8 / 500
    assert cost.value == pytest.approx(1e6 * 0.001 / 900)
    assert cost.low == pytest.approx(cost.value * (1 - 8 * 9.8 / 500))


@pytest.mark.parametrize(("steady", "kept"), [("any", ["1/s", "10/s", "50/s"]), ("only", ["1/s"])])
def test_which_runs_are_levels_can_be_chosen(write, steady, kept):
    report = report_files([write(SWEEP)], FileQuestion(steady=steady))
    assert levels(report) == [kept]
    assert report.assumptions[-1].name == "steady state"
    costs = report.deployments[0].curve.levels[-1].machine_seconds_per_million
    assert costs.low is None


def test_service_levels_choose_among_what_is_left(write):
    report = report_files([write(SWEEP)], FileQuestion(service_levels=("ttft.p50=200ms",)))
    assert report.deployments[0].curve.zone.best.label == "1/s"


def test_each_sweep_has_its_own_price_and_the_cheapest_is_by_money(write):
    text = "gpu,concurrency,output_tokens_per_second,price_usd_per_hour\nbig,1,300,9\nsmall,1,100,2\n"
    report = report_files([write(text)], today="2026-11-21")
    # 9 / 300 > 2 / 100, though big needs fewer machine-seconds
    assert report.recommended == "small"
    assert report.price is None
    priced = [(each.name, each.value, each.source) for each in report.assumptions if "price" in each.name]
    assert priced == [
        ("price of big", "9 USD per hour", "given by the file, 2026-11-21"),
        ("price of small", "2 USD per hour", "given by the file, 2026-11-21"),
    ]


def test_a_given_price_goes_before_the_files(write):
    text = "concurrency,output_tokens_per_second,price_usd_per_hour\n1,100,9\n"
    report = report_files([write(text)], FileQuestion(price_usd_per_hour=3.6))
    assert report.price.usd_per_hour == 3.6
    assert [each.text.split(",")[:2] for each in report.cautions if each.code == "price-replaced"] == [
        ["the prices of the file", " 9 USD an hour"]
    ]
    assert "price-replaced" not in codes(report_files([write(text)], FileQuestion(price_usd_per_hour=9)))
    assert report.deployments[0].curve.levels[0].cost_per_million_tokens["output"].value == pytest.approx(
        10.0
    )


def test_a_price_in_another_currency_is_converted_at_a_dated_rate(write):
    text = "concurrency,output_tokens_per_second,price_eur_per_hour\n1,100,9\n"
    price = report_files([write(text)], FileQuestion(rates={"EUR": 0.9}), today="2026-11-21").price
    assert price.usd_per_hour == pytest.approx(10.0)
    assert price.source == "given by the file, 0.9 EUR/USD of 2026-11-21"
    with pytest.raises(CatalogError, match="no rate"):
        report_files([write(text.replace("eur", "xyz"))])


def test_one_without_a_price_is_not_compared(write):
    text = "gpu,concurrency,output_tokens_per_second,price_usd_per_hour\nbig,1,300,\nsmall,1,100,2\n"
    report = report_files([write(text)])
    assert report.recommended == "small"
    assert "price-unknown" in codes(report)


def test_sweeps_of_one_name_in_two_files_are_told_apart(write):
    text = "gpu,concurrency,output_tokens_per_second\na,1,300\nb,1,200\n"
    report = report_files([write(text, "one.csv"), write(text, "two.csv")])
    assert [each.deployment.name for each in report.deployments] == ["a", "b", "a (two)", "b (two)"]


def test_overload_is_no_level_and_its_loss_is_named(write):
    # 32 tokens a request: 960 and 900 tokens/s are 30 and 28 requests/s of 50 and 100 offered
    text = "rate,output_tokens_per_second\n1,32\n10,320\n50,960\n100,900\n"
    report = report_files([write(text)])
    assert levels(report) == [["1/s", "10/s"]]
    told = {caution.code: caution.text for caution in report.deployments[0].curve.cautions}
    # 960 / 900 = 1.067
    assert "6.7 % more at 100/s than at 50/s" in told["loss-in-overload"]
    assert "50/s, 100/s" in told["overload"]
    assert "1/s, 10/s" in told["steady-state-not-judged"]
    assert "the highest that was in a steady state" in told["best-at-edge"]


def test_requests_may_be_said_for_all_runs(write):
    text = "rate,output_tokens_per_second,e2e_p50_ms\n1,32,1000\n10,320,1000\n"
    report = report_files([write(text)], FileQuestion(form=SweepFormat(requests=500)))
    assert "steady-state-not-judged" not in codes(report)


def test_where_nothing_was_steady(write):
    with pytest.raises(InputError, match=r"no run was in a steady state.*50/s.*--steady any"):
        report_files([write(SWEEP.replace("\n1,100,1,1,0.1,500\n10,900,9.8,8,0.5,500", ""))])


def test_one_level_says_what_cannot_be_told(write):
    report = report_files([write("concurrency,output_tokens_per_second\n8,100\n")])
    assert {"one-level", "no-repeats"} <= codes(report)


def test_the_verdict_says_whose_numbers_these_are(write):
    text = verdict_of(report_files([write(SWEEP)])).text
    assert "read from a CSV file, not measured here" in text
    assert "client" not in text
    assert "prefixes" not in text


def test_the_envelope_tells_where_each_file_came_from(write):
    told = envelope(report_files([write(SWEEP)]))
    assert told["provenance"] == [
        {"source": "sweep.csv", "tool": "CSV file", "measured_at_utc": None, "facts": {}}
    ]


def test_price_and_machine_exclude_each_other(write):
    with pytest.raises(InputError, match="either --price-per-hour or --machine"):
        report_files([write(SWEEP)], FileQuestion(price_usd_per_hour=1.0, machine="h100-owned"))


def test_the_price_of_an_owned_machine_brings_what_it_is_made_of(write):
    report = report_files([write(SWEEP)], FileQuestion(machine="a800-owned"))
    assert report.hourly is not None
    assert report.price.usd_per_hour == pytest.approx(0.7866, abs=5e-5)


def test_a_file_given_twice(write):
    path = write(SWEEP)
    with pytest.raises(InputError, match=r"sweep.csv is given twice"):
        report_files([path, path])


def test_few_requests_are_a_doubt(write):
    report = report_files([write("concurrency,output_tokens_per_second,requests\n1,9,29\n2,9,30\n")])
    told = {caution.code: caution.text for caution in report.deployments[0].curve.cautions}
    assert told["few-requests"] == "1 concurrent: fewer than 30 requests of a run ended well"


def test_a_percentile_that_the_file_does_not_tell(write):
    report = report_files([write(SWEEP)], FileQuestion(service_levels=("ttft.p99=1s",)))
    assert "The file tells ttft.p50." in verdict_of(report).text
    report = report_files([write(SWEEP)], FileQuestion(service_levels=("tpot.p99=1s",)))
    assert "The file does not tell tpot." in verdict_of(report).text


def test_levels_with_a_price_and_without_are_not_held_against_each_other(write):
    head = "gpu,concurrency,output_tokens_per_second,tpot_p50_ms,price_usd_per_hour\n"
    report = report_files([write(f"{head}a,1,300,3,9\na,2,500,4,9\nb,1,100,9,\n")])
    assert report.frontier is not None
    assert {unit.group for unit in report.frontier.units} == {"a"}
    assert "price-unknown" in codes(report)


def test_measured_once_no_level_has_a_probability_though_nothing_qualifies(write):
    text = "concurrency,output_tokens_per_second,ttft_p50_ms\n1,100,40\n8,600,60\n"
    report = report_files([write(text)], FileQuestion(service_levels=("ttft.p50=1ms",)))
    assert [level.probability_best for level in report.deployments[0].curve.levels] == [None, None]


def test_a_percentile_that_a_file_does_not_tell_is_not_for_want_of_requests(write):
    text = "concurrency,output_tokens_per_second,ttft_p95_ms\n1,100,40\n8,600,60\n"
    report = report_files([write(text)], FileQuestion(service_levels=("ttft.p99=1s",)))
    told = terminal_text(report)
    assert "cannot judge ttft.p99" in told
    assert "too few for" not in told


@pytest.mark.parametrize(
    ("prices", "says"),
    [
        (("9", "2", ""), "The cheapest of 2 comparable deployments, of 3."),
        (("9", "", ""), "None of the other 2 deployments can be compared with it."),
        (("9", "2", "4"), "The cheapest of 3 deployments."),
        (("", "", ""), "The cheapest of 3 deployments."),
        (("9", ""), "The other deployment cannot be compared with it."),
    ],
)
def test_only_those_that_can_be_compared_are_counted_as_rivals(write, prices, says):
    rows = [f"{'abc'[i]},1,{100 + i},{price}\n" for i, price in enumerate(prices)]
    text = "gpu,concurrency,output_tokens_per_second,price_usd_per_hour\n" + "".join(rows)
    assert says in verdict_of(report_files([write(text)])).text
