from __future__ import annotations

from django.urls import path

from tickets import api
from tickets.serializers import VERBS

_TICKETS = "c/<slug:customer>/tickets/"

urlpatterns = [
    path(_TICKETS, api.TicketList.as_view(), name="api-tickets"),
    path(f"{_TICKETS}<int:number>/", api.TicketDetail.as_view(), name="api-ticket"),
    path(f"{_TICKETS}<int:number>/messages/", api.TicketMessages.as_view(), name="api-messages"),
    *(
        path(f"{_TICKETS}<int:number>/{name}/", api.verb_view(name).as_view(), name=f"api-ticket-{name}")
        for name in VERBS
    ),
]
