from __future__ import annotations

from django.urls import path

from escalations import views

urlpatterns = [
    path("desk/tickets/<str:key>/acknowledge/", views.acknowledge, name="desk-ticket-acknowledge"),
]
