"""Every reader of a user's file opens it alike, and says alike what does not go."""

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_lengths, read_times, read_units, text_file


@pytest.fixture
def readers():
    return {
        "times": read_times,
        "units": lambda path: read_units(path, inputs=["a"], outputs=["b"]),
        "lengths": read_lengths,
    }


@pytest.mark.parametrize("name", ["times", "units", "lengths"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot read {}: No such file or directory"),
        (b"a,b\n\xff\xfe,1\n", "{} is not UTF-8 text"),
        (
            b'model,prompt_tokens,output_tokens,runtime_s,name,a,b\n"1,2\n',
            "{}, line 2: no CSV: unexpected end of data",
        ),
    ],
)
def test_what_cannot_be_read_is_said_alike(readers, tmp_path, name, content, sentence):
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as told:
        readers[name](path)
    assert str(told.value) == sentence.format(path)


def test_very_large_files_are_not_begun(tmp_path, monkeypatch, readers):
    path = tmp_path / "large.csv"
    path.write_text("a,b\n" + "1,2\n" * 600_000)
    monkeypatch.setattr(text_file, "_LARGEST_FILE", 1 << 20)
    for read in readers.values():
        with pytest.raises(InputError) as told:
            read(path)
        assert str(told.value) == f"{path} is larger than 1 MiB; give a part of it"


def test_lengths_may_lack_a_field(tmp_path):
    path = tmp_path / "lengths.csv"
    path.write_text("isl,osl\n5,3\n\n7\n")
    with pytest.raises(InputError) as told:
        read_lengths(path)
    assert str(told.value) == f"{path}, line 4: osl must be a whole number of at least 1, got None"
