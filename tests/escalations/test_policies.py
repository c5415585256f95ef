"""What a policy says is what happens: whom its steps call, when, and what starts it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from escalations import hand_over_actions, policy_actions
from escalations.ladder import Kind, Named, Target, Trigger
from escalations.models import Escalation, EscalationCall, State
from escalations.policy_models import EscalationPolicy
from notifications.models import Channel, Notification
from tests.cast import CRITICAL, HIGH, START, Cast, actor_of, context_of, file_ticket
from tests.conftest import Browse, Clock
from tests.escalations.level3 import accept, escalate, level_3, specialist
from tests.escalations.policies import publish, step, terms
from tests.escalations.rotas import document, layer, weekly
from tests.escalations.rotas import publish as publish_rota
from tests.escalations.test_ladders import ENGINEER, LEAD, MANAGER, beat, called, ladders
from tickets import actions as tickets
from tickets.lifecycle import HoldReason
from tickets.models import Ticket

ADMIN = "admin@trusst.example"


def story(ticket: Ticket) -> list[str]:
    """Return what the desk's log says of calling people."""
    with acting_as(worker_context()):
        records = EventRecord.objects.filter(
            ticket_id=ticket.pk, type="escalations.step_taken", payload__about__startswith="P1"
        ).order_by("seq")
        return [f"{record.payload['who']}|{record.payload['note']}" for record in records]


# --- Choosing, and snapshots --------------------------------------------------------------------------
def test_a_customers_own_policy_answers_and_the_others_keep_what_is_built_in(cast: Cast) -> None:
    publish(
        cast,
        Trigger.CRITICAL_ARRIVED,
        terms(step(0, Target.MANAGERS), customer=cast.acme.customer.pk),
        name="Acme",
    )
    file_ticket(cast.acme.requester, impact=CRITICAL)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    beat()
    assert called("ACME-1") == {MANAGER: 1}
    assert called("GLOB-1") == {ENGINEER: 1}


def test_a_running_ladder_keeps_its_version_and_a_new_one_gets_the_next(cast: Cast, clock: Clock) -> None:
    ours = publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(10, Target.MANAGERS)))
    file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0, Target.ENGINEERS)), policy=ours)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    clock.advance(minutes=10)
    beat()
    assert called("ACME-1") == {LEAD: 1, MANAGER: 1}
    assert called("GLOB-1") == {ENGINEER: 1}
    versions = [one.policy_version_id for one in ladders(Trigger.CRITICAL_ARRIVED)]
    with acting_as(worker_context()):
        assert versions == list(ours.versions.values_list("pk", flat=True))


def test_a_policy_that_is_switched_off_answers_nothing_but_what_runs_goes_on(
    cast: Cast, clock: Clock
) -> None:
    ours = publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(10, Target.MANAGERS)))
    file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    with acting_as(context_of(cast.lead)) as now:
        policy_actions.switch_policy(policy=ours, is_on=False, actor=actor_of(cast.lead), at=now)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    clock.advance(minutes=10)
    beat()
    assert called("ACME-1 P1") == {LEAD: 1, MANAGER: 1}
    assert called("GLOB-1 P1") == {ENGINEER: 1, LEAD: 1}


# --- Whom, and while what -----------------------------------------------------------------------------
def test_a_rota_calls_who_is_on_call_and_the_leads_where_that_is_nobody(cast: Cast, clock: Clock) -> None:
    rota = publish_rota(cast, document(layer(cast.admin.pk, off_dates=["2026-03-04"])))
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0, Named(kind=Kind.ROTA, id=rota.pk))))
    first = file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    assert called("ACME-1 P1") == {ADMIN: 1}
    assert story(first) == ["Desk Admin|"]
    clock.set(START + timedelta(days=1))
    second = file_ticket(cast.globex.requester, impact=CRITICAL)
    beat()
    assert called("GLOB-1 P1") == {LEAD: 1}
    assert story(second) == ["Desk Lead|nobody was on call by Service desk, so the leads were called"]


