from django.db import migrations, models

from core.rls import DESK_ROLE, MEMBER_ROLE


class Migration(migrations.Migration):
    dependencies = [("slas", "0003_managed_service")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("outcome", "pending"), ("state", "running")),
                fields=["due_at"],
                name="clock_open",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", False)),
                fields=["breached_at"],
                name="clock_breached",
            ),
        ),
        # The cache forgets a cycle that never was; the log it is computed from forgets nothing.
        migrations.RunSQL(
            f"GRANT delete ON slas_clock TO {MEMBER_ROLE}, {DESK_ROLE}",
            f"REVOKE delete ON slas_clock FROM {MEMBER_ROLE}, {DESK_ROLE}",
        ),
    ]
