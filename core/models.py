"""The append-only logs: what happened to customers' tickets, and what the desk changed about itself.

Beside them, the one row by which a watchman says that all is well.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Cast, Now


class CurrentTransaction(models.Func):
    """The id of the running transaction, so that a feed can stop below the oldest one still open."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = models.TextField()


class EventRecord(models.Model):
    """One fact about one customer; the database refuses to change or delete it.

    Ids are plain columns: the log outlives what it describes. `recorded_at` is when the row was written,
    `occurred_at` when the fact became true.
    """

    customer_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField(null=True)
    seq = models.PositiveIntegerField(null=True)
    type = models.CharField(max_length=80)
    schema_version = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    audience = models.CharField(max_length=10)
    payload = models.JSONField(default=dict)
    source_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - NULL is "no key", '' is one
    txid = models.BigIntegerField(
        db_default=Cast(Cast(CurrentTransaction(), models.TextField()), models.BigIntegerField())
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "source_key"], name="eventrecord_source_key"),
            models.UniqueConstraint(fields=["customer_id", "ticket_id", "seq"], name="eventrecord_seq"),
        ]
        indexes = [
            models.Index(fields=["txid", "id"], name="eventrecord_feed"),
            BrinIndex(fields=["recorded_at"], name="eventrecord_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.occurred_at:%Y-%m-%dT%H:%M:%SZ}"


class EventStream(models.Model):
    """The counter behind the facts' numbers on one ticket."""

    customer_id = models.BigIntegerField()
    ticket_id = models.BigIntegerField()
    last_seq = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "ticket_id"], name="eventstream_ticket")
        ]

    def __str__(self) -> str:
        return f"facts of ticket {self.ticket_id}"


class DeskRecord(models.Model):
    """One fact about the desk itself (staff, policies, calendars), which customers never see."""

    type = models.CharField(max_length=80)
    schema_version = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    payload = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.type} of {self.occurred_at:%Y-%m-%dT%H:%M:%SZ}"


class Heartbeat(models.Model):
    """When a watchman last found all well; its silence is the alarm."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%dT%H:%M:%SZ}"
