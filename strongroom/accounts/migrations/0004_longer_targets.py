"""A proof may be for a project, whose name has up to 200 characters."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Widen the target of proofs."""

    dependencies: ClassVar = [("accounts", "0003_console_lists")]

    operations: ClassVar = [
        migrations.AlterField("proof", "target", models.CharField(blank=True, max_length=200)),
    ]
