from __future__ import annotations

from django.urls import path

from escalations import api

_TICKET = "c/<slug:customer>/tickets/<int:number>/"

urlpatterns = [
    path("c/<slug:customer>/hand-overs/", api.HandOverList.as_view(), name="api-hand-overs"),
    path(f"{_TICKET}hand-overs/", api.TicketHandOvers.as_view(), name="api-ticket-hand-overs"),
    path(f"{_TICKET}pass/", api.TicketPass.as_view(), name="api-ticket-pass"),
    path(f"{_TICKET}accept/", api.TicketAccept.as_view(), name="api-ticket-accept"),
]
