"""Canned replies: their variables, how they come into a text, what may not be sent, and who keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from customers.models import Member
from tests.cast import HIGH, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse
from tests.tickets.conftest import everything_about
from tickets import actions
from tickets.canned import fill, open_variables, say_instant, unknown_variables, written
from tickets.models import CannedReply, ModeChoice, Ticket

JSON = {"Accept": "application/json"}


# --- Variables, without a database -------------------------------------------------------------------
def test_variables_are_filled_however_they_are_spaced() -> None:
    assert fill("Hello {{first_name}}, {{  key }}.", {"first_name": "Ben", "key": "ACME-1"}).text == (
        "Hello Ben, ACME-1."
    )


def test_what_has_no_value_stays_and_is_named_once_in_order() -> None:
    filled = fill("{{update_due}} {{nonsense}} {{update_due}} {{key}}", {"update_due": "", "key": "ACME-1"})
    assert filled.text == "{{update_due}} {{nonsense}} {{update_due}} ACME-1"
    assert filled.open == ("update_due", "nonsense")


@pytest.mark.parametrize(
    "text",
    [
        "Set `{{ inventory_hostname }}` there",
        "``a ` {{ x }}``",
        "```\n{{ key }}\n```",
        "~~~ yaml\nhost: {{ key }}\n~~~\n",
        "```\n{{ key }} in a fence that nobody closed",
    ],
)
def test_code_is_quoted_as_it_is(text: str) -> None:
    filled = fill(text, {"key": "ACME-1"})
    assert (filled.text, filled.open) == (text, ())


@pytest.mark.parametrize("text", ["{{}}", "{{ }}", "{ {key} }", "{{a\nb}}", "{key}"])
def test_braces_alone_are_no_variable(text: str) -> None:
    assert open_variables(text) == ()


def test_a_backtick_hides_nothing_beyond_its_paragraph() -> None:
    assert open_variables("It`s one\n\n{{key}} `two`") == ("key",)


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert fill("{{subject}}", {"subject": "{{key}}", "key": "ACME-1"}).text == "{{key}}"


def test_unknown_names_are_told_from_known_ones() -> None:
    assert unknown_variables("{{key}} {{name}} {{Key}}") == ("name", "Key")
    assert written(("a", "b", "c")) == "{{a}}, {{b}} and {{c}}"


def test_an_instant_is_said_in_the_readers_zone_with_its_day_unless_today() -> None:
    now = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    due = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    assert say_instant(due, now=now, zone="Australia/Sydney") == "13:30 AEDT"
    assert say_instant(due, now=now, zone="Europe/London") == "Tuesday 3 March, 02:30 GMT"
    assert say_instant(None, now=now, zone="Europe/London") == ""


# --- Into a text -------------------------------------------------------------------------------------
@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=HIGH, subject="VPN drops")


def keep(cast: Cast, body: str, *, name: str = "News", mode: ModeChoice = ModeChoice.REPLY) -> CannedReply:
    with acting_as(context_of(cast.admin)) as now:
        return actions.add_canned_reply(actor=actor_of(cast.admin), at=now, name=name, body=body, mode=mode)


def insert(browse: Browse, cast: Cast, ticket: Ticket, reply: CannedReply, **typed: Any) -> Any:
    return browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/reply/compose/", {"step": "insert", "canned": reply.pk} | typed
    )


def test_every_variable_is_filled_from_the_ticket(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    reply = keep(
        cast,
        "{{customer}}|{{first_name}}|{{key}}|{{subject}}|{{severity}}|{{respond_due}}|{{restore_due}}|{{my_name}}",
    )
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/reply/compose/", {"step": "insert", "canned": reply.pk}, headers=JSON
    )
    assert answer.json() == {
        "text": "Acme Freight|Acme|ACME-1|VPN drops|P2 High|11:00 AEDT|18:00 AEDT|Desk Engineer"
    }


def test_due_times_are_in_the_zone_of_whoever_reported_it(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.requester.pk).update(timezone="Asia/Tokyo")
    answer = insert(browse, cast, ticket, keep(cast, "By {{respond_due}}"))
    assert answer.context["forms"]["reply"]["body"].value() == "By 09:00 JST"


def test_without_a_script_it_comes_after_what_was_typed(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    before = everything_about(ticket)
    answer = insert(browse, cast, ticket, keep(cast, "Regards, {{my_name}}"), body="It is fixed.\n")
    assert answer.status_code == 200
    assert answer.context["forms"]["reply"]["body"].value() == "It is fixed.\n\nRegards, Desk Engineer"
    assert everything_about(ticket) == before


def test_a_withdrawn_reply_is_not_offered(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    reply = keep(cast, "Old words", name="Old")
    page = f"/desk/tickets/{ticket.key}/"
    assert ">Old</option>" in browse(cast.engineer).get(page).content.decode()
    with acting_as(context_of(cast.admin)) as now:
        actions.switch_canned_reply(reply=reply, actor=actor_of(cast.admin), at=now, is_active=False)
    assert ">Old</option>" not in browse(cast.engineer).get(page).content.decode()


def test_each_mode_offers_its_own(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    keep(cast, "State", name="Hand-over", mode=ModeChoice.NOTE)
    keep(cast, "Hello", name="First answer")
    page = browse(cast.engineer).get(f"/desk/tickets/{ticket.key}/").content.decode()
    reply, _, note = page.partition('data-composer="note"')
    assert (">First answer</option>" in reply, ">Hand-over</option>" in reply) == (True, False)
    assert (">First answer</option>" in note, ">Hand-over</option>" in note) == (False, True)


# --- Before it is sent -------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["reply", "note"])
def test_an_open_variable_blocks_sending_and_is_named(
    cast: Cast, browse: Browse, ticket: Ticket, name: str
) -> None:
    before = everything_about(ticket)
    text = "By {{update_due}}, {{nobody}}"
    answer = browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/{name}/", {"body": text})
    assert answer.status_code == 422
    form = answer.context["failed"][name]
    assert form.errors["body"] == [
        "Fill in {{update_due}} and {{nobody}}, or take it out. Braces within code, between backticks, may stay."
    ]
    assert form["body"].value() == text
    assert everything_about(ticket) == before


def test_braces_in_code_are_sent(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    body = {"body": "Put `{{ item }}` into the playbook"}
    assert browse(cast.engineer).post(f"/desk/tickets/{ticket.key}/reply/", body).status_code == 302


def test_a_members_braces_are_their_own_business(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    address = f"/c/acme/tickets/{ticket.number}/reply/"
    assert browse(cast.acme.requester).post(address, {"body": "It shows {{name}}"}).status_code == 302


# --- Who keeps them ----------------------------------------------------------------------------------
TYPED = {"name": "Ask for logs", "mode": "reply", "body": "Hello {{first_name}}"}
LIST = "/desk/admin/replies/"


def replies() -> list[tuple[str, str, bool, int]]:
    with acting_as(worker_context()):
        return list(CannedReply.objects.values_list("name", "body", "is_active", "version"))


def log() -> list[tuple[str, str, dict[str, Any]]]:
    with acting_as(worker_context()):
        return list(
            DeskRecord.objects.filter(type="tickets.canned_reply_changed")
            .order_by("pk")
            .values_list("actor_name", "type", "payload")
        )


def test_a_lead_adds_edits_withdraws_and_offers_again(cast: Cast, browse: Browse) -> None:
    client = browse(cast.lead)
    assert client.post(f"{LIST}new/", TYPED).headers["Location"] == LIST
    with acting_as(worker_context()):
        pk = CannedReply.objects.get().pk
    client.post(f"{LIST}{pk}/", TYPED | {"name": "Ask for  the log", "version": 1})
    client.post(f"{LIST}{pk}/switch/", {"active": "no", "version": 2})
    assert replies() == [("Ask for the log", "Hello {{first_name}}", False, 3)]
    client.post(f"{LIST}{pk}/switch/", {"active": "yes", "version": 3})
    assert replies() == [("Ask for the log", "Hello {{first_name}}", True, 4)]
    kinds = ["added", "edited", "withdrawn", "offered"]
    assert log() == [
        ("Desk Lead", "tickets.canned_reply_changed", {"canned_id": pk, "kind": kind}) for kind in kinds
    ]


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"name": ""}, "name", "Enter a name, such as “Ask for logs”."),
        ({"name": "news"}, "name", "There is a reply of this name. Enter another one."),
        ({"body": ""}, "body", "Enter the text."),
        (
            {"body": "Dear {{requester}}"},
            "body",
            "There is no variable {{requester}}. Take one from the list.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    cast: Cast, browse: Browse, typed: dict[str, str], field: str, reason: str
) -> None:
    keep(cast, "Hello", name="News")
    answer = browse(cast.admin).post(f"{LIST}new/", TYPED | typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [reason]}
    assert [name for name, *_ in replies()] == ["News"]


def test_a_stale_edit_changes_nothing_and_can_be_saved_again(cast: Cast, browse: Browse) -> None:
    reply = keep(cast, "Hello")
    browse(cast.lead).post(f"{LIST}{reply.pk}/", TYPED | {"name": "News", "version": 1})
    before = replies()
    answer = browse(cast.admin).post(f"{LIST}{reply.pk}/", TYPED | {"body": "Mine", "version": 1})
    assert answer.status_code == 409
    assert replies() == before
    form = answer.context["form"]
    assert form["body"].value() == "Mine"
    assert "Desk Lead changed this reply" in answer.content.decode()
    again = {bound.name: bound.value() for bound in form}
    assert browse(cast.admin).post(f"{LIST}{reply.pk}/", again).status_code == 302


def test_a_stale_switch_changes_nothing(cast: Cast, browse: Browse) -> None:
    reply = keep(cast, "Hello")
    browse(cast.lead).post(f"{LIST}{reply.pk}/", TYPED | {"version": 1})
    answer = browse(cast.admin).post(f"{LIST}{reply.pk}/switch/", {"active": "no", "version": 1})
    assert answer.status_code == 409
    assert [is_active for *_, is_active, _ in replies()] == [True]


@pytest.mark.parametrize("who", ["engineer", "manager"])
def test_nobody_else_of_the_desk_keeps_them(cast: Cast, browse: Browse, who: str) -> None:
    answer = browse(cast.desk[who]).post(f"{LIST}new/", TYPED)
    assert answer.status_code == 403
    assert replies() == []


def test_there_is_no_reply_of_another_number(cast: Cast, browse: Browse, ticket: Ticket) -> None:
    assert browse(cast.admin).get(f"{LIST}7/").status_code == 404
    answer = browse(cast.engineer).post(
        f"/desk/tickets/{ticket.key}/reply/compose/", {"step": "insert", "canned": "7"}
    )
    assert answer.status_code == 404
