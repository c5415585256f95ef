from __future__ import annotations

from django.urls import path

from slas.severity_api import SeverityPreviewView

urlpatterns = [
    path(
        "c/<slug:customer>/tickets/<int:number>/severity/preview/",
        SeverityPreviewView.as_view(),
        name="api-ticket-severity-preview",
    ),
]
