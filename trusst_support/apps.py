from __future__ import annotations

import importlib

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "trusst_support"

    def ready(self) -> None:
        """Wire the apps together, once all of them are loaded."""
        importlib.import_module("trusst_support.subscriptions")
