"""A request to an address that a person typed reaches nothing inside, whatever the address pretends to be."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from core.outbound import Answer, NotAllowed, check_url, post

SLACK = ("hooks.slack.com",)


class Server:
    """A server of this machine that says what a test wants, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status, self.said = 204, b""
        self.headers: dict[str, str] = {}
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sent = {name.lower(): value for name, value in self.headers.items()}
                server.got.append((self.path, sent, body))
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(server.said)))
                self.end_headers()
                self.wfile.write(server.said)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/in?x=1"


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    thread = Thread(target=one.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.http.shutdown()
    thread.join()
    one.http.server_close()


class Wires:
    """Stands for the network: it counts the connections that are opened, and opens none."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    def __call__(self, address: str, port: int, timeout: float) -> socket.socket:
        self.opened.append((address, port))
        raise ConnectionRefusedError


def send(url: str, wires: Wires, *addresses: str, **more: Any) -> Answer:
    return post(
        url, body=b"{}", headers={}, resolver=lambda host, port: list(addresses), connector=wires, **more
    )


# --- Addresses that lead inside ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "//hooks.example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://localhost/",
        "https://portal.internal/",
        "https://printer.local/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks。example。com/",
        "https:///in",
        "https://" + "a" * 2100 + ".example.com/",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_nothing_is_asked(url: str) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"]

    wires = Wires()
    with pytest.raises(NotAllowed):
        post(url, body=b"", headers={}, resolver=resolver, connector=wires)
    assert (asked, wires.opened) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.1.1",
        "192.0.0.8",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "64:ff9b::a00:1",
        "not an address",
    ],
)
def test_a_name_with_one_private_address_is_refused_before_a_connection(address: str) -> None:
    wires = Wires()
    with pytest.raises(NotAllowed):
        send("https://hooks.example.com/", wires, "93.184.215.14", address)
    assert wires.opened == []


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    wires = Wires()
    with pytest.raises(ConnectionRefusedError):
        post(
            "https://hooks.example.com:8443/in",
            body=b"",
            headers={},
            resolver=lambda host, port: next(answers),
            connector=wires,
        )
    assert wires.opened == [("93.184.215.14", 8443)]
    assert next(answers) == ["127.0.0.1"]  # the name was asked once


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(NotAllowed, match="no address"):
        send("https://hooks.example.com/", Wires())


# --- Whose hosts -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com.evil.example/",
        "https://evilhooks.slack.com/",
        "https://evil.example/hooks.slack.com",
        "https://hooks.slack.com@evil.example/",
    ],
)
def test_a_chat_is_only_where_its_maker_has_it(url: str) -> None:
    with pytest.raises(NotAllowed):
        check_url(url, hosts=SLACK)


def test_a_host_of_the_list_is_let_through() -> None:
    assert check_url("https://hooks.slack.com/services/T/B/x", hosts=SLACK).path == "/services/T/B/x"
    assert check_url("https://a.webhook.office.com/x", hosts=(".webhook.office.com",))
    with pytest.raises(NotAllowed):
        check_url("https://awebhook.office.com/x", hosts=(".webhook.office.com",))


# --- What comes back ---------------------------------------------------------------------------------
def test_a_body_arrives_with_its_headers(server: Server) -> None:
    server.said = b"fine"
    server.status = 200
    answer = post(server.url, body=b'{"a":1}', headers={"webhook-id": "m1"}, allow_local=True)
    assert (answer.status, answer.text, answer.is_taken) == (200, "fine", True)
    [(path, headers, body)] = server.got
    assert (path, body, headers["webhook-id"]) == ("/in?x=1", b'{"a":1}', "m1")
    assert headers["host"] == f"127.0.0.1:{server.http.server_port}"


def test_this_machine_is_reached_only_where_it_is_let_through(server: Server) -> None:
    with pytest.raises(NotAllowed):
        post(server.url, body=b"", headers={})
    with pytest.raises(NotAllowed):
        post(server.url.replace("127.0.0.1", "127.0.0.2"), body=b"", headers={}, allow_local=True)
    assert server.got == []


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": server.url}
    answer = post(server.url, body=b"", headers={}, allow_local=True)
    assert (answer.status, answer.is_taken, len(server.got)) == (302, False, 1)


def test_of_a_long_answer_the_beginning_is_kept(server: Server) -> None:
    server.status, server.said = 500, b"x" * 3_000_000
    answer = post(server.url, body=b"", headers={}, allow_local=True)
    assert (answer.status, len(answer.text)) == (500, 500)


def test_a_server_that_says_nothing_is_left_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TimeoutError):
            post(url, body=b"", headers={}, allow_local=True, timeout=0.05)
        with pytest.raises(ConnectionResetError):
            post(url, body=b"", headers={}, allow_local=True, longest=0.05)
