"""Laws of architectures: nothing but a clear error or a model; more of anything never takes less."""

import json
from dataclasses import asdict

from hypothesis import given, settings
from hypothesis import strategies as st

from isocost.architecture import (
    architecture_from_config,
    architecture_from_gguf,
    cache_size,
    count_parameters,
    family_names,
    layout_of,
    least_accelerators,
    memory_need,
    request_operations,
)
from isocost.catalog import accelerator_names, accelerator_profile, model_names, model_profile
from isocost.catalog.tables import shipped_table
from isocost.core.deployment import Architecture
from isocost.core.errors import InputError

MODELS = st.sampled_from(model_names()).map(lambda name: model_profile(name).architecture)
CARDS = st.sampled_from(accelerator_names()).map(accelerator_profile)
ODD = (
    st.none()
    | st.booleans()
    | st.integers(-2, 10**6)
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers())
)
KEYS = sorted(
    {key for row in shipped_table("models.toml").values() for key in row["config"]} - {"model_type"}
)


def outcome(read):
    """Return what was read, or the error's message."""
    try:
        return read()
    except InputError as error:
        return str(error)


@given(st.sampled_from(model_names()), st.dictionaries(st.sampled_from(KEYS), ODD, max_size=3), st.data())
@settings(max_examples=300, deadline=None)
def test_a_spoilt_configuration_is_a_model_or_one_clear_error(name, changes, data):
    config = {**shipped_table("models.toml")[name]["config"], **changes}
    config["model_type"] = data.draw(st.sampled_from([config["model_type"], *family_names()]))
    found = outcome(lambda: architecture_from_config(config, name="m", origin="FILE"))
    if isinstance(found, str):
        assert "\n" not in found
    else:
        assert found.parameters == count_parameters(found).total > 0


@given(
    st.dictionaries(
        st.sampled_from(
            ["token_embd.weight", "output_norm.weight", "blk.0.attn_q.weight", "blk.0.attn_output.weight",
             "blk.0.attn_kv_a_mqa.weight", "blk.0.ffn_down.weight", "blk.0.ffn_gate_inp.weight", "blk.x.y",
             "blk.0.ssm_in.weight", "blk.1.ssm_x.weight", "blk.1.ssm_ba.weight", "position_embd.weight"]
        ),
        st.lists(st.integers(0, 9), max_size=3).map(tuple),
    ),
    st.dictionaries(
        st.sampled_from(
            ["block_count", "embedding_length", "context_length", "attention.head_count", "expert_count",
             "ssm.inner_size", "ssm.time_step_rank", "attention.kv_lora_rank", "attention.sliding_window"]
        ),
        st.integers(-1, 9) | st.none() | st.text(max_size=2) | st.lists(st.integers(0, 3)).map(tuple),
    ),
)  # fmt: skip
@settings(deadline=None)
def test_a_spoilt_header_is_a_model_or_one_clear_error(shapes, facts):
    known = {"general.architecture": "llama", **{f"llama.{key}": value for key, value in facts.items()}}
    found = outcome(lambda: architecture_from_gguf(known, shapes, name="m", origin="FILE"))
    assert not isinstance(found, str) or "\n" not in found


@given(MODELS)
def test_an_architecture_survives_json(architecture):
    assert Architecture.from_mapping(json.loads(json.dumps(asdict(architecture)))) == architecture


@given(MODELS)
def test_no_token_uses_more_than_there_is(architecture):
    count = count_parameters(architecture)
    assert count.multiplied + count.output <= count.active <= count.total
    kinds = {block.feed_forward.kind for block in layout_of(architecture).blocks if block.feed_forward}
    assert (count.active < count.total) == ("experts" in kinds)


@given(MODELS, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_longer_context_never_keeps_less(architecture, one, other):
    size = cache_size(architecture)
    low, high = sorted((one, other))
    assert (
        size.values(low)
        <= size.values(high)
        <= size.values(low) + (high - low) * (size.per_token + sum(values for _, values in size.windowed))
    )


@given(MODELS, st.integers(1, 10**5), st.integers(1, 10**4))
def test_a_request_in_two_steps_takes_no_more_attention_than_in_one(architecture, prompt, output):
    whole = request_operations(architecture, prompt_tokens=prompt, output_tokens=output)
    first = request_operations(architecture, prompt_tokens=prompt, output_tokens=1)
    assert first.attention <= whole.attention
    assert whole.layers * prompt == first.layers * (prompt + output - 1)
    assert whole.vocabulary == output * first.vocabulary


@given(MODELS, CARDS, st.integers(1, 64), st.sampled_from([("bf16", "fp8"), ("fp8", "int4")]))
def test_what_holds_much_holds_less(architecture, card, batch, formats):
    context = min(4096, architecture.context_length)
    wide, narrow = (
        memory_need(architecture, context_tokens=context, batch=batch, weight_format=name) for name in formats
    )
    more, fewer = (least_accelerators(architecture, need, card) for need in (wide, narrow))
    assert more.least >= fewer.least >= 1
    assert more.tensor_parallel is None or more.tensor_parallel >= more.least
    usable = card.memory_gb * 1e9 * 0.9
    assert (more.least - 1) * usable < wide.total_bytes <= more.least * usable * (1 + 1e-12)
