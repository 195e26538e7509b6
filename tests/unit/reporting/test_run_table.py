"""The runs of a sweep one by one: what is not told has its reason beside it."""

from types import SimpleNamespace

import pytest

from doubles.closed_loops import run_of, stream
from isocost.core.provenance import Provenance
from isocost.reporting.run_table import run_rows
from isocost.statistics import operating_point


@pytest.mark.parametrize(
    ("requests", "reason"),
    [(40, "a warm-up cut needs a steady part with 100 requests"), (300, None)],
)
def test_a_cut_that_cannot_be_told_says_why(requests, reason):
    point = operating_point(run_of(stream(requests)), provenance=Provenance(source="s", tool="isocost 0"))
    level = SimpleNamespace(points=(point,))
    deployment = SimpleNamespace(curve=SimpleNamespace(levels=(level,)), anchors=(), endings=())
    (row,) = run_rows(SimpleNamespace(deployments=(deployment,)))["runs"]
    assert row["warm_up_cut_untold"] == reason
    assert (row["warm_up_cut_s"] is None) == (reason is not None)