def test_a_person_and_a_team_are_called_and_somebody_in_both_once(cast: Cast) -> None:
    expert = specialist()
    team = level_3(cast, expert, cast.manager)
    targets = (Named(kind=Kind.PERSON, id=expert.pk), Named(kind=Kind.TEAM, id=team.pk))
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0, *targets)))
    file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    assert called() == {"desk.specialist@trusst.example": 1, MANAGER: 1}
    with acting_as(worker_context()):
        reasons = Counter(EscalationCall.objects.values_list("reason", flat=True))
        DeskPerson.objects.filter(pk=expert.pk).update(is_active=False)
    assert reasons == {"Named in the policy": 1, "Team Databases": 1}


def test_a_channel_is_posted_to_and_one_that_is_off_falls_to_the_leads(cast: Cast) -> None:
    with acting_as(worker_context()):
        channel = Channel.objects.create(kind="webhook", name="Ops", address="https://hooks.example.com/7")
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0, Named(kind=Kind.CHANNEL, id=channel.pk))))
    first = file_ticket(cast.acme.requester, impact=CRITICAL)
    beat()
    with acting_as(worker_context()):
        [posted] = Notification.objects.filter(channel=channel)
        Channel.objects.update(is_active=False)
    assert (posted.subject, posted.payload["ticket"]) == ("ACME-1 P1 Critical reached the desk", "ACME-1")
    assert story(first) == ["|posted to Ops"]
    second = file_ticket(cast.globex.requester, impact=CRITICAL)
    beat()
    assert called("GLOB-1 P1") == {LEAD: 1}
    assert story(second) == ["Desk Lead|the channel named is not in use, so the leads were called"]


def test_conditions_are_asked_at_the_time_of_the_step(cast: Cast, clock: Clock) -> None:
    publish(
        cast,
        Trigger.CRITICAL_ARRIVED,
        terms(step(5, Target.LEADS, unassigned=True), step(10, Target.MANAGERS, at_least=1)),
    )
    owned = file_ticket(cast.acme.requester, impact=CRITICAL)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    with acting_as(worker_context()):
        Ticket.objects.filter(pk=owned.pk).update(assignee=cast.engineer)
        beat()
    clock.advance(minutes=5)
    beat()
    assert called("ACME-1 P1") == {}
    assert called("GLOB-1 P1") == {LEAD: 1}
    with acting_as(worker_context()):
        Ticket.objects.filter(customer=cast.globex.customer).update(severity=2)
    clock.advance(minutes=5)
    beat()
    assert called("ACME-1 P1") == {MANAGER: 1}
    assert called("GLOB-1 P1") == {LEAD: 1}


def test_a_ladder_repeats_as_often_as_it_says(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(5, Target.MANAGERS), repeats=2, every=10))
    file_ticket(cast.acme.requester, impact=CRITICAL)
    for minutes, expected in (
        (0, (1, 0)),
        (5, (1, 1)),
        (10, (2, 1)),
        (15, (2, 2)),
        (20, (3, 2)),
        (25, (3, 3)),
        (90, (3, 3)),
    ):
        clock.set(START + timedelta(minutes=minutes))
        beat()
        found = called("ACME-1 P1")
        assert (found[LEAD], found[MANAGER]) == expected, minutes


def test_after_an_outage_everybody_is_told_once(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.CRITICAL_ARRIVED, terms(step(0), step(5, Target.MANAGERS), repeats=2, every=10))
    ticket = file_ticket(cast.acme.requester, impact=CRITICAL)
    clock.advance(minutes=60)
    beat()
    assert called("ACME-1 P1") == {LEAD: 1, MANAGER: 1}
    late = "|it was late, so whom it concerned was told at a later step"
    assert story(ticket) == [late, late, late, late, "Desk Lead|", "Desk Manager|"]


# --- What starts it -----------------------------------------------------------------------------------
def test_without_a_policy_nothing_that_waits_calls_anybody(cast: Cast, clock: Clock) -> None:
    hold(cast, file_ticket(cast.acme.requester, impact=HIGH))
    clock.advance(minutes=40)
    beat()
    assert ladders() == []


def hold(cast: Cast, ticket: Ticket) -> None:
    with acting_as(context_of(cast.engineer)) as now:
        tickets.hold(
            ticket=ticket,
            actor=actor_of(cast.engineer),
            at=now,
            reason=HoldReason.CUSTOMER_ACCESS,
            owner="Acme Coordinator",
            note="Access",
            evidence="",
            review_at=now + timedelta(minutes=30),
        )


