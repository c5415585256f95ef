from __future__ import annotations

from django.urls import path, re_path

from trusst_support.local import views

urlpatterns = [
    path("", views.mail_list, name="local-mail"),
    path("send/", views.mail_send, name="local-mail-send"),
    re_path(r"^(?P<name>[0-9a-f]{64}\+*)/$", views.mail_detail, name="local-mail-detail"),
]
