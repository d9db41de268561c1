"""By what somebody showed themselves, in columns of its own.

SQLite adds such a column by making the table anew, which loses its triggers: they are set again.
"""

from importlib import import_module

from django.db import migrations, models

_append_only = import_module("strongroom.record.migrations.0002_append_only")


def _drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in _append_only.SQLITE_BACK:
            schema_editor.execute(statement)


def _set(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in _append_only.SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("record", "0002_append_only")]

    operations = [
        migrations.RunPython(_drop, _set),
        migrations.AddField("event", "factor", models.BigIntegerField(null=True)),
        migrations.AddField("event", "proof", models.CharField(blank=True, max_length=20)),
        migrations.RunPython(_set, _drop),
    ]
