"""What we write is read back by the format's own library; what we cannot serve is refused."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from isocost.architecture import LlamaDimensions
from isocost.core.errors import InputError
from isocost.engine.gguf_file import cache_folder, cached_model, write_model
from isocost.engine.gguf_header import read_gguf_header
from isocost.engine.model_file import read_model_file
from isocost.engine.presets import custom

gguf = pytest.importorskip("gguf", reason="the extra [engine] is not installed")
pytestmark = pytest.mark.engine

DIMENSIONS = {
    "layers": 2,
    "hidden_size": 64,
    "heads": 2,
    "kv_heads": 1,
    "head_size": 32,
    "intermediate_size": 96,
    "vocabulary_size": 300,
}
SMALLEST = custom(LlamaDimensions(**DIMENSIONS), name="smallest", context_length=128)
UNTIED = custom(LlamaDimensions(**DIMENSIONS, tied_embeddings=False), name="untied")


@pytest.mark.parametrize("precision", ["F16", "Q8_0"])
@pytest.mark.parametrize("architecture", [SMALLEST, UNTIED], ids=["tied", "untied"])
def test_the_library_reads_back_every_weight(tmp_path: Path, precision: str, architecture: object) -> None:
    path = tmp_path / "model.gguf"
    write_model(path, architecture, precision=precision)
    reader = gguf.GGUFReader(path)
    assert sum(int(tensor.n_elements) for tensor in reader.tensors) == architecture.parameters
    kinds = {tensor.tensor_type.name for tensor in reader.tensors if len(tensor.shape) > 1}
    assert kinds == {precision}
    assert reader.fields["general.architecture"].contents() == "llama"
    assert len(reader.fields["tokenizer.ggml.tokens"].data) == 300


@pytest.mark.parametrize("precision", ["F16", "Q8_0"])
def test_our_header_reader_agrees_with_the_library(tmp_path: Path, precision: str) -> None:
    path = tmp_path / "model.gguf"
    write_model(path, SMALLEST, precision=precision)
    header, reader = read_gguf_header(path), gguf.GGUFReader(path)
    theirs = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    ours = {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in header.facts.items()}
    assert ours == theirs
    assert [(tensor.name, list(tensor.shape), tensor.type) for tensor in header.tensors] == [
        (tensor.name, tensor.shape.tolist(), tensor.tensor_type.name) for tensor in reader.tensors
    ]


@pytest.mark.parametrize("architecture", [SMALLEST, UNTIED], ids=["tied", "untied"])
def test_the_header_gives_the_architecture_back(tmp_path: Path, architecture: object) -> None:
    path = tmp_path / "model.gguf"
    write_model(path, architecture, precision="Q8_0")
    file = read_model_file(path, name=architecture.name)
    assert file.architecture == architecture
    assert file.precision == "Q8_0"
    assert len(file.vocabulary) == 300


def test_weights_depend_on_the_seed_alone(tmp_path: Path) -> None:
    files = []
    for number, seed in enumerate((1, 1, 2)):
        files.append(tmp_path / f"{number}.gguf")
        write_model(files[-1], SMALLEST, seed=seed)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes() != files[2].read_bytes()
    weights = gguf.GGUFReader(files[0]).tensors[0].data.astype(np.float64)
    # 300 x 64 = 19,200 draws: the standard deviation of 0.02 is known to 0.02 / sqrt(2 x 19,200) = 0.0001.
    assert weights.std() == pytest.approx(0.02, abs=0.0005)


def test_the_cache_writes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = cached_model(SMALLEST)
    written_at = path.stat().st_mtime_ns
    assert path.parent == tmp_path / "isocost"
    assert cached_model(SMALLEST) == path
    assert path.stat().st_mtime_ns == written_at
    assert cached_model(SMALLEST, precision="Q8_0") != path
    assert cached_model(SMALLEST, seed=1) != path
    assert not list(path.parent.glob("*.part"))


def test_the_cache_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_folder({}) == Path("/home/someone/.cache/isocost")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == Path("/home/someone/.cache/isocost")


def test_an_unusable_cache_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "isocost").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(
        InputError, match=r"^cannot write the model file .*: File exists; free some space there or set XDG_"
    ):
        cached_model(SMALLEST)


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(InputError, match=r"^precision must be one of F16, Q8_0, got 'BF16'$"):
        cached_model(SMALLEST, precision="BF16")


def write_odd(
    path: Path, *, family: str = "llama", vocabulary: str = "gpt2", kind: str = "F32", layers: int = 1
) -> Path:
    writer = gguf.GGUFWriter(path, family)
    writer.add_block_count(layers)
    writer.add_embedding_length(64)
    writer.add_head_count(2)
    writer.add_feed_forward_length(64)
    writer.add_tokenizer_model(vocabulary)
    writer.add_token_list(["a"])
    weights = np.zeros((4, 64), dtype=np.float32)
    number = gguf.GGMLQuantizationType[kind]
    writer.add_tensor("token_embd.weight", gguf.quants.quantize(weights, number), raw_dtype=number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_model_file(path)
    return str(caught.value).replace(str(path), "FILE")


def test_bf16_is_refused(tmp_path: Path) -> None:
    assert refusal(write_odd(tmp_path / "odd.gguf", kind="BF16")) == (
        "FILE holds BF16 weights, which the embedded engine cannot load; convert it to F16 or Q8_0"
    )


def test_another_family_is_refused(tmp_path: Path) -> None:
    assert refusal(write_odd(tmp_path / "odd.gguf", family="mamba")) == (
        "FILE holds a model of the family 'mamba'; the embedded engine serves llama, qwen2, qwen3"
    )


def test_another_vocabulary_is_refused(tmp_path: Path) -> None:
    assert refusal(write_odd(tmp_path / "odd.gguf", vocabulary="llama")) == (
        "FILE has a vocabulary of kind 'llama'; the embedded engine reads byte-level ones ('gpt2')"
    )


def test_a_dimension_of_zero_is_refused(tmp_path: Path) -> None:
    assert refusal(write_odd(tmp_path / "odd.gguf", layers=0)) == (
        "FILE does not tell its block_count as a whole number above 0, got 0"
    )


def test_no_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.gguf") == "cannot read the model file FILE: No such file or directory"


def test_what_is_no_gguf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.gguf"
    path.write_text("hello, I am a text")
    assert refusal(path) == "FILE is not a GGUF file; give one that is, or the name of a model"


def test_an_old_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 1, 0, 0))
    assert refusal(path) == "FILE has GGUF version 1; this engine reads versions 2 and 3"


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.01, 0.05, 0.999])
def test_a_cut_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.gguf"
    write_model(path, SMALLEST)
    os.truncate(path, int(path.stat().st_size * share))
    assert refusal(path).startswith("FILE is ")


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<Q", 1 << 60),  # a key longer than any file
        struct.pack("<Q1sI", 1, b"a", 77),  # a value of unknown type
        struct.pack("<Q1sIIQ", 1, b"a", 9, 4, 1 << 60),  # a list longer than any file
        struct.pack("<Q1sI", 1, b"a", 9) + struct.pack("<IQ", 9, 1) * 20_000,  # lists of lists of lists
    ],
)
def test_lying_lengths_are_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "liar.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + body)
    assert refusal(path) == (
        "FILE is damaged or not a complete GGUF file; fetch it again, or give another model"
    )
