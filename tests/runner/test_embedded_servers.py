"""The embedded servers: private, tied to their starter, and no burden on the machine around them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.runner.starting import (
    ROOT,
    environment,
    own_place,
    processes_of,
    sockets_of,
    wait_for_the_end_of,
)
from trusst_support.local import embedded
from trusst_support.local.embedded import ROLES, ServiceError, Services

POSTGRES_SOCKET, VALKEY_SOCKET = ".s.PGSQL.5432", "redis.sock"
#: Starts the servers, says so, and waits to be killed.
STARTER = """
import signal, sys
from pathlib import Path
from trusst_support.local.embedded import Services
Services(Path(sys.argv[1]), durable=False).start()
print("started", flush=True)
signal.pause()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    with own_place() as made:
        yield made


@pytest.fixture(scope="module")
def started() -> Iterator[Services]:
    """Both servers, for tests that only look at them."""
    with own_place() as made:
        services = Services(made, durable=False)
        services.start()
        services.ensure_database()
        yield services
        services.stop()


def modes_up_from(*paths: Path) -> dict[Path, int]:
    return {place: place.stat().st_mode for path in paths for place in (path, *path.parents)}


# --- Roles -------------------------------------------------------------------------------------------
def test_the_roles_have_exactly_their_rights(started: Services) -> None:
    rows = started.sql(
        "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
        " FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY rolname"
    ).splitlines()
    assert rows == [
        "portal_backup|t|f|t|f|f|f",
        "portal_desk|f|f|f|f|f|f",
        "portal_login|t|f|f|f|f|f",
        "portal_member|f|f|f|f|f|f",
        "portal_owner|t|f|f|t|f|f",
    ]


MEMBERSHIPS = (
    "SELECT g.rolname, m.rolname, inherit_option, set_option, admin_option FROM pg_auth_members"
    " JOIN pg_roles g ON g.oid = roleid JOIN pg_roles m ON m.oid = member"
    " WHERE m.rolname LIKE 'portal%' ORDER BY 1, 2"
)


def test_the_worn_roles_are_granted_without_being_inherited(started: Services) -> None:
    assert started.sql(MEMBERSHIPS).splitlines() == [
        "pg_read_all_data|portal_backup|t|t|f",
        "portal_desk|portal_login|f|t|f",
        "portal_desk|portal_owner|f|t|f",
        "portal_member|portal_login|f|t|f",
        "portal_member|portal_owner|f|t|f",
    ]


def test_making_the_roles_again_changes_nothing(started: Services) -> None:
    everything = "SELECT * FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY rolname"
    before = started.sql(everything), started.sql(MEMBERSHIPS)
    started.sql(ROLES.read_text())
    assert (started.sql(everything), started.sql(MEMBERSHIPS)) == before


def test_the_database_belongs_to_the_role_that_migrates(started: Services) -> None:
    assert (
        started.sql(
            "SELECT rolname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'portal'"
        )
        == "portal_owner"
    )


def test_a_dump_reads_rows_that_row_security_hides_from_their_owner_and_writes_none(
    started: Services,
) -> None:
    started.sql(
        "SET ROLE portal_owner; CREATE TABLE hidden (id int); INSERT INTO hidden VALUES (1);"
        " ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        database="portal",
    )
    assert started.sql("SET ROLE portal_owner; SELECT count(*) FROM hidden", database="portal") == "0"
    dump = [
        started._program("pg_dump"),
        "-h",
        str(started.run),
        "-U",
        "portal_backup",
        "--data-only",
        "portal",
    ]
    assert (
        "COPY public.hidden (id) FROM stdin;\n1\n"
        in subprocess.run(dump, check=True, capture_output=True, text=True).stdout
    )
    with pytest.raises(ServiceError, match="permission denied for table hidden"):
        started.sql("SET ROLE portal_backup; INSERT INTO hidden VALUES (2)", database="portal")
    started.sql("DROP TABLE hidden", database="portal")


def test_letters_beyond_ascii_are_letters(started: Services) -> None:
    assert started.sql("SELECT lower('ÉČŘ'), 'Ä' ~ '\\w', 'Z' < 'a'") == "éčř|t|t"


# --- Reach -------------------------------------------------------------------------------------------
def test_only_their_user_reaches_the_sockets(started: Services) -> None:
    assert stat.S_IMODE(started.run.stat().st_mode) == 0o700
    assert sockets_of(started.data_dir) == [POSTGRES_SOCKET, VALKEY_SOCKET]
    for name in (POSTGRES_SOCKET, VALKEY_SOCKET):
        assert stat.S_IMODE((started.run / name).stat().st_mode) == 0o700


