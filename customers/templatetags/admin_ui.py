"""What the overview of the desk's administration offers."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page of the administration, by its address's name."""

    name: str
    title: str
    about: str
    icon: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pages that stand under one heading."""

    title: str
    entries: tuple[Entry, ...]


_GROUPS = (
    Group(
        title="Who",
        entries=(
            Entry(
                name="admin-people",
                title="People of the desk",
                about="Add a person, change a role, take someone off the desk with their tickets.",
                icon="user",
            ),
            Entry(
                name="admin-teams",
                title="Teams",
                about="Who shares tickets, and who leads.",
                icon="work",
            ),
            Entry(
                name="admin-customers",
                title="Customers",
                about="Take one on, its settings, services, AWS accounts and people.",
                icon="build",
            ),
        ),
    ),
    Group(
        title="How work is done",
        entries=(
            Entry(
                name="desk-on-call",
                title="On call",
                about="Rotas: who of the desk is on call when.",
                icon="phone",
            ),
            Entry(
                name="admin-escalation-policies",
                title="Escalation policies",
                about="Who is called about what, and what follows while nobody acknowledges.",
                icon="bell",
            ),
            Entry(
                name="admin-views",
                title="Saved views",
                about="Views of the queue that everybody shares.",
                icon="filter",
            ),
            Entry(
                name="desk-replies",
                title="Canned replies",
                about="Texts that are written often, with variables.",
                icon="chat",
            ),
            Entry(name="admin-tags", title="Tags", about="Words by which tickets are found.", icon="clip"),
            Entry(
                name="admin-checklists",
                title="Checklists",
                about="Steps to go through, by service.",
                icon="check",
            ),
            Entry(
                name="desk-calendars",
                title="Rules",
                about="Calendars, policies and agreements.",
                icon="doc",
            ),
        ),
    ),
    Group(
        title="What happened",
        entries=(
            Entry(
                name="admin-messages",
                title="Messages",
                about="Mails and alerts: what waits, what did not arrive, and sending it again.",
                icon="inbox",
            ),
            Entry(
                name="admin-activity",
                title="Activity",
                about="Who changed what, and when.",
                icon="clock",
            ),
        ),
    ),
)


@register.simple_tag
def admin_entries() -> list[Group]:
    """Return the pages there are, by group; an app that is not installed has none."""
    return [
        Group(title=group.title, entries=tuple(entry for one in group.entries if (entry := _found(one))))
        for group in _GROUPS
    ]


def _found(entry: Entry) -> Entry | None:
    try:
        url = reverse(entry.name)
    except NoReverseMatch:
        return None
    return Entry(name=entry.name, title=entry.title, about=entry.about, icon=entry.icon, url=url)
