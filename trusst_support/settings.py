"""Settings, from the environment; without one, those of `make up` on this machine.

DATABASE_URL is the application's least-privileged login, DATABASE_OWNER_URL the one that migrates,
REDIS_URL the queue. PORTAL_LOCAL=0 is production, and the default as soon as any variable of production
is set: then all of them are required, and cookies travel over HTTPS only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from trusst_support.places import run_directory

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

#: What a production process cannot start without, and what each one is.
_REQUIRED = {
    "DATABASE_URL": "the login that serves, such as postgres://portal_login:password@database/portal",
    "REDIS_URL": "the queue and the cache, such as redis://valkey:6379/0",
    "SECRET_KEY": "fifty random characters or more, the same for every process",
    "PORTAL_BASE_URL": "the address that people type, such as https://support.example.com",
    "EMAIL_URL": "the mail server, such as smtp+tls://user:password@mail.example.com:587",
}
#: Mail goes out through a provider's API instead of a mail server, such as postmark.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="")
if EMAIL_PROVIDER:
    del _REQUIRED["EMAIL_URL"]
LOCAL = env.bool("PORTAL_LOCAL", default=not any(name in env.ENVIRON for name in _REQUIRED))
if not LOCAL and (_missing := [name for name in _REQUIRED if not env.ENVIRON.get(name)]):
    raise ImproperlyConfigured(
        "These variables are missing (or set PORTAL_LOCAL=1 for a portal of this machine only):"
        + "".join(f"\n  {name}: {_REQUIRED[name]}" for name in _missing)
    )
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", default=str(BASE_DIR / ".data")))
DEBUG = False

SECRET_KEY = env.str("SECRET_KEY", default="local-only-not-a-secret") if LOCAL else env.str("SECRET_KEY")
#: Earlier keys, newest first: what was signed with them, such as reply addresses, is still known.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
PORTAL_PORT = env.int("PORT", default=8000)
PORTAL_BASE_URL = (
    env.str("PORTAL_BASE_URL", default=f"http://127.0.0.1:{PORTAL_PORT}")
    if LOCAL
    else env.str("PORTAL_BASE_URL")
).rstrip("/")
_scheme, _host = urlsplit(PORTAL_BASE_URL).scheme, urlsplit(PORTAL_BASE_URL).hostname or ""
if LOCAL and _host not in ("127.0.0.1", "localhost", "::1"):
    raise ImproperlyConfigured(
        f"PORTAL_LOCAL is for this machine only, but PORTAL_BASE_URL is {PORTAL_BASE_URL}. Set PORTAL_LOCAL=0."
    )
if not LOCAL and (_scheme != "https" or not _host):
    raise ImproperlyConfigured(f"PORTAL_BASE_URL must be an https:// address, and is {PORTAL_BASE_URL}.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_host, "localhost", "127.0.0.1"] if LOCAL else [_host])
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "core",
    "customers",
    "notifications",
    "tickets",
    "slas",
    "escalations",
    "vendors",
    "reports",
    "trusst_support",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "trusst_support.urls"
WSGI_APPLICATION = "trusst_support.wsgi.application"

FORM_RENDERER = "core.form_renderer.PlainRenderer"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "customers.context.viewer",
            ],
        },
    }
]

# --- The database: one login that owns nothing, one owner that only migrates -------------------------
_RUN = run_directory(DATA_DIR)


def _database(variable: str, user: str) -> dict[str, Any]:
    """Return the connection named by a variable, or the embedded server's."""
    if variable in env.ENVIRON:
        found: dict[str, Any] = dict(env.db_url(variable))
        options = found.get("OPTIONS", {})
        if "host" in options:  # postgres://user@/name?host=/directory names a socket; dbshell wants it here
            found["HOST"] = options.pop("host")
        return found
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": user,
        "HOST": str(_RUN),
    }


_COMMON: dict[str, Any] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DATABASES: dict[str, dict[str, Any]] = {
    "default": _database("DATABASE_URL", "portal_login") | _COMMON,
    # Delivery attempts are committed here first, whatever becomes of the transaction on `default`.
    "ledger": _database("DATABASE_URL", "portal_login") | _COMMON | {"TEST": {"MIRROR": "default"}},
    # Only the process that migrates is given the owner's password; elsewhere this alias is the login's.
    "owner": _database(
        "DATABASE_OWNER_URL" if LOCAL or "DATABASE_OWNER_URL" in env.ENVIRON else "DATABASE_URL",
        "portal_owner",
    )
    | {"TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
REDIS_NUMBER = env.int("PORTAL_REDIS_NUMBER", default=0)
_BROKER = REDIS_URL or f"redis+socket://{_RUN}/redis.sock?virtual_host={REDIS_NUMBER}"
_CACHE = REDIS_URL or f"unix://{_RUN}/redis.sock?db={REDIS_NUMBER}"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _CACHE,
        "KEY_PREFIX": "portal",
    }
}

