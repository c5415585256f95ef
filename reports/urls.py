from __future__ import annotations

from django.urls import path

from reports.views import (
    board_views,
    clock_csv_views,
    dry_run_views,
    miss_views,
    renewal_views,
    satisfaction_views,
    slo_views,
    subscription_views,
)

urlpatterns = [
    path("desk/reports/", slo_views.slo_report, name="desk-reports"),
    path("desk/reports/time/", slo_views.time_report, name="desk-reports-time"),
    path("desk/reports/clocks/", slo_views.clocks_behind, name="desk-report-clocks"),
    path("desk/reports/clocks/csv/", clock_csv_views.clocks_behind_csv, name="desk-report-clocks-csv"),
    path("desk/reports/tickets/", slo_views.tickets_behind, name="desk-report-tickets"),
    path("desk/board/", board_views.desk_board, name="desk-board"),
    path("desk/board/live/", board_views.desk_board_live, name="desk-board-live"),
    path("desk/reports/misses/", miss_views.misses, name="desk-report-misses"),
    path("desk/reports/misses/csv/", miss_views.misses_csv, name="desk-report-misses-csv"),
    path("desk/reports/misses/<int:pk>/", miss_views.miss, name="desk-report-miss"),
    path("desk/reports/renewals/", renewal_views.renewals, name="desk-report-renewals"),
    path("desk/reports/renewals/csv/", renewal_views.renewals_csv, name="desk-report-renewals-csv"),
    path("desk/reports/dry-run/", dry_run_views.dry_runs, name="desk-dry-runs"),
    path("desk/reports/dry-run/<int:pk>/", dry_run_views.dry_run, name="desk-dry-run"),
    path("desk/reports/dry-run/<int:pk>/csv/", dry_run_views.dry_run_csv, name="desk-dry-run-csv"),
    path("desk/reports/dry-run/<int:pk>/cancel/", dry_run_views.cancel_dry_run, name="desk-dry-run-cancel"),
    path("desk/reports/dry-run/policy/<int:policy>/", dry_run_views.try_policy, name="desk-dry-run-policy"),
    path(
        "desk/reports/dry-run/calendar/<int:calendar>/",
        dry_run_views.try_calendar,
        name="desk-dry-run-calendar",
    ),
    path("desk/reports/subscription/", subscription_views.subscription, name="desk-report-subscription"),
    path("desk/reports/satisfaction/", satisfaction_views.satisfaction, name="desk-report-satisfaction"),
]
