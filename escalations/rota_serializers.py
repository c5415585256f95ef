"""What the API reads and writes about rotas: shape only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from escalations.rota_models import RotaOverride


class OnCallSerializer(serializers.Serializer[dict[str, Any]]):
    """Who is on call by a rota from an instant until another one; the person is null where nobody is."""

    rota = serializers.IntegerField()
    since = serializers.DateTimeField(help_text="The instant that was asked about")
    until = serializers.DateTimeField(help_text="When somebody else, or nobody, is on call")
    person = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    reason = serializers.CharField(help_text="The layer, “Override”, or why nobody is on call")


class RotaSerializer(serializers.Serializer[dict[str, Any]]):
    """A rota, and who is on call by it now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    version = serializers.IntegerField(help_text="The version in force")
    on_call = OnCallSerializer()


class AtSerializer(serializers.Serializer[dict[str, Any]]):
    """The instant that is asked about; now where it is left out."""

    at = serializers.DateTimeField(required=False)


class OverrideSerializer(serializers.ModelSerializer[RotaOverride]):
    """An override."""

    rota = serializers.IntegerField(source="rota_id", read_only=True)
    person = serializers.IntegerField(source="person_id", read_only=True)

    class Meta:
        model = RotaOverride
        fields = ("id", "rota", "person", "starts_at", "ends_at", "reason", "made_at")
        read_only_fields = fields


class PutOnCallSerializer(serializers.Serializer[dict[str, Any]]):
    """Who is to be on call until when; the caller and now where they are left out."""

    person = serializers.IntegerField(required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
