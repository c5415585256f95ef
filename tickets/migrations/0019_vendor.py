from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("tickets", "0018_mail"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="message",
            name="vendor",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AlterField(
            model_name="cannedreply",
            name="mode",
            field=models.CharField(
                choices=[("reply", "Reply"), ("note", "Note"), ("vendor", "Reply to a vendor")],
                default="reply",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="draft",
            name="mode",
            field=models.CharField(
                choices=[("reply", "Reply"), ("note", "Note"), ("vendor", "Reply to a vendor")], max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="stagedfile",
            name="mode",
            field=models.CharField(
                choices=[("reply", "Reply"), ("note", "Note"), ("vendor", "Reply to a vendor")], max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("customer", "id"), name="attachment_tenant"),
        ),
    ]
