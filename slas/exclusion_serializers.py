"""What the API reads and writes about exclusions, earlier restorations and waivers: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from slas.exclusion_panel import Action, Panel, Row
from slas.models import ExclusionReason, ExclusionState, RestorationState


class DecisionPreviewSerializer(serializers.Serializer[Action]):
    """A verb that the caller may use now, and which verdicts it would change; `seen` is sent with it."""

    verb = serializers.CharField()
    changes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    seen = serializers.CharField(allow_blank=True)


class ExclusionSerializer(serializers.Serializer[Row]):
    """A span of a ticket's time that somebody proposed to leave outside the agreement, and its fate."""

    id = serializers.IntegerField(source="it.pk")
    reason = serializers.ChoiceField(source="it.reason", choices=ExclusionReason.choices)
    evidence = serializers.CharField(source="it.evidence")
    starts_at = serializers.DateTimeField(source="it.starts_at")
    ends_at = serializers.DateTimeField(source="it.ends_at", allow_null=True)
    state = serializers.ChoiceField(source="it.state", choices=ExclusionState.choices)
    is_void = serializers.BooleanField(source="it.is_void", help_text="Revoked as if it had never been")
    proposed_by = serializers.CharField(source="it.proposed_by.name")
    proposed_at = serializers.DateTimeField(source="it.proposed_at")
    decided_by = serializers.CharField(source="it.decided_by.name", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(source="it.decided_at", allow_null=True)
    decision = serializers.CharField(source="it.decision", allow_blank=True)
    contested_by = serializers.CharField(source="it.contested_by", allow_blank=True)
    contested_at = serializers.DateTimeField(source="it.contested_at", allow_null=True)
    contest = serializers.CharField(source="it.contest", allow_blank=True)
    answered_by = serializers.CharField(source="it.answered_by.name", default=None, allow_null=True)
    answered_at = serializers.DateTimeField(source="it.answered_at", allow_null=True)
    answer = serializers.CharField(source="it.answer", allow_blank=True)
    version = serializers.IntegerField(source="it.version")
    verbs = DecisionPreviewSerializer(source="actions", many=True)


class EarlierRestorationSerializer(serializers.Serializer[Row]):
    """What somebody said of an earlier restoration, where a verdict depends on it."""

    id = serializers.IntegerField(source="it.pk")
    restored_at = serializers.DateTimeField(source="it.restored_at")
    stated_at = serializers.DateTimeField(source="it.stated_at")
    state = serializers.ChoiceField(source="it.state", choices=RestorationState.choices)
    proposed_by = serializers.CharField(source="it.proposed_by.name")
    decided_by = serializers.CharField(source="it.decided_by.name", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(source="it.decided_at", allow_null=True)
    decision = serializers.CharField(source="it.decision", allow_blank=True)
    version = serializers.IntegerField(source="it.version")
    verbs = DecisionPreviewSerializer(source="actions", many=True)


class WaiverSerializer(serializers.Serializer[Any]):
    """That a missed objective is not held against the desk."""

    metric = serializers.CharField()
    cycle = serializers.IntegerField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class OutsideSerializer(serializers.Serializer[Panel]):
    """What of a ticket is outside the agreement or is asked to be, and what the caller may do about it."""

    exclusions = ExclusionSerializer(many=True)
    restorations = EarlierRestorationSerializer(many=True)
    waivers = WaiverSerializer(many=True)
    verbs = DecisionPreviewSerializer(source="actions", many=True)


# --- What is sent -------------------------------------------------------------------------------------
class ProposeExclusionSerializer(serializers.Serializer[Any]):
    """What is outside the agreement, how it is known, and for how long: from now, and on, unless said."""

    reason = serializers.ChoiceField(choices=ExclusionReason.choices)
    evidence = serializers.CharField(max_length=1000)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class WaiveSerializer(serializers.Serializer[Any]):
    """Which missed objective is waived, such as respond-1, and why."""

    clock = serializers.RegexField(r"^(respond|update|restore|resolve)-[0-9]{1,4}$")
    reason = serializers.CharField(max_length=500)


class EndExclusionSerializer(serializers.Serializer[Any]):
    """The version that was read; an exclusion that changed since refuses with 409."""

    version = serializers.IntegerField(required=False, default=None, min_value=1)


class OutsideDecisionSerializer(EndExclusionSerializer):
    """Why it is decided so."""

    reason = serializers.CharField(max_length=500)


class ApproveSerializer(OutsideDecisionSerializer):
    """Why, and on which changed verdicts: what `verbs` said of this verb."""

    seen = serializers.CharField(allow_blank=True)


class RevokeSerializer(OutsideDecisionSerializer):
    """From when it is taken back; as if it never was, on which changed verdicts."""

    since = serializers.ChoiceField(choices=[("now", "From now on"), ("start", "As if it never was")])
    seen = serializers.CharField(allow_blank=True, default="")


VERBS: dict[str, type[serializers.Serializer[Any]]] = {
    "propose": ProposeExclusionSerializer,
    "waive": WaiveSerializer,
    "approve": ApproveSerializer,
    "reject": OutsideDecisionSerializer,
    "withdraw": OutsideDecisionSerializer,
    "end": EndExclusionSerializer,
    "contest": OutsideDecisionSerializer,
    "keep": OutsideDecisionSerializer,
    "revoke": RevokeSerializer,
}
