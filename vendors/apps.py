from django.apps import AppConfig
from django.core import checks


class VendorsConfig(AppConfig):
    name = "vendors"

    def ready(self) -> None:
        """Look at the address of AWS before the portal serves."""
        from vendors.checks import check_support_endpoint  # noqa: PLC0415 - it needs every app's models

        checks.register(check_support_endpoint)
