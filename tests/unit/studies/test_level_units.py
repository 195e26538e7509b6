"""Levels of studies and sweeps as production units."""

import pytest

from doubles.made_up_studies import deployment, write_sweep
from isocost.core.errors import InputError
from isocost.exchange.unit_table import UnitColumns
from isocost.studies.level_units import LevelChoice, LevelMoney, level_units
from isocost.studies.unit_sources import QualitySource, UnitSource, open_units
from isocost.studies.units import unit_report

SWEEP = """model,concurrency,output_tokens_per_second,ttft_p50_ms,ttft_p95_ms,power_w,gpus,requests
a,1,100,10,20,300,1,500
a,8,600,30,50,500,1,500
b,1,50,8,16,600,2,500
b,8,420,20,40,900,2,500
"""


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "sweep.csv"
    path.write_text(SWEEP)
    return path


def columns(inputs, outputs, **more):
    return UnitColumns(inputs=inputs, outputs=outputs, **more)


def test_levels_of_a_sweep_have_their_quantities_and_are_clustered(sweep):
    asked = columns(("cost_usd", "power_w"), ("tokens_per_second",), bads=("ttft_s",), group="deployment")
    table = level_units([sweep], asked, LevelMoney(price_usd_per_hour=3.6)).table
    assert len(table.names) == 4
    assert table.values[:, 0] == pytest.approx([1000 / 100, 1000 / 600, 1000 / 50, 1000 / 420])
    assert table.values[:, 1:3].tolist() == [[300, 100], [500, 600], [600, 50], [900, 420]]
    assert table.values[:, 3] == pytest.approx([0.01, 0.03, 0.008, 0.02])
    assert table.clusters == table.groups
    assert len(set(table.clusters)) == 2
    assert [axis.unit for axis in table.axes] == ["USD", "W", "tokens/s", "s"]


def test_a_study_and_several_studies(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    write_sweep(one, deployment("little"), 0.02)
    write_sweep(two, deployment("larger"), 0.05)
    found = level_units([one, two], columns(("machine_s",), ("user_tokens_per_second", "parameters")))
    assert len(found.table.names) == 4
    assert found.table.names[0].startswith("little-F16 at ")
    assert set(found.models) == {"little-F16", "larger-F16"}
    assert sorted(set(found.table.values[:, 2])) == [1e7, 3e7]
    alone = level_units(
        [one], columns(("machine_s",), ("gpus",)), choice=LevelChoice(where={"deployment": "little-F16"})
    )
    assert set(alone.table.values[:, 1]) == {1.0}
    three = tmp_path / "three"
    write_sweep(three, deployment("little"), 0.03)
    again = level_units([one, three], columns(("machine_s",), ("gpus",))).table
    assert {name.split(": ")[0] for name in again.names} == {"one", "three"}
    assert len(set(again.clusters)) == 2


def test_quality_is_joined_by_deployment(tmp_path, sweep):
    path = tmp_path / "scores.csv"
    path.write_text("model,task,score,stderr\nA,t,.5,.02\nb,t,.7,.02\n")
    opened = open_units(
        UnitSource(
            paths=(sweep,),
            columns=columns(("machine_s",), ()),
            renames={"A": "a"},
            quality=QualitySource(paths=(path,)),
        )
    )
    assert opened.table.values[:, 1].tolist() == [0.5, 0.5, 0.7, 0.7]
    assert opened.table.outputs[0].bounded
    assert opened.tasks == ("t",)


def test_levels_of_one_deployment_share_the_error_of_their_quality(tmp_path, sweep):
    path = tmp_path / "scores.csv"
    path.write_text("model,task,score,stderr\na,t,.5,.02\nb,t,.7,.02\n")
    source = UnitSource(
        paths=(sweep,), columns=columns(("machine_s",), ()), quality=QualitySource(paths=(path,))
    )
    found = unit_report(source)
    assert [unit.verdict for unit in found.units][:2] == ["dominated", "on the frontier"]


@pytest.mark.parametrize(
    ("inputs", "more", "sentence"),
    [
        (
            ("cost_usd",),
            {},
            "no level tells its cost_usd; give --price-per-hour or --machine; what levels have",
        ),
        (("quality_x",), {}, "'quality_x' is no quantity of a level of load; there are cost_usd, "),
        (("e2e_p99_s",), {}, "no level tells its e2e_p99_s; what levels have is "),
        (
            ("machine_s",),
            {"group": "vendor"},
            "--group of levels is one of deployment, model, study; got 'vendor'",
        ),
        (("machine_s",), {"date": "day"}, "--date, --cluster and --name are of a file of units"),
    ],
)
def test_what_levels_do_not_have_is_refused(sweep, inputs, more, sentence):
    with pytest.raises(InputError) as refused:
        level_units([sweep], columns(inputs, ("tokens_per_second",), **more))
    assert sentence in str(refused.value)


def test_a_sweep_is_told_from_a_file_of_units(tmp_path, sweep):
    units = tmp_path / "units.csv"
    units.write_text("unit,power_w,tokens_per_second\nx,1,2\n")
    asked = columns(("power_w",), ("tokens_per_second",))
    assert open_units(UnitSource(paths=(units,), columns=asked)).table.names == ("x",)
    assert len(open_units(UnitSource(paths=(sweep,), columns=asked)).table.names) == 4
