"""A mail server on this machine whose mood changes: it takes mail, or refuses, puts off, hangs, or lets go."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from enum import StrEnum
from typing import Any


class Mood(StrEnum):
    """What the server does with whoever comes."""

    TAKES = "takes it"
    REFUSES = "refuses the connection"
    CLOSING = "answers 421 at the door"
    LATER = "answers 451 after the text"
    HANGS = "says nothing more"
    DROPS = "takes it and lets go before it says so"


BAD_MOODS = tuple(mood for mood in Mood if mood is not Mood.TAKES)


@dataclass(frozen=True)
class Arrived:
    """A text that the server has: `was_told` unless the sender never heard of it."""

    message_id: str
    recipient: str
    text: str
    was_told: bool


@dataclass
class Post:
    """The server's mood, what it has, and how often somebody met each mood."""

    mood: Mood = Mood.TAKES
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    met: Counter[Mood] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: Ends every session that hangs.
    awake: threading.Event = field(default_factory=threading.Event)

    def note(self, mood: Mood) -> None:
        with self.lock:
            self.met[mood] += 1

    def keep(self, recipient: str, raw: bytes, *, was_told: bool) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        text = raw.decode(errors="replace")
        with self.lock:
            self.arrived.append(Arrived(str(message["Message-ID"]), recipient, text, was_told))


class _Session(socketserver.StreamRequestHandler):
    """One connection; its mood is the one in which the server was when it began."""

    timeout = 30

    def handle(self) -> None:
        with suppress(OSError):  # the sender was killed, or has had enough
            self._talk()

    def _talk(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        mood = post.mood
        post.note(mood)
        if mood is Mood.REFUSES:
            # A listening socket cannot refuse by itself; ending at once with a reset is what the sender sees.
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return
        if mood is Mood.CLOSING:
            self._say("421 busy")
            return
        self._say("220 mail.example")
        recipient = ""
        while line := self.rfile.readline():
            word = line.decode(errors="replace").strip()
            verb = word.upper()
            if verb.startswith(("EHLO", "HELO")):
                self._say("250 mail.example")
            elif verb.startswith("RCPT"):
                recipient = word.partition(":")[2].strip("<> ")
                self._say("250 yes")
            elif verb == "DATA":
                if not self._take(post, mood, recipient):
                    return
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _take(self, post: Post, mood: Mood, recipient: str) -> bool:
        """Read a text up to its dot and answer as the mood is; tell whether the session goes on."""
        if mood is Mood.HANGS:
            post.awake.wait(self.timeout)
            return False
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if line == b"":
            return False  # its sender died within the text, which is no mail
        if mood is Mood.LATER:
            self._say("451 later")
            return True
        post.keep(recipient, b"".join(lines), was_told=mood is Mood.TAKES)
        if mood is Mood.DROPS:
            return False
        self._say("250 taken")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A session that the sender broke off says nothing."""


@contextmanager
def open_post() -> Iterator[Post]:
    """Serve until the end of the block."""
    post = Post()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.post = post  # type: ignore[attr-defined]
        post.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield post
        finally:
            post.awake.set()
            server.shutdown()
            serving.join()
