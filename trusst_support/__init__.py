"""The roof: settings, addresses, the worker, and who acts on which fact."""

from trusst_support.celery import app as celery_app

__all__ = ["celery_app"]
