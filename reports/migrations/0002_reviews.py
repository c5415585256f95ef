from __future__ import annotations

from typing import ClassVar

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import AppendOnly, CompositeForeignKey, CustomerTable, MayChange

#: What is sealed is the customer's to read once it was sent.
SENT = (
    "EXISTS (SELECT FROM reports_review AS sent WHERE sent.customer_id = reports_sealedreview.customer_id"
    " AND sent.id = reports_sealedreview.review_id AND sent.state = 'sent')"
)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("reports", "0001_rollups"),
        ("customers", "0007_privacy"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("issue", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("reviewed", "Reviewed"),
                            ("sealed", "Sealed"),
                            ("sent", "Sent"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(max_length=60)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("words", models.TextField(blank=True, max_length=4000)),
                ("content", models.JSONField(null=True)),
                ("documents", models.JSONField(null=True)),
                ("built_at", models.DateTimeField(null=True)),
                ("unexplained", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=150)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
            ],
            options={
                "ordering": ["-month", "-issue"],
            },
        ),
        migrations.CreateModel(
            name="ReviewBuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waits"),
                            ("running", "Being built"),
                            ("done", "Built"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by_name", models.CharField(max_length=150)),
                ("heard_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="builds",
                        to="reports.review",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "working_day",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(15),
                        ],
                    ),
                ),
                ("figures_by_mail", models.BooleanField(default=False)),
                ("made_until", models.DateField(null=True)),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SealedReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_key", models.CharField(max_length=8)),
                ("month", models.DateField()),
                ("issue", models.PositiveSmallIntegerField()),
                ("content", models.JSONField()),
                ("bundle", models.BinaryField()),
                ("files_digest", models.CharField(max_length=64)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("seal", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("sealed_by_name", models.CharField(max_length=150)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="reports.review",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="review_tenant"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("customer", "month", "issue"), name="review_issue"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "reviewed"))),
                fields=("customer", "month"),
                name="review_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="review_first_day"),
        ),
        migrations.AddIndex(
            model_name="reviewbuild",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=["asked_at", "id"],
                name="reviewbuild_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewbuild",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("queued", "running"))),
                fields=("customer", "review"),
                name="reviewbuild_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedreview",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="sealedreview_tenant"),
        ),
        migrations.AddConstraint(
            model_name="sealedreview",
            constraint=models.UniqueConstraint(fields=("customer", "review"), name="sealedreview_once"),
        ),
        migrations.AddConstraint(
            model_name="sealedreview",
            constraint=models.UniqueConstraint(
                fields=("customer", "previous"), name="sealedreview_one_chain"
            ),
        ),
        CustomerTable("Review", member="select", desk="select, insert, update", shown="state = 'sent'"),
        CustomerTable("SealedReview", member="select", desk="select, insert", shown=SENT),
        CompositeForeignKey("SealedReview", "review", to="reports.Review"),
        AppendOnly("SealedReview"),
        CustomerTable("ReviewBuild", member="", desk="select, insert, update"),
        CompositeForeignKey("ReviewBuild", "review", to="reports.Review"),
        # A customer's lead chooses whether the mail holds the summary; the day is the desk's.
        CustomerTable("ReviewPlan", member="select, insert", desk="select, insert, update"),
        MayChange("ReviewPlan", "figures_by_mail", role="portal_member"),
    ]
