from __future__ import annotations

from django.urls import path

from tickets import verbs, views

urlpatterns = [
    path("desk/", views.desk_queue, name="desk-queue"),
    path("desk/customers/<slug:customer>/report/", views.desk_report, name="desk-report"),
    path("desk/tickets/<str:key>/", views.desk_ticket, name="desk-ticket"),
    *(
        path(f"desk/tickets/<str:key>/{name}/", views.desk_act, {"name": name}, name=f"desk-ticket-{name}")
        for name in verbs.DESK
    ),
    path("desk/files/<slug:token>/", views.desk_file, name="desk-file"),
    path("c/<slug:customer>/", views.member_list, name="portal-tickets"),
    path("c/<slug:customer>/report/", views.report, name="portal-report"),
    path("c/<slug:customer>/report/preview/", views.report_preview, name="portal-report-preview"),
    path("c/<slug:customer>/tickets/<int:number>/", views.member_ticket, name="portal-ticket"),
    *(
        path(
            f"c/<slug:customer>/tickets/<int:number>/{name}/",
            views.member_act,
            {"name": name},
            name=f"portal-ticket-{name}",
        )
        for name in verbs.MEMBER
    ),
    path("c/<slug:customer>/files/<slug:token>/", views.member_file, name="portal-file"),
]
