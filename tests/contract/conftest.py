"""One embedded engine for all tests of this folder that ask for it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isocost.engine import RunningEngine


@pytest.fixture(scope="session")
def tiny_engine() -> Iterator[RunningEngine]:
    """The preset ``tiny`` behind a real socket; never imports openvino here."""
    if find_spec("openvino_genai") is None:
        pytest.skip("the extra [engine] is not installed")
    from isocost.engine import running_engine

    with running_engine("tiny") as engine:
        yield engine
