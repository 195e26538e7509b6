"""transformers with torch keeps to the contract of targets, and computes what it is said to compute."""

import threading
from importlib.util import find_spec

import numpy as np
import pytest

from contract.target_contract import TargetContract, carried_out, plan
from isocost.core.load import RequestShape
from isocost.core.observation import Outcome

pytestmark = [
    pytest.mark.transformers,
    pytest.mark.skipif(
        find_spec("torch") is None or find_spec("transformers") is None,
        reason="needs the extra [transformers]: make test-transformers",
    ),
    pytest.mark.filterwarnings("default"),  # what torch warns of while it is imported is its own affair
]

SMALL = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 320,
    "max_position_embeddings": 512,
}
FAMILIES = {
    "llama": {"num_key_value_heads": 2, "intermediate_size": 96, "tie_word_embeddings": True},
    "gpt2": {"intermediate_size": 256},
    "megatron_gpt": {"intermediate_size": 256},
    "qwen3_moe": {
        "num_key_value_heads": 2,
        "head_dim": 16,
        "intermediate_size": 96,
        "moe_intermediate_size": 32,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "decoder_sparse_step": 1,
        "tie_word_embeddings": False,
    },
    "gemma3_text": {
        "num_key_value_heads": 2,
        "head_dim": 16,
        "intermediate_size": 96,
        "sliding_window": 64,
        "eos_token_id": 1,
    },
}


@pytest.fixture(scope="module")
def opened():
    """Build models of a family with random weights; all are closed at the end."""
    from contextlib import ExitStack

    from isocost.architecture import architecture_from_config
    from isocost.engine import TransformersSettings, transformers_stack

    with ExitStack() as open_ones:

        def build(family, **settings):
            config = {**SMALL, **FAMILIES[family], "model_type": family}
            architecture = architecture_from_config(config, name=f"small {family}")
            asked = TransformersSettings(**{"device": "cpu", "threads": 1, **settings})
            return open_ones.enter_context(transformers_stack(architecture, config, settings=asked))

        yield build


@pytest.fixture(scope="module")
def llama(opened):
    return opened("llama")


class TestTransformersTarget(TargetContract):
    @pytest.fixture
    def target(self, llama):
        return llama.target


@pytest.mark.parametrize("family", FAMILIES)
def test_families_answer_with_exact_lengths(opened, family):
    seen, _ = carried_out(opened(family).target, plan(shapes=(RequestShape(100, 40),), indices=(0,)))
    assert len(seen[0].chunk_at_s) == 40  # whatever its configuration says of a last token


def test_the_answer_is_that_of_a_model_without_cache(llama):
    """Greedy tokens of the harness's way of generating, against one whole forward pass a token."""
    import torch

    model = llama.target.stack
    prompt = np.random.default_rng(0).integers(320, size=20).tolist()
    chosen: list[list[int]] = []
    original = model._model.generate

    def listening(**given):
        chosen.append(original(**given)[0].tolist())

    model._model.generate = listening
    try:
        model.answer(prompt, 8, lambda: None)
    finally:
        model._model.generate = original
    expected = list(prompt)
    with torch.no_grad():
        for _ in range(8):
            logits = model._model(input_ids=torch.tensor([expected]), use_cache=False).logits
            expected.append(int(logits[0, -1].argmax()))
    assert chosen == [expected]


def test_weights_are_random_and_those_that_isocost_counts(opened):
    stack = opened("qwen3_moe", precision="BF16")
    weights = list(stack.target.stack._model.parameters())
    assert sum(one.numel() for one in weights) == stack.deployment.parameters
    assert {str(one.dtype) for one in weights} == {"torch.bfloat16"}
    matrices = [one for one in weights if one.dim() > 1]
    assert all(0 < float(one.detach().float().std()) < 1 for one in matrices)


def test_the_deployment_says_what_was_measured(opened):
    import torch
    import transformers

    stack = opened("gpt2", precision="F32", threads=1)
    (pool,) = stack.deployment.pools
    assert (pool.engine, pool.precision, pool.accelerators) == ("transformers", "F32", 1)
    assert pool.engine_version == f"{transformers.__version__} with torch {torch.__version__}"
    assert pool.architecture.vocabulary_size == 320
    assert (stack.facts["threads"], stack.facts["device"]) == ("1", "cpu")
    assert stack.facts["context_length"] == "512"