# --- Background work ---------------------------------------------------------------------------------
CELERY_BROKER_URL = _BROKER
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 300, 270
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
_SWEEP_SECONDS = 2
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds * 2}}
    for name, seconds in {
        "slas.tasks.sweep_due_clocks": _SWEEP_SECONDS,
        "slas.tasks.apply_rule_changes": _SWEEP_SECONDS,
        "escalations.tasks.advance_due_escalations": _SWEEP_SECONDS,
        "notifications.tasks.deliver_due": _SWEEP_SECONDS,
        "notifications.tasks.mail_desk_invitations": 10,
        "tickets.tasks.close_due_tickets": 60,
        "tickets.tasks.tell_leads": 10,
        "tickets.tasks.settle_approvals": 10,
        "tickets.tasks.put_due_checklists": 10,
        "tickets.tasks.sweep_staged_files": 900,
        "tickets.tasks.fetch_mail": 20,
        "tickets.tasks.read_mail": _SWEEP_SECONDS,
        "tickets.tasks.forget_mail": 3600,
        "slas.tasks.tell_contested_exclusions": 10,
        "vendors.tasks.look_at_accounts": 2,
        "vendors.tasks.warn_of_plans": 3600,
        "vendors.tasks.send_due": _SWEEP_SECONDS,
        "vendors.tasks.poll_due": 5,
        "vendors.tasks.fetch_files": 5,
        "vendors.tasks.remind_of_waiting": 300,
        "reports.tasks.fold_changes": 5,
        "reports.tasks.work_on_dry_runs": 5,
        "reports.tasks.follow_misses": 60,
        "reports.tasks.remind_of_renewals": 3600,
        "reports.tasks.send_figures": 600,
        "reports.tasks.build_reviews": 5,
        "reports.tasks.make_reviews": 3600,
        "trusst_support.tasks.audit": 60,
    }.items()
} | {
    "reports.tasks.check_figures": {
        "task": "reports.tasks.check_figures",
        "schedule": crontab(hour="16", minute="40"),  # after the clocks were compared
        "options": {"expires": 3600},
    },
    "slas.tasks.check_clocks": {
        "task": "slas.tasks.check_clocks",
        "schedule": crontab(hour="16", minute="10"),  # in UTC: the night of the desk and of most customers
        "options": {"expires": 3600},
    },
}

