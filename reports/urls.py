from __future__ import annotations

from django.urls import path

from reports import views

urlpatterns = [
    path("desk/reports/satisfaction/", views.satisfaction, name="desk-report-satisfaction"),
]
