from __future__ import annotations

from django.urls import path

from escalations import hand_over_views, level1_views, views

urlpatterns = [
    path("desk/tickets/<str:key>/acknowledge/", views.acknowledge, name="desk-ticket-acknowledge"),
    path("desk/hand-overs/", hand_over_views.desk_hand_overs, name="desk-hand-overs"),
    path("desk/hand-overs/<int:pk>/accept/", hand_over_views.desk_accept, name="desk-hand-over-accept"),
    path("desk/reports/hand-overs/", hand_over_views.desk_bounces, name="desk-report-hand-overs"),
    path("c/<slug:customer>/level-1/", level1_views.level_1, name="level-1"),
    path("c/<slug:customer>/level-1/checklists/", level1_views.level_1_checklists, name="level-1-checklists"),
    path(
        "c/<slug:customer>/tickets/<int:number>/pass/",
        hand_over_views.member_pass,
        name="portal-ticket-pass",
    ),
]
