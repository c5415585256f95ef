from __future__ import annotations

from django.urls import path

from vendors.views import push_views

urlpatterns = [
    path("inbound/vendors/<str:token>/", push_views.inbound_vendor, name="inbound-vendor"),
]
