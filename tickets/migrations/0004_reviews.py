import django.db.models.deletion
from django.db import migrations, models

from core.rls import CompositeForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_signed_invitations"),
        ("tickets", "0003_plain_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="contest_by",
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
            model_name="ticket",
            name="contest_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="ticket",
            name="contested_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="hold_evidence",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="ticket",
            name="hold_owner",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="ticket",
            name="leads_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="review_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="review_by",
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
            model_name="ticket",
            name="review_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="ticket",
            name="review_severity",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(1, "P1 Critical"), (2, "P2 High"), (3, "P3 Normal"), (4, "P4 Low")],
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("review_by__isnull", False), ("contest_by__isnull", False), _connector="OR"
                ),
                fields=["review_asked_at", "contested_at"],
                name="ticket_awaits_lead",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("leads_due_at__isnull", False)),
                fields=["leads_due_at"],
                name="ticket_leads",
            ),
        ),
        CompositeForeignKey("Ticket", "contest_by", to="customers.Member"),
        CompositeForeignKey("Ticket", "review_by", to="customers.Member"),
    ]
