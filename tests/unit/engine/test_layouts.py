import pytest

from isocost.catalog import model_profile
from isocost.core.errors import InputError
from isocost.engine import cached_model


def test_the_engine_makes_up_llamas_only():
    with pytest.raises(InputError) as caught:
        cached_model(model_profile("deepseek-v3").architecture)
    assert str(caught.value) == (
        "the embedded engine makes up models of the Llama family only, and DeepSeek V3 is laid out "
        "otherwise; give a preset or Llama dimensions"
    )
