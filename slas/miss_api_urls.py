from __future__ import annotations

from django.urls import path

from slas.miss_api import TicketMisses

urlpatterns = [
    path("c/<slug:customer>/tickets/<int:number>/misses/", TicketMisses.as_view(), name="api-ticket-misses"),
]
