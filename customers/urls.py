from __future__ import annotations

from django.urls import include, path

from customers import preference_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("join/<str:token>/", views.join, name="join"),
    path("c/<slug:customer>/people/", views.people, name="people"),
    path("c/<slug:customer>/people/invitations/<int:pk>/revoke/", views.revoke, name="people-revoke"),
    path("", include("customers.portal_urls")),
    path("", include("customers.desk_admin_urls")),
    path("desk/settings/", preference_views.desk_settings, name="desk-settings"),
    path("desk/customers/", views.desk_customers, name="desk-customers"),
    path("desk/customers/<slug:customer>/people/", views.desk_people, name="desk-people"),
    path(
        "desk/customers/<slug:customer>/people/invitations/<int:pk>/revoke/",
        views.desk_revoke,
        name="desk-people-revoke",
    ),
]
