import datetime
import hashlib
import json
from typing import Any

import django.db.models.deletion
import holidays
from django.db import migrations, models

import slas.models
from core.rls import AppendOnly, SharedTable


def digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def describe_the_seed(apps: Any, schema_editor: Any) -> None:
    """Name the seeded public holidays and take fingerprints, before versions can no longer be changed."""
    alias = schema_editor.connection.alias
    for calendar in apps.get_model("slas", "CalendarVersion").objects.using(alias):
        if calendar.region:
            years = {int(day[:4]) for day in calendar.holidays}
            names = holidays.country_holidays(
                "AU", subdiv=calendar.region, years=sorted(years), language="en_AU"
            )
            known = {day.isoformat(): name for day, name in names.items()}
            calendar.holiday_names = {day: known.get(day, "Public holiday") for day in calendar.holidays}
            calendar.country, calendar.subdivision = "AU", calendar.region
            calendar.source = f"holidays {holidays.__version__}"
        calendar.content_hash = digest(
            {
                "weekly": calendar.weekly,
                "holidays": calendar.holiday_names,
                "overrides": calendar.overrides,
                "timezone": calendar.timezone,
            }
        )
        calendar.save()
    for policy in apps.get_model("slas", "PolicyVersion").objects.using(alias):
        policy.content_hash = digest(policy.document)
        policy.save()


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_signed_invitations"),
        ("slas", "0005_exclusions"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="clauses",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="agreement",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="agreement",
            name="goals",
            field=models.JSONField(default=slas.models.usual_goals),
        ),
        migrations.AddField(
            model_name="agreement",
            name="renewal_note",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="agreement",
            name="signed_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="content_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="country",
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="created_at",
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="created_by_name",
            field=models.CharField(default="Trusst Support", max_length=150),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="effective_at",
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="holiday_names",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="note",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="overrides",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="source",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="subdivision",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="timezone",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="content_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="created_at",
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="created_by_name",
            field=models.CharField(default="Trusst Support", max_length=150),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="effective_at",
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="note",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.JSONField()),
                ("effective_at", models.DateTimeField()),
                ("note", models.CharField(max_length=500)),
                ("proposed_at", models.DateTimeField()),
                ("clocks", models.PositiveIntegerField()),
                ("verdicts", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=500)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="slas.calendarversion",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.deskperson",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="slas.calendarversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RuleChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_at", models.DateTimeField()),
                ("last_ticket_id", models.BigIntegerField(default=0)),
                ("waiting_ids", models.JSONField(default=list)),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "calendar",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change",
                        to="slas.calendarversion",
                    ),
                ),
                (
                    "correction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="slas.correction",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("base",), name="correction_one_open"
            ),
        ),
        migrations.AddIndex(
            model_name="rulechange",
            index=models.Index(
                condition=models.Q(("applied_at", None)), fields=["effective_at", "id"], name="rulechange_due"
            ),
        ),
        migrations.RunPython(describe_the_seed, migrations.RunPython.noop),
        AppendOnly("CalendarVersion"),
        AppendOnly("PolicyVersion"),
        SharedTable("Correction", member="", desk="select, insert, update"),
        # A member's report attaches an agreement, and has to see which changes have been applied already.
        SharedTable("RuleChange", desk="select, insert, update"),
    ]
