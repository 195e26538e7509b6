import json

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_helm
from isocost.runtime import PublishedRuntime

DAVINCI = {"runtime_per_output_token": 0.051, "runtime_for_prompt_tokens": {"64": 0.1, "1": 0.055}}


def test_coefficients_come_by_rising_prompt_size(tmp_path):
    path = tmp_path / "helm.json"
    path.write_text(json.dumps({"davinci": DAVINCI, "api": {**DAVINCI, "overhead": 0.2}}))
    assert read_helm(path) == {
        "davinci": PublishedRuntime(prefill_s=((1, 0.055), (64, 0.1)), decode_s=0.051),
        "api": PublishedRuntime(prefill_s=((1, 0.055), (64, 0.1)), decode_s=0.051, overhead_s=0.2),
    }


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_another_form_is_refused(tmp_path, content):
    path = tmp_path / "helm.json"
    path.write_text(content)
    with pytest.raises(InputError) as told:
        read_helm(path)
    assert str(told.value) == f"{path} is no JSON object of models; write one with --format helm"


@pytest.mark.parametrize(
    "content", [{}, [], {"runtime_per_output_token": 1, "runtime_for_prompt_tokens": {}}]
)
def test_a_model_without_coefficients_is_named(tmp_path, content):
    path = tmp_path / "helm.json"
    path.write_text(json.dumps({"davinci": content}))
    with pytest.raises(InputError, match="davinci lacks numbers for runtime_per_output_token"):
        read_helm(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_helm(tmp_path / "absent.json")
