"""The public surface is pinned, and starting is cheap: nothing heavy is loaded before it is needed."""

import importlib
import subprocess
import sys

import pytest

PUBLIC = {
    "Estimate", "InputError", "IsocostError", "LoadStage", "MeasurementError", "RequestShape", "RuntimeStage",
    "TargetSpec", "__version__", "fit_study", "measure_stage", "parse_service_level", "profile_cells",
    "html_page", "report_study", "run_study", "running_engine", "workload_of",
}  # fmt: skip
HEAVY = (
    "numpy", "scipy", "pydantic", "aiohttp", "openvino", "openvino_genai", "highspy", "ray", "yaml", "torch",
    "transformers",
)  # fmt: skip
ROOMS = (
    "architecture", "catalog", "cli", "core", "economics", "engine", "exchange", "execution", "frontier",
    "journal", "measurement", "reporting", "runtime", "statistics", "studies", "workload",
)  # fmt: skip


def test_the_public_names_are_these_and_no_others():
    import isocost

    assert set(isocost.__all__) == PUBLIC
    assert set(dir(isocost)) == PUBLIC
    for name in PUBLIC:
        assert getattr(isocost, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'absent'"):
        isocost.absent  # noqa: B018


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_lists_what_it_offers(room):
    module = importlib.import_module(f"isocost.{room}")
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert hasattr(module, name)


@pytest.mark.parametrize("arguments", [["-c", "import isocost"], ["-m", "isocost", "--help"]])
def test_starting_loads_nothing_heavy(arguments):
    found = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True
    )
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in found.stderr.splitlines()}
    assert not loaded & set(HEAVY)


def test_ray_is_loaded_by_nothing_but_hiring_its_nodes():
    code = (
        "import sys, isocost.cli.measure, isocost.execution, isocost.studies.crew\n"
        "sys.exit('ray' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_beginning_a_load_loads_no_room_that_only_a_report_needs():
    """Its first request is to leave within half a second of the command."""
    rooms = (
        "architecture",
        "catalog",
        "economics",
        "exchange",
        "frontier",
        "reporting",
        "runtime",
        "statistics",
    )
    code = (
        "import sys, isocost.cli.measure, isocost.studies.measure\n"
        f"sys.exit(', '.join(room for room in {rooms} if 'isocost.' + room in sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
