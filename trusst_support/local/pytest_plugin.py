"""Private services for one test run; loaded with -p, because settings are read before any conftest."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from trusst_support.local.embedded import Services

_services: Services | None = None
_place: Path | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the services once, in the controller; parallel workers inherit their place."""
    global _services, _place
    os.environ["PORTAL_LOCAL"] = "1"
    os.environ.setdefault("PORTAL_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        number = 1 + int(worker.removeprefix("gw"))
        os.environ["PORTAL_REDIS_NUMBER"] = str(number)
        os.environ["PORTAL_MAIL_DIR"] = f"{os.environ['PORTAL_DATA_DIR']}/mail-{worker}"
        return
    if "DATABASE_URL" in os.environ:
        return
    _place = Path(tempfile.mkdtemp(prefix="portal-test-"))
    _place.chmod(0o711)
    os.environ["PORTAL_DATA_DIR"] = str(_place)
    _services = Services(_place, durable=False)
    _services.start()
    _services.ensure_database()


def pytest_unconfigure() -> None:
    """Stop the services and leave nothing behind."""
    global _services
    if _services is None:
        return
    _services.stop()
    for place in (_services.cluster, _services.run, _place):
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
    _services = None
