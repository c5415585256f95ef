from __future__ import annotations

from django.urls import path

from vendors.views import page_views as views

urlpatterns = [
    path("desk/vendors/", views.vendor_cases, name="desk-vendor-cases"),
    path("desk/vendors/cases/<int:pk>/", views.vendor_case, name="desk-vendor-case"),
    path("desk/vendors/performance/", views.vendor_performance, name="desk-vendor-performance"),
    path(
        "desk/vendors/performance/cases/",
        views.vendor_performance_cases,
        name="desk-vendor-performance-cases",
    ),
]
