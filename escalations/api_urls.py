from __future__ import annotations

from django.urls import path

from escalations import api, functional_api

_TICKET = "c/<slug:customer>/tickets/<int:number>/"

urlpatterns = [
    path("c/<slug:customer>/hand-overs/", api.HandOverList.as_view(), name="api-hand-overs"),
    path(f"{_TICKET}hand-overs/", api.TicketHandOvers.as_view(), name="api-ticket-hand-overs"),
    path(f"{_TICKET}pass/", api.TicketPass.as_view(), name="api-ticket-pass"),
    path(f"{_TICKET}accept/", api.TicketAccept.as_view(), name="api-ticket-accept"),
    path(f"{_TICKET}escalations/", functional_api.TicketEscalations.as_view(), name="api-ticket-escalations"),
    path(
        f"{_TICKET}escalations/accept/",
        functional_api.TicketEscalationAccept.as_view(),
        name="api-ticket-escalation-accept",
    ),
    path(
        f"{_TICKET}escalations/back/",
        functional_api.TicketEscalationBack.as_view(),
        name="api-ticket-escalation-back",
    ),
    path(
        f"{_TICKET}call-manager/", functional_api.TicketCallManager.as_view(), name="api-ticket-call-manager"
    ),
]
