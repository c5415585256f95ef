"""A request to an address that a person typed, sent so that it reaches nothing inside our own network.

The name is resolved here, every address it has is looked at, and the connection goes to the address that was
looked at: a name that answers differently the second time gains nothing. Redirects are not followed, proxies of
the environment are not used, and an answer is read for so long and so far.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

TIMEOUT_SECONDS = 5.0
LONGEST_SECONDS = 10.0
MOST_BYTES = 1024 * 1024
_KEPT = 500
_FETCHED = 200
_PIECE = 64 * 1024
_PORTS_FROM = 1024
_MOST_CHARACTERS = 2000
#: Ranges that lead elsewhere although they may be called global: 6to4 and its relays, Teredo, NAT64, IPv4 in
#: IPv6, and what protocols have for themselves.
_DISGUISES = tuple(
    ipaddress.ip_network(one)
    for one in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2002::/16",
        "2001::/32",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "::/96",
    )
)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)

#: Returns the addresses of a name.
Resolver = Callable[[str, int], list[str]]
#: Opens a connection to an address and a port.
Connector = Callable[[str, int, float], socket.socket]


class NotAllowed(Exception):
    """An address that the portal does not send to; `str()` is the reason in words for whoever typed it."""


class NotTaken(Exception):
    """An address answered with something else than what was asked for."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400


class TooMuch(Exception):
    """An answer is larger than the caller takes."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered: its status, how long it took, and the beginning of what it said."""

    status: int
    seconds: float
    text: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def check_url(url: str, *, hosts: Collection[str] = (), allow_local: bool = False) -> SplitResult:
    """Return the parts of an address that may be sent to; raise NotAllowed for any other, without asking its name.

    With `hosts`, its host is one of them; one that begins with a dot stands for the names that end so.
    `allow_local` lets through this machine's own loopback, over plain HTTP, for a portal on one machine.
    """
    if len(url) > _MOST_CHARACTERS or not url.isascii() or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise NotAllowed("Enter an address without spaces, such as https://hooks.example.com/in.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise NotAllowed("Enter a whole address, such as https://hooks.example.com/in.") from None
    if allow_local and parts.scheme == "http" and host == "127.0.0.1" and not hosts:
        return parts
    if parts.scheme != "https":
        raise NotAllowed("The address must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("The address must not have a name or a password before the host.")
    if port is not None and port != 443 and port < _PORTS_FROM:
        raise NotAllowed("The address must use port 443, or one above 1023.")
    _check_host(host)
    if hosts and not any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts):
        raise NotAllowed(f"The address must be of {' or '.join(one.lstrip('.') for one in hosts)}.")
    return parts


def _check_host(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host) or "." not in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
            # A last label of digits is read as a number by resolvers: 2130706433, 0177.0.0.1, 0x7f.1.
            raise NotAllowed("Enter the host's name, such as hooks.example.com.") from None
        if host.endswith((".local", ".localhost", ".internal", ".home.arpa")):
            raise NotAllowed("The address must be reachable from the internet.") from None
    else:
        check_address(str(address))


def check_address(address: str) -> None:
    """Raise NotAllowed for an IP address that does not belong to the open internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        raise NotAllowed("The name has an address that cannot be read.") from None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    is_open = ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified
    )
    if not is_open or any(ip in network for network in _DISGUISES if network.version == ip.version):
        raise NotAllowed("The address leads into a private network, so nothing is sent to it.")


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a name, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """Open a connection to an address, which is no name."""
    return socket.create_connection((address, port), timeout=timeout)


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    hosts: Collection[str] = (),
    allow_local: bool = False,
    resolver: Resolver = resolve,
    connector: Connector = connect,
    timeout: float = TIMEOUT_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> Answer:
    """Send a body to an address and return the answer, whatever its status; a redirect is an answer.

    Raises NotAllowed before any connection for an address that may not be sent to, and OSError or
    http.client.HTTPException for one that does not answer as it should within `longest` seconds.
    """
    parts = check_url(url, hosts=hosts, allow_local=allow_local)
    address, port = _address_of(parts, resolver)
    began = time.monotonic()
    with _wire(parts, connector(address, port, timeout), longest) as wire:
        status, said = _exchange(wire, parts, body, headers, timeout)
    return Answer(
        status=status,
        seconds=round(time.monotonic() - began, 3),
        text=said[:_KEPT].decode("utf-8", "replace"),
    )


def fetch(
    url: str,
    *,
    sink: BinaryIO,
    most: int,
    hosts: Collection[str] = (),
    allow_local: bool = False,
    resolver: Resolver = resolve,
    connector: Connector = connect,
    timeout: float = TIMEOUT_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> int:
    """Write what an address answers to `sink` and return its size; raises as `post` does.

    Raises NotTaken unless the answer is 200, for a redirect too, and TooMuch beyond `most` bytes, of which `sink`
    then has a part.
    """
    parts = check_url(url, hosts=hosts, allow_local=allow_local)
    address, port = _address_of(parts, resolver)
    began = time.monotonic()
    with _wire(parts, connector(address, port, timeout), longest) as wire:
        size = _receive(wire, parts, sink, most, timeout)
    if time.monotonic() - began >= longest:
        raise TimeoutError  # hung up on, it may look as if it had ended
    return size


def _address_of(parts: SplitResult, resolver: Resolver) -> tuple[str, int]:
    """Return the address to connect to, once every address of the name has been looked at."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme == "http":
        return "127.0.0.1", port  # only this machine's own is let through without TLS
    addresses = resolver(parts.hostname or "", port)
    if not addresses:
        raise NotAllowed("The name has no address.")
    for one in addresses:
        check_address(one)
    return addresses[0], port


@contextmanager
def _wire(parts: SplitResult, wire: socket.socket, longest: float) -> Iterator[socket.socket]:
    """Hold a connection for a limited time, and close it."""
    if parts.scheme == "https":
        wire = _secure(wire, parts.hostname or "")
    # A server that sends a byte now and then would keep each read within its time.
    end = threading.Timer(longest, _hang_up, [wire])
    end.daemon = True
    end.start()
    try:
        if isinstance(wire, ssl.SSLSocket):
            wire.do_handshake()
        yield wire
    finally:
        end.cancel()
        wire.close()


def _receive(wire: socket.socket, parts: SplitResult, sink: BinaryIO, most: int, timeout: float) -> int:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    connection.sock = wire
    try:
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in {
            "Host": parts.netloc,
            "User-Agent": "Trusst-Support",
            "Connection": "close",
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            if response.status != _FETCHED:
                raise NotTaken(response.status)
            return _copy(response, sink, most)
    finally:
        connection.close()


def _copy(response: http.client.HTTPResponse, sink: BinaryIO, most: int) -> int:
    said, size = response.getheader("Content-Length") or "", 0
    if said.isdecimal() and int(said) > most:
        raise TooMuch
    while piece := response.read(_PIECE):
        size += len(piece)
        if size > most:
            raise TooMuch
        sink.write(piece)
    if said.isdecimal() and size != int(said):
        raise http.client.IncompleteRead(b"", int(said) - size)  # reading in pieces does not notice
    return size


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _secure(wire: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context.wrap_socket(wire, server_hostname=host, do_handshake_on_connect=False)


def _exchange(
    wire: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], timeout: float
) -> tuple[int, bytes]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    connection.sock = wire
    try:
        connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
        sent = {
            "Host": parts.netloc,
            "User-Agent": "Trusst-Support",
            "Connection": "close",
            "Content-Length": str(len(body)),
            **headers,
        }
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        said = response.read(MOST_BYTES)
        return response.status, said
    finally:
        connection.close()
