"""`make up`: the whole portal on one machine, in the foreground, until Ctrl-C.

Starts the embedded servers (or uses the real ones that DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL
name), migrates, loads the demonstration into an empty database, and serves web, worker and beat. Every
child is tied to this process by the kernel, so nothing survives it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from trusst_support.local.embedded import ServiceError, Services, die_with_parent
from trusst_support.places import LOADING

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PORTAL_DATA_DIR", ROOT / ".data")).resolve()
PORT = os.environ.get("PORT", "8000")
ADDRESS = f"http://127.0.0.1:{PORT}"
STOP_SECONDS = 15
WAIT_SECONDS = 60
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


_asked: list[int] = []


class Stopped(Exception):
    """Somebody asked for the end."""


class Refused(Exception):
    """The portal cannot start like this; says what to do."""


def main() -> int:
    """Run until a signal or until a part ends by itself; return the exit status."""
    try:
        _check_variables()
        with _only_one():
            _check_port()
            for number in SIGNALS:
                signal.signal(number, _note)
            return _run()
    except Stopped:
        return 0
    except (Refused, ServiceError) as error:
        print(error, file=sys.stderr)
    return 1


def _run() -> int:
    environment = dict(os.environ) | {"PORTAL_LOCAL": "1", "PORTAL_DATA_DIR": str(DATA), "PORT": PORT}
    services = Services(DATA)
    children: list[tuple[str, subprocess.Popen[bytes]]] = []
    try:
        _start_services(services)
        _manage("migrate", "--database", "owner", "--verbosity", "0", environment=environment)
        _say("Migrated.")
        _manage("seed_demo", "--if-empty", environment=environment)
        if "AWS_SUPPORT_ENDPOINT" not in os.environ:
            environment |= _start_aws(children, environment)
            _manage("local_aws", environment=environment)
        _manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        for name, command in programs(bind=f"127.0.0.1:{PORT}", scratch=DATA).items():
            children.append((name, _child(name, command, environment)))
        _wait_for(f"{ADDRESS}/accounts/login/", children, "web")
        _manage("demo_signins", environment=environment)
        _say(f"\nThe portal answers at {ADDRESS}")
        _say(f"  mail it sends   {ADDRESS}/local/mail/" if _keeps_mail() else "  mail goes through EMAIL_URL")
        if "AWS_SUPPORT_ENDPOINT" not in os.environ:
            _say(f"  AWS it talks to {ADDRESS}/local/aws/")
        _say(f"  logs            {DATA}/*.log")
        _say("Ctrl-C stops it; its data stays for the next start.")
        while True:
            ended = next((name for name, child in children if child.poll() is not None), None)
            if ended or services.first_to_end():
                raise ServiceError(f"{ended or 'A server'} ended by itself; see the logs in {DATA}.")
            _go_on()
            time.sleep(0.2)
    finally:
        _end(children)
        services.stop()


def _check_variables() -> None:
    if ("DATABASE_URL" in os.environ) != ("DATABASE_OWNER_URL" in os.environ):
        raise Refused("Set DATABASE_URL and DATABASE_OWNER_URL together: one serves, the other migrates.")
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        raise Refused(f"PORT must be a number from 1 to 65535, and is {PORT!r}.")


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the data directory for this process; the kernel lets go of it however the process ends."""
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            where = lock.read().strip() or ADDRESS
            raise Refused(f"The portal is running already at {where}. Stop it there with Ctrl-C.") from None
        lock.truncate(0)
        lock.write(ADDRESS)
        lock.flush()
        yield


def _check_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except OSError as error:
            raise Refused(
                f"Port {PORT} cannot be used ({error.strerror}). Choose another: make up PORT=8001"
            ) from None


def _note(number: int, frame: FrameType | None) -> None:
    """Note that somebody asked for the end; raising here could lose a child that is just being made."""
    _asked.append(number)


def _go_on() -> None:
    """Raise Stopped once somebody has asked for the end; called wherever time is spent."""
    if _asked:
        raise Stopped


def _keeps_mail() -> bool:
    return os.environ.get("PORTAL_LOCAL_MAIL", "1").lower() in ("1", "true", "yes", "on")


def _say(line: str) -> None:
    print(line, flush=True)


def _start_services(services: Services) -> None:
    wants_postgres = "DATABASE_URL" not in os.environ
    services.start(postgres=wants_postgres, valkey="REDIS_URL" not in os.environ, go_on=_go_on)
    if wants_postgres:
        if (DATA / LOADING).exists():
            _say("The last start ended while it loaded the demonstration; that begins again.")
            _forget_everything(services)
        services.ensure_database()
    _say("Database and queue are up.")


def _forget_everything(services: Services) -> None:
    """Drop half a demonstration: it holds nobody's work yet."""
    services.sql('DROP DATABASE IF EXISTS "portal" WITH (FORCE)')
    for place in ("mail", "files", "aws"):
        shutil.rmtree(DATA / place, ignore_errors=True)
    (DATA / LOADING).unlink()


def programs(*, bind: str, scratch: Path) -> dict[str, list[str]]:
    """Return the three programs that make the portal; docker-compose.yml runs the same ones."""
    celery = [sys.executable, "-m", "celery", "--app", "trusst_support"]
    return {
        "web": [
            sys.executable, "-m", "gunicorn", "trusst_support.wsgi", "--bind", bind,
            "--workers", "2", "--threads", "4", "--worker-tmp-dir", str(scratch), "--no-control-socket",
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", str(scratch / "beat.db"), "--pidfile", ""],
    }  # fmt: skip


def _start_aws(
    children: list[tuple[str, subprocess.Popen[bytes]]], environment: dict[str, str]
) -> dict[str, str]:
    """Start the AWS of this machine, and return what the other programs have to know of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "trusst_support.local.aws", "--port", port, "--state", str(DATA / "aws")]
    children.append(("aws", _child("aws", command, environment)))
    address = f"http://127.0.0.1:{port}"
    _wait_for(f"{address}/_control/state", children, "aws")
    return {
        "AWS_SUPPORT_ENDPOINT": address,
        # Who comes is not looked at there; nobody's own sign-in is used, even against this machine.
        "AWS_ACCESS_KEY_ID": "LOCAL",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


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


def _manage(*command: str, environment: dict[str, str]) -> None:
    _go_on()
    child = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        start_new_session=True,  # Ctrl-C is for this process, which ends the others
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        while child.poll() is None:
            _go_on()
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    if child.returncode:
        raise ServiceError(f"manage.py {command[0]} failed.")


def _wait_for(address: str, children: Sequence[tuple[str, subprocess.Popen[bytes]]], whose: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            _go_on()
        for name, child in children:
            if child.poll() is not None:
                raise ServiceError(f"{name} did not start; see {DATA / name}.log")
        if time.monotonic() > deadline:
            raise ServiceError(f"{address} does not answer; see {DATA / whose}.log")
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
