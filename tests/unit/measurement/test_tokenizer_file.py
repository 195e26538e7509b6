"""Prompts by a tokenizer of one's own: exactly as long as asked, template and all."""

from __future__ import annotations

import json
import re
import threading
import zlib
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.bad_weather import END, MODELS, STREAM, bad_weather, chunk, event, json_reply, usage
from isocost.core.errors import InputError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.prefix import SharedPrefix
from isocost.measurement import PromptRules, TextPrompts, open_target
from isocost.measurement.prompts import WORDS
from isocost.measurement.tokenizer_file import FileTokenizer, read_tokenizer, words_of

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


class Pieces:
    """An encoder by rule: special tokens, known words with the space before them, else single characters."""

    def __init__(self, known: set[str], lead: int = 0) -> None:
        self.known, self.lead = known, lead

    def encode(self, text: str, *, add_special_tokens: bool) -> Any:
        found = re.findall(r"<\|\w+\|>|<s>| \w+|.", text)
        tokens = [each for part in found for each in ([part] if self._is_one(part) else part)]
        special = ["<s>"] if add_special_tokens else []
        lead = [0] * self.lead
        return SimpleNamespace(ids=lead + [zlib.crc32(each.encode()) for each in (*special, *tokens)])

    def _is_one(self, part: str) -> bool:
        return part.startswith("<") or part.strip() in self.known


def tokenizer(known: set[str] | None = None, template: str | None = TEMPLATE, lead: int = 0) -> FileTokenizer:
    encoder = Pieces(set(WORDS) if known is None else known, lead)
    return FileTokenizer(name="t.json", encoder=encoder, template=template, tokens={"bos_token": "<s>"})


def test_only_words_of_one_token_are_used():
    known = set(WORDS[::3])
    assert set(words_of(tokenizer(known))) == known


def test_too_few_such_words_are_refused():
    with pytest.raises(InputError, match=r"^t\.json makes several tokens of most plain English words"):
        words_of(tokenizer(set(WORDS[:5])))


def test_what_a_server_adds_is_counted():
    given_ = tokenizer()
    words = words_of(given_)
    assert given_.added_tokens(words, chat=False) == 1  # <s>
    assert given_.added_tokens(words, chat=True) == 4  # <s> <|user|> ... <|end|> <|assistant|>
    assert tokenizer(template=None).added_tokens(words, chat=True) is None


@pytest.mark.parametrize(
    "template", ["{{ messages[9]['content'] }}", "{% for %}", "{{ raise_exception('no') }}"]
)
def test_a_template_that_cannot_be_rendered_is_told(template):
    pytest.importorskip("jinja2", reason="needs the extra [tokenizers]")
    with pytest.raises(InputError, match=r"^the chat template beside t\.json cannot be rendered"):
        tokenizer(template=template).added_tokens(WORDS, chat=True)


@given(n=st.integers(6, 700), seed=st.integers(0, 99), index=st.integers(0, 99), lead=st.sampled_from([0, 1]),
       shared=st.integers(1, 900), chat=st.booleans())  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_every_prompt_has_exactly_as_many_tokens_as_asked(n, seed, index, lead, shared, chat):
    given_ = tokenizer(lead=lead)
    words = words_of(given_)
    added = given_.added_tokens(words, chat=chat)
    source = TextPrompts(words=words, overhead_tokens=added, method="tokenizer file")
    parts = SharedPrefix(tokens=shared, groups=2).parts(index, n)
    text = source.prompt(n, seed=seed, index=index, parts=parts)
    # counted as a server would: the whole message through the encoder, not word by word
    whole = f"<s><|user|>{text}<|end|><|assistant|>" if chat else text
    assert len(given_.ids(whole, special=not chat)) == n
    assert source.counted(n) == n


