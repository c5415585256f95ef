from __future__ import annotations

from django.urls import path

from notifications import preference_views

urlpatterns = [
    path("c/<slug:customer>/you/mails/", preference_views.you_mails, name="you-mails"),
    path("desk/settings/mails/", preference_views.desk_mails, name="desk-mails"),
]
