"""Plain blocking requests, for all that is not timed."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isocost.core.errors import MeasurementError
from isocost.measurement.answer import one_line
from isocost.measurement.blotting import blot_out
from isocost.measurement.connection import tls_context
from isocost.measurement.dialect import read_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isocost.measurement.address import Address
    from isocost.measurement.untimed_budget import UntimedBudget

__all__ = ["PlainClient", "Reply"]

_LONGEST_BODY = 8_388_608
_LONGEST_EXPLANATION = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Parameters
    ----------
    status : int
    content_type : str
        Lower case, without parameters.
    body : bytes
    server : str or None
        What the server calls itself.
    explanation : str
        One line for people, made safe to show.
    retry_after_s : float or None
        After how many seconds the server wants to be asked again; ``None`` where it does not say.
    """

    status: int
    content_type: str
    body: bytes = field(repr=False)
    server: str | None
    explanation: str
    retry_after_s: float | None = None

    @property
    def document(self) -> Any:  # noqa: ANN401 - whatever JSON the server sent
        """The body as JSON; ``None`` if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainClient:
    """Asks an endpoint without haste; redirects are not followed.

    Parameters
    ----------
    address : Address
    headers : mapping of str to str
        Credentials among them; never shown.
    hide : tuple of str
        Words that must not stand in any message.
    insecure : bool
        Do not verify TLS.
    timeout_s : float
        Longest time until the whole reply is there, however slowly it comes.
    budget : UntimedBudget or None
        Asked before each request for an answer.
    longest_body : int
        Bytes of a body that are read at most.
    """

    address: Address
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    hide: tuple[str, ...] = field(default=(), repr=False)
    insecure: bool = False
    timeout_s: float = 60.0
    budget: UntimedBudget | None = None
    longest_body: int = _LONGEST_BODY

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Send one request and return the reply, whatever its status.

        Raises
        ------
        BudgetError
            If the budget does not allow it; nothing is sent.
        MeasurementError
            If no reply came: no server, no such host, TLS, silence, no HTTP.
        """
        if self.budget is None or body is None:
            return self._ask(method, path, body)
        reserved = self.budget.reserve(path, body)
        reply = self._ask(method, path, body)
        self.budget.settle(reserved, reply.status, reply.body)
        return reply

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        connection = self._connection()
        where = f"{self.address.scheme}://{self.address.authority}"
        try:
            content = None if body is None else json.dumps(body).encode()
            sent = {"Content-Type": "application/json", "User-Agent": "isocost", **self.headers}
            with _no_longer_than(self.timeout_s, connection):
                connection.request(method, path, body=content, headers=sent)
                with connection.getresponse() as answer:
                    return self._reply(answer, answer.read(self.longest_body))
        except ssl.SSLCertVerificationError as error:
            raise MeasurementError(
                f"the certificate of {where} is not trusted ({error.verify_message}); correct it, "
                "or allow it with --insecure"
            ) from None
        except ssl.SSLError as error:
            reason = error.reason or "no common ground"
            raise MeasurementError(f"{where} does not speak TLS with us ({reason}); try http://") from None
        except (OSError, http.client.HTTPException) as error:
            raise MeasurementError(self._failure(where, error)) from None
        finally:
            connection.close()

    def keeps_open(self, path: str, body: Mapping[str, Any], *, patience_s: float = 0.25) -> bool:
        """Whether the connection of an answered request stays open for another one.

        Some servers close after a stream although their answer says ``keep-alive``: a request that is sent
        at once on the same connection is then lost.

        Parameters
        ----------
        path : str
        body : mapping
            A request as it will be measured: streamed.
        patience_s : float
            How long to wait for the end, above 0.

        Returns
        -------
        bool
            ``False`` also when the answer announced the end, or nothing could be told.
        """
        reserved = None if self.budget is None else self.budget.reserve(path, body)
        connection = self._connection()
        try:
            sent = {"Content-Type": "application/json", "User-Agent": "isocost", **self.headers}
            with _no_longer_than(self.timeout_s, connection):
                connection.request("POST", path, body=json.dumps(body).encode(), headers=sent)
                with connection.getresponse() as answer:
                    content = answer.read(self.longest_body)
            if self.budget is not None:
                self.budget.settle(reserved, answer.status, content)
            return connection.sock is not None and _stays_silent(connection.sock, patience_s)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self.address.host, self.address.port
        if self.address.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self.timeout_s)
        context = tls_context(insecure=self.insecure)
        return http.client.HTTPSConnection(host, port, timeout=self.timeout_s, context=context)

    def _failure(self, where: str, error: OSError | http.client.HTTPException) -> str:
        if isinstance(error, socket.gaierror):
            host = self.address.host
            return f"cannot find the host {host!r}: {error.strerror}; check the name and the network"
        if isinstance(error, ConnectionRefusedError):
            return f"no server answers at {where} (connection refused); start it, or check host and port"
        if isinstance(error, TimeoutError):
            return (
                f"the server at {where} did not answer within {self.timeout_s:g} s; see whether it is ready"
            )
        if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
            return f"the server at {where} closed the connection without an answer; see its log"
        if isinstance(error, http.client.HTTPException):
            return f"what answers at {where} does not speak HTTP; check host and port"
        return f"cannot reach {where}: {error.strerror or type(error).__name__}; check host, port and network"

    def _reply(self, answer: http.client.HTTPResponse, body: bytes) -> Reply:
        content_type = (answer.headers.get("content-type") or "").split(";")[0].strip().lower()
        return Reply(
            status=answer.status,
            content_type=content_type,
            body=body,
            server=answer.headers.get("server"),
            explanation=one_line(blot_out(_explain(answer, body), self.hide)),
            retry_after_s=_seconds(answer.headers.get("retry-after")),
        )


@contextmanager
def _no_longer_than(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Open `connection`, and end what is read from it after so long: what trickles never falls silent.

    Raises
    ------
    TimeoutError
        When time was over before the block was done.
    """
    over = threading.Event()
    opened: list[
        socket.socket
    ] = []  # the connection itself forgets it when the reply says that it will close

    def end() -> None:
        over.set()
        for each in opened:
            with suppress(OSError):  # of the plain socket: under TLS the reading thread keeps its state
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        opened.append(connection.sock)
        yield
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError


def _stays_silent(connection: socket.socket, patience_s: float) -> bool:
    """Whether neither an end nor a byte that nobody asked for comes within `patience_s`."""
    connection.settimeout(patience_s)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    return False


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 7 else None


def _explain(answer: http.client.HTTPResponse, body: bytes) -> str:
    if 300 <= answer.status < 400:
        return f"a redirect to {answer.headers.get('location', 'nowhere')}, not followed"
    text = body[:4096].decode("utf-8", "replace")
    try:
        document = json.loads(body) if len(body) <= _LONGEST_EXPLANATION else None
    except (ValueError, RecursionError):
        document = None
    said = read_error(document) if isinstance(document, dict) else None
    return (said or text or answer.reason or "no explanation")[:4096]
