from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.tenancy import acting_as, worker_context
from customers.access import customer_context, customers_of_desk
from customers.models import Member
from tickets import files as stored_files
from tickets.actions.opening import open_ticket
from tickets.actions.staging import throw_away
from tickets.models import Kind, ReportDraft, ReportFile, Ticket

#: A report that nobody sent, with its files, is thrown away after this.
KEPT_FOR = timedelta(days=7)


@transaction.atomic
def save_report(
    *, member: Member, at: datetime, answers: Mapping[str, str], kind: str = Kind.INCIDENT
) -> ReportDraft:
    """Keep what a member has answered so far, in place of what was kept before."""
    draft, _ = ReportDraft.objects.update_or_create(
        customer_id=member.customer_id,
        member=member,
        kind=kind,
        defaults={"answers": dict(answers), "saved_at": at},
    )
    return draft


@transaction.atomic
def keep_report_files(
    *, member: Member, at: datetime, files: Sequence[UploadedFile[Any]], kind: str = Kind.INCIDENT
) -> list[ReportFile]:
    """Keep files for a member's report; each passes the same checks as on a message."""
    kept = ReportFile.objects.of(member, kind).count()
    return [
        ReportFile.objects.create(
            customer_id=member.customer_id,
            member=member,
            kind=kind,
            name=file.name,
            size=file.size,
            content_type=file.content_type,
            sha256=file.sha256,
            stored_name=stored_files.store(file),
            expires_at=at + KEPT_FOR,
        )
        for file in stored_files.check(files, beside=kept)
    ]


@transaction.atomic
def drop_report_file(*, member: Member, token: str, kind: str = Kind.INCIDENT) -> None:
    """Throw away a file that a member chose and does not want to send."""
    throw_away(ReportFile.objects.of(member, kind).filter(token=token))


@transaction.atomic
def discard_report(*, member: Member, kind: str = Kind.INCIDENT) -> None:
    """Throw away everything that a member has answered and chosen for a report."""
    ReportDraft.objects.filter(customer_id=member.customer_id, member=member, kind=kind).delete()
    throw_away(ReportFile.objects.of(member, kind))


@transaction.atomic
def send_report(*, member: Member, at: datetime, kind: str = Kind.INCIDENT, **report: Any) -> Ticket:
    """File a member's report or request with the files that were kept for it, and forget what was kept.

    It takes what `open_ticket` takes of the report itself.
    """
    drafts = ReportDraft.objects.filter(customer_id=member.customer_id, member=member, kind=kind)
    list(drafts.select_for_update())  # a second press waits here
    staged = list(ReportFile.objects.of(member, kind).select_for_update())
    ticket = open_ticket(
        customer=member.customer, requester=member, at=at, kind=kind, staged=staged, **report
    )
    drafts.delete()
    return ticket


def sweep_reports() -> int:
    """Throw away what nobody sent for a week; return how many files and answers went.

    The desk cannot see what a member has not sent, so this works customer by customer.
    """
    with acting_as(worker_context()):
        customers = list(customers_of_desk().values_list("pk", flat=True))
    thrown = 0
    for customer_id in customers:
        with acting_as(customer_context(customer_id)) as now:
            old = ReportDraft.objects.filter(customer_id=customer_id, saved_at__lte=now - KEPT_FOR)
            thrown += old.delete()[0]
            thrown += throw_away(ReportFile.objects.filter(customer_id=customer_id, expires_at__lte=now))
    return thrown
