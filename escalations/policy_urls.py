from __future__ import annotations

from django.urls import path

from escalations import acknowledging_views, policy_edit_views, policy_views

_POLICIES = "desk/admin/escalation-policies/"

urlpatterns = [
    path("desk/escalations/running/", policy_views.running, name="desk-escalations-running"),
    path(
        "desk/escalations/running/<int:pk>/acknowledge/",
        policy_views.running_acknowledge,
        name="desk-escalation-acknowledge",
    ),
    path(_POLICIES, policy_views.policies, name="admin-escalation-policies"),
    path(f"{_POLICIES}new/", policy_edit_views.policy_new, name="admin-escalation-policy-new"),
    path(f"{_POLICIES}<int:pk>/", policy_views.policy, name="admin-escalation-policy"),
    path(
        f"{_POLICIES}<int:pk>/change/", policy_edit_views.policy_change, name="admin-escalation-policy-change"
    ),
    path(f"{_POLICIES}<int:pk>/switch/", policy_views.policy_switch, name="admin-escalation-policy-switch"),
    path("ack/<str:token>/", acknowledging_views.acknowledge_by_mail, name="acknowledge-by-mail"),
]
