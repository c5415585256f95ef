from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_tenancy")]

    operations = [
        migrations.RemoveConstraint("Invitation", "invitation_token"),
        migrations.RemoveField("Invitation", "token_hash"),
    ]
