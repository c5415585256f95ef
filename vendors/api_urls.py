from __future__ import annotations

from django.urls import path

from vendors import api

_CUSTOMER = "c/<slug:customer>/"

urlpatterns = [
    path(f"{_CUSTOMER}vendor-cases/", api.VendorCaseList.as_view(), name="api-vendor-cases"),
    path(f"{_CUSTOMER}vendor-cases/<int:pk>/", api.VendorCaseDetail.as_view(), name="api-vendor-case"),
    path(f"{_CUSTOMER}vendor-accounts/", api.VendorAccountList.as_view(), name="api-vendor-accounts"),
]
