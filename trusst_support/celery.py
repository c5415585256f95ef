"""The worker: it is only poked, what matters is in rows."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

from core.guard import refuse_mighty_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trusst_support.settings")

app = Celery("trusst_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def check_login(**_: Any) -> None:
    """Start no worker with a login that could read every customer."""
    refuse_mighty_login()
