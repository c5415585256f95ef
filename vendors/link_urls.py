from __future__ import annotations

from django.urls import path

from vendors.views import coverage_views as coverage
from vendors.views import directory_views as directory
from vendors.views import link_views as desk
from vendors.views import portal_link_views as portal

_OURS = "c/<slug:customer>/aws-accounts/<int:pk>/connect/"
_DESK = "desk/vendors/accounts/<slug:customer>/<int:pk>/"
_DIRECTORY = "desk/vendors/directory/"

urlpatterns = [
    path(_OURS, portal.aws_link, name="aws-link"),
    path(f"{_OURS}state/", portal.aws_link_state, name="aws-link-state"),
    path(f"{_OURS}begin/", portal.aws_link_begin, name="aws-link-begin"),
    path(f"{_OURS}role/", portal.aws_link_role, name="aws-link-role"),
    path(f"{_OURS}look/", portal.aws_link_look, name="aws-link-look"),
    path(f"{_OURS}rotate/", portal.aws_link_rotate, name="aws-link-rotate"),
    path(f"{_OURS}retire/", portal.aws_link_retire, name="aws-link-retire"),
    path(f"{_OURS}key/", portal.aws_link_key, name="aws-link-key"),
    path(f"{_OURS}keys/<int:key_id>/revoke/", portal.aws_link_key_revoke, name="aws-link-key-revoke"),
    path("desk/vendors/accounts/", coverage.accounts, name="desk-vendor-accounts"),
    path(_DESK, desk.account_link, name="desk-account-link"),
    path(f"{_DESK}state/", desk.account_link_state, name="desk-account-link-state"),
    path(f"{_DESK}begin/", desk.account_link_begin, name="desk-account-link-begin"),
    path(f"{_DESK}role/", desk.account_link_role, name="desk-account-link-role"),
    path(f"{_DESK}look/", desk.account_link_look, name="desk-account-link-look"),
    path(f"{_DESK}way/", desk.account_link_way, name="desk-account-link-way"),
    path(f"{_DESK}rotate/", desk.account_link_rotate, name="desk-account-link-rotate"),
    path(f"{_DESK}retire/", desk.account_link_retire, name="desk-account-link-retire"),
    path(f"{_DESK}key/", desk.account_link_key, name="desk-account-link-key"),
    path(
        f"{_DESK}keys/<int:key_id>/revoke/", desk.account_link_key_revoke, name="desk-account-link-key-revoke"
    ),
    path(f"{_DESK}tell/", coverage.account_tell, name="desk-account-tell"),
    path(_DIRECTORY, directory.directory, name="desk-vendor-directory"),
    path(f"{_DIRECTORY}new/", directory.vendor_new, name="desk-vendor-new"),
    path(f"{_DIRECTORY}<slug:slug>/", directory.vendor, name="desk-vendor"),
    path(f"{_DIRECTORY}<slug:slug>/switch/", directory.vendor_switch, name="desk-vendor-switch"),
    path(f"{_DIRECTORY}<slug:slug>/plans/new/", directory.plan_new, name="desk-vendor-plan-new"),
    path(f"{_DIRECTORY}<slug:slug>/plans/<int:pk>/", directory.plan, name="desk-vendor-plan"),
    path(f"{_DIRECTORY}<slug:slug>/times/", directory.target_add, name="desk-vendor-time"),
    path(
        f"{_DIRECTORY}<slug:slug>/times/<int:pk>/confirm/",
        directory.target_confirm,
        name="desk-vendor-time-confirm",
    ),
]