def test_threads_are_set_for_as_long_as_it_is_open():
    import torch

    from isocost.engine import PRESETS, TransformersSettings, llama_config, transformers_stack

    before = torch.get_num_threads()
    asked = TransformersSettings(device="cpu", threads=before + 1)
    with transformers_stack(PRESETS["tiny"], llama_config(PRESETS["tiny"]), settings=asked):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_a_layer_split_over_two_processes_gives_the_same_answer():
    """Tensor parallel over two processes of this machine: what goes over accelerators goes over gloo here."""
    import torch

    from isocost.engine.transformers_build import load_libraries
    from isocost.engine.transformers_config import config_for_transformers
    from isocost.engine.transformers_group import SplitModel

    libraries = load_libraries()
    config = config_for_transformers({**SMALL, **FAMILIES["llama"], "model_type": "llama"})
    split = SplitModel(libraries, config, precision="F32", device_type="cpu", accelerators=2)
    try:
        weight = split.model.model.layers[0].mlp.gate_proj.weight
        assert weight.shape == (96, 64)
        assert weight.to_local().shape == (48, 64)  # half of the rows each
        ids = torch.arange(20)[None]
        split.tell(ids[0].tolist(), 6)
        answered = split.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=libraries.generation(6)
        )
        shares = {name: _whole(value) for name, value in split.model.state_dict().items()}
    finally:
        split.close()
    assert not torch.distributed.is_initialized()
    known = libraries.transformers.AutoConfig.for_model(**config)
    alone = libraries.transformers.AutoModelForCausalLM.from_config(known)
    alone.load_state_dict(shares)
    expected = alone.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=libraries.generation(6)
    )
    assert answered.tolist() == expected.tolist()


def test_a_split_model_is_measured_until_a_request_is_cut(monkeypatch, opened):
    """On two processes instead of two accelerators; after a cut the other one waits in vain."""
    from isocost.core.errors import MeasurementError
    from isocost.engine import transformers_model

    monkeypatch.setattr(transformers_model, "require_accelerators", lambda *_: 2)
    stack = opened("llama")
    assert (stack.deployment.pools[0].accelerators, stack.deployment.pools[0].tensor_parallel) == (2, 2)
    seen, _ = carried_out(stack.target, plan())
    assert [len(one.chunk_at_s) for one in seen] == [1, 3, 2] * 2
    seen = []
    with pytest.raises(MeasurementError, match=r"^a request was cut, and the processes of the split model"):
        stack.target.measure(
            plan(shapes=(RequestShape(4, 400),), request_timeout_s=0.05),
            record=seen.append,
            stop=threading.Event(),
        )
    assert [one.outcome for one in seen] == [Outcome.TIMED_OUT]


def _whole(value):
    """Put a split weight together: both processes draw the same random numbers for their shares."""
    import torch

    if not hasattr(value, "to_local"):
        return value
    (placement,) = value.placements
    local = value.to_local()
    return torch.cat([local, local], dim=placement.dim) if placement.is_shard() else local


class TestRefusals:
    """What cannot be built ends with one sentence before anything is computed."""

    @staticmethod
    def refused(config, architecture=None, **settings):
        from isocost.architecture import architecture_from_config
        from isocost.core.errors import InputError
        from isocost.engine import TransformersSettings, transformers_stack

        known = architecture or architecture_from_config(config, name="mine")
        asked = TransformersSettings(**{"device": "cpu", **settings})
        with pytest.raises(InputError) as caught, transformers_stack(known, config, settings=asked):
            pass
        return str(caught.value)

    def test_a_family_that_transformers_lacks(self):
        from isocost.engine import PRESETS

        said = self.refused({"model_type": "unheard_of"}, PRESETS["tiny"])
        assert "does not know the family 'unheard_of' of tiny; install a version that does" in said

    def test_another_architecture_than_was_counted(self):
        from isocost.engine import PRESETS, llama_config

        said = self.refused({**llama_config(PRESETS["tiny"]), "num_hidden_layers": 8}, PRESETS["tiny"])
        # a layer of tiny: 384 x (384 + 2 x 128 + 384) + 3 x 384 x 1024 + 2 x 384 = 1,573,632 weights
        assert "transformers builds tiny with 14,162,304 weights and its configuration has 15,735,936" in said

    def test_more_than_fits(self):
        from isocost.catalog import model_config, model_profile

        said = self.refused(model_config("deepseek-v3"), model_profile("deepseek-v3").architecture)
        # 671 billion weights of 4 bytes
        assert "needs 2684." in said
        assert "GB in F32 (weights, and a cache of 2048 tokens) and cpu has" in said

    def test_a_device_that_is_not_there(self):
        from isocost.engine import PRESETS, llama_config

        said = self.refused(llama_config(PRESETS["tiny"]), PRESETS["tiny"], device="cuda:99")
        assert said.startswith("no device 'cuda:99' for torch on this machine; give one of cpu")


def test_most_of_the_catalogue_is_built_with_the_weights_that_isocost_counts():
    """Every model of the catalogue, made without memory for its weights."""
    import torch
    import transformers

    from isocost.catalog import model_config, model_names, model_profile
    from isocost.engine.transformers_config import config_for_transformers

    off = {}
    for name in model_names():
        config = config_for_transformers(model_config(name))
        family = config.pop("model_type")
        with torch.device("meta"):
            known = transformers.AutoConfig.for_model(family, **config)
            model = transformers.AutoModelForCausalLM.from_config(known)
        counted = sum(weight.numel() for weight in model.parameters())
        share = counted / model_profile(name).architecture.parameters - 1
        if share:
            off[name] = share
    # router biases are buffers in transformers, and weights in the checkpoints that isocost counts
    assert all(-1e-6 < share < 0 for share in off.values()), off
    assert len(off) < 12
