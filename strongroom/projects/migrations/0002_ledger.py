"""The one row of the ledger, there from the first moment."""

from django.db import migrations


def open_ledger(apps, schema_editor):
    apps.get_model("projects", "Ledger").objects.get_or_create(pk=1, defaults={"last_serial": 0})


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunPython(open_ledger, migrations.RunPython.noop)]
