"""`python -m trusst_support.local.aws --port N --state DIR`: the local AWS, until it is told to end."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from trusst_support.local.aws.server import Server
from trusst_support.local.aws.state import World


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(prog="python -m trusst_support.local.aws")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    given = parser.parse_args()
    given.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = Server(World(given.state / "state.json", plays=True, has_quota=True), port=given.port)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    ended.wait()
    server.stop()


if __name__ == "__main__":
    main()
