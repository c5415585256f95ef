"""Who of a customer's own people sees a ticket."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from tickets.models import Ticket
from tickets.relation_access import followers_of

register = template.Library()


@register.simple_tag
def who_sees(ticket: Ticket) -> str:
    """Say who of the customer reads the ticket; names only those who would not read it anyhow."""
    if ticket.customer.members_see_all and not ticket.is_private:
        return _("Everyone at %(customer)s") % {"customer": ticket.customer.name}
    names = [member.name for member in followers_of(ticket) if not member.works_level_1 and member.is_active]
    return _("%(names)s, and your coordinators and leads") % {
        "names": ", ".join([ticket.requester.name, *names])
    }
