from __future__ import annotations

from django.urls import path

from slas import (
    agreement_views,
    clock_views,
    exclusion_views,
    level_views,
    miss_views,
    policy_views,
    report_views,
    rule_views,
    severity_views,
    verbs,
    views,
)

_DESK_TICKET = "desk/tickets/<str:key>/"
_PORTAL_TICKET = "c/<slug:customer>/tickets/<int:number>/"

_EXCLUSIONS = [
    path(f"{_DESK_TICKET}misses/", miss_views.desk_misses, name="desk-ticket-misses"),
    path("desk/exclusions/", exclusion_views.desk_waiting, name="desk-exclusions"),
    path(f"{_DESK_TICKET}exclusions/", exclusion_views.desk_exclusions, name="desk-ticket-exclusions"),
    *(
        path(
            f"{_DESK_TICKET}exclusions/{name}/",
            exclusion_views.desk_on_ticket,
            {"name": name},
            name=f"desk-ticket-{name}",
        )
        for name in verbs.ON_TICKET
    ),
    *(
        path(
            f"{_DESK_TICKET}exclusions/<int:pk>/{name}/",
            exclusion_views.desk_on_exclusion,
            {"name": name},
            name=f"desk-exclusion-{name}",
        )
        for name in verbs.ON_EXCLUSION
    ),
    *(
        path(
            f"{_DESK_TICKET}restorations/<int:pk>/{name}/",
            exclusion_views.desk_on_restoration,
            {"name": name},
            name=f"desk-restoration-{name}",
        )
        for name in verbs.ON_RESTORATION
    ),
    path(f"{_PORTAL_TICKET}exclusions/", exclusion_views.member_exclusions, name="portal-ticket-exclusions"),
    *(
        path(
            f"{_PORTAL_TICKET}exclusions/<int:pk>/{name}/",
            exclusion_views.member_on_exclusion,
            {"name": name},
            name=f"portal-exclusion-{name}",
        )
        for name in verbs.ON_EXCLUSION_BY_MEMBER
    ),
]

_RULES = [
    path("desk/rules/", rule_views.calendars, name="desk-calendars"),
    path("desk/rules/calendars/new/", rule_views.calendar_new, name="desk-calendar-new"),
    path("desk/rules/calendars/<int:calendar>/", rule_views.calendar, name="desk-calendar"),
    path(
        "desk/rules/calendars/<int:calendar>/new/",
        rule_views.calendar_new_version,
        name="desk-calendar-new-version",
    ),
    path("desk/rules/calendars/<int:calendar>/try/", rule_views.calendar_tester, name="desk-calendar-tester"),
    path("desk/rules/corrections/<int:correction>/", rule_views.correction, name="desk-correction"),
    path(
        "desk/rules/corrections/<int:correction>/approve/",
        rule_views.correction_approve,
        name="desk-correction-approve",
    ),
    path(
        "desk/rules/corrections/<int:correction>/reject/",
        rule_views.correction_reject,
        name="desk-correction-reject",
    ),
    path("desk/rules/policies/", policy_views.policies, name="desk-policies"),
    path("desk/rules/policies/<int:policy>/", policy_views.policy, name="desk-policy"),
    path(
        "desk/rules/policies/<int:policy>/new/",
        policy_views.policy_new_version,
        name="desk-policy-new-version",
    ),
    path("desk/rules/agreements/", agreement_views.agreements, name="desk-agreements"),
    path("desk/rules/agreements/sign/", agreement_views.agreement_sign, name="desk-agreement-sign"),
    path("desk/rules/agreements/<int:agreement>/", agreement_views.agreement, name="desk-agreement"),
    path(
        "desk/rules/agreements/<int:agreement>/end/", agreement_views.agreement_end, name="desk-agreement-end"
    ),
    path(
        "desk/rules/agreements/<int:agreement>/renew/",
        agreement_views.agreement_renew,
        name="desk-agreement-renew",
    ),
    path("c/<slug:customer>/agreement/", agreement_views.member_agreement, name="portal-agreement"),
]

urlpatterns = [
    *_EXCLUSIONS,
    *_RULES,
    path("c/<slug:customer>/tickets/<int:number>/clocks/", clock_views.member_clocks, name="portal-clocks"),
    path("desk/tickets/<str:key>/clocks/", clock_views.desk_clocks, name="desk-clocks"),
    path(
        "c/<slug:customer>/tickets/<int:number>/evidence.json", views.member_evidence, name="portal-evidence"
    ),
    path("desk/tickets/<str:key>/evidence.json", views.desk_evidence, name="desk-evidence"),
    path(
        "desk/tickets/<str:key>/severity/preview/",
        severity_views.severity_preview,
        name="desk-ticket-severity-preview",
    ),
    path("c/<slug:customer>/service-levels/", level_views.service_levels, name="portal-service-levels"),
    path(
        "c/<slug:customer>/service-levels/service-levels.csv",
        level_views.service_levels_csv,
        name="portal-service-levels-csv",
    ),
    path("desk/reports/holds/", report_views.late_holds, name="desk-report-holds"),
    path("desk/reports/holds/holds.csv", report_views.late_holds_csv, name="desk-report-holds-csv"),
]
