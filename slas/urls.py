from __future__ import annotations

from django.urls import path

from slas import clock_views, views

urlpatterns = [
    path("c/<slug:customer>/tickets/<int:number>/clocks/", clock_views.member_clocks, name="portal-clocks"),
    path("desk/tickets/<str:key>/clocks/", clock_views.desk_clocks, name="desk-clocks"),
    path(
        "c/<slug:customer>/tickets/<int:number>/evidence.json", views.member_evidence, name="portal-evidence"
    ),
    path("desk/tickets/<str:key>/evidence.json", views.desk_evidence, name="desk-evidence"),
]
