"""What a person is mailed about, and may do without. Some mails are not a choice: they wait for that person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """A kind of news by mail that a person can turn off for themselves."""

    RECEIPT = "receipt", _("A ticket of mine is received")
    REPLY = "reply", _("Somebody replies")
    SEVERITY = "severity", _("The severity changes, or a review is decided")
    RESTORED = "restored", _("Service is back")
    RESOLVED = "resolved", _("A ticket is resolved, returned or closed")
    PROMISES = "promises", _("Time is excluded, or a missed promise is waived")
    MENTION = "mention", _("A colleague mentions me in a note")
    DECISION = "decision", _("A desk lead decides a review or a contested hold on my ticket")
    APPROVAL = "approval", _("A customer answers what was asked on my ticket")
    EXCLUSION = "exclusion", _("An exclusion or an earlier restoration is proposed or decided")


#: What each side is offered, in the order of the page.
OF_MEMBERS = (
    Topic.RECEIPT,
    Topic.REPLY,
    Topic.SEVERITY,
    Topic.RESTORED,
    Topic.RESOLVED,
    Topic.PROMISES,
)
OF_THE_DESK = (Topic.MENTION, Topic.DECISION, Topic.APPROVAL, Topic.EXCLUSION)

#: What always comes, because nobody else would do it.
FIXED_FOR_MEMBERS = (_("Invitations"), _("Approvals that wait for your answer"))
FIXED_FOR_THE_DESK = (
    _("Alerts that call you: critical tickets, promises at risk or missed"),
    _("Questions that wait for a desk lead, and tickets handed over to you"),
)
