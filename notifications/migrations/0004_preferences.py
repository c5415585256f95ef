from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import CompositeForeignKey, CustomerTable, SharedTable

TOPICS = [
    ("receipt", "A ticket of mine is received"),
    ("reply", "Somebody replies"),
    ("severity", "The severity changes, or a review is decided"),
    ("restored", "Service is back"),
    ("resolved", "A ticket is resolved, returned or closed"),
    ("promises", "Time is excluded, or a missed promise is waived"),
    ("mention", "A colleague mentions me in a note"),
    ("decision", "A desk lead decides a review or a contested hold on my ticket"),
    ("approval", "A customer answers what was asked on my ticket"),
    ("exclusion", "An exclusion or an earlier restoration is proposed or decided"),
]


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("notifications", "0003_attempts_settled"),
        ("customers", "0006_portal"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="MemberMute",
            fields=[
                _id(),
                ("topic", models.CharField(choices=TOPICS, max_length=10)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "member", "topic"), name="membermute_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskMute",
            fields=[
                _id(),
                ("topic", models.CharField(choices=TOPICS, max_length=10)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "topic"), name="deskmute_once")],
            },
        ),
        CustomerTable("MemberMute", member="select, insert, delete", desk="select"),
        CompositeForeignKey("MemberMute", "member", to="customers.Member"),
        SharedTable("DeskMute", member="", desk="select, insert, delete"),
    ]