def test_a_hold_past_its_review_time_calls_once_and_is_over_with_the_hold(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.HOLD_REVIEW, terms(step(0), step(10, Target.MANAGERS), minutes=5))
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    hold(cast, ticket)
    clock.set(START + timedelta(minutes=35, seconds=-1))
    beat()
    assert ladders() == []
    clock.advance(seconds=31)
    beat()
    beat()
    [ladder] = ladders()
    assert (ladder.trigger, ladder.began_at) == ("hold_review", START + timedelta(minutes=35))
    assert called() == {LEAD: 1}
    with acting_as(context_of(cast.engineer)) as now:
        tickets.resume(ticket=ticket, actor=actor_of(cast.engineer), at=now)
    beat()
    [ladder] = ladders()
    assert ladder.state == State.FINISHED
    clock.advance(minutes=9)
    beat()
    assert called("Hold past") == {LEAD: 1}


def test_a_hand_over_that_nobody_accepts_calls_for_the_customer_that_asked(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.HAND_OVER_WAITING, terms(minutes=15, customer=cast.acme.customer.pk), name="Acme")
    for house in (cast.acme, cast.globex):
        ticket = file_ticket(house.requester, to_desk=False)
        with acting_as(context_of(house.coordinator)) as now:
            hand_over_actions.hand_over(
                ticket=ticket, actor=actor_of(house.coordinator), at=now, checked="The fuse"
            )
    clock.advance(minutes=15)
    beat()
    assert called("Hand-over") == {LEAD: 1}
    assert [one.customer_id for one in ladders()] == [cast.acme.customer.pk]


def test_level_3_that_does_not_accept_is_called_about_until_it_does(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.LEVEL_3_WAITING, terms(step(0), step(10, Target.MANAGERS), minutes=15))
    expert = specialist()
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    escalate(ticket, level_3(cast, expert), cast.engineer)
    clock.advance(minutes=15)
    beat()
    assert called("Databases has not accepted") == {LEAD: 1}
    accept(ticket, expert)
    clock.advance(minutes=10)
    beat()
    assert called("Databases has not accepted") == {LEAD: 1}


def test_a_promised_update_is_called_about_before_it_is_due(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.UPDATE_NEAR, terms(step(0, Target.OWNER), minutes=20))
    ticket = file_ticket(cast.acme.requester, impact=HIGH)
    with acting_as(context_of(cast.engineer)) as now:
        tickets.post_reply(ticket=ticket, actor=actor_of(cast.engineer), at=now, body="We are on it")
    clock.set(START + timedelta(minutes=100, seconds=-1))  # an update is owed every two hours
    beat()
    assert called("update") == {}
    clock.advance(seconds=1)
    beat()
    [ladder] = ladders(Trigger.UPDATE_NEAR)
    assert ladder.began_at == START + timedelta(minutes=100)
    assert called("Promised update") == {ENGINEER: 1}


def test_a_share_of_its_own_is_waited_for_by_the_clock(cast: Cast, clock: Clock) -> None:
    publish(cast, Trigger.AT_RISK, terms(step(0), percent=90, metrics=("respond",)))
    file_ticket(cast.acme.requester, impact=HIGH)  # respond within an hour; the agreement warns at 45 minutes
    clock.set(START + timedelta(minutes=45))
    beat()
    assert called("at risk") == {}
    clock.set(START + timedelta(minutes=54, seconds=-1))
    beat()
    assert called("at risk") == {}
    clock.set(START + timedelta(minutes=54))
    beat()
    [ladder] = ladders(Trigger.AT_RISK)
    assert ladder.began_at == START + timedelta(minutes=54)
    assert called("at risk") == {LEAD: 1}


# --- The pages ----------------------------------------------------------------------------------------
def typed(*steps: dict[str, str], **more: str) -> dict[str, str]:
    """Return what a browser sends from the editor."""
    given = {
        "name": "Acme at night",
        "trigger": "critical_arrived",
        "priority": "100",
        "repeats": "0",
        "note": "They asked",
        "base": "0",
        "seen_severity": "1",
        "step-TOTAL_FORMS": str(len(steps)),
        "step-INITIAL_FORMS": "0",
    }
    for number, said in enumerate(steps):
        given |= {f"step-{number}-{name}": value for name, value in said.items()}
    return given | more


