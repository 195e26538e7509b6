import pytest

from isocost.core.errors import CatalogError, InputError
from isocost.core.money import Currency
from isocost.studies.published import PublishedQuestion, predict_published
from isocost.studies.request_cost import CostTerms


def predict(name, request=(512, 4), hardware=None, **terms):
    return predict_published(
        name,
        PublishedQuestion(request=request, hardware=hardware, terms=CostTerms(today="2026-11-21", **terms)),
    )


def codes(report):
    return [caution.code for caution in report.cautions]


def test_davinci_on_all_hardware_at_the_papers_last_prices():
    a100, v100, api = predict("davinci").predictions
    assert a100.runtime.value == pytest.approx(0.178 + 3 * 0.081)
    assert a100.costs.cost.value == pytest.approx(0.421 * 8 * 4.096 / 3600)
    assert a100.costs.energy.value == pytest.approx(0.421 * 8 * 400 * 0.64)
    assert (a100.accelerators, v100.accelerators, api.accelerators) == (8, 16, None)
    assert v100.costs.price.usd_per_hour == pytest.approx(16 * 3.06)
    assert api.runtime.value == pytest.approx(0.045 + 3 * 0.03 + 0.183)
    assert api.costs is None
    assert (a100.runtime.kind, a100.costs.cost.kind, a100.costs.energy.kind) == (
        "published",
        "published",
        "assumed",
    )


def test_operations_of_the_dimensions_that_were_timed():
    work = predict("davinci").work
    assert work.dimensions == "openai_davinci"
    assert work.paper == 24 * 12288**2 * 96 * 515  # p + o - 1
    assert work.counted.attention > 0
    assert predict("openai/text-davinci-002").work is None  # behind an API only


def test_a_price_that_is_given_holds_for_the_whole_deployment_in_its_currency():
    half = Currency(code="EUR", per_usd=0.5, date="2026-11-21", source="given by you")
    report = predict("davinci", hardware="a100", price_per_hour=10.0, currency=half)
    costs = report.predictions[0].costs
    assert costs.price.usd_per_hour == 20.0
    assert costs.price.source == "given by you as 10 EUR"
    assert costs.cost.value == pytest.approx(0.421 * 20 / 3600)


def test_a_price_by_name_is_for_its_own_accelerator_and_the_other_keeps_the_papers():
    a100, v100, _ = predict("davinci", price="paper-a100-2022").predictions
    assert a100.costs.price.usd_per_hour == pytest.approx(8 * 3.67)
    assert v100.costs.price.usd_per_hour == pytest.approx(16 * 3.06)


def test_another_count_is_costed_and_said_so():
    report = predict("davinci", hardware="a100", count=16)
    (only,) = report.predictions
    assert only.accelerators == 16
    assert only.costs.accelerator_s.value == pytest.approx(16 * 0.421)
    assert codes(report) == ["other-count"]


def test_the_accelerators_name_chooses_hardware():
    (only,) = predict("davinci", accelerator="v100-32gb", power_w=1000.0).predictions
    assert only.fit.hardware == "v100"
    assert only.costs.energy.value == pytest.approx(1000 * only.runtime.value)


def test_a_copy_is_a_caution_and_an_api_timed_itself_is_none():
    report = predict("openai/curie")
    assert codes(report) == ["copied-coefficients"]
    assert report.cautions[0].text == (
        "what is published as openai/curie on a100 and v100 are the coefficients of ai21/j1-large, "
        "to the digit: another model; nobody timed this one"
    )
    assert "the same model elsewhere" in predict("gooseai/gpt-j-6b").cautions[0].text
    assert codes(predict("openai/curie", hardware="api")) == []


def test_beyond_what_was_timed():
    report = predict("together/yalm", request=(2000, 8), hardware="a100")
    assert report.predictions[0].runtime.low is None
    assert report.predictions[0].costs.cost.low is None
    assert [each.text for each in report.cautions] == [
        "a100: 2,000 input and 8 output tokens lie outside what was timed (up to 1,920 and 64): no interval"
    ]
    assert (
        predict("together/yalm", request=(512, 128), hardware="a100").predictions[0].runtime.low is not None
    )
    assert codes(predict("together/yalm", request=(512, 128), hardware="a100")) == ["extrapolated"]


def test_without_a_request_only_coefficients():
    report = predict_published("microsoft/TNLGv2_530B")
    assert [each.runtime for each in report.predictions] == [None, None]
    assert codes(report) == ["published-note", "published-note"]
    assert report.work is None


@pytest.mark.parametrize(
    ("name", "question", "error", "words"),
    [
        ("absent", {}, CatalogError, "absent is no study, no table of runtimes and no model with a"),
        ("no/times.csv", {}, InputError, "there is no no/times.csv; give the folder of a study, a table"),
        ("~/studies", {}, InputError, "there is no ~/studies; give"),
        (
            "llama-3.1-8b", {}, CatalogError,
            "nobody has published a runtime of llama-3.1-8b, whose dimensions the catalogue has; there",
        ),
        ("davinci", {"hardware": "h100"}, InputError, "no runtime of openai/davinci on h100 is published"),
        ("davinci", {"price_per_hour": 3.0}, InputError, "--price-per-hour holds for one deployment"),
        ("davinci", {"machine": "cloud-2core"}, InputError, "--machine holds for one deployment"),
        ("davinci", {"hardware": "api", "power_w": 3.0}, InputError, "--power-w needs stated hardware"),
        (
            "davinci", {"hardware": "v100", "price": "paper-a100-2022"}, InputError,
            "paper-a100-2022 is the price of a100-80gb; for this hardware there are paper-v100-2023",
        ),
        ("davinci", {"price": "nope"}, CatalogError, "no price named 'nope'; the catalogue has paper"),
        ("davinci", {"request": (0, 1)}, InputError, "at least 1 input and 1 output token, got 0 and 1"),
        ("davinci", {"request": None, "count": 8}, InputError, "--count costs a request: say which with"),
    ],
)  # fmt: skip
def test_what_does_not_go_is_one_sentence(name, question, error, words):
    with pytest.raises(error) as raised:
        predict(name, **question)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
