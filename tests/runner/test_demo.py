"""The demonstration: everybody and everything is in it, and it is the same on every machine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from core.models import EventRecord
from core.now import standing_at
from core.tenancy import acting_as, worker_context
from customers.models import (
    AwsAccount,
    Customer,
    DeskPerson,
    DeskRole,
    Member,
    MemberRole,
    SupportState,
    User,
)
from notifications.models import Notification
from slas.access import agreement_in_force
from slas.actions import measure
from slas.models import Clock, Watch
from tests.cast import START
from tests.conftest import _empty_as_owner
from tickets.lifecycle import Status
from tickets.models import Message, Ticket
from trusst_support.places import LOADING
from vendors.models import AccountLink, CaseStatus, Outgoing, VendorCase, VendorMessage

PASSWORD_FILE = "demo-password"
#: Columns that say when and in which transaction a row was written, or how a password was salted.
OF_THE_MACHINE = {"recorded_at", "created_at", "txid", "password"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, place: Path) -> Iterator[list[dict[str, Any]]]:
    """Load the demonstration twice at one instant, and return what each loading left; the second stays."""
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"])
    patch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    with django_db_blocker.unblock():
        found = []
        for number in (1, 2):
            _empty_as_owner(None)  # type: ignore[arg-type]
            patch.setattr(settings, "DATA_DIR", place / str(number))
            with standing_at(START):
                call_command("seed_demo")
            found.append(everything())
        yield found
        _empty_as_owner(None)  # type: ignore[arg-type]
    patch.undo()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded"), pytest.mark.long]


def everything() -> dict[str, Any]:
    """Return every row of the demonstration without what only tells the machine."""
    models = (
        *(EventRecord, Ticket, Message, Clock, Watch, Notification, Customer, Member, DeskPerson, User),
        *(VendorCase, CaseStatus, VendorMessage),
    )
    with acting_as(worker_context()):
        return {model.__name__: rows(model._default_manager.order_by("pk")) for model in models}


def rows(found: QuerySet[Any]) -> list[dict[str, Any]]:
    return [
        {key: _unsigned(value) for key, value in row.items() if key not in OF_THE_MACHINE}
        for row in found.values()
    ]


def _unsigned(value: Any) -> Any:
    """Return a value without the signature of an invitation's link, which names the moment of its making."""
    return re.sub(r"(/join/[^:\s]+):\S+", r"\1", value) if isinstance(value, str) else value


def test_two_machines_at_one_instant_have_the_same_demonstration(loaded: list[dict[str, Any]]) -> None:
    first, second = loaded
    for name in first:
        assert first[name] == second[name]
    assert len(first["EventRecord"]) > 200


def test_there_are_six_customers_and_one_has_no_agreement() -> None:
    with acting_as(worker_context()):
        covered = {
            customer.slug: agreement_in_force(customer, START) is not None
            for customer in Customer.objects.all()
        }
    assert covered == {
        "acme": True,
        "banksia": True,
        "corella": True,
        "jacaranda": False,
        "tidewater": True,
        "wattle": True,
    }


def test_one_customers_plan_is_too_low() -> None:
    with acting_as(worker_context()):
        low = AwsAccount.objects.filter(support_state=SupportState.NOT_MET)
        assert list(low.values_list("customer__slug", "name")) == [("wattle", "wattle-shop")]


def test_accounts_are_connected_in_every_way() -> None:
    with acting_as(worker_context()):
        states = dict(AccountLink.objects.values_list("account__name", "state"))
        declared = AwsAccount.objects.get(name="acme-dev").declared_plan
        unconnected = set(AwsAccount.objects.exclude(name__in=states).values_list("name", flat=True))
    assert states == {
        "acme-prod": "ok",
        "acme-dev": "ok",
        "banksia-clinical": "ok",
        "tidewater-core": "ok",
        "wattle-shop": "no_plan",
        "jacaranda-main": "ok",
    }
    assert declared == "Business", "a plan that AWS ends soon"
    assert unconnected == {"corella-ops", "wattle-data"}


def test_vendors_have_cases_in_every_state() -> None:
    with acting_as(worker_context()):
        states = Counter(VendorCase.objects.values_list("state", flat=True))
        urgent = VendorCase.objects.select_related("ticket").get(display_id="176402918835")
        unsent = Outgoing.objects.filter(state="refused").count()
        shared = VendorMessage.objects.exclude(shared=None).count()
    assert set(states) == {
        "new",
        "vendor_working",
        "waiting_on_us",
        "waiting_on_vendor",
        "resolved",
        "unknown",
    }
    assert states["resolved"] >= 10
    assert (urgent.state, urgent.severity, urgent.ticket.severity) == ("vendor_working", "critical", 1)
    assert urgent.target_seconds == 1800
    assert (unsent, shared) == (1, 1)


