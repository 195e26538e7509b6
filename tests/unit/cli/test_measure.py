"""From flags to the stage that is entered into a study."""

import pytest

from isocost.cli import options
from isocost.cli.targets import EndpointOptions, StackOptions, parse_target, stage_names
from isocost.core.errors import InputError
from isocost.journal import EngineSpec, TransformersSpec


def target(url, endpoint_type=None):
    return parse_target(url, EndpointOptions(endpoint_type=endpoint_type), StackOptions())


@pytest.mark.parametrize(
    ("url", "given", "expected"),
    [
        ("http://host:8000", None, "completions"),
        ("http://host:8000/v1/chat/completions", None, "chat"),
        ("http://host:8000/v1/completions", None, "completions"),
        ("http://host:8000/v1/completions", "chat", "chat"),  # a flag says it more plainly than a path
    ],
)
def test_the_path_of_the_url_says_which_endpoint_is_measured(url, given, expected):
    asked = target(url, given)
    assert (asked.url, asked.endpoint_type) == ("http://host:8000/v1", expected)


def test_a_type_against_the_path_of_the_url_says_which_one_counts(capsys):
    assert (
        target("http://name:word@host:8000/api/v1/chat/completions", "responses").endpoint_type == "responses"
    )
    said = capsys.readouterr()
    assert said.err == (
        "isocost: the path of http://host:8000/api/v1/chat/completions is that of chat, but --endpoint-type "
        "responses counts: requests go to /api/v1/responses\n"
    )
    assert said.out == ""
    target("http://host:8000/v1/chat/completions", "chat")
    target("http://host:8000/v1", "chat")
    assert capsys.readouterr().err == ""


def test_a_password_in_the_url_is_not_written_into_the_study():
    assert target("https://name:word@host.example/v1").url == "https://host.example/v1"


def test_an_unknown_endpoint_type_is_refused():
    with pytest.raises(
        InputError, match=r"^--endpoint-type must be completions, chat or responses, got 'embeddings'$"
    ):
        options.parse_endpoint_type("embeddings")


def test_a_stack_on_this_machine_is_named_by_its_kind_and_model():
    given = StackOptions(precision="f16", threads=2)
    assert parse_target("engine:tiny", EndpointOptions(), given).engine == EngineSpec(
        model="tiny", precision="F16", threads=2
    )
    assert parse_target("transformers:qwen3-8b", EndpointOptions(), given).transformers == TransformersSpec(
        model="qwen3-8b", precision="F16", threads=2
    )


def test_a_host_may_be_called_like_a_stack():
    assert (
        parse_target("http://engine:8000", EndpointOptions(), StackOptions()).url == "http://engine:8000/v1"
    )
    with pytest.raises(InputError, match="an address starts with http"):
        parse_target("engine:8000/v1", EndpointOptions(), StackOptions())


def test_a_configuration_is_kept_by_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    for text in ("config.json", "."):
        asked = parse_target(f"transformers:{text}", EndpointOptions(), StackOptions())
        assert asked.transformers.model == str(tmp_path / text)


@pytest.mark.parametrize(
    ("text", "endpoint", "stack", "sentence"),
    [
        (
            "engine:",
            {},
            {},
            "engine: names no model; give one, such as engine:tiny",
        ),
        (
            "engine:tiny",
            {"api_key_env": "KEY"},
            {},
            "--api-key-env belongs to an address, and engine:tiny is a stack on this machine; leave it out",
        ),
        (
            "transformers:tiny",
            {"insecure": True},
            {},
            "--insecure belongs to an address, and transformers:tiny is a stack on this machine; "
            "leave it out",
        ),
        (
            "http://host",
            {},
            {"precision": "F16"},
            "--precision belongs to engine:MODEL or transformers:MODEL, and http://host is an endpoint; "
            "leave it out",
        ),
        (
            "engine:tiny",
            {},
            {"device": "cuda"},
            "--device cuda: the embedded engine runs on the processor; leave it out",
        ),
        (
            "engine:tiny",
            {},
            {"accelerators": 2},
            "--accelerators 2: the embedded engine runs on the processor; leave it out",
        ),
        (
            "engine:tiny",
            {},
            {"precision": "BF16"},
            "--precision of engine: must be F16 or Q8_0, got 'BF16'",
        ),
        (
            "transformers:tiny",
            {},
            {"precision": "Q8_0"},
            "--precision of transformers: must be F32 or BF16 or F16, got 'Q8_0'",
        ),
        ("transformers:tiny", {}, {"threads": 0}, "--threads must be at least 1, got 0"),
    ],
)
def test_options_that_a_target_does_not_take(text, endpoint, stack, sentence):
    with pytest.raises(InputError) as caught:
        parse_target(text, EndpointOptions(**endpoint), StackOptions(**stack))
    assert str(caught.value) == sentence


def test_several_targets_have_a_stage_each():
    assert stage_names(["engine:tiny"], "runtime", "mine") == ("runtime",)
    assert stage_names(["engine:a", "engine:b"], "r", None) == ("r engine:a", "r engine:b")
    with pytest.raises(InputError) as caught:
        stage_names(["engine:a", "engine:b"], "r", "mine")
    assert str(caught.value) == (
        "--deployment mine would call 2 targets the same; leave it out or measure them one by one"
    )
    with pytest.raises(InputError, match=r"^engine:a is given twice; give each target once, and --repeats"):
        stage_names(["engine:a", "engine:a"], "r", None)
