"""The only way a door gets an incoming mail, and what a mail is about."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.http import Http404

from customers.models import Member
from notifications import threads
from tickets import files
from tickets.mail.addresses import key_in
from tickets.mail.letter import Letter, Unreadable, read
from tickets.models import IncomingMail, IncomingMailQuerySet, MailState, Ticket


def list_mail(state: str) -> IncomingMailQuerySet:
    """Return the mails that stand so, the newest first."""
    return IncomingMail.objects.in_state(state).newest_first()


def counts() -> dict[str, int]:
    """Return how many mails stand how, in one query."""
    found = IncomingMail.objects.order_by().values("state").annotate(number=Count("pk"))
    return dict.fromkeys(MailState.values, 0) | {row["state"]: row["number"] for row in found}


def get_mail(pk: int) -> IncomingMail:
    """Return an incoming mail, or 404."""
    found = IncomingMail.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such mail.")
    return found


def letter_of(mail: IncomingMail) -> Letter | None:
    """Return what a mail says; None for one whose original cannot be read, or is no longer kept."""
    try:
        return read(files.read_bytes(mail.stored_name), authority=settings.MAIL_IN_AUTHORITY)
    except (Unreadable, OSError):
        return None


def members_with(address: str) -> list[Member]:
    """Return the active memberships of a mail address."""
    found = Member.objects.filter(
        user__email=address.lower(), user__is_active=True, is_active=True, customer__is_active=True
    )
    return list(found.select_related("customer", "user").order_by("customer__name", "pk"))


def signed_tickets(addresses: Iterable[str], references: Iterable[str]) -> tuple[list[Ticket], bool]:
    """Return the tickets that reply addresses or references of ours name, and whether one was made up.

    Only a word that was signed here names a ticket. A word without a signature may name a customer instead.
    """
    words = [word for word in threads.threads_of_addresses(addresses) if "." in word]
    keys = [key_in(word) for word in words] or [
        key_in(word) for word in threads.threads_of_references(references) if "." in word
    ]
    real = {key for key in keys if key}
    made_up = bool(words) and not real
    found = [Ticket.objects.by_key(key).select_related("customer").first() for key in sorted(real)]
    return [ticket for ticket in found if ticket is not None], made_up


def named_customers(addresses: Iterable[str]) -> set[str]:
    """Return the short names that addresses of ours carry, such as acme of desk+acme@."""
    return {word for word in threads.threads_of_addresses(addresses) if "." not in word}
