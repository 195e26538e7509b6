"""Number format, device, threads, and whether a model fits; torch is a double here."""

from types import SimpleNamespace

import pytest

from isocost.core.errors import InputError, MissingExtraError
from isocost.engine import PRESETS, TransformersSettings, llama_config, transformers_stack
from isocost.engine import transformers_build as build_module
from isocost.engine import transformers_settings as settings_module
from isocost.engine.transformers_settings import require_accelerators, require_room, resolved_device


def torch_with(accelerators, free_bytes=0):
    """Torch as far as devices go."""
    cuda = SimpleNamespace(
        is_available=lambda: accelerators > 0,
        device_count=lambda: accelerators,
        mem_get_info=lambda device: (free_bytes, 10**12),
    )

    def device(kind, index=None):
        name, _, number = kind.partition(":")
        return SimpleNamespace(type=name, index=int(number) if number else index)

    return SimpleNamespace(cuda=cuda, device=device)


@pytest.mark.parametrize(
    ("accelerators", "asked", "expected"),
    [
        (0, None, ("cpu", None)),
        (2, None, ("cuda", 0)),
        (2, "cuda", ("cuda", 0)),
        (2, "cuda:1", ("cuda", 1)),
        (2, "cpu", ("cpu", None)),
    ],
)
def test_the_device_is_an_accelerator_where_there_is_one(accelerators, asked, expected):
    found = resolved_device(torch_with(accelerators), asked)
    assert (found.type, found.index) == expected


@pytest.mark.parametrize(
    ("accelerators", "asked", "known"),
    [(0, "cuda", "cpu"), (1, "cuda:1", "cpu, cuda, cuda:0"), (1, "tpu", "cpu, cuda, cuda:0")],
)
def test_a_device_that_is_not_there(accelerators, asked, known):
    with pytest.raises(InputError) as caught:
        resolved_device(torch_with(accelerators), asked)
    assert str(caught.value) == f"no device {asked!r} for torch on this machine; give one of {known}"


def test_the_number_format_follows_the_device_unless_it_is_given():
    assert TransformersSettings().precision_on("cpu") == "F32"
    assert TransformersSettings().precision_on("cuda") == "BF16"
    assert TransformersSettings(precision="F16").precision_on("cpu") == "F16"


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (8, 7)])
def test_threads_are_as_many_as_of_the_embedded_engine(monkeypatch, cores, threads):
    monkeypatch.setattr(settings_module, "available_cores", lambda: cores)
    assert TransformersSettings().thread_count == threads


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"precision": "F8"}, "precision must be one of F32, BF16, F16, got 'F8'"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
        ({"accelerators": 0}, "accelerators must be at least 1, got 0"),
    ],
)
def test_settings_out_of_range(wrong, sentence):
    with pytest.raises(InputError) as caught:
        TransformersSettings(**wrong)
    assert str(caught.value) == sentence


def test_a_model_larger_than_the_free_memory_is_refused():
    tiny = PRESETS["tiny"]
    device = SimpleNamespace(type="cuda")
    # 15,735,936 weights of 4 bytes, and 2,048 tokens x 9 layers x 2 x 2 heads x 64 values of 4 bytes
    need = 15_735_936 * 4 + 2048 * 9 * 2 * 2 * 64 * 4
    require_room(torch_with(1, need), tiny, "F32", device)
    with pytest.raises(InputError, match=r"^tiny needs 0\.1 GB in F32 .* has 0\.1 GB free; take a smaller"):
        require_room(torch_with(1, need - 1), tiny, "F32", device)
    require_room(torch_with(1, need // 2), tiny, "F16", device)


def test_a_split_model_may_be_as_large_as_all_accelerators_together():
    tiny, device = PRESETS["tiny"], SimpleNamespace(type="cuda")
    need = 15_735_936 * 2 + 2048 * 9 * 2 * 2 * 64 * 2
    require_room(torch_with(2, need // 2), tiny, "BF16", device, 2)
    with pytest.raises(InputError, match=r"has 0\.0 GB free, 2 times; take a smaller model"):
        require_room(torch_with(2, need // 2 - 1), tiny, "BF16", device, 2)


@pytest.mark.parametrize(
    ("there", "device", "asked", "seen"),
    [(0, "cpu", None, 0), (1, "cuda", None, 1), (2, "cuda", "cuda:0", 2)],
)
def test_a_layer_is_split_over_the_first_accelerators_that_are_there(there, device, asked, seen):
    settings = TransformersSettings(accelerators=2, device=asked)
    with pytest.raises(InputError) as caught:
        require_accelerators(torch_with(there), settings, SimpleNamespace(type=device))
    assert str(caught.value).startswith("a layer cannot be split over 2 accelerators: ")
    assert str(caught.value).endswith(f"torch sees {seen}; leave --device out and give as many as there are")
    free = TransformersSettings(accelerators=2)
    assert require_accelerators(torch_with(2), free, SimpleNamespace(type="cuda")) == 2
    alone = TransformersSettings(device=asked)
    assert require_accelerators(torch_with(there), alone, SimpleNamespace(type=device)) == 1


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(build_module, "find_spec", lambda name: None)
    tiny = PRESETS["tiny"]
    with pytest.raises(MissingExtraError) as caught, transformers_stack(tiny, llama_config(tiny)):
        pass
    assert str(caught.value) == (
        "transformers in this process needs the extra [transformers]: pip install 'isocost[transformers]'"
    )
