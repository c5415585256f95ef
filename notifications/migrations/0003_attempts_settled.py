from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_tenancy")]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="attempts_settled",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
