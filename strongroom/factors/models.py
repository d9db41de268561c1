"""What each kind of factor is verified by: sealed secrets, public keys, hashed codes, and challenges that wait."""

from __future__ import annotations

from django.db import models

LONGEST_CREDENTIAL = 1364
"""Characters of the longest credential id, 1,023 bytes, in base64."""


class TotpSecret(models.Model):
    """The secret of an authenticator app, sealed, and the newest time step that was burned."""

    factor = models.OneToOneField("accounts.Factor", primary_key=True, on_delete=models.CASCADE, related_name="totp")
    sealed = models.TextField()
    last_step = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"secret of factor {self.pk}"


class SecurityKey(models.Model):
    """The credential of a security key, as it was enrolled and last seen."""

    factor = models.OneToOneField("accounts.Factor", primary_key=True, on_delete=models.CASCADE, related_name="key")
    credential_id = models.CharField(max_length=LONGEST_CREDENTIAL, unique=True)
    public_key = models.BinaryField()
    algorithm = models.IntegerField()
    sign_count = models.BigIntegerField()
    suspected_at = models.DateTimeField(null=True)
    transports = models.JSONField(default=list)
    backup_eligible = models.BooleanField()
    backed_up = models.BooleanField()
    person_verified = models.BooleanField()
    aaguid = models.CharField(max_length=36)
    fmt = models.CharField(max_length=32)
    verdict = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"key of factor {self.pk}"


class KeyAttestation(models.Model):
    """What a key said of its make, whole, where its person let it: so that it can be judged again (spec 1.5)."""

    key = models.OneToOneField(SecurityKey, primary_key=True, on_delete=models.CASCADE, related_name="attestation")
    attestation_object = models.BinaryField()
    client_data_hash = models.BinaryField()
    verdict = models.CharField(max_length=20)
    judged_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key attestation of factor {self.pk}: {self.verdict}"


class RecoveryCode(models.Model):
    """One code of a set, as a keyed hash."""

    factor = models.ForeignKey("accounts.Factor", on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"a code of factor {self.factor_id}"


class Challenge(models.Model):
    """A question to a security key: single use, for one purpose, in one session or one arrival."""

    value = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    session = models.ForeignKey("accounts.Session", null=True, on_delete=models.CASCADE)
    arrival = models.ForeignKey("accounts.Arrival", null=True, on_delete=models.CASCADE)
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.CASCADE)
    # Somebody gave a name first: then the key alone does not say who it is, even where the name is nobody's.
    is_named = models.BooleanField(default=False)
    asks_attestation = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.made_at:%Y-%m-%d %H:%M}"
