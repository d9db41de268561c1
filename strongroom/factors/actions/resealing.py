"""Sealing secrets anew when the key that seals has been replaced."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.factors.actions.apps import about_secret
from strongroom.factors.models import TotpSecret
from strongroom.gear.sealing import Sealer
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor, FactorId


def reseal_secrets(*, by: Actor, now: datetime, sealer: Sealer) -> int:
    """Seal every app's secret with the newest key; how many there were. Stopped half-way, it is simply begun again.

    Raises CannotUnseal when a secret was sealed with a key that is not there any more.
    """
    changed = 0
    for row in TotpSecret.objects.order_by("pk").iterator():
        if not sealer.needs_resealing(row.sealed):
            continue
        about = about_secret(FactorId(row.pk))
        anew = sealer.seal(sealer.unseal(row.sealed, about=about), about=about)
        changed += TotpSecret.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=anew)
    with transaction.atomic():
        subject = Subject(SubjectKind.INDEX, "")
        record_event(by=by, now=now, deed=Deed.SECRETS_RESEALED, subject=subject, details={"count": changed})
    return changed