def test_a_lead_writes_a_policy_sees_whom_it_would_call_and_saves_what_they_saw(
    cast: Cast, browse: Browse
) -> None:
    rota = weekly(cast)
    lead = browse(cast.lead)
    page = lead.get("/desk/admin/escalation-policies/new/?trigger=critical_arrived")
    assert page.content.decode().count("Who is called</legend>") == 3  # what is built in
    steps = (
        {"after": "0", "target_0": f"rota:{rota.pk}"},
        {"after": "15", "target_0": "managers", "target_1": "leads"},
    )
    sent = typed(*steps, customer=str(cast.acme.customer.pk), seen_at="2026-03-08T02:00", do="preview")
    shown = lead.post("/desk/admin/escalation-policies/new/", sent)
    words = shown.content.decode()
    assert shown.status_code == 200
    assert "What would happen with a P1 of Acme Freight" in words
    assert "On call: Service desk" in words
    assert "Sun 8 Mar, 02:15 AEDT" in words
    with acting_as(worker_context()):
        assert EscalationPolicy.objects.count() == 0
    signature = shown.context["form"].data["previewed"]
    changed = {**sent, "do": "confirm", "previewed": signature, "step-1-after": "20"}
    assert (
        "Something was changed after this was shown"
        in lead.post(shown.request["PATH_INFO"], changed).content.decode()
    )
    answer = lead.post(shown.request["PATH_INFO"], {**sent, "do": "confirm", "previewed": signature})
    assert answer.status_code == 302
    engineer = browse(cast.engineer)
    read = engineer.get(answer["Location"]).content.decode()
    assert "every manager and every desk lead" in read
    assert "Desk Lead" in read
    assert engineer.get(f"{answer['Location']}change/").status_code == 403
    listed = engineer.get(
        "/desk/admin/escalation-policies/",
        {
            "trigger": "critical_arrived",
            "customer": str(cast.acme.customer.pk),
            "severity": "1",
            "metric": "",
            "at": "",
        },
    ).content.decode()
    assert "Acme at night</a></b> answers" in listed


def test_steps_are_added_and_removed_without_javascript(cast: Cast, browse: Browse) -> None:
    lead = browse(cast.lead)
    steps = ({"after": "0", "target_0": "leads"}, {"after": "7", "target_0": "managers"})
    more = lead.post("/desk/admin/escalation-policies/new/", typed(*steps, do="more"))
    assert [row["after"].value() for row in more.context["rows"]] == ["0", "7", "7"]
    fewer = lead.post("/desk/admin/escalation-policies/new/", typed(*steps, do="drop-0"))
    assert [(row["after"].value(), row["target_0"].value()) for row in fewer.context["rows"]] == [
        ("7", "managers")
    ]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(cast: Cast, browse: Browse) -> None:
    lead = browse(cast.lead)
    steps = ({"after": "10", "target_0": "leads"}, {"after": "5", "target_0": "managers"})
    answer = lead.post("/desk/admin/escalation-policies/new/", typed(*steps, do="confirm"))
    assert answer.status_code == 422
    assert answer.context["rows"].forms[1].errors == {
        "after": ["Enter at least the minutes of the step before."]
    }
    empty = lead.post(
        "/desk/admin/escalation-policies/new/", typed({"after": "0", "target_0": ""}, do="preview")
    )
    assert empty.context["rows"].forms[0].errors == {"target_0": ["Select who is called."]}
    with acting_as(worker_context()):
        assert EscalationPolicy.objects.count() == 0


def test_the_running_ladders_are_listed_with_their_calls_and_taken_one_by_one(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    file_ticket(cast.acme.requester, impact=CRITICAL)
    file_ticket(cast.globex.requester, impact=CRITICAL)
    beat()
    engineer = browse(cast.engineer)
    page = engineer.get("/desk/escalations/running/").content.decode()
    assert page.count("1 call<") == 2
    assert "Every desk lead" in page
    first = ladders()[0]
    assert engineer.post(f"/desk/escalations/running/{first.pk}/acknowledge/").status_code == 302
    with acting_as(worker_context()):
        states = list(Escalation.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.ACKNOWLEDGED, State.RUNNING]
