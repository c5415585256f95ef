"""Who wants which mail: looked up where recipients are gathered, and set by each person for themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import time

from django.db import transaction

from customers.models import DeskPerson, Member
from notifications.models import DeskMute, DeskQuiet, MemberMute, MemberQuiet
from notifications.topics import OF_MEMBERS, OF_THE_DESK, Topic


def members_who_want(topic: Topic, members: Iterable[Member]) -> list[Member]:
    """Return those of the members who are mailed about a topic, in their order; one query for all."""
    listed = list(members)
    if not listed:
        return []
    muted = set(
        MemberMute.objects.filter(
            customer_id__in={one.customer_id for one in listed}, member__in=listed, topic=topic
        ).values_list("member_id", flat=True)
    )
    return [one for one in listed if one.pk not in muted]


def people_who_want(topic: Topic, people: Iterable[DeskPerson]) -> list[DeskPerson]:
    """Return those of the desk who are mailed about a topic, in their order; one query for all.

    Runs in the desk's context: a member's transaction reads nothing of the desk's preferences.
    """
    listed = list(people)
    if not listed:
        return []
    muted = set(DeskMute.objects.filter(person__in=listed, topic=topic).values_list("person_id", flat=True))
    return [one for one in listed if one.pk not in muted]


def topics_of_member(member: Member) -> list[Topic]:
    """Return the topics that a member is mailed about."""
    muted = MemberMute.objects.filter(customer_id=member.customer_id, member=member)
    off = set(muted.values_list("topic", flat=True))
    return [topic for topic in OF_MEMBERS if topic not in off]


def topics_of_person(person: DeskPerson) -> list[Topic]:
    """Return the topics that a desk person is mailed about."""
    off = set(DeskMute.objects.filter(person=person).values_list("topic", flat=True))
    return [topic for topic in OF_THE_DESK if topic not in off]


@transaction.atomic
def set_member_topics(*, member: Member, wanted: Collection[str]) -> None:
    """Keep what a member wants to be mailed about; it concerns nobody else, so no fact is published."""
    off = [topic for topic in OF_MEMBERS if topic not in wanted]
    mutes = MemberMute.objects.filter(customer_id=member.customer_id, member=member)
    mutes.exclude(topic__in=off).delete()
    MemberMute.objects.bulk_create(
        [MemberMute(customer_id=member.customer_id, member=member, topic=topic) for topic in off],
        ignore_conflicts=True,
    )


@transaction.atomic
def set_desk_topics(*, person: DeskPerson, wanted: Collection[str]) -> None:
    """Keep what a desk person wants to be mailed about; it concerns nobody else, so no fact is published."""
    off = [topic for topic in OF_THE_DESK if topic not in wanted]
    DeskMute.objects.filter(person=person).exclude(topic__in=off).delete()
    DeskMute.objects.bulk_create(
        [DeskMute(person=person, topic=topic) for topic in off], ignore_conflicts=True
    )


# --- Quiet hours -------------------------------------------------------------------------------------
def quiet_of_member(member: Member) -> MemberQuiet | None:
    """Return a member's quiet hours, if they have any."""
    return MemberQuiet.objects.filter(customer_id=member.customer_id, member=member).first()


def quiet_of_person(person: DeskPerson) -> DeskQuiet | None:
    """Return a desk person's quiet hours, if they have any."""
    return DeskQuiet.objects.filter(person=person).first()


@transaction.atomic
def set_member_quiet(*, member: Member, begins: time, ends: time, days: Collection[str]) -> None:
    """Keep a member's quiet hours, none without a day; it concerns nobody else, so no fact is published."""
    if not days:
        MemberQuiet.objects.filter(customer_id=member.customer_id, member=member).delete()
        return
    MemberQuiet.objects.update_or_create(
        customer_id=member.customer_id,
        member=member,
        defaults={"begins": begins, "ends": ends, "days": "".join(sorted(days))},
    )


@transaction.atomic
def set_desk_quiet(*, person: DeskPerson, begins: time, ends: time, days: Collection[str]) -> None:
    """Keep a desk person's quiet hours, none without a day; it concerns nobody else, so no fact is published."""
    if not days:
        DeskQuiet.objects.filter(person=person).delete()
        return
    DeskQuiet.objects.update_or_create(
        person=person, defaults={"begins": begins, "ends": ends, "days": "".join(sorted(days))}
    )
