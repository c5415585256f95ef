from __future__ import annotations

from django.urls import path

from escalations import policy_api

urlpatterns = [
    path("escalation-policies/", policy_api.EscalationPolicyList.as_view(), name="api-escalation-policies"),
    path(
        "escalation-policies/<int:pk>/",
        policy_api.EscalationPolicyDetail.as_view(),
        name="api-escalation-policy",
    ),
    path("escalations/", policy_api.RunningLadders.as_view(), name="api-escalations-running"),
    path(
        "escalations/<int:pk>/acknowledge/",
        policy_api.LadderAcknowledge.as_view(),
        name="api-escalation-acknowledge",
    ),
]