def test_every_role_is_there() -> None:
    with acting_as(worker_context()):
        members = Counter(Member.objects.values_list("role", flat=True))
        desk = Counter(DeskPerson.objects.values_list("role", flat=True))
    assert members == dict.fromkeys(MemberRole.values, 6)
    assert desk == {DeskRole.ENGINEER: 2, DeskRole.LEAD: 1, DeskRole.MANAGER: 1, DeskRole.ADMIN: 1}


def test_three_dozen_tickets_stand_in_every_status_and_on_every_level() -> None:
    with acting_as(worker_context()):
        statuses = Counter(Ticket.objects.values_list("status", flat=True))
        levels = Counter(Ticket.objects.values_list("level", flat=True))
        severities = set(Ticket.objects.values_list("severity", flat=True))
    assert set(statuses) == {status.value for status in Status}
    assert statuses.total() == 44
    assert set(levels) == {1, 2, 3}
    assert severities == {1, 2, 3, 4}


def test_every_ticket_begins_with_the_fact_of_the_action_that_opens_tickets() -> None:
    with acting_as(worker_context()):
        first = set(EventRecord.objects.filter(seq=1).values_list("ticket_id", "type", "occurred_at"))
        tickets = set(Ticket.objects.values_list("pk", "opened_at"))
    assert first == {(pk, "tickets.opened", opened_at) for pk, opened_at in tickets}


def test_nothing_has_happened_in_the_future() -> None:
    with acting_as(worker_context()):
        moments: dict[str, datetime | None] = {
            "fact": EventRecord.objects.order_by("occurred_at").values_list("occurred_at", flat=True).last(),
            "message": Message.objects.order_by("at").values_list("at", flat=True).last(),
            "sent": Notification.objects.exclude(sent_at=None)
            .order_by("sent_at")
            .values_list("sent_at", flat=True)
            .last(),
        }
    assert {name: at for name, at in moments.items() if at is None or at > START} == {}


def test_every_clock_is_what_a_fresh_replay_says() -> None:
    columns = (
        "severity",
        "target_seconds",
        "state",
        "outcome",
        "started_at",
        "due_at",
        "stopped_at",
        "breached_at",
    )
    with acting_as(worker_context()):
        assert not Watch.objects.due_by(START).exists()
        measured_tickets = 0
        for ticket in Ticket.objects.all():
            kept = {
                (clock.metric, clock.cycle): tuple(getattr(clock, name) for name in columns)
                for clock in Clock.objects.filter(customer_id=ticket.customer_id, ticket=ticket)
            }
            fresh = {
                (str(one.clock.metric), one.clock.cycle): tuple(
                    _number(name, getattr(one.clock, name)) for name in columns
                )
                for one in measure(ticket, as_of=START)[1]
            }
            assert kept == fresh, ticket.key
            measured_tickets += bool(kept)
    assert measured_tickets == 36


def _number(name: str, value: Any) -> Any:
    """Return a severity as rows keep it: P2 is 2."""
    return int(str(value).removeprefix("P")) if name == "severity" and value is not None else value


def test_a_second_loading_is_refused_and_changes_nothing(loaded: list[dict[str, Any]]) -> None:
    with pytest.raises(CommandError, match="only goes into an empty database"):
        call_command("seed_demo")
    call_command("seed_demo", "--if-empty")
    assert everything() == loaded[1]


def test_half_a_demonstration_is_not_passed_off_as_a_whole(place: Path) -> None:
    marker = place / "2" / LOADING
    marker.touch()
    try:
        with pytest.raises(CommandError, match=f"Empty the database, delete {marker}"):
            call_command("seed_demo", "--if-empty")
    finally:
        marker.unlink()


def test_the_sign_ins_are_shown_by_role_with_their_password(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("demo_signins")
    said = capsys.readouterr().out
    password = (place / "2" / PASSWORD_FILE).read_text()
    assert f"password of them all  {password}\n" in said
    for role in DeskRole.values:
        assert f"desk {role} " in said
    for role in MemberRole.values:
        assert f"customer {role} " in said
    assert (place / "2" / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600
    assert User.objects.get(email="priya@trusst.example").check_password(password)


def test_a_password_of_another_database_is_not_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = place / "2" / PASSWORD_FILE
    right = file.read_text()
    file.write_text((place / "1" / PASSWORD_FILE).read_text())
    try:
        call_command("demo_signins")
    finally:
        file.write_text(right)
    assert capsys.readouterr().out == (
        f"The password in {file} opens no sign-in of this database, so it is not shown.\n"
    )
