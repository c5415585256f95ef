from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("slas", "0006_rules")]

    operations = [
        migrations.AddField(model_name="watch", name="looked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="watch", name="differs_since", field=models.DateTimeField(null=True)),
    ]
