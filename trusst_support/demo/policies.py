"""Whom the demonstration's desk calls: policies of Acme's own, and one ladder of them that runs."""

from __future__ import annotations

from collections.abc import Mapping

from core.tenancy import acting_as
from customers import access
from customers.models import Customer, DeskPerson
from escalations import actions as escalations
from escalations import functional_actions, policy_actions
from escalations.ladder import Callee, Kind, Ladder, Named, Step, Target, Trigger
from escalations.policy import Terms
from escalations.rota_models import Rota
from tickets.models import Ticket

_NOTE = "What Acme and we agreed for the first year"
_NEEDED = "Acme's operations manager asks to be called back before noon"


def keep_policies(acme: Customer, desk: Mapping[str, DeskPerson]) -> None:
    """Write three policies for Acme."""
    with acting_as(access.desk_context(desk["Mei"])):
        rotas: dict[str, Callee] = {
            rota.name: Named(kind=Kind.ROTA, id=rota.pk) for rota in Rota.objects.running()
        }
    service, duty = rotas["Service desk"], rotas["Duty manager"]
    _publish(
        desk["Mei"],
        "Acme, critical",
        Trigger.CRITICAL_ARRIVED,
        Terms(
            customer=acme.pk,
            severities=(1,),
            ladder=Ladder(
                steps=(
                    Step(after_seconds=0, targets=(service,)),
                    Step(after_seconds=600, targets=(Target.LEADS,), unassigned=True),
                    Step(after_seconds=1200, targets=(duty,)),
                ),
                repeats=1,
                every_seconds=1800,
                ack_seconds=900,
            ),
        ),
    )
    _publish(
        desk["Mei"],
        "Acme, duty manager",
        Trigger.MANUAL,
        Terms(
            customer=acme.pk,
            ladder=Ladder(
                steps=(
                    Step(after_seconds=0, targets=(duty,)),
                    Step(after_seconds=900, targets=(Target.MANAGERS, Target.LEADS)),
                ),
                repeats=2,
                every_seconds=1800,
                ack_seconds=1800,
            ),
        ),
    )
    _publish(
        desk["Mei"],
        "Acme, updates",
        Trigger.UPDATE_NEAR,
        Terms(
            customer=acme.pk,
            minutes=15,
            ladder=Ladder(steps=(Step(after_seconds=0, targets=(Target.OWNER,)),)),
        ),
    )


def call_manager(acme: Customer, person: DeskPerson) -> None:
    """Call the duty manager about the most severe ticket of Acme that is open, and let nobody answer yet.

    The mail is delivered once the portal runs.
    """
    with acting_as(access.desk_context(person)) as at:
        ticket = (
            Ticket.objects.open()
            .with_desk()
            .with_people()
            .filter(customer=acme)
            .order_by("severity", "pk")[0]
        )
        functional_actions.call_manager(ticket=ticket, actor=access.desk_actor(person), at=at, reason=_NEEDED)
    escalations.advance_due()


def _publish(person: DeskPerson, name: str, trigger: Trigger, terms: Terms) -> None:
    with acting_as(access.desk_context(person)) as at:
        policy_actions.publish_policy(
            policy=None,
            name=name,
            trigger=trigger,
            terms=terms,
            note=_NOTE,
            base=0,
            actor=access.desk_actor(person),
            at=at,
        )
