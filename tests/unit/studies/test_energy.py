"""Energy of reports: where power comes from, what stands around it, and what it is of the money."""

from pathlib import Path

import numpy as np
import pytest

from isocost.catalog import owned_machine
from isocost.core.errors import CatalogError, InputError
from isocost.studies.energy import EnergyQuestion
from isocost.studies.hourly import hourly_report
from isocost.studies.hourly_energy import hourly_energy
from isocost.studies.power import LOAD_SHARE
from isocost.studies.sweeps import FileQuestion, report_files

HEAD = "concurrency,output_tokens_per_second,requests,requests_per_second"
RATES = {1: 100, 4: 300, 16: 700, 64: 900}
POWER = {1: 350, 4: 420, 16: 520, 64: 560}


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.csv"
    rows = [f"{load},{rate},4000,{rate / 100}" for load, rate in RATES.items()]
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


@pytest.fixture
def powered(tmp_path: Path) -> Path:
    path = tmp_path / "powered.csv"
    rows = [f"{load},{rate},4000,{rate / 100},{POWER[load]}" for load, rate in RATES.items()]
    path.write_text("\n".join([HEAD + ",power_w", *rows]) + "\n")
    return path


def report(path, machine=None, price=None, **asked):
    question = FileQuestion(machine=machine, price_usd_per_hour=price, energy=EnergyQuestion(**asked))
    return report_files([path], question, today="2026-11-21")


def only(found):
    assert found.energy is not None
    (one,) = found.energy.deployments
    return one


def test_unknown_power_stays_unknown(plain):
    assert report(plain, price=3.0).energy is None
    assert report(plain, machine="cloud-2core").energy is None


def test_measured_power_of_a_file(powered):
    one = only(report(powered, price=3.0))
    assert (one.obtained, one.curve.measured_at, one.source) == (
        "measured",
        "accelerator",
        "powered.csv, line 2",
    )
    told = [level.per_token["accelerator"].value for level in one.curve.levels]
    assert told == pytest.approx([POWER[load] / RATES[load] for load in RATES])
    # 100 tokens a request
    assert one.curve.levels[0].per_request["accelerator"].value == pytest.approx(350.0)


def test_given_power_goes_before_measured(powered):
    one = only(report(powered, price=3.0, power_w=900.0, power_at="server"))
    assert (one.obtained, one.curve.measured_at, one.curve.varies) == ("given", "server", False)
    assert one.curve.levels[-1].per_token["server"].value == pytest.approx(1.0)
    assert "accelerator" not in one.curve.levels[-1].per_token


def test_share_of_the_design_power_by_name(plain):
    one = only(report(plain, price=3.0, accelerator="H100", count=8))
    assert one.obtained == "share of design power"
    power = one.curve.levels[0].power["accelerator"]
    assert power.value == pytest.approx(8 * 700 * LOAD_SHARE.value)
    assert 8 * 700 * 0.27 < power.low < power.high < 8 * 700 * 0.99
    assert (power.kind, one.curve.best) == ("assumed", None)
    # the rest of the servers as the profile of such a machine has it
    host = owned_machine("h100-owned").parameters["server_power_w"].value
    assert one.curve.levels[0].power["server"].value == pytest.approx(power.value + 8 * host)


def test_a_rented_machine_tells_its_accelerators_and_v_is_0(plain, powered):
    one = only(report(plain, machine="8xh100-rented"))
    assert one.obtained == "share of design power"
    rented = only(report(powered, machine="h100-rented"))
    assert rented.obtained == "measured"
    assert rented.short_run.usd_per_token is None
    assert rented.short_run.told == "v = 0: the machine is rented, and the rent is the same whatever it draws"


def test_an_owned_machine_draws_what_its_price_holds(plain):
    one = only(report(plain, machine="2xh100-owned"))
    parameters = {name: each.value for name, each in owned_machine("h100-owned").parameters.items()}
    idle, full = parameters["idle_power_w"], parameters["full_power_w"]
    expected = 2 * (idle + parameters["load"] * (full - idle))
    assert one.obtained == "machine model"
    assert one.curve.levels[0].power["accelerator"].value == pytest.approx(expected)
    assert one.short_run.told == "v = 0: power was not measured over load, and the price holds it at its mean"


def test_energy_of_ones_own_machine_is_told_apart_from_what_is_fixed(powered):
    found = report(powered, machine="h100-owned")
    one = only(found)
    slope, base = np.polyfit(list(RATES.values()), list(POWER.values()), 1)
    parameters = {name: each.value for name, each in owned_machine("h100-owned").parameters.items()}
    price = parameters["pue"] * parameters["electricity"]
    v = slope * price / 3.6e6
    assert one.short_run.usd_per_token is not None
    assert one.short_run.usd_per_token.value == pytest.approx(v)
    curve = found.deployments[0].curve
    assert curve is not None
    assert curve.technology is not None
    assert curve.technology.fit is not None
    parts = hourly_report("h100-owned").parts
    fixed = (found.price.usd_per_hour - parts["power"].value + base / 1000 * price) / 3600
    for level in curve.short_run:
        rate = level.concurrency / curve.technology.fit.step_time(level.concurrency).value
        assert level.private_marginal_cost == pytest.approx(v)
        assert level.average_cost.value == pytest.approx(fixed / rate + v)


