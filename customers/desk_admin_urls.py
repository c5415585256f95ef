from __future__ import annotations

from django.urls import path

from customers import desk_admin_views as desk
from customers import desk_customer_views as customers

_CUSTOMER = "desk/admin/customers/<slug:customer>/"

urlpatterns = [
    path("join-desk/<str:token>/", desk.join_desk, name="join-desk"),
    path("desk/admin/", desk.hub, name="admin"),
    path("desk/admin/activity/", desk.activity, name="admin-activity"),
    path("desk/admin/people/", desk.people, name="admin-people"),
    path("desk/admin/people/<int:pk>/", desk.person_role, name="admin-person"),
    path("desk/admin/people/<int:pk>/return/", desk.person_return, name="admin-person-return"),
    path(
        "desk/admin/people/invitations/<int:pk>/revoke/",
        desk.invitation_revoke,
        name="admin-invitation-revoke",
    ),
    path("desk/admin/teams/", desk.teams, name="admin-teams"),
    path("desk/admin/teams/<int:pk>/", desk.team, name="admin-team"),
    path("desk/admin/teams/<int:pk>/switch/", desk.team_switch, name="admin-team-switch"),
    path("desk/admin/customers/", customers.customers, name="admin-customers"),
    path("desk/admin/customers/new/", customers.customer_new, name="admin-customer-new"),
    path(_CUSTOMER, customers.customer, name="admin-customer"),
    path(f"{_CUSTOMER}return/", customers.customer_return, name="admin-customer-return"),
    path(f"{_CUSTOMER}services/", customers.service_add, name="admin-service-add"),
    path(f"{_CUSTOMER}services/<int:pk>/", customers.service, name="admin-service"),
    path(f"{_CUSTOMER}services/<int:pk>/switch/", customers.service_switch, name="admin-service-switch"),
    path(f"{_CUSTOMER}accounts/", customers.account_add, name="admin-account-add"),
    path(f"{_CUSTOMER}accounts/<int:pk>/", customers.account, name="admin-account"),
    path(f"{_CUSTOMER}accounts/<int:pk>/switch/", customers.account_switch, name="admin-account-switch"),
    path(f"{_CUSTOMER}people/<int:pk>/", customers.member, name="admin-member"),
    path(f"{_CUSTOMER}people/<int:pk>/return/", customers.member_return, name="admin-member-return"),
]
