from __future__ import annotations

from django.urls import path

from vendors.views import case_views as views

urlpatterns = [
    path("desk/tickets/<str:key>/vendor-case/", views.open_case, name="desk-ticket-vendor-case"),
    path("desk/tickets/<str:key>/vendor-case/adopt/", views.adopt, name="desk-ticket-vendor-adopt"),
    path("desk/tickets/<str:key>/vendor-case/by-hand/", views.by_hand, name="desk-ticket-vendor-by-hand"),
    path("desk/tickets/<str:key>/vendor/", views.reply, name="desk-ticket-vendor"),
    path("desk/vendors/cases/<int:pk>/note/", views.note, name="desk-vendor-case-note"),
    path("desk/vendors/cases/<int:pk>/resolve/", views.resolve, name="desk-vendor-case-resolve"),
    path("desk/vendors/cases/<int:pk>/give-up/", views.give_up, name="desk-vendor-case-give-up"),
    path("desk/vendors/outgoing/<int:pk>/again/", views.again, name="desk-vendor-again"),
    path("desk/vendors/outgoing/<int:pk>/edit/", views.edit, name="desk-vendor-edit"),
    path("desk/vendors/messages/<int:pk>/share/", views.share, name="desk-vendor-share"),
]
