"""The articles of the demonstration, and the people whom one of its tickets affects."""

from __future__ import annotations

from collections.abc import Mapping

from core.tenancy import acting_as
from customers import access
from customers.models import Customer, DeskPerson, Member
from tickets import actions as tickets
from tickets.models import ArticleKind, ArticleState, Ticket

_LABELS = """Labels come out one by one, with up to a minute between them.

**What happens.** After an update of the operating system the print service starts twice, and both wait for the same queue.

**What you can do now**

1. Close the dispatch app on the tablet.
2. Switch the printer off, wait ten seconds, and switch it on.
3. Open the app again. Labels that waited come out first.

If they still come out slowly, report an incident and name this article in it."""
_LOGS = """An engineer finds the cause sooner with the log of the hour in which it happened.

1. In the AWS console open **CloudWatch**, then *Logs Insights*.
2. Choose the log group of the service and the hour.
3. Press *Export results*, and add the file to your ticket.

Take passwords and card numbers out first."""
_DEPOTS = """The depots' tablets sign in through the dispatch app's own directory, not through head office's.

- A new driver is added by the depot's shift lead.
- A lost password is reset at the depot.
- When **no** tablet of a depot can sign in, report an incident: that is ours."""


def write(desk: Mapping[str, DeskPerson], customer: Customer, known: Ticket | None) -> None:
    """Let an engineer write what is known, and a lead publish it: two articles for all, one for a customer."""
    engineer, lead = desk["Priya"], desk["Mei"]
    issue, how = ArticleKind.KNOWN_ISSUE, ArticleKind.HOW_TO
    for reader, kind, title, body, cases in (
        (None, issue, "Labels print slowly after an update", _LABELS, [known] if known else []),
        (None, how, "How to send us the logs of an AWS service", _LOGS, []),
        (customer, how, "Who signs in where at the depots", _DEPOTS, []),
    ):
        with acting_as(access.desk_context(engineer)) as at:
            article = tickets.write_article(
                actor=access.desk_actor(engineer),
                at=at,
                customer=reader,
                kind=kind,
                title=title,
                body=body,
                tickets=cases,
            )
        with acting_as(access.desk_context(lead)) as at:
            tickets.move_article(
                article=article,
                person=lead,
                actor=access.desk_actor(lead),
                at=at,
                state=ArticleState.PUBLISHED,
            )


def affect(ticket: Ticket, said: Mapping[str, str], members: Mapping[str, Member]) -> None:
    """Let people say that a ticket affects them too, with what they see."""
    for name, note in said.items():
        member = members[name]
        with acting_as(access.member_context(member)) as at:
            tickets.say_affected(
                ticket=ticket, member=member, actor=access.member_actor(member), at=at, note=note
            )
