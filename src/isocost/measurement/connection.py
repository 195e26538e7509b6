"""Non-blocking connections with kernel receive stamps, plain or under TLS."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from isocost.core.errors import MeasurementError

if TYPE_CHECKING:
    from isocost.measurement.address import Address

__all__ = ["Endpoint", "Link", "find_endpoint", "tls_context"]

_SO_TIMESTAMPNS = 35  # Linux on x86, ARM, RISC-V and POWER; refused elsewhere, which is handled
_READ_SIZE = 65_536  # more makes malloc give memory back and fetch it again at each read, two page faults
_RECORD_SIZE = 16_384  # the plain text of one record of TLS at most
_ANCILLARY_SIZE = socket.CMSG_SPACE(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to connect to, with names looked up.

    Parameters
    ----------
    family : int
        Address family.
    address : tuple
        As the socket module wants it.
    host : str
        Name to be verified under TLS.
    tls : ssl.SSLContext or None
        ``None`` for plain HTTP.
    """

    family: int
    address: tuple[Any, ...]
    host: str
    tls: ssl.SSLContext | None = None


def tls_context(*, insecure: bool) -> ssl.SSLContext:
    """Return how TLS is spoken: verified, unless `insecure` says otherwise."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def find_endpoint(address: Address, *, insecure: bool = False, timeout_s: float = 5.0) -> Endpoint:
    """Look up the host of `address`; of several addresses take the first that answers.

    Raises
    ------
    MeasurementError
        If the name is not known.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no valid name"
        raise MeasurementError(
            f"cannot find the host {address.host!r}: {reason}; check the name and the network"
        ) from None
    tls = tls_context(insecure=insecure) if address.scheme == "https" else None
    places = [
        Endpoint(family=family, address=place, host=address.host, tls=tls) for family, _, _, _, place in found
    ]
    if len(places) == 1:
        return places[0]
    return next((place for place in places if _answers(place, timeout_s)), places[0])


def _answers(endpoint: Endpoint, timeout_s: float) -> bool:
    with socket.socket(endpoint.family, socket.SOCK_STREAM) as trial:
        trial.settimeout(timeout_s)
        return trial.connect_ex(endpoint.address) == 0


class _Tls:
    """TLS over memory: cipher text in and out, no socket."""

    __slots__ = ("_incoming", "_object", "_outgoing")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def handshake(self, data: bytes) -> bool:
        """Go on with the handshake; return whether it is done."""
        self._incoming.write(data)
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """Return the plain text of `data`, and whether the peer said that no more comes."""
        self._incoming.write(data)
        parts = []
        try:
            while part := self._object.read(_RECORD_SIZE):
                parts.append(part)
                if not (self._incoming.pending or self._object.pending()):
                    return b"".join(parts), False  # all was read; asking once more would cost an exception
        except ssl.SSLWantReadError:
            return b"".join(parts), False
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        return b"".join(parts), True

    def encrypt(self, data: bytes) -> None:
        self._object.write(data)

    def outgoing(self) -> bytes:
        return self._outgoing.read()


class Link:
    """One connection; opened without waiting, read and written as the system allows.

    Attributes
    ----------
    state : {"connecting", "handshake", "open", "closed"}
    stamp : bytes or None
        The kernel's stamp of the latest bytes read.
    wants_write : bool
        Whether bytes wait until the socket takes more.
    ended : bool
        Whether the peer closed its side.
    """

    __slots__ = ("_outgoing", "_socket", "_tls", "ended", "fd", "stamp", "state", "wants_write")

    def __init__(self, endpoint: Endpoint) -> None:
        self.state: Literal["connecting", "handshake", "open", "closed"] = "connecting"
        self.stamp: bytes | None = None
        self.wants_write = True
        self.ended = False
        self._outgoing = b""
        self._tls = None if endpoint.tls is None else _Tls(endpoint.tls, endpoint.host)
        self._socket = socket.socket(endpoint.family, socket.SOCK_STREAM)
        self.fd = self._socket.fileno()
        self._socket.setblocking(False)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _ask_for_stamps(self._socket)
            code = self._socket.connect_ex(endpoint.address)
            if code not in (0, errno.EINPROGRESS):
                raise OSError(code, os.strerror(code))
        except OSError:
            self.close()
            raise

    def go_on(self) -> None:
        """Go on with opening or sending, as the socket is writable; raises OSError where it failed."""
        if self.state == "connecting":
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            self.state = "open" if self._tls is None else "handshake"
            self._shake_hands(b"")
        self._flush()

    def _shake_hands(self, data: bytes) -> None:
        if self._tls is None:
            return
        done = self._tls.handshake(data)
        self._outgoing += self._tls.outgoing()
        if done:
            self.state = "open"

    def send(self, data: bytes) -> None:
        """Send `data`, now as far as the socket takes it; raises OSError if it takes none ever again."""
        if self._tls is not None:
            self._tls.encrypt(data)
            data = self._tls.outgoing()
        self._outgoing = self._outgoing + data if self._outgoing else data
        self._flush()

    def _flush(self) -> None:
        try:
            while self._outgoing:
                sent = self._socket.send(self._outgoing)
                self._outgoing = self._outgoing[sent:]
        except BlockingIOError:
            pass
        self.wants_write = bool(self._outgoing)

    def receive(self) -> bytes:
        """Return what arrived, possibly nothing; raises OSError on a reset."""
        try:
            data, ancillary, _, _ = self._socket.recvmsg(_READ_SIZE, _ANCILLARY_SIZE)
        except BlockingIOError:
            return b""
        if ancillary:
            self.stamp = ancillary[0][2]
        if not data:
            self.ended = True
            return b""
        if self._tls is None:
            return data
        return self._receive_sealed(data)

    def _receive_sealed(self, data: bytes) -> bytes:
        if self._tls is None:
            return data
        if self.state == "handshake":
            self._shake_hands(data)
            self._flush()
            if self.state == "handshake":
                return b""
            data = b""
        plain, self.ended = self._tls.decrypt(data)
        answer = self._tls.outgoing()
        if answer:
            self._outgoing += answer
            self._flush()
        return plain

    def close(self) -> None:
        """Close the connection; may be repeated."""
        self.state = "closed"
        self._socket.close()


def _ask_for_stamps(connection: socket.socket) -> None:
    """Ask the kernel to stamp what arrives; without stamps the time of reading counts."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return
