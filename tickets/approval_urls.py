from __future__ import annotations

from django.urls import path

from tickets import approval_verbs as verbs
from tickets import approval_views as views

urlpatterns = [
    path("desk/approvals/", views.desk_approvals, name="desk-approvals"),
    *(
        path(
            f"desk/approvals/<int:pk>/{name}/",
            views.desk_on_approval,
            {"name": name},
            name=f"desk-approval-{name}",
        )
        for name in verbs.DESK
    ),
    path("c/<slug:customer>/approvals/", views.member_approvals, name="portal-approvals"),
    *(
        path(
            f"c/<slug:customer>/approvals/<int:pk>/{name}/",
            views.member_answer,
            {"name": name},
            name=f"portal-approval-{name}",
        )
        for name in verbs.MEMBER
    ),
]
