"""The worker: it is only poked, what matters is in rows."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trusst_support.settings")

app = Celery("trusst_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
