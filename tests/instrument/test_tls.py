"""The same stopwatch under TLS."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import MODELS, Reset, Step, answer, bad_weather, json_reply
from isocost.core.errors import MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Access, Dialect, HttpTarget, open_target, resolve_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command here to make a certificate with")
    folder: Path = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def measure(url: str, plan: RunPlan, *, insecure: bool = True) -> list[Observation]:
    rows: list[Observation] = []
    target = HttpTarget(address=resolve_address(url), dialect=Dialect(model="m"), insecure=insecure)
    target.measure(plan, record=rows.append, stop=threading.Event())
    return rows


def plan(requests: int, *, prompt: int = 4) -> RunPlan:
    return RunPlan(
        load=Load(concurrency=3),
        shapes=(RequestShape(prompt, 3),),
        indices=tuple(range(requests)),
        request_timeout_s=10,
    )


def secure(url: str) -> str:
    return url.replace("http://", "https://")


def test_streams_under_tls(tls: ssl.SSLContext) -> None:
    with bad_weather(lambda *_: answer(3), tls) as weather:
        rows = measure(secure(weather.url), plan(12))
        assert len(weather.requests) == 12
    assert [(row.outcome, len(row.chunk_at_s), row.output_tokens) for row in rows] == [
        (Outcome.OK, 3, 3)
    ] * 12


def test_large_prompts_under_tls(tls: ssl.SSLContext) -> None:
    with bad_weather(lambda *_: answer(3), tls) as weather:
        rows = measure(secure(weather.url), plan(3, prompt=300_000))
        assert [len(body["prompt"].split()) for _, _, body in weather.requests] == [300_000] * 3
    assert [row.outcome for row in rows] == [Outcome.OK] * 3


def test_a_break_under_tls_stays_alone(tls: ssl.SSLContext) -> None:
    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        return [*answer(3)[:2], Reset()] if number == 1 else answer(3)

    with bad_weather(script, tls) as weather:
        rows = measure(secure(weather.url), plan(8))
    assert sorted(row.outcome for row in rows) == [Outcome.CUT_OFF, *[Outcome.OK] * 7]


def test_an_untrusted_certificate_is_refused(tls: ssl.SSLContext) -> None:
    with bad_weather(lambda *_: json_reply("200 OK", MODELS), tls) as weather:
        with pytest.raises(MeasurementError) as caught:
            open_target(secure(weather.url))
        assert str(caught.value) == (
            f"the certificate of {secure(weather.url)} is not trusted (self-signed certificate); "
            "correct it, or allow it with --insecure"
        )
        with pytest.raises(MeasurementError, match=r"no longer answers .*certificate"):
            measure(secure(weather.url), plan(100), insecure=False)


def test_insecure_is_recorded(tls: ssl.SSLContext) -> None:
    def script(number: int, path: str, body: Any) -> Sequence[Step]:
        return json_reply("200 OK", MODELS) if path == "/v1/models" else answer(1)

    with bad_weather(script, tls) as weather:
        target = open_target(secure(weather.url), access=Access(insecure=True))
    assert target.facts["tls"] == "certificate not verified"
