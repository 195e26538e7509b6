"""Sweeps in CSV files: columns, keys, repeats, prices, and what is refused."""

import pytest

from isocost.core.errors import InputError
from isocost.core.load import Load
from isocost.exchange import StatedPrice, SweepFormat, read_sweep

PLAIN = "concurrency,output_tokens_per_second\n1,100\n4,300\n"


@pytest.fixture
def sweep(tmp_path):
    """Write a file and read it."""

    def read(text, name="sweep.csv", **form):
        path = tmp_path / name
        path.write_text(text)
        return read_sweep(path, SweepFormat(**form))

    return read


def refusal(sweep, text, **form):
    with pytest.raises(InputError) as refused:
        sweep(text, **form)
    return str(refused.value).replace(str(refused.value).split("sweep.csv")[0], "")


def test_two_columns_are_enough(sweep):
    found = sweep(PLAIN)
    assert [(point.deployment, point.load) for point in found.points] == [
        ("sweep", Load(concurrency=1)),
        ("sweep", Load(concurrency=4)),
    ]
    first = found.points[0]
    assert (first.output_tokens_per_second.value, first.output_tokens_per_second.low) == (100.0, None)
    assert (first.requests, first.ttft, first.power_w) == (None, None, None)
    assert first.provenance.source == "sweep.csv, line 2"
    assert (found.prices, found.cautions) == ({}, ())


def test_every_column_has_its_place_and_unit(sweep):
    point = sweep(
        "rate,output_tokens_per_second,input_tokens_per_second,requests_per_second,e2e_mean_s,ttft_p50_ms,"
        "tpot_p99.9_ms,gaps_p95_ms,power_w,requests,failed,duration_s,repeat,price_usd_per_hour\n"
        "2.5,100,200,2,3.5,40,12,90,700,50,3,20,1,6.98\n"
    ).points[0]
    assert point.load == Load(rate_per_s=2.5)
    assert point.e2e.at("mean").value == 3.5
    assert point.ttft.at("p50").value == pytest.approx(0.040)
    assert point.tpot.at("p99.9").value == pytest.approx(0.012)
    assert (point.gaps.basis, point.tpot.basis) == ("pooled gaps", "requests")
    assert (point.requests, point.failures, point.window_s) == (47, 3, 20.0)
    assert point.input_tokens_per_second.value == 200
    assert point.requests_per_second.value == 2
    assert point.power_w.value == 700


def test_other_columns_tell_sweeps_apart_by_as_few_as_will_do(sweep):
    found = sweep(
        "gpus,model,note,concurrency,output_tokens_per_second,price_usd_per_hour\n"
        "1,a,x,1,100,2\n1,a,x,4,300,2\n2,b,x,1,150,4\n"
    )
    assert [point.deployment for point in found.points] == ["gpus 1", "gpus 1", "gpus 2"]
    assert found.points[2].keys == {"gpus": "2", "model": "b", "note": "x"}
    assert found.prices == {"gpus 1": StatedPrice(2.0, "USD"), "gpus 2": StatedPrice(4.0, "USD")}


def test_two_columns_are_named_where_one_does_not_tell_all_apart(sweep):
    found = sweep("gpu,model,concurrency,output_tokens_per_second\nh,a,1,9\nh,b,1,8\nm,a,1,7\n")
    assert [point.deployment for point in found.points] == ["h, a", "h, b", "m, a"]


def test_fractions_are_measurements_unless_named_keys(sweep):
    text = "concurrency,output_tokens_per_second,share\n1,100,0.5\n1,120,0.9\n"
    found = sweep(text)
    assert [(point.deployment, point.repeat) for point in found.points] == [("sweep", 0), ("sweep", 1)]
    assert [caution.code for caution in found.cautions] == ["columns-left-out"]
    assert [point.deployment for point in sweep(text, keys=("share",)).points] == ["share 0.5", "share 0.9"]
    assert sweep(text, ignore=("share",)).cautions == ()


@pytest.mark.parametrize("names", [{"rate": "rps"}, {"rps": "rate"}])
def test_a_column_is_renamed_in_either_order(sweep, names):
    assert sweep("rps,output_tokens_per_second\n2,100\n", names=names).points[0].load == Load(rate_per_s=2.0)


def test_repeats_are_numbered(sweep):
    found = sweep(
        "concurrency,output_tokens_per_second,repeat\n1,100,a\n2,150,a\n1,101,b\n",
    )
    assert [point.repeat for point in found.points] == [0, 0, 1]