@pytest.fixture
def files(tmp_path):
    """A small tokenizer by the real library, with a chat template beside it."""
    library = pytest.importorskip("tokenizers", reason="needs the extra [tokenizers]")
    vocabulary = {"[UNK]": 0, "<s>": 1, "<|user|>": 2, "<|end|>": 3, "<|assistant|>": 4}
    vocabulary |= {f"Ġ{word}": 5 + place for place, word in enumerate(WORDS[:-10])}
    made = library.Tokenizer(library.models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a token of text
    made.pre_tokenizer = library.pre_tokenizers.Sequence(
        [
            library.pre_tokenizers.Split(library.Regex(r"<\|\w+\|>|<s>| \w+"), "isolated"),
            library.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.add_special_tokens(["<s>", "<|user|>", "<|end|>", "<|assistant|>"])
    made.post_processor = library.processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    made.save(str(tmp_path / "tokenizer.json"))
    config = {"bos_token": {"content": "<s>"}, "chat_template": TEMPLATE}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    return tmp_path


def test_a_file_is_read_with_the_template_beside_it(files):
    found = read_tokenizer(files / "tokenizer.json")
    assert found.template == TEMPLATE
    assert read_tokenizer(files).tokens == {"bos_token": "<s>"}
    words = words_of(found)
    assert set(words) == set(WORDS[:-10])
    assert found.added_tokens(words, chat=True) == 4
    assert found.added_tokens(words, chat=False) == 1


def test_what_is_no_tokenizer_is_refused(tmp_path):
    pytest.importorskip("tokenizers", reason="needs the extra [tokenizers]")
    with pytest.raises(
        InputError, match=r"^there is no tokenizer at .*/tokenizer\.json; give a tokenizer\.json"
    ):
        read_tokenizer(tmp_path)
    broken = tmp_path / "tokenizer.json"
    broken.write_text('{"model": 3}')
    with pytest.raises(InputError, match=r"tokenizer\.json is no tokenizer that can be read"):
        read_tokenizer(broken)


def served(count):
    """A chat server that counts the tokens of a message by `count`; what it was asked is kept."""

    def script(number, path, body):
        if path.endswith("/models"):
            return json_reply("200 OK", MODELS)
        if body is None or "tokenize" in path:
            return json_reply("404 Not Found", {"error": {"message": "no such page"}})
        said = {"choices": [{"index": 0, "delta": {"content": " a"}, "finish_reason": "length"}]}
        told = count(body["messages"][0]["content"])
        tail = chunk(b"data: [DONE]\n\n") + END
        return [STREAM, chunk(event(said)) + (usage(told, 1) if told else b"") + tail]

    return bad_weather(script)


@pytest.mark.parametrize("told", [True, False])
def test_a_chat_server_gets_prompts_of_exactly_the_asked_length(files, told):
    found = read_tokenizer(files)

    def count(content):
        return len(found.ids(f"<s><|user|>{content}<|end|><|assistant|>")) if told else None

    with served(count) as weather:
        target = open_target(weather.url, "m", endpoint_type="chat", prompts=PromptRules(tokenizer=files))
        assert target.facts["prompts"] == "tokenizer file"
        shapes = tuple(RequestShape(n, 1) for n in (5, 6, 40, 333))
        plan = RunPlan(load=Load(concurrency=1), shapes=shapes, indices=(0, 1, 2, 3))
        rows = []
        target.measure(plan, record=rows.append, stop=threading.Event())
        texts = [body["messages"][0]["content"] for _, _, body in weather.requests if body][-4:]
    assert [len(found.ids(f"<s><|user|>{text}<|end|><|assistant|>")) for text in texts] == [5, 6, 40, 333]
    assert [row.input_tokens for row in rows] == [5, 6, 40, 333]


def test_a_server_that_counts_otherwise_has_another_tokenizer(files):
    with (
        served(lambda content: 2 * len(content.split()) + 4) as weather,
        pytest.raises(
            InputError, match="is not the server's: it makes 32 tokens of 32 words, and the server counts 64"
        ),
    ):
        open_target(weather.url, "m", endpoint_type="chat", prompts=PromptRules(tokenizer=files))


def test_without_template_and_usage_the_length_is_not_known(files):
    (files / "tokenizer_config.json").unlink()
    with (
        served(lambda content: None) as weather,
        pytest.raises(InputError, match="has no chat template beside it and the server counts no tokens"),
    ):
        open_target(weather.url, "m", endpoint_type="chat", prompts=PromptRules(tokenizer=files))
