from __future__ import annotations

from django.urls import path

from escalations import rota_api

urlpatterns = [
    path("rotas/", rota_api.RotaList.as_view(), name="api-rotas"),
    path("rotas/<int:pk>/on-call/", rota_api.RotaOnCall.as_view(), name="api-rota-on-call"),
    path("rotas/<int:pk>/overrides/", rota_api.RotaOverrides.as_view(), name="api-rota-overrides"),
]