def test_runs_that_yielded_nothing_are_left_out_and_told(sweep):
    found = sweep("concurrency,output_tokens_per_second,requests,failed\n1,100,10,0\n2,0,10,10\n4,50,10,10\n")
    assert len(found.points) == 1
    assert [caution.text for caution in found.cautions] == [
        "sweep.csv, lines 3, 4: no request ended well; left out"
    ]


def test_requests_may_be_said_for_all(sweep):
    assert [point.requests for point in sweep(PLAIN, requests=500).points] == [500, 500]


def test_price_in_another_currency(sweep):
    found = sweep("concurrency,output_tokens_per_second,price_eur_per_hour\n1,100,5\n")
    assert found.prices == {"sweep": StatedPrice(5.0, "EUR")}


REFUSED = {
    "rate;tokens\n1;2\n": "sweep.csv has no commas between its columns; save it with commas",
    "a,b\n1,2\n": "sweep.csv has neither a column concurrency nor rate (it has: a, b); name the load with "
    "--map rate=THEIRS, or give the JSON file if this is a tool's own table",
    "rate,b\n1,2\n": "sweep.csv has no column output_tokens_per_second; name what stands for it with "
    "--map output_tokens_per_second=THEIRS",
    "concurrency,output_tokens_per_second\n1,0\n": "sweep.csv: no row has a throughput above 0, so there is "
    "nothing to price; look into the log of the target and measure again",
    "concurrency,output_tokens_per_second\n1,-5\n": "sweep.csv, line 2: output_tokens_per_second must be at "
    "least 0, got -5",
    "concurrency,output_tokens_per_second\n1.5,5\n": "sweep.csv, line 2: concurrency must be whole, got 1.5",
    "concurrency,rate,output_tokens_per_second\n1,2,5\n": "sweep.csv, line 2: give either concurrency or "
    "rate, got both",
    "concurrency,rate,output_tokens_per_second\n,,5\n": "sweep.csv, line 2: give either concurrency or "
    "rate, got neither",
    "rate,output_tokens_per_second,price_usd_per_hour,price_eur_per_hour\n1,5,1,1\n": "sweep.csv has prices "
    "in EUR and USD; keep one column, in one currency",
    "rate,output_tokens_per_second,price_usd_per_hour\n1,5,1\n2,5,3\n": "sweep.csv, line 3: sweep costs 3 an "
    "hour here and 1 elsewhere; one sweep has one price",
    "rate,output_tokens_per_second,requests,failed\n1,5,4,5\n": "sweep.csv, line 2: 5 requests failed of 4",
    "rate,output_tokens_per_second,repeat\n1,5,0\n1,6,0\n": "sweep.csv, lines 2 and 3: both are repeat 0 of "
    "sweep at 1/s; number repeats, or name in a column what differs",
    "rate,output_tokens_per_second,ttft_p50_s,ttft_p50_ms\n1,5,1,1000\n": "sweep.csv, line 2: ttft p50 is "
    "given twice, in s and in ms",
    "Metric,avg\nTTFT,3\n": "sweep.csv is a table of aiperf; give the file profile_export_aiperf.json that "
    "lies beside it",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_in_one_sentence(sweep, text):
    assert refusal(sweep, text) == REFUSED[text]


def test_a_key_that_is_not_there(sweep):
    assert refusal(sweep, PLAIN, keys=("gpu",)) == (
        "sweep.csv has no column 'gpu' (it has: concurrency, output_tokens_per_second)"
    )


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("ttft_p50", "sweep.csv has a column 'ttft_p50', whose unit or place cannot be told; name it as in "),
        ("p99 TTFT (ms)", "sweep.csv has a column 'p99 TTFT (ms)', whose unit or place cannot be told; "),
        (
            "Requests",
            "sweep.csv has a column 'Requests'; write 'requests', with --map requests=Requests, or ",
        ),
        ("TTFT_p50_ms", "sweep.csv has a column 'TTFT_p50_ms'; write 'ttft_p50_ms', with --map ttft_p50_ms="),
    ],
)
def test_a_measurement_under_another_name_does_not_tell_sweeps_apart(sweep, column, says):
    text = f"concurrency,output_tokens_per_second,{column}\n1,100,41\n8,640,66\n"
    assert refusal(sweep, text).startswith(says)
    assert {point.deployment for point in sweep(text, ignore=(column,)).points} == {"sweep"}
    assert len({point.deployment for point in sweep(text, keys=(column,)).points}) == 2


@pytest.mark.parametrize("column", ["ttft_slo_ms", "p50_class", "Deployment", "e2e_mean"])
def test_names_that_only_remind_of_a_measurement_may_tell_sweeps_apart(sweep, column):
    text = f"concurrency,output_tokens_per_second,{column}\n1,100,low\n1,640,high\n"
    assert len({point.deployment for point in sweep(text).points}) == 2
