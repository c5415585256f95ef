from __future__ import annotations

from django.urls import path

from escalations import rota_edit_views, rota_views

urlpatterns = [
    path("desk/on-call/", rota_views.rotas, name="desk-on-call"),
    path("desk/on-call/new/", rota_edit_views.rota_new, name="desk-rota-new"),
    path("desk/on-call/calendar/", rota_views.my_feed, name="desk-on-call-calendar"),
    path("desk/on-call/<int:pk>/", rota_views.rota, name="desk-rota"),
    path("desk/on-call/<int:pk>/change/", rota_edit_views.rota_change, name="desk-rota-change"),
    path("desk/on-call/<int:pk>/retire/", rota_edit_views.rota_retire, name="desk-rota-retire"),
    path("desk/on-call/<int:pk>/override/", rota_views.override, name="desk-rota-override"),
    path("desk/on-call/<int:pk>/calendar/", rota_views.rota_feed, name="desk-rota-calendar"),
    path("desk/on-call/overrides/<int:pk>/withdraw/", rota_views.withdraw, name="desk-rota-withdraw"),
    path("on-call/<str:token>.ics", rota_views.feed, name="on-call-feed"),
]
