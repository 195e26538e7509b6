"""Who answers is checked; where that is switched off, everybody is told."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import MODELS, answer, bad_weather, json_reply
from doubles.canary import CANARY
from doubles.hostile_study import run
from isocost.core.errors import MeasurementError
from isocost.measurement import Access, open_target

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command here to make a certificate with")
    folder: Path = tmp_path_factory.mktemp("trust")
    made = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=test",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run([openssl, "req", *made, *files], check=True, capture_output=True)
    return folder / "certificate.pem"


@pytest.fixture
def server(certificate: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def script(number: int, path: str, body: Any) -> Any:
        if path.endswith("/models"):
            return json_reply("200 OK", MODELS)
        return answer(body["max_tokens"]) if path.endswith("completions") else json_reply("404 No", {})

    with bad_weather(script, context) as running:
        yield running


def secure(url: str) -> str:
    return url.replace("http://", "https://")


def test_an_unknown_certificate_gets_neither_request_nor_key(server: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("OUR_CANARY", CANARY)
    with pytest.raises(MeasurementError, match=r"is not trusted .*; correct it, or allow it"):
        open_target(secure(server.url), access=Access(api_key_env="OUR_CANARY"))
    assert server.requests == []


def test_a_certificate_that_is_named_is_trusted(server: Any, certificate: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert "tls" not in open_target(secure(server.url)).facts
    with pytest.raises(
        MeasurementError, match="is not trusted"
    ):  # the same server under a name that it has not
        open_target(secure(server.url).replace("127.0.0.1", "localhost"))


def test_insecure_is_loud_and_recorded(server: Any, tmp_path: Path, capsys: Any) -> None:
    study, address = tmp_path / "study", f"{secure(server.url)}/v1"
    sizes = ["--isl", 4, "--osl", 3, "--num-requests", 8, "--repeats", 1, "--concurrency", 1]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert run("measure", "load", address, "--out", study, "-q", "--insecure", *sizes) == 0
    told = (
        f"the TLS certificate of {address} is not checked: anybody on the way may be the server, read along"
    )
    assert f"isocost: warning: {told}" in capsys.readouterr().err
    assert "insecure: true" in (study / "study.yaml").read_text()
    assert run("report", study, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    doubts = {each["code"]: each["text"] for each in found["warnings"]}
    assert doubts["tls-not-verified"].startswith(f"measured with --insecure: {told}")
    assert found["provenance"][0]["facts"]["tls"] == "certificate not verified"
    assert run("report", study) == 0
    assert "measured with --insecure" in " ".join(capsys.readouterr().out.split())
    assert "measured with --insecure" in (study / "report.html").read_text().lower()