def test_pue_and_grid(powered):
    found = report(powered, price=3.0, accelerator="h100", count=1, pue=1.2, grid="350g/kWh")
    level = only(found).curve.levels[-1]
    assert level.power["facility"].value == pytest.approx(1.2 * (560 + 400))
    # 1152 W over 900 tokens/s, a million of them, at 350 g
    assert level.carbon_per_million.value == pytest.approx(1152 / 900 / 3.6 * 350)
    told = {each.name: each for each in found.assumptions}
    assert told["power"].value == "measured"
    assert told["PUE"].value == "1.2, as given"
    assert told["power of the rest of the servers"].value == ("400 W, 1 x 400 W, triangular on [250, 575]")
    assert told["carbon of electricity"].value == "350 gCO2e/kWh, location-based; nothing embodied is counted"
    assert "host-not-counted" not in {each.code for each in found.cautions}


def test_doubts(powered, tmp_path):
    assert "host-not-counted" in {each.code for each in report(powered, price=3.0).cautions}
    falling = tmp_path / "falling.csv"
    text = powered.read_text().replace(",350\n", ",702\n").replace(",420\n", ",640\n")
    falling.write_text(text.replace(",560\n", ",461\n"))
    found = report(falling, machine="h100-owned")
    assert "power-falls" in {each.code for each in found.cautions}
    curve = found.deployments[0].curve
    assert {level.private_marginal_cost for level in curve.short_run} == {0.0}
    gaps = tmp_path / "gaps.csv"
    gaps.write_text(powered.read_text().replace(",420\n", ",\n"))
    (doubt,) = [each for each in report(gaps, price=3.0).cautions if each.code == "power-gaps"]
    assert doubt.text == "gaps: the power of 1 of 4 levels is not told; they have no energy"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"power_w": 0.0}, "--power-w must be above 0 watts, got 0"),
        ({"power_w": float("nan")}, "--power-w must be above 0 watts, got nan"),
        ({"power_at": "wall"}, "--power-at must be one of accelerator, server, facility, got 'wall'"),
        ({"pue": 0.9}, "--pue must be between 1 and 5, got 0.9"),
        ({"pue": 154.0}, "--pue must be between 1 and 5, got 154; it is a ratio, not a percentage"),
        ({"accelerator": "h100"}, "--accelerator h100 does not say how many: give --count as well"),
        ({"count": 8}, "--count 8 does not say of what: give --accelerator as well"),
        ({"accelerator": "h100", "count": 0}, "--count must be at least 1 accelerator, got 0"),
    ],
)
def test_what_is_refused(powered, asked, message):
    with pytest.raises(InputError) as raised:
        report(powered, price=3.0, **asked)
    assert str(raised.value) == message


def test_a_grid_without_any_power_is_refused(plain):
    with pytest.raises(InputError, match="--grid is given and no power is known; tell it with --power-w W"):
        report(plain, price=3.0, grid="350g/kWh")


def test_names_that_do_not_go_together(powered):
    with pytest.raises(InputError, match="--machine h100-rented is of 1 h100, and --accelerator says 8 h100"):
        report(powered, machine="h100-rented", accelerator="h100", count=8)
    with pytest.raises(CatalogError, match="no accelerator named 'h1oo'"):
        report(powered, price=3.0, accelerator="h1oo", count=8)


def test_an_hour_of_an_owned_machine_by_hand():
    found = hourly_energy(hourly_report("8xh100-owned"), "100g/kWh")
    values = {name: each.value for name, each in owned_machine("h100-owned").parameters.items()}
    idle, full, used = values["idle_power_w"], values["full_power_w"], values["utilization"]
    serving = idle + values["load"] * (full - idle)
    inside = 8 * (serving + idle * (1 - used) / used) / 1000
    server = inside + 8 * values["server_power_w"] / used / 1000
    assert found.energy["accelerator"].value == pytest.approx(inside)
    assert found.energy["server"].value == pytest.approx(server)
    assert found.energy["facility"].value == pytest.approx(server * values["pue"])
    assert found.carbon.value == pytest.approx(100 * server * values["pue"])
    # the same hour in money: all that is power, at the price of a kWh
    parts = hourly_report("h100-owned").parts
    paid = sum(parts[name].value for name in ("power", "idle power", "server power"))
    assert found.energy["facility"].value * values["electricity"] == pytest.approx(8 * paid)


def test_an_hour_of_a_rented_machine():
    found = hourly_energy(hourly_report("h100-rented"), "100g/kWh")
    assert found.obtained == "share of design power"
    assert found.energy["accelerator"].value == pytest.approx(0.7 * LOAD_SHARE.value)
    with pytest.raises(InputError, match="--grid: nobody says what cloud-2core draws"):
        hourly_energy(hourly_report("cloud-2core"), "100g/kWh")
