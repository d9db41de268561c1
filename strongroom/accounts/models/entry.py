"""How people come in: arrivals, sessions, known devices, mailed codes, and proofs that it is them again."""

from __future__ import annotations

from django.db import models

KEY_HASH = 64


class Arrival(models.Model):
    """Somebody on the way in, in one browser: signing in, signing up, or resetting a password.

    Not a session: it opens no page of an account. The account is set once, by its id, and never by a name.
    Without an account it is somebody's who has none, and looks the same from outside.
    """

    key_sha256 = models.CharField(max_length=KEY_HASH, unique=True)
    purpose = models.CharField(max_length=20)
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.CASCADE, related_name="arrivals")
    address = models.CharField(max_length=320, blank=True)
    password_at = models.DateTimeField(null=True)
    factor_kind = models.CharField(max_length=20, blank=True)
    factor = models.ForeignKey("accounts.Factor", null=True, on_delete=models.CASCADE)
    person_verified = models.BooleanField(default=False)
    mailbox_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.begun_at:%Y-%m-%d %H:%M}"


class Device(models.Model):
    """A browser that somebody has signed in from before: a random cookie with a row here, never an address."""

    secret_sha256 = models.CharField(max_length=KEY_HASH)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="devices")
    client = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    last_used_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        """One browser may be known to several accounts, and to each once."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["secret_sha256", "account"], name="device_once_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.client} since {self.since:%Y-%m-%d}"


class Session(models.Model):
    """Somebody signed in, every stage done. Ends by itself at ``ends_at``, and after idling."""

    key_sha256 = models.CharField(max_length=KEY_HASH, unique=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="sessions")
    signed_in_by = models.CharField(max_length=20)
    factor = models.ForeignKey("accounts.Factor", null=True, on_delete=models.CASCADE)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL)
    address = models.GenericIPAddressField(null=True)
    client = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"since {self.begun_at:%Y-%m-%d %H:%M}"


class Proof(models.Model):
    """That it was the person again, in one session, for one deed on one target. Spent by doing the deed."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="proofs")
    deed = models.CharField(max_length=40)
    # As long as the longest name of a project.
    target = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20)
    factor = models.ForeignKey("accounts.Factor", null=True, on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} for {self.deed} {self.target}".strip()


class MailCode(models.Model):
    """A short code that was mailed, to be typed in the same browser: in one arrival, or in one session."""

    purpose = models.CharField(max_length=20)
    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.CASCADE, related_name="codes")
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="codes")
    address = models.CharField(max_length=320, blank=True)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.made_at:%Y-%m-%d %H:%M}"
