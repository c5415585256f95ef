from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.problems import Refused
from core.tenancy import Actor, acting_as, worker_context
from customers.access import customer_context, customers_of_desk
from tickets import files as stored_files
from tickets.composer_access import side_of
from tickets.models import ModeChoice, Presence, ReportFile, StagedFile, Ticket

KEPT_FOR = timedelta(hours=24)


@transaction.atomic
def stage_files(
    *, ticket: Ticket, actor: Actor, at: datetime, mode: ModeChoice, files: Sequence[UploadedFile[Any]]
) -> list[StagedFile]:
    """Keep files for the message that somebody is writing; each passes the same checks as on a message."""
    mine = StagedFile.objects.by(ticket, side_of(actor), actor.id).filter(mode=mode, expires_at__gt=at)
    if mine.count() + len(files) > stored_files.MAX_FILES:
        raise Refused(
            _("At most %(number)s files fit on one message.") % {"number": stored_files.MAX_FILES},
            field="files",
        )
    return [
        StagedFile.objects.create(
            customer_id=ticket.customer_id,
            ticket=ticket,
            audience=side_of(actor),
            author_id=actor.id or 0,
            mode=mode,
            name=file.name,
            size=file.size,
            content_type=file.content_type,
            sha256=file.sha256,
            stored_name=stored_files.store(file),
            expires_at=at + KEPT_FOR,
        )
        for file in stored_files.check(files)
    ]


@transaction.atomic
def unstage_file(*, ticket: Ticket, actor: Actor, token: str) -> None:
    """Throw away a file that somebody chose and does not want to send."""
    throw_away(StagedFile.objects.by(ticket, side_of(actor), actor.id).filter(token=token))


@transaction.atomic
def unstage_rest(*, ticket: Ticket, actor: Actor, mode: ModeChoice) -> None:
    """Throw away what somebody chose for a message and did not send with it."""
    throw_away(StagedFile.objects.by(ticket, side_of(actor), actor.id).filter(mode=mode))


def claim_staged(ticket: Ticket, *, actor: Actor, at: datetime, tokens: Sequence[str]) -> list[StagedFile]:
    """Return somebody's own files by their tokens, locked; raises Refused when one is not there any more."""
    if not tokens:
        return []
    found = list(
        StagedFile.objects.by(ticket, side_of(actor), actor.id)
        .filter(token__in=tokens, expires_at__gt=at)
        .select_for_update()
    )
    if len(found) != len(set(tokens)):
        raise Refused(_("A file that you chose is no longer here. Choose it again."), field="files")
    return found


def forget_staged(files: Sequence[StagedFile] | Sequence[ReportFile]) -> None:
    """Take files off the waiting list whose content is now a message's."""
    for file in files:
        file.delete()


def sweep_staged() -> int:
    """Throw away every file that waited for its message longer than a day; return how many."""
    with acting_as(worker_context()) as now:
        thrown = throw_away(StagedFile.objects.filter(expires_at__lte=now))
        Presence.objects.filter(seen_at__lte=now - KEPT_FOR).delete()
        customers = list(customers_of_desk().values_list("pk", flat=True))
    for customer_id in customers:  # the desk cannot see what a customer has not sent
        with acting_as(customer_context(customer_id)) as now:
            thrown += throw_away(StagedFile.objects.filter(customer_id=customer_id, expires_at__lte=now))
    return thrown


def throw_away(files: Any) -> int:
    """Delete the rows of files that nobody sent, and their content once that is certain; return how many."""
    found = list(files.select_for_update())
    for file in found:
        file.delete()
        transaction.on_commit(partial(stored_files.discard, file.stored_name))
    return len(found)
