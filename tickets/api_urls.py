from __future__ import annotations

from django.urls import path

from tickets import api
from tickets import ticket_parts_api as parts
from tickets.serializers import VERBS

_TICKETS = "c/<slug:customer>/tickets/"

urlpatterns = [
    path(_TICKETS, api.TicketList.as_view(), name="api-tickets"),
    path(f"{_TICKETS}<int:number>/", api.TicketDetail.as_view(), name="api-ticket"),
    path(f"{_TICKETS}<int:number>/messages/", api.TicketMessages.as_view(), name="api-messages"),
    path(f"{_TICKETS}<int:number>/tags/", parts.TicketTags.as_view(), name="api-ticket-tags"),
    path(f"{_TICKETS}<int:number>/links/", parts.TicketLinks.as_view(), name="api-ticket-links"),
    path(f"{_TICKETS}<int:number>/steps/", parts.TicketSteps.as_view(), name="api-ticket-steps"),
    path(f"{_TICKETS}<int:number>/followers/", parts.TicketFollowers.as_view(), name="api-ticket-followers"),
    path(f"{_TICKETS}<int:number>/major/", parts.TicketMajor.as_view(), name="api-ticket-major"),
    *(
        path(f"{_TICKETS}<int:number>/{name}/", api.verb_view(name).as_view(), name=f"api-ticket-{name}")
        for name in VERBS
    ),
]
