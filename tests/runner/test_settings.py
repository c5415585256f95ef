"""The settings: production asks for everything it needs, and no machine is local by accident."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.runner.starting import ROOT, environment

PRODUCTION = {
    "DATABASE_URL": "postgres://portal_login:word@database:5432/portal",
    "REDIS_URL": "redis://valkey:6379/0",
    "SECRET_KEY": "a-key-of-tests-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghij",
    "PORTAL_BASE_URL": "https://support.example.com/",
    "EMAIL_URL": "smtp+tls://portal:word@mail.example.com:587",
}


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, Any]:
    """Return the settings that an environment of these variables makes."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "trusst_support" / "settings.py"))


# --- What production asks for ------------------------------------------------------------------------
@pytest.mark.parametrize("missing", PRODUCTION)
def test_a_missing_variable_is_named_with_what_it_is(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(monkeypatch, **given)
    first, *named = str(refusal.value).splitlines()
    assert first.startswith("These variables are missing")
    assert [line.split(":")[0].strip() for line in named] == [missing]
    assert len(named[0]) > len(missing) + 20


def test_an_empty_variable_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY: fifty random characters"):
        read(monkeypatch, **PRODUCTION | {"SECRET_KEY": ""})


def test_production_without_anything_names_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(monkeypatch, PORTAL_LOCAL="0")
    assert [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[1:]] == list(PRODUCTION)


def test_production_is_served_over_https_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="must be an https:// address, and is http://support"):
        read(monkeypatch, **PRODUCTION | {"PORTAL_BASE_URL": "http://support.example.com"})


# --- Never local by accident -------------------------------------------------------------------------
def test_nothing_set_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert settings["LOCAL"] is True
    assert settings["PORTAL_BASE_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize("name", PRODUCTION)
def test_one_variable_of_production_is_enough_to_be_production(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match="These variables are missing"):
        read(monkeypatch, **{name: PRODUCTION[name]})


def test_a_local_portal_has_no_address_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="PORTAL_LOCAL is for this machine only"):
        read(monkeypatch, **PRODUCTION | {"PORTAL_LOCAL": "1"})


def test_production_never_keeps_mail_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **PRODUCTION | {"PORTAL_LOCAL_MAIL": "1"})
    assert settings["PORTAL_LOCAL_MAIL"] is False
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert settings["EMAIL_USE_TLS"] is True


# --- What production is ------------------------------------------------------------------------------
def test_cookies_are_bound_to_this_host_and_to_https(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **PRODUCTION)
    assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrf"
    for cookie in ("SESSION_COOKIE", "CSRF_COOKIE"):
        assert settings[f"{cookie}_SECURE"] is True
        assert settings[f"{cookie}_HTTPONLY"] is True
        assert settings[f"{cookie}_SAMESITE"] == "Lax"
        assert f"{cookie}_DOMAIN" not in settings
        assert f"{cookie}_PATH" not in settings


def test_only_the_portals_own_name_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **PRODUCTION)
    assert settings["ALLOWED_HOSTS"] == ["support.example.com"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://support.example.com"]
    assert settings["DEBUG"] is False


def test_browsers_are_told_to_stay_with_https_for_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **PRODUCTION)
    assert settings["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert settings["SECURE_SSL_REDIRECT"] is True


def test_a_proxys_headers_are_believed_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read(monkeypatch, **PRODUCTION)
    assert "SECURE_PROXY_SSL_HEADER" not in alone
    assert "ALLAUTH_TRUSTED_PROXY_COUNT" not in alone
    behind = read(monkeypatch, **PRODUCTION | {"PORTAL_BEHIND_PROXY": "1"})
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert behind["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_a_process_without_the_owners_address_has_only_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    databases = read(monkeypatch, **PRODUCTION)["DATABASES"]
    assert {alias: found["USER"] for alias, found in databases.items()} == {
        "default": "portal_login",
        "ledger": "portal_login",
        "owner": "portal_login",
    }


def test_the_process_that_migrates_is_the_owner_on_one_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = {"DATABASE_OWNER_URL": "postgres://portal_owner:other@database:5432/portal"}
    databases = read(monkeypatch, **PRODUCTION | owner)["DATABASES"]
    assert {alias: found["USER"] for alias, found in databases.items()} == {
        "default": "portal_login",
        "ledger": "portal_login",
        "owner": "portal_owner",
    }


def test_a_socket_in_the_address_becomes_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgres://portal_login@/portal?host=/run/postgres"
    found = read(monkeypatch, **PRODUCTION | {"DATABASE_URL": url})["DATABASES"]["default"]
    assert (found["NAME"], found["USER"], found["HOST"]) == ("portal", "portal_login", "/run/postgres")
    assert found["OPTIONS"] == {}


# --- The whole of it, as a process -------------------------------------------------------------------
def test_djangos_deployment_check_finds_nothing(tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment(tmp_path, **PRODUCTION),
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (
        0,
        "System check identified no issues (1 silenced).\n",
    )


ANSWERS = """
import json, django
django.setup()
from django.test import Client
client = Client(headers={"host": "support.example.com"})
page = client.get("/accounts/login/", secure=True)
plain = client.get("/accounts/login/")
print(json.dumps({
    "status": page.status_code,
    "hsts": page["Strict-Transport-Security"],
    "cookie": page.cookies.output(header=""),
    "plain": [plain.status_code, plain["Location"]],
    "probe": client.get("/healthz").status_code,
    "mail": client.get("/local/mail/", secure=True).status_code,
    "other": Client(headers={"host": "evil.example"}).get("/healthz").status_code,
}))
"""


def test_a_production_process_answers_as_the_settings_say(tmp_path: Any) -> None:
    more = {"DJANGO_SETTINGS_MODULE": "trusst_support.settings", "LOG_LEVEL": "CRITICAL"}
    more["PORTAL_STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ANSWERS],
        cwd=ROOT,
        env=environment(tmp_path, **PRODUCTION | more),
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(done.stdout)
    cookie = said.pop("cookie").strip()
    assert said == {
        "status": 200,
        "hsts": "max-age=31536000; includeSubDomains",
        "plain": [301, "https://support.example.com/accounts/login/"],
        "probe": 200,
        "mail": 404,
        "other": 400,
    }
    assert cookie.startswith("__Host-csrf=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} < set(cookie.split("; "))
    assert "Domain" not in cookie


# --- Where AWS is ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:8090",
        "http://10.0.0.1:8090",
        "http://127.0.0.1.example.com",
        "support.amazonaws.com",
    ],
)
def test_nothing_but_this_machine_stands_in_for_aws(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="AWS_SUPPORT_ENDPOINT"):
        read(monkeypatch, PORTAL_LOCAL="1", AWS_SUPPORT_ENDPOINT=address)


def test_nothing_at_all_stands_in_for_aws_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    local = "http://127.0.0.1:8090"
    assert read(monkeypatch, PORTAL_LOCAL="1", AWS_SUPPORT_ENDPOINT=local)["AWS_SUPPORT_ENDPOINT"] == local
    with pytest.raises(ImproperlyConfigured, match="AWS_SUPPORT_ENDPOINT"):
        read(monkeypatch, **PRODUCTION | {"AWS_SUPPORT_ENDPOINT": local})


def test_production_names_no_example_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, **PRODUCTION)["AWS_PRINCIPAL"] == ""
