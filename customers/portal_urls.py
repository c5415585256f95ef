from __future__ import annotations

from django.urls import path

from customers import access_log_views, account_views, colleague_views, keys_views, privacy_views, you_views

_OURS = "c/<slug:customer>/"

urlpatterns = [
    path(f"{_OURS}you/", you_views.you, name="you"),
    path(f"{_OURS}you/keys/", keys_views.you_keys, name="you-keys"),
    path(f"{_OURS}privacy/", privacy_views.privacy, name="privacy"),
    path(f"{_OURS}people/<int:pk>/", colleague_views.colleague, name="colleague"),
    path(f"{_OURS}people/<int:pk>/return/", colleague_views.colleague_return, name="colleague-return"),
    path(f"{_OURS}people/invitations/<int:pk>/resend/", colleague_views.resend, name="people-resend"),
    path(
        "desk/customers/<slug:customer>/people/invitations/<int:pk>/resend/",
        colleague_views.desk_resend,
        name="desk-people-resend",
    ),
    path(f"{_OURS}aws-accounts/", account_views.aws_accounts, name="aws-accounts"),
    path(f"{_OURS}aws-accounts/new/", account_views.aws_account_new, name="aws-account-new"),
    path(f"{_OURS}aws-accounts/<int:pk>/", account_views.aws_account, name="aws-account"),
    path(
        f"{_OURS}aws-accounts/<int:pk>/switch/", account_views.aws_account_switch, name="aws-account-switch"
    ),
    path(f"{_OURS}access-log/", access_log_views.access_log, name="access-log"),
    path(f"{_OURS}access-log/access-log.csv", access_log_views.access_log_csv, name="access-log-csv"),
]
