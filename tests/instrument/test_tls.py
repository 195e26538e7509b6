"""The same stopwatch under TLS."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from doubles.bad_weather import MODELS, Reset, Step, answer, bad_weather, json_reply
from isocost.core.errors import MeasurementError
from isocost.core.load import Load, RequestShape, RunPlan
from isocost.core.observation import Observation, Outcome
from isocost.measurement import Access, Dialect, HttpTarget, open_target, resolve_address
from isocost.measurement.connection import _Tls, find_endpoint, tls_context
from isocost.measurement.reader import Reader
from isocost.measurement.stream import ReaderSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A certificate authority of our own, in a folder, and servers with certificates of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._openssl(
            "req", "-x509", *KEY, "-subj", "/CN=ours", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"
        )

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def server(self, name: str, days: int, *, own: bool = False) -> ssl.SSLContext:
        """Return a server for the alternative name `name`, valid for so many days, signed by us or itself."""
        alternative = ["-subj", "/CN=server", "-addext", f"subjectAltName={name}"]
        if own:
            self._openssl("req", "-x509", *KEY, *alternative, "-keyout", "key.pem", "-out", "server.pem")
        else:
            self._openssl("req", *KEY, *alternative, "-keyout", "key.pem", "-out", "request.pem")
            signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy"]
            self._openssl(
                "x509", "-req", "-in", "request.pem", *signing, "-days", str(days), "-out", "server.pem"
            )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "key.pem")
        return context

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command here to make a certificate with")
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> ssl.SSLContext:
    return authority.server("IP:127.0.0.1", 2, own=True)


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


def test_a_trusted_certificate_is_verified(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with bad_weather(lambda *_: answer(3), authority.server("IP:127.0.0.1", 2)) as weather:
        rows = measure(secure(weather.url), plan(6), insecure=False)
    assert [(row.outcome, row.output_tokens) for row in rows] == [(Outcome.OK, 3)] * 6


@pytest.mark.parametrize(
    ("name", "days", "own", "reason"),
    [
        ("IP:127.0.0.1", -1, False, "certificate has expired"),
        (
            "DNS:example.org",
            2,
            False,
            "IP address mismatch, certificate is not valid for '127.0.0.1'.",
        ),
        ("IP:127.0.0.1", 2, True, "self-signed certificate"),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
def test_a_wrong_certificate_is_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str, days: int, own: bool, reason: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with bad_weather(lambda *_: answer(3), authority.server(name, days, own=own)) as weather:
        url = secure(weather.url)
        with pytest.raises(MeasurementError) as caught:
            open_target(url)
        assert str(caught.value) == (
            f"the certificate of {url} is not trusted ({reason}); correct it, or allow it with --insecure"
        )
        with pytest.raises(MeasurementError, match="no longer answers") as caught:
            measure(url, plan(100), insecure=False)
        assert weather.requests == []  # nothing was sent to whom we do not know
    rows = caught.value.observations
    assert {row.outcome for row in rows} == {Outcome.REFUSED}
    assert all("certificate verify failed" in (row.detail or "") for row in rows)


def test_a_server_that_speaks_no_tls_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # says something else at once, as SSH does
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(MeasurementError) as caught:
            open_target(url)
        assert str(caught.value) == f"{url} does not speak TLS with us (WRONG_VERSION_NUMBER); try http://"
        with pytest.raises(MeasurementError, match="no longer answers") as caught:
            measure(url, plan(100))
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
    assert {row.outcome for row in caught.value.observations} == {Outcome.REFUSED}


def _greet(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"SSH-2.0-OpenSSH_9\r\n")
            connection.recv(65_536)


def test_records_are_read_however_they_come(tls: ssl.SSLContext) -> None:
    """Two records and a goodbye: at once, in halves, and byte by byte."""
    for size in (10_000, 40, 1):
        client = _Tls(tls_context(insecure=True), "127.0.0.1")
        coming, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = tls.wrap_bio(coming, leaving, server_side=True)
        client.handshake(b"")
        done = False
        while not done:
            coming.write(client.outgoing())
            with suppress(ssl.SSLWantReadError):
                server.do_handshake()
            done = client.handshake(leaving.read())
        coming.write(client.outgoing())
        with suppress(ssl.SSLWantReadError):
            server.do_handshake()
        server.write(b"first")
        server.write(b"x" * 20_000)  # more than one record holds
        with suppress(ssl.SSLWantReadError):
            server.unwrap()
        sealed = leaving.read()
        pieces = [client.decrypt(sealed[begin : begin + size]) for begin in range(0, len(sealed), size)]
        assert b"".join(plain for plain, _ in pieces) == b"first" + b"x" * 20_000
        assert [ended for _, ended in pieces] == [False] * (len(pieces) - 1) + [True]


def test_many_connections_are_not_opened_all_at_once(tls: ssl.SSLContext) -> None:
    """Handshakes take time on both sides: of a thousand at once, the last ones would time out waiting."""
    waiting: list[int] = []
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        words = (listener, tls, 150, waiting, kept)
        opening = threading.Thread(target=_shake_hands, args=words, daemon=True)
        opening.start()
        address = resolve_address(f"https://127.0.0.1:{listener.getsockname()[1]}")
        settings = ReaderSettings(
            endpoint=find_endpoint(address, insecure=True), concurrency=150, timeout_s=30.0
        )
        reader = Reader(settings, record=lambda _: None, stop=threading.Event())
        reader.open()
        states = [None if stream.link is None else stream.link.state for stream in reader.streams]
        reader.close()
        opening.join()
    for connection in kept:
        connection.close()
    assert states == ["open"] * 150
    assert waiting == [64, 64, 22]  # 150 in all


def _shake_hands(
    listener: socket.socket,
    tls: ssl.SSLContext,
    count: int,
    waiting: list[int],
    kept: list[socket.socket],
) -> None:
    """Answer handshakes only when no more connections come, and note how many waited until then."""
    while sum(waiting) < count:
        come: list[socket.socket] = []
        with suppress(TimeoutError):
            while True:
                listener.settimeout(0.3 if come else 30.0)
                come.append(listener.accept()[0])
        waiting.append(len(come))
        for connection in come:
            connection.settimeout(30.0)
            kept.append(tls.wrap_socket(connection, server_side=True))


def test_a_server_that_never_shakes_hands_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(MeasurementError, match=r"did not answer within 0\.3 s"):
            open_target(url, access=Access(timeout_s=0.3))
        with pytest.raises(MeasurementError, match="timed out") as caught:
            measure(url, replace(plan(100), request_timeout_s=0.2))
        assert time.monotonic() - start < 10
    assert {row.outcome for row in caught.value.observations} == {Outcome.REFUSED}
