from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from django.views.decorators.clickjacking import xframe_options_deny
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from trusst_support import views
from trusst_support.local import webhooks as local_webhooks
from trusst_support.local.aws import views as local_aws_views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("desk/status/", views.desk_status, name="desk-status"),
    path("", include("customers.urls")),
    path("", include("notifications.urls")),
    path("", include("tickets.urls")),
    path("", include("tickets.approval_urls")),
    path("", include("slas.urls")),
    path("", include("escalations.urls")),
    path("", include("escalations.rota_urls")),
    path("", include("escalations.policy_urls")),
    path("", include("vendors.link_urls")),
    path("", include("vendors.page_urls")),
    path("", include("vendors.case_urls")),
    path("", include("vendors.push_urls")),
    path("", include("reports.urls")),
    path("", include("reports.review_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("tickets.api_urls")),
    path("api/v1/", include("tickets.approval_api_urls")),
    path("api/v1/", include("escalations.api_urls")),
    path("api/v1/", include("escalations.rota_api_urls")),
    path("api/v1/", include("escalations.policy_api_urls")),
    path("api/v1/", include("vendors.api_urls")),
    path("api/v1/", include("slas.severity_api_urls")),
    path("api/v1/", include("slas.exclusion_api_urls")),
    path("api/v1/", include("slas.miss_api_urls")),
    path("api/v1/", include("slas.rule_api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        xframe_options_deny(SpectacularSwaggerSplitView.as_view(url_name="api-schema")),
        name="api-docs",
    ),
]

if settings.PORTAL_LOCAL_MAIL:
    urlpatterns.append(path("local/mail/", include("trusst_support.local.urls")))
    urlpatterns.append(path("local/webhooks/", local_webhooks.webhooks, name="local-webhooks"))
    urlpatterns.append(path("local/aws/", local_aws_views.local_aws, name="local-aws"))
