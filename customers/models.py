"""Customers (the tenants), the people who sign in, and what a customer has."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


@cache
def _known_timezones() -> frozenset[str]:
    # Finding them walks a folder of some six hundred files, which took most of a save.
    return frozenset(zoneinfo.available_timezones())


def validate_timezone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in _known_timezones():
        raise ValidationError(f"{name} is not a time zone we know.")


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create a user with a normalised address; without a password they must set one by e-mail."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in; what they may do comes from a membership or a desk role."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ignoring_case")]

    def __str__(self) -> str:
        return self.email


class Customer(models.Model):
    """A tenant: an organisation that files tickets with the desk."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    key = models.CharField(max_length=8, unique=True, validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,7}$")])
    timezone = models.CharField(max_length=60, default="Australia/Sydney", validators=[validate_timezone])
    region = models.CharField(max_length=8, default="NSW", help_text="For public holidays")
    phone = models.CharField(max_length=40, blank=True)
    files_to_desk = models.BooleanField(
        default=False, help_text="Requesters may file straight to the desk, without a Level 1 of their own"
    )
    members_see_all = models.BooleanField(
        default=False, help_text="Requesters see every ticket of the organisation, not only their own"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MemberRole(models.TextChoices):
    """What a person of a customer does with tickets."""

    REQUESTER = "requester", _("Requester")
    COORDINATOR = "coordinator", _("Coordinator")
    LEAD = "lead", _("Lead")


#: Who triages tickets before the desk does.
LEVEL_1_ROLES = (MemberRole.COORDINATOR, MemberRole.LEAD)


class Member(models.Model):
    """A person of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    role = models.CharField(max_length=12, choices=MemberRole.choices, default=MemberRole.REQUESTER)
    timezone = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "user"], name="member_once_per_customer"),
            models.UniqueConstraint(fields=["customer", "email"], name="member_email"),
            models.UniqueConstraint(fields=["customer", "id"], name="member_tenant"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> str:
        return self.timezone or self.customer.timezone

    @property
    def sees_all_tickets(self) -> bool:
        """Tell whether the member may read tickets of all colleagues; private ones only who works Level 1."""
        return self.role in (MemberRole.COORDINATOR, MemberRole.LEAD) or self.customer.members_see_all

    @property
    def works_level_1(self) -> bool:
        """Tell whether the member triages tickets before the desk does."""
        return self.role in LEVEL_1_ROLES

    @property
    def may_file_to_desk(self) -> bool:
        """Tell whether the member may send a ticket of any severity straight to the desk."""
        return self.works_level_1 or self.customer.files_to_desk

    @property
    def may_invite(self) -> bool:
        """Tell whether the member may invite colleagues."""
        return self.role == MemberRole.LEAD


class DeskRole(models.TextChoices):
    """What a person of the desk does."""

    ENGINEER = "engineer", "Engineer"
    LEAD = "lead", "Desk lead"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Administrator"


#: Who decides what an engineer may not.
DESK_LEADS = (DeskRole.LEAD, DeskRole.ADMIN)


#: Who decides what engineers propose, such as exclusions and back-dated restorations.
DECIDERS = (DeskRole.LEAD, DeskRole.MANAGER, DeskRole.ADMIN)


class Shortcuts(models.TextChoices):
    """Whether single keys do something on the desk's pages."""

    ON = "on", "On"
    ALT = "alt", "Only together with Alt"
    OFF = "off", "Off"


class DeskPerson(models.Model):
    """A person of the service desk; customers see the name beside a ticket."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=DeskRole.choices, default=DeskRole.ENGINEER)
    timezone = models.CharField(max_length=60, default="Australia/Sydney", validators=[validate_timezone])
    shortcuts = models.CharField(max_length=4, choices=Shortcuts.choices, default=Shortcuts.ON)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def leads(self) -> bool:
        """Tell whether the person decides what an engineer may not."""
        return self.role in DESK_LEADS

    @property
    def decides(self) -> bool:
        """Tell whether the person decides what engineers propose."""
        return self.role in DECIDERS


class Service(models.Model):
    """A production service of a customer that tickets are about."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="service_name"),
            models.UniqueConstraint(fields=["customer", "id"], name="service_tenant"),
        ]

    def __str__(self) -> str:
        return self.name


class SupportState(models.TextChoices):
    """Whether an AWS account holds the support plan that the service expects."""

    MET = "met", _("Plan met")
    NOT_MET = "not_met", _("Plan too low")
    UNKNOWN = "unknown", _("Not checked")


class AwsAccount(models.Model):
    """An AWS account of a customer, and the support plan it was last seen with."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="aws_accounts")
    name = models.CharField(max_length=120)
    account_id = models.CharField(max_length=12, validators=[RegexValidator(r"^\d{12}$")])
    declared_plan = models.CharField(max_length=40, blank=True)
    support_state = models.CharField(max_length=8, choices=SupportState.choices, default=SupportState.UNKNOWN)
    checked_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    cases_allowed_by = models.CharField(max_length=120, blank=True)
    cases_allowed_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "account_id"], name="awsaccount_account"),
            models.UniqueConstraint(fields=["customer", "id"], name="awsaccount_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_id})"

    @property
    def lacks_plan(self) -> bool:
        return self.support_state == SupportState.NOT_MET

    @property
    def was_declared_since(self) -> bool:
        """Tell whether the customer has named another plan since the account was last looked at."""
        return self.declared_at is not None and (
            self.checked_at is None or self.checked_at < self.declared_at
        )


class Invitation(models.Model):
    """An invitation by e-mail to join a customer; its link is signed, so no secret is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=MemberRole.choices)
    invited_by = models.CharField(max_length=150)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.email}"


class LookKind(models.TextChoices):
    """What of a ticket somebody of the desk looked at."""

    TICKET = "ticket", _("The ticket")
    CLOCKS = "clocks", _("Its clocks")
    EVIDENCE = "evidence", _("Its evidence")
    FILE = "file", _("A file")


class AccessRecord(models.Model):
    """That somebody of the desk looked at a customer's ticket; the database refuses to change it.

    `at` is the first look within its quarter of an hour, which begins at `quarter`: there is one row for a
    person, a ticket, a kind and a quarter. The ticket is named by its number, which outlives it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")
    ticket_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=LookKind.choices)
    at = models.DateTimeField()
    quarter = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "quarter", "person", "ticket_number", "kind"], name="accessrecord_once"
            )
        ]
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="accessrecord_newest")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.ticket_number} by {self.person_id}"


class Team(models.Model):
    """Desk people who share tickets; a ticket of a team has an owner beside it, or waits for one."""

    name = models.CharField(max_length=60, unique=True)
    lead = models.ForeignKey(DeskPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    people: models.ManyToManyField[DeskPerson, TeamMember] = models.ManyToManyField(
        DeskPerson, through="TeamMember", related_name="teams"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A desk person's place in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="places")
    person = models.ForeignKey(DeskPerson, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="teammember_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class DeskInvitation(models.Model):
    """An invitation by e-mail to join the desk; `mailed_at` is when its message was handed over."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=DeskRole.choices)
    timezone = models.CharField(max_length=60, validators=[validate_timezone])
    invited_by = models.CharField(max_length=150)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="deskinvitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.email} to the desk"
