from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.events import publish
from core.problems import Refused
from core.tenancy import Actor
from customers.models import AwsAccount, Customer, Member, Service
from tickets.actions.conversation import write_message
from tickets.actions.flow import reach_desk
from tickets.actions.privacy import tell_privacy
from tickets.actions.severity import impact_values
from tickets.events import TicketOpened
from tickets.models import AudienceChoice, Kind, ReportFile, Ticket
from tickets.search import add_words
from tickets.severity import Impact, Severity, propose

#: An incident that began before this is a typing mistake, such as the year 26.
LONGEST_AGO = timedelta(days=10 * 365)


@transaction.atomic
def open_ticket(
    *,
    customer: Customer,
    actor: Actor,
    at: datetime,
    requester: Member,
    subject: str,
    description: str,
    impact: Impact,
    kind: str = Kind.INCIDENT,
    to_desk: bool = False,
    is_private: bool = False,
    service: Service | None = None,
    aws_account: AwsAccount | None = None,
    started_at: datetime | None = None,
    files: Sequence[UploadedFile[Any]] = (),
    staged: Sequence[ReportFile] = (),
    quoted: str = "",
    by_mail: bool = False,
) -> Ticket:
    """File a ticket with the severity that the answers propose; P1 goes to the desk at once.

    `staged` are locked files that the requester chose before. Raises Refused when the requester's organisation works Level 1 itself and the ticket is sent past it,
    or when the incident began in the future or implausibly long ago.
    """
    severity = propose(impact)
    check_start(started_at, at=at)
    if to_desk and severity is not Severity.P1 and not (actor.is_desk or requester.may_file_to_desk):
        raise Refused(
            _(
                "Your organisation's Level 1 looks at tickets first. Only critical ones go straight to the desk."
            ),
            field="to_desk",
        )
    ticket = Ticket.objects.create(
        customer=customer,
        number=_next_number(customer),
        kind=kind,
        subject=" ".join(subject.split()),  # one line, as in the subject of a message
        severity=severity,
        proposed_severity=severity,
        **impact_values(impact),
        started_at=started_at,
        service=service,
        aws_account=aws_account,
        requester=requester,
        is_private=is_private,
        opened_at=at,
        last_activity_at=at,
    )
    add_words(ticket, AudienceChoice.PUBLIC, f"{ticket.key} {ticket.subject}")
    publish(
        TicketOpened(
            at=at,
            customer_id=customer.pk,
            ticket_id=ticket.pk,
            actor=actor,
            severity=int(severity),
            kind=ticket.kind,
            by_mail=by_mail,
            **impact_values(impact),
        )
    )
    if is_private:
        tell_privacy(ticket, actor=actor, at=at)
    write_message(
        ticket,
        actor=actor,
        at=at,
        body=description,
        audience=AudienceChoice.PUBLIC,
        files=files,
        staged=staged,
        quoted=quoted,
        by_mail=by_mail,
    )
    if to_desk or severity is Severity.P1:
        reach_desk(ticket, actor=actor, at=at)
    return ticket


def check_start(started_at: datetime | None, *, at: datetime) -> None:
    """Raise Refused unless an incident may have begun then."""
    if started_at is not None and started_at > at:
        raise Refused(_("This time is in the future."), field="started_at")
    if started_at is not None and started_at < at - LONGEST_AGO:
        raise Refused(_("This is more than ten years ago. Check the year."), field="started_at")


def _next_number(customer: Customer) -> int:
    """Take the customer's next ticket number; two requests at once get two numbers without a gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tickets_ticketcounter (customer_id, last_number) VALUES (%s, 1)
            ON CONFLICT (customer_id) DO UPDATE SET last_number = tickets_ticketcounter.last_number + 1
            RETURNING last_number
            """,
            [customer.pk],
        )
        number: int = cursor.fetchone()[0]
    return number
