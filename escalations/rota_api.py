"""Rotas for programs of the desk: who is on call, and putting somebody on call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from escalations import rota_access as access
from escalations import rota_actions as actions
from escalations.rota import HORIZON
from escalations.rota_looks import look_at_shifts, on_call_now
from escalations.rota_models import Rota
from escalations.rota_serializers import (
    AtSerializer,
    OnCallSerializer,
    OverrideSerializer,
    PutOnCallSerializer,
    RotaSerializer,
)
from slas.rule_api import DeskAPIView


def _on_call(rota: Rota, at: datetime) -> dict[str, Any]:
    """Return who is on call at an instant as the API says it."""
    found = on_call_now(rota.timeline, at)
    people = access.names_of([] if found.person is None else [found.person])
    version = access.version_at(rota, at) or access.newest_version(rota)
    [look] = look_at_shifts([found], people, plan=version.plan, now=at)
    return {
        "rota": rota.pk,
        "since": found.since,
        "until": found.until,
        "person": look.person_id,
        "name": look.name or None,
        "reason": look.said,
    }


class RotaList(DeskAPIView):
    """The rotas that are in use."""

    @extend_schema(operation_id="rotas_list", responses=RotaSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List rotas, each with who is on call by it now."""
        found = []
        for rota in access.rotas():
            version = access.version_at(rota, self.now) or access.newest_version(rota)
            found.append(
                {
                    "id": rota.pk,
                    "name": rota.name,
                    "timezone": version.zone,
                    "version": version.version,
                    "on_call": _on_call(rota, self.now),
                }
            )
        serializer = RotaSerializer(found, many=True)  # type: ignore[arg-type]
        return Response(serializer.data)


class RotaOnCall(DeskAPIView):
    """Who is on call by one rota."""

    @extend_schema(operation_id="rotas_on_call", parameters=[AtSerializer], responses=OnCallSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Say who is or was on call at an instant, and until when."""
        rota = access.get_rota(pk)
        asked = AtSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        at = asked.validated_data.get("at", self.now).replace(microsecond=0)
        if abs(at - self.now) > HORIZON:
            raise ValidationError({"at": ["Ask about an instant within 400 days of now."]})
        return Response(OnCallSerializer(_on_call(rota, at)).data)


class RotaOverrides(DeskAPIView):
    """Somebody else on call for a while."""

    @extend_schema(
        operation_id="rotas_override", request=PutOnCallSerializer, responses={201: OverrideSerializer}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take a shift over or, for who leads, put somebody else on call."""
        rota = access.get_rota(pk)
        asked = PutOnCallSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert self.person is not None
        values = dict(asked.validated_data)
        person = access.find_colleague(values.pop("person", self.person.pk))
        if person is None:
            raise ValidationError({"person": ["There is no such person on the desk."]})
        made = actions.override_shift(
            rota=rota, person=person, by=self.person, actor=self.actor, at=self.now, **values
        )
        return Response(OverrideSerializer(made).data, status=status.HTTP_201_CREATED)
