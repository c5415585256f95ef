from __future__ import annotations

from django.urls import path

from escalations import functional_views, hand_over_views, level1_live, level1_views, views

urlpatterns = [
    path("desk/tickets/<str:key>/acknowledge/", views.acknowledge, name="desk-ticket-acknowledge"),
    path("desk/tickets/<str:key>/escalate/", functional_views.desk_escalate, name="desk-ticket-escalate"),
    path(
        "desk/tickets/<str:key>/escalation/accept/",
        functional_views.desk_accept,
        name="desk-ticket-escalation-accept",
    ),
    path(
        "desk/tickets/<str:key>/escalation/back/",
        functional_views.desk_bring_back,
        name="desk-ticket-escalation-back",
    ),
    path(
        "desk/tickets/<str:key>/call-manager/",
        functional_views.desk_call_manager,
        name="desk-ticket-call-manager",
    ),
    path("desk/escalations/", functional_views.desk_escalations, name="desk-escalations"),
    path("desk/escalations/teams/<int:pk>/", functional_views.mark_team, name="desk-level-3-team"),
    path("desk/hand-overs/", hand_over_views.desk_hand_overs, name="desk-hand-overs"),
    path("desk/hand-overs/<int:pk>/accept/", hand_over_views.desk_accept, name="desk-hand-over-accept"),
    path("desk/reports/hand-overs/", hand_over_views.desk_bounces, name="desk-report-hand-overs"),
    path("c/<slug:customer>/level-1/", level1_views.level_1, name="level-1"),
    path("c/<slug:customer>/level-1/live/", level1_live.level_1_live, name="level-1-live"),
    path("c/<slug:customer>/level-1/checklists/", level1_views.level_1_checklists, name="level-1-checklists"),
    path(
        "c/<slug:customer>/tickets/<int:number>/pass/",
        hand_over_views.member_pass,
        name="portal-ticket-pass",
    ),
]
