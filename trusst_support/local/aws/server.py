"""The local AWS on a loopback port: AWS's calls, links to files, and a small interface by which it is told things.

The interface takes JSON from this machine only, so that a page from elsewhere in a browser cannot reach it.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from trusst_support.local.aws.catalogue import PLANS, STATUSES
from trusst_support.local.aws.operations import Desk, install
from trusst_support.local.aws.state import AWS, Account, Case, Fault, File, Letter, Refused, World

HOST = "127.0.0.1"
_MOST_BYTES = 64 * 1024 * 1024
Environment = dict[str, Any]
Start = Callable[..., Any]
_installed = threading.Event()


class Quiet(MotoRequestHandler):
    """Handles requests without a line about each: they would carry what was said."""

    def log(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


class Server:
    """A local AWS that serves a world in a thread."""

    def __init__(self, world: World, *, port: int = 0) -> None:
        if not _installed.is_set():
            install()
            _installed.set()
        Desk.world = world
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(HOST, port, self._answer, threaded=True, request_handler=Quiet)
        self.address = Desk.address = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        Desk.hurry.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: Environment, start: Start) -> Iterable[bytes]:
        world, path = Desk.world, str(environ.get("PATH_INFO", ""))
        world.play()
        if path.startswith("/_control/"):
            return _control(world, path.removeprefix("/_control/"), environ, start)
        if path.startswith("/_files/"):
            return _file(world, path, start)
        Desk.line.is_lost = False
        said: Iterable[bytes] = self._moto(environ, start)
        if Desk.line.is_lost:
            wire: socket.socket = environ["werkzeug.socket"]
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        return said


def _file(world: World, path: str, start: Start) -> Iterable[bytes]:
    account, _, ref = path.removeprefix("/_files/").partition("/")
    held = world.accounts.get(account)
    file = held.files.get(ref) if held else None
    if file is None:
        start("404 Not Found", [("Content-Length", "0")])
        return []
    content = file.content
    start("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(content)))])
    return [content]


# --- Being told things ---------------------------------------------------------------------------------
def _control(world: World, name: str, environ: Environment, start: Start) -> Iterable[bytes]:
    """Answer the interface: GET /_control/state, and POST for everything that changes something."""
    host = str(environ.get("HTTP_HOST", "")).rpartition(":")[0]
    if host not in (HOST, "localhost"):
        return _json(start, "403 Forbidden", {"error": "This answers this machine only."})
    if environ["REQUEST_METHOD"] == "GET" and name == "state":
        return _json(start, "200 OK", state(world))
    is_json = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip() == "application/json"
    if environ["REQUEST_METHOD"] != "POST" or name not in _TOLD or not is_json:
        return _json(start, "404 Not Found", {"error": "There is nothing here."})
    try:
        given = json.loads(
            environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _MOST_BYTES))
        )
        with world.lock:
            said = _TOLD[name](world, given)
            world.keep()
    except Refused as refused:
        return _json(start, "404 Not Found", {"error": refused.message})
    except (ValueError, KeyError, TypeError) as error:
        return _json(start, "400 Bad Request", {"error": f"{type(error).__name__}: {error}"})
    return _json(start, "200 OK", said)


def _json(start: Start, status: str, said: Any) -> Iterable[bytes]:
    body = json.dumps(said).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def state(world: World) -> dict[str, Any]:
    """Return what there is, without the contents of files."""
    with world.lock:
        return {
            "accounts": [_told(one) for one in world.accounts.values()],
            "faults": [asdict(one) for one in world.faults],
            "due": [asdict(one) for one in world.due],
            "calls": [
                {"account": one.account, "operation": one.operation, "parameters": one.parameters}
                for one in world.calls[-100:]
                if one.operation != "AddAttachmentsToSet"
            ],
            "plans": list(PLANS),
            "statuses": list(STATUSES),
        }


def _told(account: Account) -> dict[str, Any]:
    told = asdict(account)
    told["files"] = {ref: {"name": one["name"]} for ref, one in told["files"].items()}
    del told["sets"], told["made_at"]
    return told


def _account(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Make an account, or change what is named of it; what it holds already stays."""
    number = str(given["number"])
    if len(number) != 12 or not number.isascii() or not number.isdecimal():
        raise ValueError("An account has twelve digits.")
    if given.get("only_new") and number in world.accounts:
        return {"made": False}
    held = world.accounts.get(number)
    if held is None:
        held = world.accounts[number] = Account(number=number, plan="Business Support+", external_id="-")
    for name in ("external_id", "role", "reads_only"):
        if name in given:
            setattr(held, name, given[name])
    if "plan" in given:
        _plan(world, {"account": number, "plan": given["plan"]})
    for one in given.get("cases", ()):
        letters = [Letter(**each) for each in one.pop("letters")]
        case = Case(**one, letters=letters)
        held.cases[case.case_id] = case
    return {"made": True}


def _plan(world: World, given: dict[str, Any]) -> dict[str, Any]:
    if given["plan"] not in PLANS:
        raise ValueError("There is no such plan.")
    world.account(given["account"]).plan = given["plan"]
    return {}


def _reply(world: World, given: dict[str, Any]) -> dict[str, Any]:
    files = [
        File(name=one["name"], data=base64.b64encode(one["text"].encode()).decode())
        for one in given.get("files", ())
    ]
    world.reply(
        given["account"],
        given["case"],
        str(given["body"]),
        status=given.get("status") or None,
        author=given.get("author") or AWS,
        files=files,
    )
    return {}


def _status(world: World, given: dict[str, Any]) -> dict[str, Any]:
    world.case(given["account"], given["case"]).status = str(given["status"])
    return {}


def _fault(world: World, given: dict[str, Any]) -> dict[str, Any]:
    world.faults.append(Fault(**given))
    return {}


def _reset(world: World, given: dict[str, Any]) -> dict[str, Any]:
    world.reset()
    return {}


_TOLD: dict[str, Callable[[World, dict[str, Any]], dict[str, Any]]] = {
    "account": _account,
    "plan": _plan,
    "reply": _reply,
    "status": _status,
    "fault": _fault,
    "reset": _reset,
}
