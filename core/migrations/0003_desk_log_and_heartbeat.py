import django.contrib.postgres.indexes
from django.db import migrations, models

from core.rls import SharedTable


class Migration(migrations.Migration):
    dependencies = [("core", "0002_tenancy")]

    operations = [
        migrations.AddField(
            model_name="deskrecord",
            name="schema_version",
            field=models.PositiveSmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="deskrecord",
            name="actor_kind",
            field=models.CharField(default="system", max_length=10),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="eventrecord",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["recorded_at"], name="eventrecord_recent"
            ),
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        SharedTable("Heartbeat", member="", desk="select, insert, update"),
    ]
