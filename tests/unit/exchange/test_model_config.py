import json

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_model_config


def test_a_file_or_its_folder(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('\ufeff{"model_type": "llama", "time_step_limit": [0.0, Infinity]}', encoding="utf-8")
    assert read_model_config(path)["model_type"] == "llama"
    assert read_model_config(tmp_path) == read_model_config(path)


@pytest.mark.parametrize("content", ["", "[1]", "{", "5", '"text"', "[" * 100_000])
def test_what_is_no_configuration_is_told(tmp_path, content):
    path = tmp_path / "config.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_model_config(path)
    assert str(caught.value) == f"{path} is no JSON object; give a model's config.json"


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is no JSON object"):
        read_model_config(path)


def test_a_file_that_is_not_there_or_too_large(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*absent\.json: No such file"):
        read_model_config(tmp_path / "absent.json")
    path = tmp_path / "config.json"
    with path.open("wb") as file:
        file.truncate(17 * 2**20)
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_model_config(path)


def test_values_are_left_as_they_are(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"a": None, "b": 0}))
    assert read_model_config(path) == {"a": None, "b": 0}
