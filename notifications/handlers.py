"""Facts about people in, messages to them out."""

from __future__ import annotations

from django.conf import settings

from customers.actions import INVITATION_LIFE, InvitationLink
from customers.events import MemberInvited
from customers.models import Invitation
from notifications import actions
from notifications.models import Audience


def mail_invitation(event: MemberInvited) -> None:
    """Send an invited person the link by which they join."""
    invitation = Invitation.objects.select_related("customer").get(
        pk=event.invitation_id, customer_id=event.customer_id
    )
    url = f"{settings.PORTAL_BASE_URL}/join/{InvitationLink.to(invitation).token()}/"
    actions.queue(
        customer_id=event.customer_id,
        audience=Audience.CUSTOMER,
        kind="invitation",
        dedupe_key=f"invitation:{invitation.pk}",
        recipient_email=invitation.email,
        recipient_name=invitation.name,
        subject=f"{invitation.invited_by} invites you to {invitation.customer.name}'s support portal",
        body=(
            f"Hello {invitation.name},\n\n"
            f"{invitation.invited_by} invites you to follow {invitation.customer.name}'s tickets with "
            "Trusst Support.\n"
            f"Open this link within {INVITATION_LIFE.days} days to set your password:\n\n{url}\n\n"
            "If you did not expect this, ignore it: nothing happens without the link.\n"
        ),
        occurred_at=event.at,
        deliver_after=event.at,
    )