def test_neither_server_listens_on_a_network(started: Services) -> None:
    assert started.sql("SHOW listen_addresses") == ""
    with redis.Redis(unix_socket_path=str(started.run / VALKEY_SOCKET)) as client:
        assert client.config_get("port") == {"port": "0"}
    of_networks = {
        line.split()[9]
        for name in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    }
    held = set()
    for child, _ in started._children:
        for handle in Path(f"/proc/{child.pid}/fd").iterdir():
            held.add(str(handle.readlink()).removeprefix("socket:[").removesuffix("]"))
    assert held & of_networks == set()


def test_no_directory_around_ours_changes_its_mode(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir(mode=0o700)
    services = Services(data, durable=False)
    before = modes_up_from(data, services.run.parent, services.cluster.parent, Path(embedded.__file__))
    try:
        services.start()
        services.stop()
        after = {path: path.stat().st_mode for path in before}
    finally:
        services.stop()
        for left in (services.cluster, services.run):
            subprocess.run(["rm", "-rf", str(left)], check=True)
    assert after == before
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


# --- Refusals ----------------------------------------------------------------------------------------
def test_a_run_directory_of_somebody_else_is_refused_and_left_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = Services(place)
    if os.geteuid() == 0:
        services.run.mkdir(mode=0o755)
        os.chown(services.run, 12345, 12345)
    else:  # cannot give a directory away, so one of root's stands for it
        services.run = Path("/usr")
    before = services.run.stat()
    with pytest.raises(ServiceError, match=f"{services.run} belongs to someone else"):
        services.start()
    after = services.run.stat()
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)
    assert processes_of(place) == {}


def test_a_link_in_the_place_of_the_run_directory_is_refused(place: Path) -> None:
    services = Services(place)
    target = place / "elsewhere"
    target.mkdir(mode=0o755)
    target.chmod(0o755)
    services.run.symlink_to(target)
    try:
        with pytest.raises(ServiceError, match="belongs to someone else"):
            services.start()
    finally:
        services.run.unlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


def test_a_copy_of_the_programs_that_others_may_write_is_not_run(place: Path) -> None:
    source, copy = place / "wheel", place / "copy"
    source.mkdir()
    copy.mkdir()
    copy.chmod(0o777)
    with pytest.raises(ServiceError, match=f"{copy} belongs to someone else"):
        embedded._reachable_copy(source, copy)
    assert list(copy.iterdir()) == []


def test_programs_that_are_not_there_are_reported_with_the_logs_place(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_PG_BIN", "/nowhere/bin")
    with pytest.raises(ServiceError) as refusal:
        Services(place).start()
    log = place / "postgres.log"
    assert str(refusal.value) == f"/nowhere/bin/initdb could not be run; see {log}. Is PORTAL_PG_BIN right?"
    assert "No such file or directory: '/nowhere/bin/initdb'" in log.read_text()
    assert processes_of(place) == {}


def test_what_a_failing_program_says_is_in_the_log(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as programs:
        Path(programs).chmod(0o755)
        initdb = Path(programs) / "initdb"
        initdb.write_text("#!/bin/sh\necho the disk is full >&2\nexit 1\n")
        initdb.chmod(0o755)
        monkeypatch.setenv("PORTAL_PG_BIN", programs)
        with pytest.raises(ServiceError, match=f"see {place}/postgres.log"):
            Services(place).start()
    assert (place / "postgres.log").read_text() == "the disk is full\n"


def test_a_server_that_ends_while_it_starts_leaves_nothing_running(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = Services(place, durable=False)
    monkeypatch.setattr(services, "_start_valkey", lambda: (_ for _ in ()).throw(ServiceError("no valkey")))
    with pytest.raises(ServiceError, match="no valkey"):
        services.start()
    assert processes_of(place) == {}
    assert sockets_of(place) == []


# --- Ends --------------------------------------------------------------------------------------------
def test_stopping_leaves_no_process_and_no_socket(place: Path) -> None:
    services = Services(place, durable=False)
    services.start()
    assert len(processes_of(place)) >= 2
    services.stop()
    assert processes_of(place) == {}
    assert sockets_of(place) == []


def test_killing_the_starter_ends_both_servers(place: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(place)],
        cwd=ROOT,
        env=environment(place),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    with starter, starter.stdout as said:
        assert said.readline() == "started\n"
        servers = {pid: words for pid, words in processes_of(place).items() if pid != starter.pid}
        assert {"postgres" in words for words in servers.values()} == {True, False}
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    assert wait_for_the_end_of(servers) == {}
    assert processes_of(place) == {}
    assert "database system is shut down" in (place / "postgres.log").read_text()


def test_a_cluster_is_used_again_by_the_next_start(place: Path) -> None:
    for _ in range(2):
        services = Services(place, durable=False)
        services.start()
        services.ensure_database()
        count = services.sql("SELECT count(*) FROM pg_database WHERE datname = 'portal'")
        services.stop()
        assert count == "1"
