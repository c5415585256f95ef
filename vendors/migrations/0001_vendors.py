from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    initial: ClassVar[bool] = True

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0007_privacy"),
        ("tickets", "0019_vendor"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Vendor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("slug", models.SlugField(max_length=40, unique=True)),
                (
                    "way",
                    models.CharField(
                        choices=[("aws", "AWS Support's interface"), ("manual", "By mail or telephone")],
                        default="manual",
                        max_length=10,
                    ),
                ),
                ("contact", models.CharField(blank=True, max_length=300)),
                ("note", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="AccountLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_number", models.CharField(blank=True, max_length=60)),
                ("is_manual", models.BooleanField(default=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("direct", "From the vendor itself"),
                            ("resold", "From the vendor, sold by a partner"),
                            ("partner", "From a partner, not from the vendor"),
                        ],
                        default="direct",
                        max_length=10,
                    ),
                ),
                ("role_arn", models.CharField(blank=True, max_length=200)),
                ("external_id", models.CharField(max_length=64)),
                ("reads_only", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unverified", "Not verified yet"),
                            ("ok", "Connected"),
                            ("no_plan", "Connected, but the plan takes no cases"),
                            ("denied", "The account refuses us"),
                            ("unreachable", "Cannot be reached"),
                            ("retired", "Retired"),
                        ],
                        default="unverified",
                        max_length=12,
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("state_evidence", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=150)),
                ("verify_asked_at", models.DateTimeField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("retired_by", models.CharField(blank=True, max_length=150)),
                ("next_probe_at", models.DateTimeField(blank=True, null=True)),
                ("options", models.JSONField(default=dict)),
                ("options_at", models.DateTimeField(blank=True, null=True)),
                ("next_poll_at", models.DateTimeField(blank=True, null=True)),
                ("last_polled_at", models.DateTimeField(blank=True, null=True)),
                ("cursor", models.JSONField(default=dict)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.awsaccount",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="vendors.vendor"
                    ),
                ),
            ],
            options={
                "ordering": ["vendor_id", "account_number", "id"],
            },
        ),
        migrations.CreateModel(
            name="VendorCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("display_id", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(max_length=250)),
                ("severity", models.CharField(blank=True, max_length=40)),
                ("severity_name", models.CharField(blank=True, max_length=60)),
                ("service", models.CharField(blank=True, max_length=120)),
                ("category", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(default="en", max_length=10)),
                ("raw_status", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Not picked up yet"),
                            ("vendor_working", "The vendor works on it"),
                            ("waiting_on_us", "The vendor waits for us"),
                            ("waiting_on_vendor", "We wait for the vendor"),
                            ("solution_offered", "A solution is offered"),
                            ("resolved", "Resolved at the vendor"),
                            ("closed", "Closed at the vendor"),
                            ("unknown", "A status that we do not know"),
                        ],
                        default="new",
                        max_length=20,
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("is_adopted", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("opened_by", models.CharField(blank=True, max_length=150)),
                ("plan", models.CharField(blank=True, max_length=60)),
                ("finding", models.CharField(blank=True, max_length=8)),
                ("target_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("target_in_business_hours", models.BooleanField(default=False)),
                ("target_source", models.CharField(blank=True, max_length=200)),
                ("lacked_plan_at", models.DateTimeField(blank=True, null=True)),
                ("first_reply_at", models.DateTimeField(blank=True, null=True)),
                ("first_reply_is_automatic", models.BooleanField(default=False)),
                ("last_vendor_at", models.DateTimeField(blank=True, null=True)),
                ("last_desk_at", models.DateTimeField(blank=True, null=True)),
                ("reply_seen_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_after", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                ("given_up_why", models.CharField(blank=True, max_length=300)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("is_missing", models.BooleanField(default=False)),
                ("extra", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="vendors.accountlink",
                    ),
                ),
                (
                    "reopens",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vendors.vendorcase",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="vendors.vendor"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("open", "New case"), ("reply", "Reply"), ("resolve", "Resolve")],
                        max_length=10,
                    ),
                ),
                ("idem_key", models.CharField(max_length=80)),
                ("payload", models.JSONField(default=dict)),
                ("files", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "To be sent"),
                            ("sending", "Being sent"),
                            ("ambiguous", "The answer was lost: we look whether it arrived"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("cancelled", "Called off"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("looks", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=150)),
                ("asked_by_id", models.BigIntegerField(null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("error_code", models.CharField(blank=True, max_length=80)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outgoing",
                        to="vendors.accountlink",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outgoing",
                        to="vendors.vendorcase",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CaseStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("raw_status", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Not picked up yet"),
                            ("vendor_working", "The vendor works on it"),
                            ("waiting_on_us", "The vendor waits for us"),
                            ("waiting_on_vendor", "We wait for the vendor"),
                            ("solution_offered", "A solution is offered"),
                            ("resolved", "Resolved at the vendor"),
                            ("closed", "Closed at the vendor"),
                            ("unknown", "A status that we do not know"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("after", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
                        to="vendors.vendorcase",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="VendorMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("occurrence", models.PositiveSmallIntegerField(default=0)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("vendor", "The vendor"),
                            ("desk", "The desk"),
                            ("customer", "The customer, at the vendor"),
                        ],
                        max_length=10,
                    ),
                ),
                ("author", models.CharField(max_length=200)),
                ("is_automatic", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="vendors.vendorcase",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="VendorFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=300)),
                ("name", models.CharField(max_length=250)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "To be fetched"), ("stored", "Stored"), ("refused", "Refused")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attachment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.attachment",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "received",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="vendors.vendormessage",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="VendorTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("plan", models.CharField(max_length=60)),
                ("severity", models.CharField(max_length=40)),
                ("seconds", models.PositiveIntegerField()),
                ("in_business_hours", models.BooleanField(default=False)),
                ("valid_from", models.DateField()),
                ("source", models.CharField(max_length=200)),
                ("is_confirmed", models.BooleanField(default=True)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=150)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="vendors.vendor",
                    ),
                ),
            ],
            options={
                "ordering": ["vendor_id", "plan", "seconds", "-valid_from", "-id"],
            },
        ),
        migrations.CreateModel(
            name="PlanObservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("met", "The plan takes cases"),
                            ("not_met", "The plan takes no cases"),
                            ("unknown", "Not known"),
                        ],
                        max_length=8,
                    ),
                ),
                ("evidence", models.CharField(max_length=300)),
                ("severities", models.JSONField(default=list)),
                ("changed", models.BooleanField(default=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="vendors.accountlink",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["customer", "link", "-at"], name="planobservation_link")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="planobservation_tenant")
                ],
            },
        ),
        migrations.CreateModel(
            name="PushHint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=120)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("display_id", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hints",
                        to="vendors.accountlink",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["customer", "link"],
                        name="pushhint_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "id"), name="pushhint_tenant"),
                    models.UniqueConstraint(fields=("customer", "link", "event_id"), name="pushhint_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=150)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="vendors.accountlink",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [models.Index(fields=["customer", "link"], name="pushkey_link")],
                "constraints": [models.UniqueConstraint(fields=("customer", "id"), name="pushkey_tenant")],
            },
        ),
        migrations.CreateModel(
            name="SupportPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("rank", models.PositiveSmallIntegerField()),
                ("takes_cases", models.BooleanField(default=True)),
                ("severities", models.JSONField(default=list)),
                ("offered_until", models.DateField(blank=True, null=True)),
                ("accepted_from", models.DateField(blank=True, null=True)),
                ("accepted_until", models.DateField(blank=True, null=True)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="vendors.vendor"
                    ),
                ),
            ],
            options={
                "ordering": ["vendor_id", "rank"],
                "constraints": [models.UniqueConstraint(fields=("vendor", "name"), name="supportplan_name")],
            },
        ),
        migrations.AddIndex(
            model_name="accountlink",
            index=models.Index(fields=["customer", "account"], name="accountlink_account"),
        ),
        migrations.AddIndex(
            model_name="accountlink",
            index=models.Index(
                condition=models.Q(("next_probe_at__isnull", False)),
                fields=["next_probe_at", "id"],
                name="accountlink_probe",
            ),
        ),
        migrations.AddIndex(
            model_name="accountlink",
            index=models.Index(
                condition=models.Q(("next_poll_at__isnull", False)),
                fields=["next_poll_at", "id"],
                name="accountlink_poll",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountlink",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="accountlink_tenant"),
        ),
        migrations.AddConstraint(
            model_name="accountlink",
            constraint=models.UniqueConstraint(
                fields=("customer", "external_id"), name="accountlink_external_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state", "retired"), _negated=True),
                    models.Q(("account_number", ""), _negated=True),
                ),
                fields=("vendor", "account_number"),
                name="accountlink_one_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="vendorcase",
            index=models.Index(fields=["customer", "ticket"], name="vendorcase_ticket"),
        ),
        migrations.AddIndex(
            model_name="vendorcase",
            index=models.Index(fields=["display_id"], name="vendorcase_display"),
        ),
        migrations.AddIndex(
            model_name="vendorcase",
            index=models.Index(fields=["external_id"], name="vendorcase_external_id"),
        ),
        migrations.AddIndex(
            model_name="vendorcase",
            index=models.Index(
                models.F("state"),
                models.OrderBy(models.F("state_since"), descending=True),
                models.F("id"),
                condition=models.Q(("state__in", ("resolved", "closed")), _negated=True),
                name="vendorcase_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorcase",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="vendorcase_tenant"),
        ),
        migrations.AddConstraint(
            model_name="vendorcase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("customer", "link", "external_id"),
                name="vendorcase_external",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(fields=["customer", "case"], name="outgoing_case"),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "sending", "ambiguous"))),
                fields=["next_try_at", "id"],
                name="outgoing_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoing",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="outgoing_tenant"),
        ),
        migrations.AddConstraint(
            model_name="outgoing",
            constraint=models.UniqueConstraint(fields=("customer", "link", "idem_key"), name="outgoing_once"),
        ),
        migrations.AddIndex(
            model_name="casestatus",
            index=models.Index(fields=["customer", "case", "at"], name="casestatus_case"),
        ),
        migrations.AddConstraint(
            model_name="casestatus",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="casestatus_tenant"),
        ),
        migrations.AddIndex(
            model_name="vendormessage",
            index=models.Index(fields=["customer", "message"], name="vendormessage_message"),
        ),
        migrations.AddConstraint(
            model_name="vendormessage",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="vendormessage_tenant"),
        ),
        migrations.AddConstraint(
            model_name="vendormessage",
            constraint=models.UniqueConstraint(
                fields=("customer", "case", "fingerprint", "occurrence"), name="vendormessage_once"
            ),
        ),
        migrations.AddIndex(
            model_name="vendorfile",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["next_try_at", "id"],
                name="vendorfile_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorfile",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="vendorfile_tenant"),
        ),
        migrations.AddConstraint(
            model_name="vendorfile",
            constraint=models.UniqueConstraint(
                fields=("customer", "received", "ref"), name="vendorfile_once"
            ),
        ),
        migrations.AddIndex(
            model_name="vendortarget",
            index=models.Index(fields=["vendor", "plan", "severity", "-valid_from"], name="vendortarget_of"),
        ),
        migrations.AddConstraint(
            model_name="vendortarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("seconds__gt", 0)), name="vendortarget_positive"
            ),
        ),
    ]
