"""Requests to receivers: they end, follow no redirect, and go to no private address unless that is allowed."""

import io
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from service.delivery.parcel import Outcome, Problem

SECONDS = 15.0  # Standard Webhooks: a receiver has 15 to 30 s
_CONNECT_SECONDS = 5.0
_ANSWER_MAX_BYTES = 65_536
_RETRY_AFTER_MAX = timedelta(hours=24)  # the longest step of the schedule
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
_SLOW_DOWN = {429, 502, 503, 504}

Resolve = Callable[[str, int], Sequence[str]]


class CallFailed(Exception):
    """There was no answer, or none that can be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.outcome = Outcome(problem)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered.

    Attributes:
        status: The HTTP status.
        headers: By their names in lower case.
        body: As much of it as the client reads.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's JSON.

        Raises:
            CallFailed: BAD_ANSWER when it is something else.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise CallFailed(Problem.BAD_ANSWER) from None


def outcome_of(answer: Answer) -> Outcome:
    """What a status means for a delivery, as Standard Webhooks has it."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome()
    if status == 410:
        return Outcome(Problem.GONE, gone=True)
    if status in {401, 403}:
        return Outcome(Problem.CREDENTIALS)
    after = _retry_after(answer.headers) if status in _SLOW_DOWN else None
    if status == 429:
        return Outcome(Problem.RATE_LIMITED, retry_after=after)
    return Outcome(Problem.SERVER_ERROR if status >= 500 else Problem.REFUSED, retry_after=after)


def addresses_of(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address is of the internet: not private, loopback, link-local, multicast or reserved."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.is_site_local:  # of old, before fc00::/7
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Client:
    """Calls one target; thread-safe.

    Args:
        allow_private: Whether it may be at an address that is not `is_public`.
        ca_file: The authorities that are trusted instead of the system's.
        seconds: For one call in all, but for the resolver's own time-outs.
        answer_max_bytes: What is read of an answer.
        resolve: Finds the addresses of a host. Asked once a call: what was checked is what is connected to.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        ca_file: Path | None = None,
        seconds: float = SECONDS,
        answer_max_bytes: int = _ANSWER_MAX_BYTES,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._allow_private, self._seconds, self._resolve = allow_private, seconds, resolve
        self._answer_max_bytes = answer_max_bytes
        self._tls = ssl.create_default_context(cafile=ca_file)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One call on a connection of its own.

        Raises:
            CallFailed: There was no whole answer in time.
        """
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        ends_at = time.monotonic() + self._seconds
        try:
            with closing(_Connection(parts, lambda: self._open(parts, ends_at))) as connection:
                connection.request(method, target, body, {"User-Agent": "Loket"} | dict(headers or {}))
                with closing(connection.getresponse()) as response:
                    return _read(response, self._answer_max_bytes)
        except (OSError, HTTPException, ValueError) as error:
            raise CallFailed(_problem(error)) from error

    def _open(self, parts: SplitResult, ends_at: float) -> "_Wire":
        host, port = parts.hostname or "", parts.port or _default_port(parts)
        found = self._connect(self._checked(host, port), port, ends_at)
        try:
            if parts.scheme == "https":
                found.settimeout(_left(ends_at))  # for the handshake in all
                found = self._tls.wrap_socket(found, server_hostname=host)
        except BaseException:
            found.close()
            raise
        return _Wire(found, ends_at)

    def _checked(self, host: str, port: int) -> list[str]:
        addresses = list(dict.fromkeys(self._resolve(host, port)))
        allowed = [one for one in addresses if self._allow_private or is_public(one)]
        if addresses and not allowed:
            raise CallFailed(Problem.PRIVATE_ADDRESS)
        return allowed

    def _connect(self, addresses: Sequence[str], port: int, ends_at: float) -> socket.socket:
        failed: OSError = ConnectionError("no address")
        for address in addresses:
            try:
                return socket.create_connection((address, port), min(_CONNECT_SECONDS, _left(ends_at)))
            except OSError as error:
                failed = error
        raise failed


class Until(io.RawIOBase):
    """Reads from a socket until a moment, however slowly it drips.

    Args:
        found: The socket.
        ends_at: By `time.monotonic`.
    """

    def __init__(self, found: socket.socket, ends_at: float) -> None:
        self._socket, self._ends_at = found, ends_at
        self._raw = found.makefile("rb", buffering=0)  # keeps the socket open until this is closed

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """See io.RawIOBase."""
        self._socket.settimeout(_left(self._ends_at))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """See io.RawIOBase."""
        self._raw.close()
        super().close()


class _Wire:
    """What http.client needs of a socket."""

    def __init__(self, found: socket.socket, ends_at: float) -> None:
        self._socket, self._ends_at = found, ends_at

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_left(self._ends_at))
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(Until(self._socket, self._ends_at))

    def close(self) -> None:
        self._socket.close()


class _Connection(HTTPConnection):
    """Speaks HTTP over a wire that somebody else opens."""

    def __init__(self, parts: SplitResult, open_wire: Callable[[], _Wire]) -> None:
        self.default_port = _default_port(parts)
        super().__init__(parts.hostname or "", parts.port)
        self._open_wire = open_wire

    def connect(self) -> None:
        self.sock = self._open_wire()


def _default_port(parts: SplitResult) -> int:
    return 443 if parts.scheme == "https" else 80


def _left(ends_at: float) -> float:
    """Seconds that are left.

    Raises:
        TimeoutError: None are.
    """
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(response: HTTPResponse, max_bytes: int) -> Answer:
    body = response.read(max_bytes)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def _problem(error: Exception) -> Problem:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Problem.CERTIFICATE
    if isinstance(error, TimeoutError):
        return Problem.TIMEOUT
    return Problem.UNREACHABLE if isinstance(error, OSError) else Problem.BAD_ANSWER


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Seconds, or a date that is compared with the receiver's own clock."""
    said = headers.get("retry-after", "").strip()
    try:
        seconds = float(said) if said.isdecimal() else _seconds_between(headers.get("date", ""), said)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(timedelta(0), timedelta(seconds=min(seconds, _RETRY_AFTER_MAX.total_seconds())))


def _seconds_between(sent: str, said: str) -> float:
    return (parsedate_to_datetime(said) - parsedate_to_datetime(sent)).total_seconds()
