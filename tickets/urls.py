from __future__ import annotations

from django.urls import path

from tickets import (
    bulk_views,
    colleague_views,
    composer_views,
    handover_views,
    leaving_views,
    live_views,
    palette_views,
    queue_views,
    relation_admin_views,
    relation_views,
    reply_views,
    report_views,
    satisfaction_views,
    verbs,
    views,
)

urlpatterns = [
    path("desk/", queue_views.desk_queue, name="desk-queue"),
    path("desk/views/", queue_views.saved_views, name="desk-views"),
    path("desk/views/save/", queue_views.save_view, name="desk-view-save"),
    path("desk/views/<int:pk>/", queue_views.change_view, name="desk-view"),
    path("desk/admin/views/", queue_views.saved_views, name="admin-views"),
    path("desk/live/", live_views.queue_live, name="desk-queue-live"),
    path("desk/commands/", palette_views.palette, name="desk-palette"),
    path("desk/shortcuts/", palette_views.desk_shortcuts, name="desk-shortcuts"),
    path("desk/tickets/<str:key>/live/", live_views.ticket_live, name="desk-ticket-live"),
    path("desk/tickets/<str:key>/peek/", live_views.ticket_peek, name="desk-ticket-peek"),
    path("desk/tickets/<str:key>/read/", live_views.ticket_read, name="desk-ticket-read"),
    path("desk/customers/<slug:customer>/report/", views.desk_report, name="desk-report"),
    path("desk/handover/", handover_views.handover, name="desk-handover"),
    path("desk/handover/<int:pk>/accept/", handover_views.handover_accept, name="desk-handover-accept"),
    path("desk/updates/", handover_views.updates, name="desk-updates"),
    path("desk/updates/<str:key>/", handover_views.update, name="desk-update"),
    path("desk/bulk/", bulk_views.bulk, name="desk-bulk"),
    path("desk/bulk/result/", bulk_views.bulk_result, name="desk-bulk-result"),
    path("desk/bulk/undo/", bulk_views.bulk_undo, name="desk-bulk-undo"),
    path("desk/tickets/<str:key>/", views.desk_ticket, name="desk-ticket"),
    *(
        path(f"desk/tickets/<str:key>/{name}/", views.desk_act, {"name": name}, name=f"desk-ticket-{name}")
        for name in verbs.DESK
    ),
    path("desk/tickets/<str:key>/merging/", relation_views.merging, name="desk-ticket-merging"),
    path("desk/tickets/<str:key>/major/", relation_views.major, name="desk-ticket-major"),
    path("desk/admin/tags/", relation_admin_views.tags, name="admin-tags"),
    path("desk/admin/tags/<int:pk>/", relation_admin_views.tag, name="admin-tag"),
    path("desk/admin/tags/<int:pk>/switch/", relation_admin_views.tag_switch, name="admin-tag-switch"),
    path("desk/admin/checklists/", relation_admin_views.checklists, name="admin-checklists"),
    path("desk/admin/checklists/<int:pk>/", relation_admin_views.checklist, name="admin-checklist"),
    path(
        "desk/admin/checklists/<int:pk>/switch/",
        relation_admin_views.checklist_switch,
        name="admin-checklist-switch",
    ),
    path("desk/files/<slug:token>/", views.desk_file, name="desk-file"),
    path("desk/tickets/<str:key>/presence/", composer_views.desk_presence, name="desk-ticket-presence"),
    path("desk/tickets/<str:key>/<str:mode>/draft/", composer_views.desk_draft, name="desk-ticket-draft"),
    path("desk/tickets/<str:key>/<str:mode>/files/", composer_views.desk_staged, name="desk-ticket-staged"),
    path(
        "desk/tickets/<str:key>/<str:mode>/compose/", composer_views.desk_compose, name="desk-ticket-compose"
    ),
    path("desk/admin/people/<int:pk>/leave/", leaving_views.person_leave, name="admin-person-leave"),
    path(
        "desk/admin/customers/<slug:customer>/leave/",
        leaving_views.customer_leave,
        name="admin-customer-leave",
    ),
    path("desk/admin/replies/", reply_views.replies, name="desk-replies"),
    path("desk/admin/replies/new/", reply_views.reply_new, name="desk-reply-new"),
    path("desk/admin/replies/<int:canned>/", reply_views.reply_edit, name="desk-reply"),
    path("desk/admin/replies/<int:canned>/switch/", reply_views.reply_switch, name="desk-reply-switch"),
    path("c/<slug:customer>/people/<int:pk>/leave/", colleague_views.colleague_leave, name="colleague-leave"),
    path("c/<slug:customer>/", views.member_list, name="portal-tickets"),
    path("c/<slug:customer>/report/", report_views.report, name="portal-report"),
    path("c/<slug:customer>/report/check/", report_views.report_check, name="portal-report-check"),
    path("c/<slug:customer>/report/discard/", report_views.report_discard, name="portal-report-discard"),
    path("c/<slug:customer>/report/files/", report_views.report_files, name="portal-report-files"),
    path("c/<slug:customer>/tickets/<int:number>/sent/", report_views.report_sent, name="portal-report-sent"),
    path("c/<slug:customer>/report/preview/", report_views.report_preview, name="portal-report-preview"),
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
    path("c/<slug:customer>/tickets/<int:number>/rate/", satisfaction_views.member_rate, name="portal-rate"),
    path("rate/<str:token>/", satisfaction_views.rate_by_mail, name="rate"),
    path("c/<slug:customer>/files/<slug:token>/", views.member_file, name="portal-file"),
    path(
        "c/<slug:customer>/tickets/<int:number>/<str:mode>/draft/",
        composer_views.member_draft,
        name="portal-ticket-draft",
    ),
    path(
        "c/<slug:customer>/tickets/<int:number>/<str:mode>/files/",
        composer_views.member_staged,
        name="portal-ticket-staged",
    ),
    path(
        "c/<slug:customer>/tickets/<int:number>/<str:mode>/compose/",
        composer_views.member_compose,
        name="portal-ticket-compose",
    ),
]
