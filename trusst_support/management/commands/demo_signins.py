from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from trusst_support.demo.cast import DESK, MAIL_DOMAIN, ORGANISATIONS
from trusst_support.demo.play import password_file


class Command(BaseCommand):
    help = "Print the demonstration's sign-ins by role."

    def handle(self, *args: Any, **options: Any) -> None:
        path = password_file()
        if not path.exists():
            self.stdout.write("This database was not loaded with the demonstration on this machine.")
            return
        self.stdout.write("\nSign-ins of the demonstration:")
        for person in DESK:
            self.stdout.write(f"  {'desk ' + person.role:<22}{person.email(MAIL_DOMAIN)}")
        for organisation in ORGANISATIONS[:1] + ORGANISATIONS[-1:]:
            remark = "" if organisation.has_agreement else " (no agreement)"
            for person in organisation.people:
                self.stdout.write(
                    f"  {'customer ' + person.role:<22}{person.email(organisation.domain)}  "
                    f"{organisation.name}{remark}"
                )
        self.stdout.write(f"  password of them all  {path.read_text()}")
