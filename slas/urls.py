from __future__ import annotations

from django.urls import path

from slas import views

urlpatterns = [
    path(
        "c/<slug:customer>/tickets/<int:number>/evidence.json", views.member_evidence, name="portal-evidence"
    ),
    path("desk/tickets/<str:key>/evidence.json", views.desk_evidence, name="desk-evidence"),
]
