"""Invitations to the desk by mail: they belong to no customer, so the outbox, which does, has no place for them.

The invitation's own row is the truth: `mailed_at` says that its message was handed over.
"""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from core.tenancy import acting_as, worker_context
from customers.actions import INVITATION_LIFE
from customers.desk_admin_access import open_desk_invitations
from customers.desk_admin_actions import desk_token
from customers.models import DeskInvitation

logger = logging.getLogger(__name__)


def mail_waiting(*, limit: int = 50) -> int:
    """Send what was not sent yet and return how many were; one that fails is tried again at the next sweep."""
    with acting_as(worker_context()) as now:
        waiting = open_desk_invitations().filter(mailed_at=None, expires_at__gt=now)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_mail(pk) for pk in ids)


def _mail(pk: int) -> bool:
    with acting_as(worker_context()) as now:
        invitation = (
            open_desk_invitations()
            .select_for_update(skip_locked=True, no_key=True)
            .filter(pk=pk, mailed_at=None)
            .first()
        )
        if invitation is None:
            return False
        try:
            _message(invitation).send()
        except (OSError, SMTPException):
            logger.warning("invitation %s to the desk was not delivered", pk)
            return False
        invitation.mailed_at = now
        invitation.save(update_fields=["mailed_at"])
    return True


def _message(invitation: DeskInvitation) -> EmailMessage:
    url = f"{settings.PORTAL_BASE_URL}/join-desk/{desk_token(invitation)}/"
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=f"{' '.join(invitation.invited_by.split())} invites you to the Trusst desk",
        body=(
            f"Hello {invitation.name},\n\n"
            f"{invitation.invited_by} invites you to the service desk of Trusst Support.\n"
            f"Open this link within {INVITATION_LIFE.days} days to set your password:\n\n{url}\n\n"
            "If you did not expect this, ignore it: nothing happens without the link.\n"
        ),
        to=[invitation.email],
        headers={
            "Message-ID": f"<desk-invitation-{invitation.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Occurred-At": invitation.invited_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
