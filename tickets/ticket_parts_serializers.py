"""What the API says about what belongs to a ticket: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tickets.models import LinkKind


class LinkedSerializer(serializers.Serializer[Any]):
    """A ticket at the other end of a link; `kind` is what one's own ticket is to it."""

    kind = serializers.ChoiceField(choices=LinkKind.choices)
    key = serializers.CharField(source="ticket.key")
    subject = serializers.CharField(source="ticket.subject")
    status = serializers.CharField(source="ticket.status")


class TagNameSerializer(serializers.Serializer[Any]):
    """A tag, and whether it can still be put on tickets."""

    tag = serializers.CharField(source="name")
    is_active = serializers.BooleanField()


class ChecklistStepSerializer(serializers.Serializer[Any]):
    """A step on a ticket; `item` is the id by which it is ticked."""

    item = serializers.IntegerField(source="pk")
    checklist = serializers.CharField(source="checklist_name", help_text="Empty for a step of the desk's own")
    text = serializers.CharField()
    is_done = serializers.BooleanField()
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = serializers.CharField(source="done_by_name")


class MemberFollowingSerializer(serializers.Serializer[Any]):
    """One of the customer's people who follows a ticket that is not theirs."""

    name = serializers.CharField()
    member = serializers.EmailField(source="email", help_text="What it takes to end it")


class FollowersSerializer(serializers.Serializer[Any]):
    """Who follows a ticket, on each side."""

    members = MemberFollowingSerializer(many=True)
    desk = serializers.ListField(child=serializers.CharField(), help_text="Names")


class MajorUpdateSerializer(serializers.Serializer[Any]):
    """One update about a major incident; without `parts` every ticket gets it that can be replied to."""

    body = serializers.CharField(
        max_length=20_000,
        help_text="{{customer}}, {{key}} and the other variables of canned replies are filled for each",
    )
    parts = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        default=list,
        help_text="References such as ACME-128",
    )


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of the update on one ticket; `reason` says why it was not sent."""

    key = serializers.CharField()
    is_done = serializers.BooleanField()
    reason = serializers.CharField()
