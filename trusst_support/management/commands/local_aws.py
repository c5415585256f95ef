from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trusst_support.local.aws import telling
from trusst_support.local.aws.teaching import teach


class Command(BaseCommand):
    help = "Tell the AWS of this machine of the accounts that the portal is connected to."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.AWS_SUPPORT_ENDPOINT:
            raise CommandError("There is no AWS on this machine: AWS_SUPPORT_ENDPOINT is not set.")
        try:
            made = teach(settings.AWS_SUPPORT_ENDPOINT)
        except telling.NotThere:
            raise CommandError(f"{settings.AWS_SUPPORT_ENDPOINT} does not answer.") from None
        if made and options["verbosity"]:
            self.stdout.write(f"The local AWS has {made} account{'' if made == 1 else 's'} more.")
