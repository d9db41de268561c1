from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_ledger")]
    operations = [
        migrations.AddField(
            model_name="duepage",
            name="whole",
            field=models.BooleanField(default=False),
        ),
    ]
