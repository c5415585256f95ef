"""Time outside the agreement: proposed by one, decided by another, contested, answered; and nothing is deleted."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from escalations.models import Escalation
from notifications.models import Notification
from slas.models import Exclusion
from slas.tasks import sweep_due_clocks, tell_contested_exclusions
from tests.cast import CRITICAL, HIGH, NORMAL, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.slas.checks import assert_cache_is_true
from tests.slas.outside import (
    clock_of,
    contest,
    count_of_facts,
    decide,
    facts,
    ledger_of,
    newest,
    propose,
    typed,
)
from tests.slas.test_promises_targets import clocks, reply
from tickets import actions as tickets
from tickets.models import Ticket
from trusst_support.auditor import audit


def at(**length: float) -> datetime:
    return START + timedelta(**length)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast.acme.requester, impact=CRITICAL)


@pytest.fixture
def engineer(cast: Cast, browse: Browse) -> Client:
    return browse(cast.engineer)


def restore(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.mark_restored(ticket=ticket, actor=actor_of(cast.engineer), at=now)


def mails(ticket: Ticket, kind: str) -> dict[str, str]:
    """Return the subjects that were sent about a ticket, by address."""
    with acting_as(worker_context()):
        found = Notification.objects.filter(ticket_id=ticket.pk, dedupe_key__startswith=kind)
        return {row.recipient_email: row.subject for row in found}


# --- Proposing ----------------------------------------------------------------------------------------
def test_a_proposal_touches_no_clock(cast: Cast, ticket: Ticket, engineer: Client, clock: Clock) -> None:
    clock.advance(minutes=10)
    answer = propose(engineer, ticket)
    assert answer.status_code == 302
    assert answer["Location"] == f"/desk/tickets/{ticket.key}/"
    exclusion = newest(ticket)
    assert (exclusion.state, exclusion.starts_at, exclusion.ends_at) == ("proposed", at(minutes=10), None)
    assert exclusion.proposed_by_id == cast.engineer.pk
    clock.advance(minutes=5)
    assert [segment.kind for segment in clock_of(ticket, "restore").segments] == ["counted"]
    assert facts(ticket, "exclusion_began") == []


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"evidence": " "}, "evidence", "Enter the evidence, or a link to it."),
        (
            {"reason": "weather"},
            "reason",
            "Select a valid choice. weather is not one of the available choices.",
        ),
        ({"starts_at": "2026-03-03T09:59"}, "starts_at", "This is before the ticket reached the desk."),
        ({"starts_at": "2026-03-03T10:21"}, "starts_at", "This time is in the future."),
        (
            {"starts_at": "2026-03-03T10:05", "ends_at": "2026-03-03T10:21"},
            "ends_at",
            "This time is in the future. Leave it empty while it lasts.",
        ),
        (
            {"starts_at": "2026-03-03T10:05", "ends_at": "2026-03-03T10:05"},
            "ends_at",
            "Enter a time after the start.",
        ),
    ],
)
def test_a_faulty_proposal_keeps_what_was_typed_and_says_why(
    ticket: Ticket, engineer: Client, clock: Clock, values: dict[str, str], field: str, said: str
) -> None:
    clock.advance(minutes=20)
    before = count_of_facts()
    answer = propose(engineer, ticket, **values)
    assert answer.status_code == 422
    [form] = answer.context["panel"].errors
    assert form.errors[field] == [said]
    for name, value in values.items():
        assert form.data[name] == value
    with acting_as(worker_context()):
        assert Exclusion.objects.count() == 0
    assert count_of_facts() == before


def test_a_second_proposal_waits_for_the_first(ticket: Ticket, engineer: Client, clock: Clock) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    answer = propose(engineer, ticket)
    assert answer.status_code == 422
    assert answer.context["panel"].errors[0].non_field_errors() == [
        "Another exclusion of this ticket waits for approval."
    ]
    with acting_as(worker_context()):
        assert Exclusion.objects.count() == 1


def test_a_running_exclusion_leaves_no_room_for_another(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    decide(browse, cast.lead, ticket, "approve")
    answer = propose(engineer, ticket)
    assert answer.context["panel"].errors[0].non_field_errors() == [
        "This ticket is excluded already. End that exclusion first."
    ]


def test_time_is_excluded_once(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=40)
    propose(engineer, ticket, starts_at=typed(at(minutes=10)), ends_at=typed(at(minutes=20)))
    decide(browse, cast.lead, ticket, "approve")
    answer = propose(engineer, ticket, starts_at=typed(at(minutes=20)), ends_at=typed(at(minutes=30)))
    assert answer.context["panel"].errors[0].errors["starts_at"] == ["Part of this time is excluded already."]
    assert propose(engineer, ticket, starts_at=typed(at(minutes=21))).status_code == 302


def test_an_open_exclusion_of_a_resolved_ticket_is_refused(
    cast: Cast, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resolve(ticket=ticket, actor=actor_of(cast.engineer), at=now, code="fixed")
    clock.advance(minutes=10)
    answer = propose(engineer, ticket, starts_at=typed(at(minutes=5)))
    assert answer.context["panel"].errors[0].errors["ends_at"] == [
        "Enter until when: nothing is counted any more."
    ]
    ended = propose(engineer, ticket, starts_at=typed(at(minutes=5)), ends_at=typed(at(minutes=8)))
    assert ended.status_code == 302


def test_level_1s_ticket_has_nothing_to_exclude(cast: Cast, engineer: Client) -> None:
    mine = file_ticket(cast.acme.requester, to_desk=False)
    assert propose(engineer, mine).status_code == 422
    with acting_as(worker_context()):
        assert Exclusion.objects.count() == 0


# --- Deciding -----------------------------------------------------------------------------------------
def test_an_approved_exclusion_stops_restore_and_update_but_not_respond(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    clock.advance(minutes=5)
    assert decide(browse, cast.lead, ticket, "approve").status_code == 302
    clock.advance(minutes=5)
    restore_clock = clock_of(ticket, "restore")
    assert [(one.kind, one.reason, one.from_, one.to) for one in restore_clock.segments] == [
        ("counted", None, at(), at(minutes=10)),
        ("excluded", "customer_network", at(minutes=10), at(minutes=20)),
    ]
    assert (restore_clock.state, restore_clock.due_at, restore_clock.consumed_seconds) == (
        "paused",
        None,
        600,
    )
    respond = clock_of(ticket, "respond")
    assert [one.kind for one in respond.segments] == ["counted"]
    assert (respond.state, respond.consumed_seconds, respond.due_at) == ("running", 1200, at(minutes=30))
    assert_cache_is_true(ticket)


def test_a_segment_names_the_fact_that_excluded_it(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    decide(browse, cast.lead, ticket, "approve")
    clock.advance(minutes=5)
    document = json.loads(engineer.get(f"/desk/tickets/{ticket.key}/evidence.json").content)
    [fact] = [one for one in document["facts"] if one["kind"] == "excluded"]
    assert fact["reason"] == "customer_network"
    assert fact["at"] == "2026-03-02T23:10:00Z"
    assert clock_of(ticket, "restore").segments[-1].fact == fact["id"]


def test_excluded_time_is_nobodys_of_the_ledger(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=30)
    propose(engineer, ticket, starts_at=typed(at(minutes=10)), ends_at=typed(at(minutes=25)))
    decide(browse, cast.lead, ticket, "approve")
    ledger = ledger_of(ticket)
    assert (ledger.excluded, ledger.desk) == (900, 900)


def test_what_ends_it_counts_again_from_there(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    decide(browse, cast.lead, ticket, "approve")
    clock.advance(minutes=50)
    assert decide(browse, cast.engineer, ticket, "end").status_code == 302
    clock.advance(minutes=10)
    found = clock_of(ticket, "restore")
    assert (found.state, found.consumed_seconds) == ("running", 1200)
    assert found.due_at == at(hours=4, minutes=50)
    assert newest(ticket).ends_at == at(hours=1)


def test_restored_while_excluded_is_neither_met_nor_missed(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    propose(engineer, ticket)
    clock.advance(minutes=1)
    decide(browse, cast.lead, ticket, "approve")
    clock.advance(hours=6)
    restore(cast, ticket)
    assert clock_of(ticket, "restore").outcome == "excluded"
    assert clocks(ticket)["restore"].outcome == "excluded"


def test_the_proposer_does_not_decide(cast: Cast, browse: Browse, ticket: Ticket, clock: Clock) -> None:
    clock.advance(minutes=10)
    client = browse(cast.lead)
    propose(client, ticket)
    exclusion = newest(ticket)
    before = count_of_facts()
    for name in ("approve", "reject"):
        answer = client.post(
            f"/desk/tickets/{ticket.key}/exclusions/{exclusion.pk}/{name}/",
            {"version": "1", "reason": "Mine is right.", "seen": ""},
        )
        assert answer.status_code == 422
        assert "You proposed this. Another desk lead or manager decides it." in answer.content.decode()
    assert newest(ticket).state == "proposed"
    assert count_of_facts() == before
    assert decide(browse, cast.manager, ticket, "approve").status_code == 302
    assert newest(ticket).state == "approved"


def test_an_engineer_does_not_decide(cast: Cast, browse: Browse, ticket: Ticket, clock: Clock) -> None:
    clock.advance(minutes=10)
    propose(browse(cast.lead), ticket)
    exclusion = newest(ticket)
    before = count_of_facts()
    for name in ("approve", "reject", "keep", "revoke"):
        answer = browse(cast.engineer).post(
            f"/desk/tickets/{ticket.key}/exclusions/{exclusion.pk}/{name}/",
            {"version": "1", "reason": "Yes.", "seen": "", "since": "now"},
        )
        assert answer.status_code == 403
        assert "A desk lead or a manager decides this." in answer.content.decode()
    assert newest(ticket).state == "proposed"
    assert count_of_facts() == before


def test_a_rejected_exclusion_leaves_every_clock_alone(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    assert decide(browse, cast.lead, ticket, "reject", reason="Our own router.").status_code == 302
    clock.advance(minutes=10)
    assert [one.kind for one in clock_of(ticket, "restore").segments] == ["counted"]
    rejected = newest(ticket)
    assert (rejected.state, rejected.decision) == ("rejected", "Our own router.")
    assert [name for name, _, _ in facts(ticket, "exclusion_began", "exclusion_rejected")] == [
        "exclusion_rejected"
    ]


def test_who_proposed_an_exclusion_withdraws_it_and_nobody_else_does(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    address = f"/desk/tickets/{ticket.key}/exclusions/{newest(ticket).pk}/withdraw/"
    before = count_of_facts()
    refused = browse(cast.lead).post(address, {"version": "1", "reason": "Not mine."})
    assert refused.status_code == 422
    assert "Only who proposed this may withdraw it." in refused.content.decode()
    assert (newest(ticket).state, count_of_facts()) == ("proposed", before)
    assert decide(browse, cast.engineer, ticket, "withdraw", reason="It was our router.").status_code == 302
    withdrawn = newest(ticket)
    assert (withdrawn.is_withdrawn, withdrawn.decision) == (True, "It was our router.")
    assert [one.kind for one in clock_of(ticket, "restore").segments] == ["counted"]
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/exclusions/").content.decode()
    assert "Withdrawn" in page
    assert (
        "withdrew the proposed exclusion: It was our router."
        in browse(cast.acme.requester).get(f"/c/acme/tickets/{ticket.number}/").content.decode()
    )
    # There is room for another one, and nobody decides what is no longer asked.
    assert browse(cast.engineer).post(address, {"version": "2", "reason": "Again."}).status_code == 422
    assert propose(browse(cast.engineer), ticket).status_code == 302


def test_a_decision_on_an_old_page_is_refused(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    answer = decide(browse, cast.lead, ticket, "approve", version="7", reason="Right.")
    assert answer.status_code == 409
    [form] = answer.context["panel"].errors
    assert (form.data["reason"], form.data["version"]) == ("Right.", "1")
    assert newest(ticket).state == "proposed"
    assert facts(ticket, "exclusion_began") == []


# --- Back-dated ---------------------------------------------------------------------------------------
@pytest.fixture
def missed(cast: Cast, ticket: Ticket, clock: Clock) -> Ticket:
    """Restore a critical ticket an hour too late: missed after four hours."""
    clock.advance(minutes=10)
    reply(cast, ticket)
    clock.set(at(hours=4, minutes=1))
    sweep_due_clocks()
    clock.set(at(hours=5))
    restore(cast, ticket)
    clock.advance(minutes=10)
    return ticket


def propose_two_hours(client: Client, ticket: Ticket) -> None:
    answer = propose(client, ticket, starts_at=typed(at(hours=1)), ends_at=typed(at(hours=3)))
    assert answer.status_code == 302


def test_the_approver_sees_which_verdicts_change_before_approving(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    page = browse(cast.lead).get(f"/desk/tickets/{missed.key}/exclusions/")
    [row] = page.context["panel"].exclusions
    [approve] = [one for one in row.actions if one.name.startswith("approve")]
    assert "Restoration was missed and is met" in approve.changes
    assert "Restoration was missed and is met" in page.content.decode()
    assert clock_of(missed, "restore").outcome == "missed"  # nothing is stored by looking
    assert facts(missed, "verdict_corrected") == []


def test_the_proposer_is_offered_to_withdraw_and_not_to_decide(
    cast: Cast, browse: Browse, missed: Ticket
) -> None:
    client = browse(cast.lead)
    propose_two_hours(client, missed)
    [row] = client.get(f"/desk/tickets/{missed.key}/exclusions/").context["panel"].exclusions
    assert [action.verb for action in row.actions] == ["withdraw"]


def test_a_back_dated_exclusion_appends_a_correction_and_leaves_the_miss_visible(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    assert decide(browse, cast.lead, missed, "approve").status_code == 302
    found = clock_of(missed, "restore")
    assert (found.outcome, found.breached_at, found.consumed_seconds) == ("met", None, 3 * 3600)
    corrected = [payload for _, _, payload in facts(missed, "verdict_corrected")]
    assert {"metric": "restore", "cycle": 1, "was": "missed", "now": "met", "cause": "exclusion"} in corrected
    breaches = [(when, said["metric"]) for _, when, said in facts(missed, "objective_breached")]
    assert (at(hours=4), "restore") in breaches
    with acting_as(worker_context()):
        assert Escalation.objects.filter(about="Restoration objective missed").count() == 1
    page = engineer.get(f"/desk/tickets/{missed.key}/").content.decode()
    assert "recorded that the restoration objective was missed" in page
    assert "approved a correction: restoration was missed and is met" in page
    assert_cache_is_true(missed)


def test_a_decision_on_other_verdicts_than_were_shown_is_refused(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    before = count_of_facts()
    answer = decide(browse, cast.lead, missed, "approve", seen="")
    assert answer.status_code == 409
    [form] = answer.context["panel"].errors
    assert "restore-1:missed>met" in form.data["seen"]
    assert newest(missed).state == "proposed"
    assert count_of_facts() == before
    again = browse(cast.lead).post(
        f"/desk/tickets/{missed.key}/exclusions/{newest(missed).pk}/approve/", form.data.dict()
    )
    assert again.status_code == 302


@pytest.mark.parametrize("side", ["customer", "desk"])
def test_the_evidence_of_a_corrected_ticket_replays_to_its_verdict(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client, tmp_path: Path, side: str
) -> None:
    propose_two_hours(engineer, missed)
    decide(browse, cast.lead, missed, "approve")
    place = "c/acme/tickets/1" if side == "customer" else f"desk/tickets/{missed.key}"
    person = cast.acme.requester if side == "customer" else cast.engineer
    document = json.loads(browse(person).get(f"/{place}/evidence.json").content)
    kinds = [fact["kind"] for fact in document["facts"]]
    assert (kinds.count("excluded"), kinds.count("included")) == (1, 1)
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(document))
    printed = StringIO()
    call_command("slo_replay", str(file), stdout=printed)
    assert json.loads(printed.getvalue()) == document["verdict"]
    [restored] = [one for one in document["verdict"]["clocks"] if one["metric"] == "restore"]
    assert restored["outcome"] == "met"


def test_a_miss_that_was_corrected_away_is_told_when_it_comes_true_after_all(
    cast: Cast, browse: Browse, engineer: Client, clock: Clock
) -> None:
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    clock.set(at(hours=8, minutes=1))
    sweep_due_clocks()
    propose(engineer, ticket, starts_at=typed(at(hours=1)), ends_at=typed(at(hours=2)))
    decide(browse, cast.lead, ticket, "approve")
    assert clock_of(ticket, "restore").outcome == "pending"
    clock.set(at(hours=9, minutes=1))
    sweep_due_clocks()
    assert clock_of(ticket, "restore").breached_at == at(hours=9)
    told = [when for _, when, said in facts(ticket, "objective_breached") if said["metric"] == "restore"]
    assert told == [at(hours=8), at(hours=9)]
    with acting_as(worker_context()):
        assert Escalation.objects.filter(about="Restoration objective missed").count() == 2
    sweep_due_clocks()
    assert len(facts(ticket, "objective_breached")) == 3  # respond, and restore twice


# --- Contesting and revoking --------------------------------------------------------------------------
@pytest.fixture
def excluded(cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock) -> Ticket:
    """Let a ticket be excluded since ten minutes after it came."""
    clock.advance(minutes=10)
    propose(engineer, ticket)
    decide(browse, cast.lead, ticket, "approve")
    clock.advance(minutes=10)
    return ticket


def test_the_customer_sees_evidence_and_decision_and_contests_in_one_press(
    cast: Cast, browse: Browse, excluded: Ticket
) -> None:
    client = browse(cast.acme.requester)
    page = client.get(f"/c/acme/tickets/{excluded.number}/").content.decode()
    for said in (
        "Acme Freight&#x27;s network",
        "Ping from the site fails, see graph 7.",
        "Seen it.",
        "Desk Lead",
    ):
        assert said in page
    assert f"/c/acme/tickets/{excluded.number}/exclusions/{newest(excluded).pk}/contest/" in page
    answer = contest(browse, cast.acme.requester, excluded)
    assert answer["Location"] == f"/c/acme/tickets/{excluded.number}/"
    contested = newest(excluded)
    assert (contested.is_contested, contested.contest, contested.contested_by) == (
        True,
        "Our network was up.",
        "Acme Requester",
    )
    assert [said for _, _, said in facts(excluded, "exclusion_contested")] == [
        {"exclusion_id": contested.pk, "reason": "Our network was up."}
    ]
    for side in (
        browse(cast.acme.requester).get(f"/c/acme/tickets/{excluded.number}/"),
        browse(cast.engineer).get(f"/desk/tickets/{excluded.key}/"),
    ):
        assert "contested the exclusion: Our network was up." in side.content.decode()


def test_a_contest_says_why_and_is_made_once(cast: Cast, browse: Browse, excluded: Ticket) -> None:
    assert contest(browse, cast.acme.requester, excluded, reason=" ").status_code == 422
    assert not newest(excluded).is_contested
    assert contest(browse, cast.acme.requester, excluded).status_code == 302
    again = contest(browse, cast.acme.lead, excluded)
    assert again.status_code == 422
    assert "This exclusion was contested before." in again.content.decode()
    assert newest(excluded).contested_by == "Acme Requester"


def test_only_an_approved_exclusion_is_contested(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    assert contest(browse, cast.acme.requester, ticket).status_code == 422
    assert facts(ticket, "exclusion_contested") == []


def test_another_customer_contests_nothing(cast: Cast, browse: Browse, excluded: Ticket) -> None:
    other = file_ticket(cast.globex.requester)
    assert other.number == excluded.number
    answer = browse(cast.globex.lead).post(
        f"/c/globex/tickets/{other.number}/exclusions/{newest(excluded).pk}/contest/",
        {"version": "2", "reason": "Not ours."},
    )
    assert answer.status_code == 404
    assert not newest(excluded).is_contested


def test_a_contested_exclusion_is_kept_with_an_answer(cast: Cast, browse: Browse, excluded: Ticket) -> None:
    contest(browse, cast.acme.requester, excluded)
    assert decide(browse, cast.manager, excluded, "keep", reason="Graph 7 is clear.").status_code == 302
    kept = newest(excluded)
    assert (kept.state, kept.is_contested, kept.answer) == ("approved", False, "Graph 7 is clear.")
    assert clock_of(excluded, "restore").state == "paused"
    page = browse(cast.acme.requester).get(f"/c/acme/tickets/{excluded.number}/").content.decode()
    assert "Graph 7 is clear." in page


def test_revoked_from_now_on_keeps_what_was_excluded(
    cast: Cast, browse: Browse, excluded: Ticket, clock: Clock
) -> None:
    contest(browse, cast.acme.requester, excluded)
    assert decide(browse, cast.lead, excluded, "revoke", since="now").status_code == 302
    clock.advance(minutes=10)
    found = clock_of(excluded, "restore")
    assert [(one.kind, one.seconds) for one in found.segments] == [
        ("counted", 600),
        ("excluded", 600),
        ("counted", 600),
    ]
    assert (newest(excluded).state, newest(excluded).is_void) == ("revoked", False)
    assert facts(excluded, "verdict_corrected") == []


def test_revoked_as_if_it_never_was_shows_and_appends_what_it_changes(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    decide(browse, cast.lead, missed, "approve")
    page = browse(cast.manager).get(f"/desk/tickets/{missed.key}/exclusions/")
    [row] = page.context["panel"].exclusions
    [revoke] = [one for one in row.actions if one.name.startswith("revoke")]
    assert "Restoration was met and is missed" in revoke.changes
    assert decide(browse, cast.manager, missed, "revoke", since="start").status_code == 302
    found = clock_of(missed, "restore")
    assert (found.outcome, found.breached_at) == ("missed", at(hours=4))
    corrected = [
        (said["was"], said["now"])
        for _, _, said in facts(missed, "verdict_corrected")
        if said["metric"] == "restore"
    ]
    assert corrected == [("missed", "met"), ("met", "missed")]
    # The breach that comes back was told before, so nobody is called twice.
    told = [said for _, _, said in facts(missed, "objective_breached") if said["metric"] == "restore"]
    assert len(told) == 1
    assert_cache_is_true(missed)


def test_an_exclusion_that_ended_is_only_revoked_as_a_whole(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    decide(browse, cast.lead, missed, "approve")
    answer = decide(browse, cast.lead, missed, "revoke", since="now")
    assert answer.status_code == 422
    assert answer.context["panel"].errors[0].errors["since"] == [
        "It has ended already: revoke it as if it never was."
    ]
    assert newest(missed).state == "approved"


def test_what_was_revoked_as_a_whole_does_not_end_what_is_excluded_afterwards(
    cast: Cast, browse: Browse, missed: Ticket, engineer: Client
) -> None:
    propose_two_hours(engineer, missed)
    decide(browse, cast.lead, missed, "approve")
    decide(browse, cast.manager, missed, "revoke", since="start")
    propose(engineer, missed, starts_at=typed(at(minutes=30)), ends_at=typed(at(hours=4, minutes=30)))
    decide(browse, cast.lead, missed, "approve")
    spans = [(one.from_, one.to) for one in clock_of(missed, "restore").segments if one.kind == "excluded"]
    assert spans == [(at(minutes=30), at(hours=4, minutes=30))]


# --- Who hears of it ----------------------------------------------------------------------------------
def test_a_proposal_is_mailed_to_those_who_decide_and_to_the_customer(
    cast: Cast, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    clock.advance(minutes=10)
    propose(engineer, ticket)
    assert set(mails(ticket, "slas.exclusion_proposed")) == {
        "requester@acme.example",
        "lead@trusst.example",
        "manager@trusst.example",
        "admin@trusst.example",
    }


def test_a_decision_is_mailed_to_the_proposer_and_the_customer(cast: Cast, excluded: Ticket) -> None:
    assert set(mails(excluded, "slas.exclusion_approved")) == {
        "requester@acme.example",
        "engineer@trusst.example",
    }


def test_a_contest_is_mailed_to_the_desk_by_a_sweep_once(
    cast: Cast, browse: Browse, excluded: Ticket
) -> None:
    contest(browse, cast.acme.lead, excluded)
    assert set(mails(excluded, "slas.exclusion_contested")) == {"requester@acme.example"}
    assert tell_contested_exclusions() == 1
    assert set(mails(excluded, "exclusion-contested")) == {
        "engineer@trusst.example",
        "lead@trusst.example",
        "manager@trusst.example",
        "admin@trusst.example",
    }
    assert tell_contested_exclusions() == 0


def test_the_auditor_finds_a_contest_that_nobody_was_told_of(
    cast: Cast, browse: Browse, excluded: Ticket, clock: Clock
) -> None:
    contest(browse, cast.acme.requester, excluded)
    what = "contested exclusions that no desk lead was told of"
    clock.advance(seconds=59)
    assert what not in {fault.what for fault in audit()}
    clock.advance(seconds=1)
    assert {fault.what: fault.ids for fault in audit()}[what] == (newest(excluded).pk,)
    tell_contested_exclusions()
    assert what not in {fault.what for fault in audit()}


# --- The list -----------------------------------------------------------------------------------------
def test_the_desk_lists_what_waits_for_a_decision(
    cast: Cast, browse: Browse, excluded: Ticket, engineer: Client
) -> None:
    client = browse(cast.lead)
    assert "Nothing waits for a decision." in client.get("/desk/exclusions/").content.decode()
    other = file_ticket(cast.globex.requester, impact=NORMAL)
    propose(engineer, other)
    contest(browse, cast.acme.requester, excluded)
    listed = client.get("/desk/exclusions/").context["exclusions"]
    assert [(one.ticket.key, one.is_contested) for one in listed] == [("ACME-1", True), ("GLOB-1", False)]


def test_the_list_asks_as_often_for_many_as_for_one(cast: Cast, browse: Browse, engineer: Client) -> None:
    client = browse(cast.lead)
    counts = []
    for _ in range(3):
        propose(engineer, file_ticket(cast.acme.requester))
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/exclusions/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_a_tickets_page_asks_as_often_for_many_exclusions_as_for_one(
    cast: Cast, browse: Browse, ticket: Ticket, engineer: Client, clock: Clock
) -> None:
    client = browse(cast.lead)
    counts = []
    for minute in (10, 14, 18):
        clock.set(at(minutes=minute))
        span = {"starts_at": typed(at(minutes=minute - 3)), "ends_at": typed(at(minutes=minute - 1))}
        propose(engineer, ticket, **span)
        decide(browse, cast.lead, ticket, "approve")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/tickets/{ticket.key}/exclusions/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
