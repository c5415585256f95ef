"""The desk and a monitor outside are told how the portal is doing, and silence is the alarm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from notifications.models import Notification, State
from tests.cast import Cast, file_ticket
from tests.conftest import Browse, Clock
from tests.mail.letters import arrive, letter
from trusst_support.tasks import audit

pytestmark = pytest.mark.django_db


def test_a_quiet_portal_is_well_and_says_when_it_looked(cast: Cast, browse: Browse) -> None:
    audit()
    page = browse(cast.engineer).get("/desk/status/").content.decode()
    assert "All is well." in page
    assert "They answer" in page
    assert page.count("Nothing is due") == 5


def test_what_is_late_is_named_with_the_time_since_when(cast: Cast, clock: Clock, browse: Browse) -> None:
    audit()
    file_ticket(cast.acme.requester)
    arrive(letter("stranger@evil.example"))
    clock.advance(minutes=4)
    audit()
    page = browse(cast.engineer).get("/desk/status/").content.decode()
    assert "Something is late." in page
    assert "notifications late" in page
    assert "mail that nobody has read: 1" in page
    assert "They answer" in page  # the workers do, and say what is late
    clock.advance(minutes=4)
    assert "Silent since" in browse(cast.engineer).get("/desk/status/").content.decode()


def test_the_page_asks_the_same_of_one_ticket_and_of_ten(cast: Cast, browse: Browse) -> None:
    counts = []
    client = browse(cast.engineer)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/status/")
        counts.append(len(asked))
        for _ in range(9):
            file_ticket(cast.acme.requester)
        with acting_as(worker_context()) as now:
            Notification.objects.update(state=State.SENT, sent_at=now)
    assert counts[0] == counts[1]


def test_a_monitor_reads_the_figures_with_its_word_only(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().get("/metrics").status_code == 404
    monkeypatch.setattr(settings, "METRICS_TOKEN", "a-word")
    assert Client().get("/metrics", headers={"Authorization": "Bearer b-word"}).status_code == 404
    audit()
    file_ticket(cast.acme.requester)
    clock.advance(minutes=4)
    text = Client().get("/metrics", headers={"Authorization": "Bearer a-word"}).content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert figures["portal_up"] == "0"
    assert figures["portal_heartbeat_age_seconds"] == "240"
    assert figures['portal_lag_seconds{sweep="outbox"}'] == "240"
    assert int(figures['portal_due{sweep="outbox"}']) >= 1


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A monitor on this machine; the paths at which it was pinged."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(settings, "HEARTBEAT_URL", f"http://127.0.0.1:{server.server_port}/ping/1")
    yield heard
    server.shutdown()
    server.server_close()


def test_the_monitor_is_pinged_only_while_all_is_well(cast: Cast, clock: Clock, monitor: list[str]) -> None:
    audit()
    assert monitor == ["/ping/1"]
    file_ticket(cast.acme.requester)
    clock.advance(minutes=4)
    audit()
    assert monitor == ["/ping/1"]


def test_a_monitor_that_does_not_answer_fails_no_audit(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings, "HEARTBEAT_URL", "http://127.0.0.1:9/ping/secret")
    assert audit() == 0
    assert "was not reached" in caplog.text
    assert "secret" not in caplog.text
