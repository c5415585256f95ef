from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import (
    DESK_ROLE,
    MEMBER_ROLE,
    CompositeForeignKey,
    CustomerTable,
    MayChange,
    MembersReadTheirOwn,
    SharedTable,
)


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0007_privacy"),
        ("notifications", "0005_threads"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                _id(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("slack", "Slack"),
                            ("teams", "Microsoft Teams"),
                            ("webhook", "Signed webhook"),
                        ],
                        max_length=7,
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("address", models.CharField(max_length=2000)),
                ("secret", models.CharField(blank=True, max_length=80)),
                ("previous_secret", models.CharField(blank=True, max_length=80)),
                ("previous_until", models.DateTimeField(blank=True, null=True)),
                ("generation", models.PositiveIntegerField(default=1)),
                ("is_active", models.BooleanField(default=True)),
                ("failures_in_row", models.PositiveIntegerField(default=0)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="DeskQuiet",
            fields=[
                _id(),
                ("begins", models.TimeField()),
                ("ends", models.TimeField()),
                ("days", models.CharField(max_length=7)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MemberQuiet",
            fields=[
                _id(),
                ("begins", models.TimeField()),
                ("ends", models.TimeField()),
                ("days", models.CharField(max_length=7)),
            ],
        ),
        migrations.AddField(
            model_name="deliveryattempt",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="deliveryattempt",
            name="outcome",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="notification",
            name="is_urgent",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="notification",
            name="matter",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="notification",
            name="member",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.member",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="payload",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="notification",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.deskperson",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="told_with",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="notifications.notification",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="waits",
            field=models.CharField(
                blank=True,
                choices=[("quiet", "Waits for the end of the reader's quiet hours")],
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="way",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("slack", "Slack"),
                    ("teams", "Microsoft Teams"),
                    ("webhook", "Signed webhook"),
                ],
                default="email",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sent", "Sent"),
                    ("told", "Told with another"),
                    ("dead", "Given up"),
                ],
                default="queued",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="channel",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="notifications.channel",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["customer", "member", "-id"], name="notification_of_member"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["person", "-id"], name="notification_of_person"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["recipient_email", "sent_at"], name="notification_sent_to"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["channel", "-id"], name="notification_of_channel"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["customer", "told_with"], name="notification_told_with"),
        ),
        migrations.AddField(
            model_name="deskquiet",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.deskperson"
            ),
        ),
        migrations.AddField(
            model_name="memberquiet",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="memberquiet",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.member",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberquiet",
            constraint=models.UniqueConstraint(fields=("customer", "member"), name="memberquiet_once"),
        ),
        migrations.AlterField(
            model_name="deliveryattempt",
            name="notification",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="notifications.notification",
            ),
        ),
        CompositeForeignKey("Notification", "member", to="customers.Member"),
        CompositeForeignKey("Notification", "told_with", to="notifications.Notification"),
        MembersReadTheirOwn("Notification", audience=True),
        MayChange("Notification", "read_at", role=MEMBER_ROLE),
        MayChange("DeliveryAttempt", "ended_at", "outcome", role=DESK_ROLE),
        CustomerTable("MemberQuiet", member="select, insert, update, delete", desk="select"),
        CompositeForeignKey("MemberQuiet", "member", to="customers.Member"),
        SharedTable("DeskQuiet", member="", desk="select, insert, update, delete"),
        SharedTable("Channel", member="", desk="select, insert, update"),
    ]
