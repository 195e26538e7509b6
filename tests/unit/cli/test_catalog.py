"""``isocost catalog``, as a user calls it."""

import json
import sys
from importlib.util import find_spec

import pytest

from isocost.catalog import accelerator_names, model_names
from isocost.cli import main


@pytest.fixture
def isocost(capsys, monkeypatch):
    """Run a command in this process; return exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isocost", "catalog", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return ended.value.code or 0, seen.out, seen.err

    return run


def tables(out):
    content = json.loads(out)
    assert content["schema"] == "isocost/1"
    return content["tables"]


def test_all_models_and_accelerators_and_machines_are_listed(isocost):
    for what, names in (("models", model_names()), ("accelerators", accelerator_names())):
        status, out, err = isocost(what)
        assert (status, err) == (0, "")
        lines = out.splitlines()
        assert lines[0].startswith(f"{len(names)} {what}; ")
        assert {line.split()[0] for line in lines if line} >= set(names)
        status, out, _ = isocost(what, "--json")
        assert [row["name"] for row in tables(out)[what]] == list(names)
    _, out, _ = isocost("machines", "--json")
    assert "cloud-2core" in [row["name"] for row in tables(out)["machines"]]


def test_one_model_in_full(isocost):
    status, out, err = isocost("models", "deepseek-v3", "--dtype", "fp8", "--accelerator", "h200")
    assert (status, err) == (0, "")
    assert "DeepSeek V3 (deepseek-v3)" in out
    assert "671,026,419,200 parameters (671B), 37.6B active for a token" in out
    assert "published: 671B, 37B active (arXiv 2412.19437" in out
    # 61 layers x (512 + 64)
    assert "cache: 35,136 values a token" in out
    assert "671 GB of weights in fp8, 0.576 GB of cache in bf16 for 1 x 8,192 tokens" in out
    # 671.6 GB over 126.9 GB usable each: 6; 8 is the next that divides 128 heads
    assert out.splitlines()[-4].split() == ["h200", "141", "6", "8"]


def test_one_model_as_json(isocost):
    status, out, _ = isocost("models", "gemma-3-27b", "--json", "--context", "4096", "--batch", "2")
    found = tables(out)
    assert status == 0
    assert found["models"][0]["parameters"]["total"] == 27_009_346_304
    assert found["models"][0]["published"] == "27.0B"
    assert found["cache"][0]["windowed"] == [[1024, 52 * 2 * 16 * 128]]
    # 10 layers keep 4,096 tokens, 52 keep 1,024: 2 x 16 x 128 values of 2 bytes, two requests
    assert found["memory"][0]["cache_bytes"] == (10 * 4096 + 52 * 1024) * 4096 * 2 * 2
    assert len(found["holdings"]) == len(accelerator_names())
    assert found["models"][0]["layout"]["blocks"][0]["mixers"][0]["kind"] == "attention"


def test_a_configuration_of_ones_own(isocost, tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    config = {
        "model_type": "qwen3", "hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16,
        "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072, "vocab_size": 151936,
        "max_position_embeddings": 40960, "tie_word_embeddings": True,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    for name in (folder, folder / "config.json"):
        status, out, err = isocost("models", name, "--accelerator", "t4")
        assert (status, err) == (0, "")
        assert out.startswith("my-model\n")
        assert "596,049,920 parameters (596M), all active" in out


@pytest.mark.skipif(find_spec("gguf") is None, reason="needs the extra [engine]")
def test_a_gguf_file(isocost, tmp_path):
    from isocost.architecture import LlamaDimensions
    from isocost.engine import custom, write_model

    dimensions = LlamaDimensions(
        layers=2,
        hidden_size=64,
        heads=2,
        kv_heads=1,
        head_size=32,
        intermediate_size=128,
        vocabulary_size=512,
    )
    path = tmp_path / "small.gguf"
    write_model(path, custom(dimensions, name="small one"))
    status, out, err = isocost("models", path, "--json", "--accelerator", "t4")
    assert (status, err) == (0, "")
    # a doctest of isocost.engine.custom: 106,816 weights
    assert tables(out)["models"][0]["parameters"]["total"] == 106_816
    assert tables(out)["models"][0]["name"] == "small one"


def test_one_accelerator_with_its_doubts(isocost):
    status, out, _ = isocost("accelerators", "B300")
    assert status == 0
    assert out.startswith("b300: NVIDIA B300-SXM-288GB\n  268 GB of HBM3e at 7750 GB/s\n")
    assert "figures: conflicting; " in out
    assert "doubt: FP4 13.5 vs 14 PFLOP/s" in out
    _, out, _ = isocost("accelerators", "apple-m4")
    assert "dense peak, TFLOP/s: not told" in out
    assert "power" not in out
    _, out, _ = isocost("accelerators", "apple-m4", "--json")
    assert tables(out)["accelerators"][0]["bf16_tflops"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["models", "absent-model"], "no model named 'absent-model'; the nearest in the catalogue: "),
        (["accelerators", "h10"], "no accelerator named 'h10'; the nearest in the catalogue: h100"),
        (["machines", "absent"], "no machine named 'absent'; the catalogue has "),
        (["models", "gpt2", "--accelerator", "x1"], "no accelerator named 'x1'"),
        (["models", "gpt2", "--context", "2000"], "GPT-2 has a context of 1024 tokens; got 2000"),
        (["models", "gpt2", "--dtype", "fp5"], "no number format 'fp5'; give one of fp32, bf16, fp16"),
        (["models", "gpt2", "--headroom", "1"], "headroom must be at least 0 and below 1, got 1.0"),
        (["models", "gpt2", "--prompt", "0"], "a request has at least 1 token each way, got 0 and 128"),
        (
            ["models", "--accelerator", "h100"],
            "these options go with the NAME of a model: isocost catalog models NAME",
        ),
        (["models", "absent.json"], "cannot read absent.json: No such file or directory"),
        (["models", "absent.gguf"], "cannot read the model file absent.gguf: No such file"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(isocost, arguments, sentence):
    status, out, err = isocost(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("isocost: ")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_file_of_another_kind_is_told(isocost, tmp_path):
    path = tmp_path / "x.gguf"
    path.write_bytes(b"no model at all")
    status, _, err = isocost("models", path)
    assert status == 2
    assert "is not a GGUF file; give one that is, or the name of a model" in err
