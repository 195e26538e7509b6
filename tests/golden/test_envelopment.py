"""Published scores of data envelopment: Program Follow Through, DEAP's examples, the eleven of FLS."""

import csv
from pathlib import Path

import numpy as np
import pytest

from doubles.production_tables import production
from isocost.frontier import (
    cost_efficiencies,
    envelop,
    malmquist,
    mean_change,
    radial_scores,
    scale_efficiencies,
)

DATA = Path(__file__).parents[2].parent / "shared/data/frontier_textbook"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the textbook tables are not at hand")


def rows(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def columns(found, *names):
    return np.array([[float(row[name]) for name in names] for row in found])


@pytest.fixture(scope="module")
def sites():
    return rows("charnes1981_program_follow_through")


@pytest.mark.parametrize("technology", ["crs", "vrs", "drs", "irs", "fdh"])
@pytest.mark.parametrize("orientation", ["input", "output"])
@pytest.mark.parametrize("solver", ["highspy", "scipy"])
def test_seventy_sites(sites, technology, orientation, solver):
    x, y = columns(sites, "x1", "x2", "x3", "x4", "x5"), columns(sites, "y1", "y2", "y3")
    published = columns(sites, f"eff_{technology}_{orientation.removesuffix('put')}")[:, 0]
    found = envelop(production(x, y), technology=technology, orientation=orientation, solver=solver)
    np.testing.assert_allclose(found.scores, published, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        radial_scores(x, y, technology=technology, orientation=orientation), published, rtol=0, atol=1e-9
    )


def test_site_51_is_not_efficient_by_outputs(sites):
    x, y = columns(sites, "x1", "x2", "x3", "x4", "x5"), columns(sites, "y1", "y2", "y3")
    for technology in ("vrs", "drs", "irs"):
        unit = envelop(production(x, y), technology=technology, orientation="output").units[50]
        assert unit.score == pytest.approx(1.0871, abs=1e-4)
        assert not unit.efficient


def test_means_and_counts_of_the_seventy(sites):
    problem = production(columns(sites, "x1", "x2", "x3", "x4", "x5"), columns(sites, "y1", "y2", "y3"))
    means = {
        (technology, orientation): round(
            float(envelop(problem, technology=technology, orientation=orientation).scores.mean()), 6
        )
        for technology in ("crs", "vrs")
        for orientation in ("input", "output")
    }
    assert means == {
        ("crs", "input"): 0.937765,
        ("crs", "output"): 1.070034,
        ("vrs", "input"): 0.953431,
        ("vrs", "output"): 1.052780,
    }
    for technology, expected in (("crs", 19), ("vrs", 27)):
        assert sum(unit.efficient for unit in envelop(problem, technology=technology).units) == expected


def test_deap_example_1_and_3():
    found = rows("coelli_deap_eg1_eg3")
    problem = production(columns(found, "x1", "x2"), columns(found, "y"))
    scores = envelop(problem, technology="crs").scores
    assert [round(score, 3) for score in scores] == [0.5, 1.0, 0.833, 0.714, 1.0]
    assert round(scores.mean(), 3) == 0.810  # .8095, which DEAP prints as .810
    np.testing.assert_allclose(scores, columns(found, "te_crs_in_exact")[:, 0], rtol=0, atol=1e-9)
    published = columns(found, "cost_eff_crs_computed_R")[:, 0]
    for prices in (np.array([1.0, 3.0]), columns(found, "w1", "w2")):
        costs = cost_efficiencies(problem, prices, technology="crs")
        np.testing.assert_allclose([unit.overall for unit in costs], published, rtol=0, atol=5e-8)
    # DEAP prints allocative efficiency .706 .857 .900 .933 1: overall over technical, .353 / .5 and so on
    assert [round(unit.allocative, 3) for unit in costs] == [0.706, 0.857, 0.9, 0.933, 1.0]


def test_deap_example_2():
    found = rows("coelli_deap_eg2")
    x, y = columns(found, "x"), columns(found, "y")
    units = scale_efficiencies(production(x, y))
    for field, name in (("crs", "crste_in"), ("vrs", "vrste_in"), ("scale", "scale_eff")):
        np.testing.assert_allclose(
            [getattr(unit, field) for unit in units], columns(found, name)[:, 0], rtol=0, atol=1e-9
        )
    assert [unit.returns for unit in units] == [row["rts"] for row in found]
    outputs = envelop(production(x, y), orientation="output").scores
    np.testing.assert_allclose(outputs, columns(found, "vrste_out_farrell")[:, 0], rtol=0, atol=1e-9)
    alone = envelop(production(x, y), technology="fdh").scores
    np.testing.assert_allclose(alone, columns(found, "fdh_in")[:, 0], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3)])
def test_deap_example_4(before, after):
    found = rows("coelli_deap_eg4_malmquist")
    first, second = ([row for row in found if int(row["year"]) == year] for year in (before, after))
    changes = malmquist(
        *(production(columns(each, "x"), columns(each, "y")) for each in (first, second)),
        orientation="output",
    )
    fields = {
        "efficiency": "effch",
        "technical": "techch",
        "pure": "pech",
        "scale": "sech",
        "total": "tfpch",
        "after": "d_crs_t",
        "after_by_earlier": "d_crs_tm1",
    }
    for field, name in fields.items():
        printed = columns(second, name)[:, 0]
        np.testing.assert_allclose(
            [getattr(change, field) for change in changes], printed, rtol=0, atol=6e-4, err_msg=name
        )
    for field, name in (("before", "d_crs_t"), ("before_by_later", "d_crs_tp1")):
        printed = columns(first, name)[:, 0]
        np.testing.assert_allclose([getattr(change, field) for change in changes], printed, rtol=0, atol=6e-4)


def test_both_orientations_give_one_total():
    found = rows("coelli_deap_eg4_malmquist")
    problems = [
        production(columns(each, "x"), columns(each, "y"))
        for each in ([row for row in found if int(row["year"]) == year] for year in (1, 2))
    ]
    by_output, by_input = (mean_change(malmquist(*problems, orientation=way)) for way in ("output", "input"))
    for field in ("total", "efficiency", "technical"):
        assert getattr(by_output, field) == pytest.approx(getattr(by_input, field), abs=1e-9)
    assert by_output.pure != pytest.approx(by_input.pure, abs=1e-3)


@pytest.mark.parametrize("technology", ["crs", "vrs"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_the_eleven(technology, orientation):
    found = rows("fls_eleven_dmu")
    scores = envelop(
        production(columns(found, "x1", "x2"), columns(found, "y")),
        technology=technology,
        orientation=orientation,
    ).scores
    published = columns(found, f"te_{technology}_{orientation.removesuffix('put')}")[:, 0]
    np.testing.assert_allclose(scores, published, rtol=0, atol=1e-9)
