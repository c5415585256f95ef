from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from customers.models import User
from trusst_support.demo.cast import DESK, MAIL_DOMAIN, ORGANISATIONS
from trusst_support.demo.play import password_file


class Command(BaseCommand):
    help = "Print the demonstration's sign-ins by role."

    def handle(self, *args: Any, **options: Any) -> None:
        path = password_file()
        if not path.exists():
            self.stdout.write("This database was not loaded with the demonstration on this machine.")
            return
        password = path.read_text()
        if not _opens_any(password):
            self.stdout.write(
                f"The password in {path} opens no sign-in of this database, so it is not shown."
            )
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
        self.stdout.write(f"  password of them all  {password}")


def _opens_any(password: str) -> bool:
    """Tell whether the password is one of this database, and not left by another one."""
    emails = [person.email(MAIL_DOMAIN) for person in DESK]
    return any(user.check_password(password) for user in User.objects.filter(email__in=emails))