# --- Signing in --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "customers.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _scheme
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # what touches production needs a password that is younger
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
if not LOCAL:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP inside the network
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Preloading binds the whole domain in every browser, for years: its owner decides that, not an application.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    if env.bool("PORTAL_BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        ALLAUTH_TRUSTED_PROXY_COUNT = 1  # rate limits of signing in count the browser, not the proxy

# --- What a browser may load -------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# --- The API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "SCHEMA_COERCE_PATH_PK": False,  # an address that says pk is described as it is
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "core.api.PortalSchema",
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trusst Support",
    "DESCRIPTION": "Tickets of a managed service, their severity and their conversation.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ApprovalKindEnum": "tickets.models.ApprovalKind",
        "HoldReasonEnum": "tickets.models.HoldChoice",
        "VendorCaseStateEnum": "vendors.models.cases.CaseStateChoice",
        "AccountLinkStateEnum": "vendors.models.links.LinkStateChoice",
        "LinkKindEnum": "tickets.models.LinkKind",
        "ResolutionCodeEnum": "tickets.models.ResolutionCode",
        "ExclusionReasonEnum": "slas.models.ExclusionReason",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Words, times, files -----------------------------------------------------------------------------
LANGUAGE_CODE = "en-au"
#: The product speaks English; a translation is a catalogue here, such as locale/de/LC_MESSAGES/django.po.
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "PORTAL_STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
PORTAL_FILES_ROOT = Path(env.str("PORTAL_FILES_ROOT", default=str(DATA_DIR / "files")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Mail --------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Trusst Support <support@trusst.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Pinged each minute while the auditor finds all well, such as https://hc.example.com/ping/…; and the word that a
# monitor shows to read /metrics.
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
if HEARTBEAT_URL and not HEARTBEAT_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("HEARTBEAT_URL must be an https:// address.")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# The address at which mail comes in; without one, mails are not answered. Answers come to the same name with a
# `+` and a signed word, so the mailbox must take those as well.
MAIL_IN_ADDRESS = env.str("MAIL_IN_ADDRESS", default="desk@in.trusst.example" if LOCAL else "").lower()
# Where it is fetched from, such as imaps://user:password@mail.example.com/INBOX, and the name under which that
# server writes Authentication-Results.
MAIL_IN_URL = env.str("MAIL_IN_URL", default="")
MAIL_IN_AUTHORITY = env.str("MAIL_IN_AUTHORITY", default="")
# Or a provider brings it to /inbound/mail/, such as postmark; `name:password` of the webhook's address, and what
# else that provider needs, such as MAILGUN_WEBHOOK_SIGNING_KEY.
MAIL_IN_PROVIDER = env.str("MAIL_IN_PROVIDER", default="")
# What a provider of EMAIL_PROVIDER needs as well, such as POSTMARK_SERVER_TOKEN.
ANYMAIL = {
    name: env.str(name)
    for name in (
        "BREVO_API_KEY",
        "MAILGUN_API_KEY",
        "MAILGUN_SENDER_DOMAIN",
        "MAILJET_API_KEY",
        "MAILJET_SECRET_KEY",
        "POSTMARK_SERVER_TOKEN",
        "RESEND_API_KEY",
        "SENDGRID_API_KEY",
        "SPARKPOST_API_KEY",
        "WEBHOOK_SECRET",
        "MAILGUN_WEBHOOK_SIGNING_KEY",
        "MANDRILL_WEBHOOK_KEY",
        "MANDRILL_WEBHOOK_URL",
        "SENDGRID_INBOUND_VERIFICATION_KEY",
    )
    if name in env.ENVIRON
}
# The local mailbox is open to whoever reaches the port, so production never has it.
PORTAL_LOCAL_MAIL = LOCAL and env.bool("PORTAL_LOCAL_MAIL", default=True)
PORTAL_MAIL_DIR = Path(env.str("PORTAL_MAIL_DIR", default=str(DATA_DIR / "mail")))
if PORTAL_LOCAL_MAIL:
    EMAIL_BACKEND = "trusst_support.local.mail.MailboxBackend"
elif EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
else:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
# How many mails a person gets within an hour, in all and about one ticket; what is more comes in one mail.
MAILS_AN_HOUR = env.int("MAILS_AN_HOUR", default=60)
MAILS_AN_HOUR_PER_TICKET = env.int("MAILS_AN_HOUR_PER_TICKET", default=10)

# --- Vendors -----------------------------------------------------------------------------------------
# Our own identity at AWS, which customers' roles trust, and the name that we propose for those roles. Credentials
# of it come from the environment in AWS's own way: an instance's or a container's role, or AWS_ACCESS_KEY_ID.
AWS_PRINCIPAL = env.str(
    "AWS_PRINCIPAL", default="arn:aws:iam::123456789012:role/TrusstSupportPortal" if LOCAL else ""
)
AWS_ROLE_NAME = env.str("AWS_ROLE_NAME", default="TrusstSupport")
# The host from which files of cases are fetched, where AWS has given it another name.
AWS_ATTACHMENT_HOST = env.str("AWS_ATTACHMENT_HOST", default="").lower()
# A loopback AWS, such as the one that `make up` runs. Nothing else may stand in for AWS.
AWS_SUPPORT_ENDPOINT = env.str("AWS_SUPPORT_ENDPOINT", default="").rstrip("/")
if AWS_SUPPORT_ENDPOINT and (
    not LOCAL
    or urlsplit(AWS_SUPPORT_ENDPOINT).scheme != "http"
    or urlsplit(AWS_SUPPORT_ENDPOINT).hostname not in ("127.0.0.1", "localhost", "::1")
):
    raise ImproperlyConfigured(
        "AWS_SUPPORT_ENDPOINT is for a portal of this machine only and must be like http://127.0.0.1:8090,"
        f" and is {AWS_SUPPORT_ENDPOINT}."
    )
# After how many days without our answer a vendor is expected to resolve a case by itself; the desk is told before.
VENDOR_RESOLVES_AFTER_DAYS = env.int("VENDOR_RESOLVES_AFTER_DAYS", default=14)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # They would write down what was sent and with which sign-in.
        "boto3": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
    },
}
