"""A stack in this process keeps to the contract of targets: the harness over a double."""

import pytest

from contract.target_contract import TargetContract
from doubles.counting_stack import CountingStack
from isocost.engine.in_process import InProcessTarget


class TestInProcessTarget(TargetContract):
    @pytest.fixture
    def target(self):
        return InProcessTarget(model="double", stack=CountingStack(gap_s=0.001))
