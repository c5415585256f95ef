from __future__ import annotations

from django.urls import path

from slas import rule_api

urlpatterns = [
    path("c/<slug:customer>/agreement/", rule_api.AgreementInForce.as_view(), name="api-agreement"),
    path("rules/calendars/", rule_api.CalendarList.as_view(), name="api-calendars"),
    path("rules/calendars/<int:calendar>/", rule_api.CalendarDetail.as_view(), name="api-calendar"),
    path("rules/policies/", rule_api.PolicyList.as_view(), name="api-policies"),
    path("rules/policies/<int:policy>/", rule_api.PolicyDetail.as_view(), name="api-policy"),
]
