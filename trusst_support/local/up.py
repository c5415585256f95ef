"""`make up`: the whole portal on one machine, in the foreground, until Ctrl-C.

Starts the embedded servers (or uses the real ones that DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL
name), migrates, loads the demonstration into an empty database, and serves web, worker and beat. Every
child is tied to this process by the kernel, so nothing survives it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from trusst_support.local.embedded import ServiceError, Services, die_with_parent

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PORTAL_DATA_DIR", ROOT / ".data"))
PORT = os.environ.get("PORT", "8000")
ADDRESS = f"http://127.0.0.1:{PORT}"
STOP_SECONDS = 15
WAIT_SECONDS = 60


class Stopped(Exception):
    """Somebody asked for the end."""


def main() -> int:
    """Run until a signal or until a part ends by itself; return the exit status."""
    DATA.mkdir(parents=True, exist_ok=True)
    lock = (DATA / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        print(
            f"The portal is running already at {lock.read().strip() or ADDRESS}. Stop it there with Ctrl-C."
        )
        return 1
    lock.truncate(0)
    lock.write(ADDRESS)
    lock.flush()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    if ("DATABASE_URL" in os.environ) != ("DATABASE_OWNER_URL" in os.environ):
        print("Set DATABASE_URL and DATABASE_OWNER_URL together: one serves, the other migrates.")
        return 2
    environment = {"PORTAL_LOCAL": "1", "PORTAL_DATA_DIR": str(DATA)} | os.environ | {"PORT": PORT}
    services = Services(DATA)
    children: list[tuple[str, subprocess.Popen[bytes]]] = []
    try:
        _start_services(services)
        _manage("migrate", "--database", "owner", "--verbosity", "0", environment=environment)
        _say("Migrated.")
        _manage("seed_demo", "--if-empty", environment=environment)
        _manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        for name, command in _programs().items():
            children.append((name, _child(name, command, environment)))
        _wait_for_page(children)
        _manage("demo_signins", environment=environment)
        _say(f"\nThe portal answers at {ADDRESS}   (mail: {ADDRESS}/local/mail/, logs: {DATA})")
        _say("Ctrl-C stops it; its data stays for the next start.")
        while True:
            ended = next((name for name, child in children if child.poll() is not None), None)
            if ended or services.first_to_end():
                print(f"{ended or 'A server'} ended by itself; see the logs in {DATA}.", file=sys.stderr)
                return 1
            time.sleep(0.5)
    except Stopped:
        return 0
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(map(str, error.cmd[1:3]))} failed.", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end(children)
        services.stop()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _say(line: str) -> None:
    print(line, flush=True)


def _start_services(services: Services) -> None:
    wants_postgres = "DATABASE_URL" not in os.environ
    services.start(postgres=wants_postgres, valkey="REDIS_URL" not in os.environ)
    if wants_postgres:
        services.ensure_database()
    _say("Database and queue are up.")


def _programs() -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--app", "trusst_support"]
    return {
        "web": [
            sys.executable, "-m", "gunicorn", "trusst_support.wsgi", "--bind", f"127.0.0.1:{PORT}",
            "--workers", "2", "--threads", "4", "--worker-tmp-dir", str(DATA), "--no-control-socket",
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", str(DATA / "beat.db"), "--pidfile", ""],
    }  # fmt: skip


def _child(name: str, command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (DATA / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


def _manage(*command: str, environment: dict[str, str], stdout: IO[str] | None = None) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=stdout,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )


def _wait_for_page(children: Sequence[tuple[str, subprocess.Popen[bytes]]]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{ADDRESS}/accounts/login/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        for name, child in children:
            if child.poll() is not None:
                raise ServiceError(f"{name} did not start; see {DATA / name}.log")
        if time.monotonic() > deadline:
            raise ServiceError(f"{ADDRESS} does not answer; see {DATA / 'web.log'}")
        time.sleep(0.1)


def _end(children: Sequence[tuple[str, subprocess.Popen[bytes]]]) -> None:
    for _, child in reversed(children):
        if child.poll() is None:
            child.terminate()
    for _, child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
