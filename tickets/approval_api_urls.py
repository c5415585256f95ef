from __future__ import annotations

from django.urls import path

from tickets import approval_api as api
from tickets.approval_serializers import ON_APPROVAL

urlpatterns = [
    path("c/<slug:customer>/approvals/", api.ApprovalList.as_view(), name="api-approvals"),
    *(
        path(
            f"c/<slug:customer>/approvals/<int:pk>/{name}/",
            api.verb_view(name).as_view(),
            name=f"api-approval-{name}",
        )
        for name in ON_APPROVAL
    ),
]
