"""That an account holds a factor; how one of its kind is verified is a matter of ``factors/``."""

from __future__ import annotations

from django.db import models


class Factor(models.Model):
    """One factor of an account, or its set of recovery codes. Never deleted: the record and the figures need it.

    ``proved_at``: it answered once, rightly. ``enrolled_at``: it counts. For the first factor the two differ until a
    recovery code was typed back.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=64)
    folded_label = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    # Until it counts it belongs to the session that began it: whoever else is signed in must not finish it.
    begun_in = models.ForeignKey("accounts.Session", null=True, on_delete=models.SET_NULL, related_name="+")
    proved_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        """No two live factors of an account have one label, and it has one live set of recovery codes."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(
                fields=["account", "folded_label"],
                condition=models.Q(enrolled_at__isnull=False, ended_at__isnull=True),
                name="factor_label_once",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(kind="recovery-code", ended_at__isnull=True),
                name="one_set_of_recovery_codes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}".strip()
