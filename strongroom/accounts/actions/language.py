"""In which language an account is written to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.letters import note
from strongroom.accounts.models import Account
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor


def change_language(*, by: Actor, now: datetime, language: str) -> None:
    """Have mails written in this language from now on. The same once more changes nothing.

    Raises Refused(SIGN_IN_NEEDED).
    """
    account, _ = require_signed_in(by)
    with transaction.atomic():
        if Account.objects.filter(pk=account).exclude(language=language).update(language=language):
            note(by=by, now=now, account=account, deed=Deed.LANGUAGE_CHANGED, language=language)
