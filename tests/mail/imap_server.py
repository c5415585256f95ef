"""A mailbox on this machine that speaks just as much IMAP as fetching mail needs."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What is in the mailbox: mails by uid, and which were read. `lost` mails cannot be fetched."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    port: int = 0

    def put(self, raw: bytes) -> int:
        uid = len(self.mails) + 1
        self.mails[uid] = raw
        return uid


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            verb = rest.upper()
            if verb.startswith("CAPABILITY"):
                self._say("* CAPABILITY IMAP4rev1")
            elif verb.startswith("SELECT"):
                self._say(f"* {len(box.mails)} EXISTS")
            elif verb.startswith("UID SEARCH"):
                self._say("* SEARCH " + " ".join(str(uid) for uid in box.mails if uid not in box.seen))
            elif found := re.match(r"UID FETCH (\d+)", verb):
                uid = int(found[1])
                if uid not in box.lost:
                    raw = box.mails[uid]
                    self._say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}")
                    self.wfile.write(raw + b")\r\n")
            elif found := re.match(r"UID STORE (\d+)", verb):
                box.seen.add(int(found[1]))
            if verb.startswith("LOGOUT"):
                self._say("* BYE")
            self._say(f"{tag} OK done")
            if verb.startswith("LOGOUT"):
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def serving() -> Iterator[Mailbox]:
    """Serve a mailbox until the end of the block."""
    box = Mailbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()
