"""What is connected when the control plane starts: rooms above follow what rooms below say."""

from __future__ import annotations

from datetime import datetime

from django.apps import AppConfig
from django.conf import settings

from strongroom.reads.readers import Readers
from strongroom.terms.actors import AccountId, Actor, FactorId


class SiteConfig(AppConfig):
    """The wiring of the index."""

    name = "strongroom.site"

    def ready(self) -> None:
        """Let tokens and projects follow what their account may do."""
        from strongroom.accounts.actions.ending import access_changed

        access_changed.connect(_let_tokens_follow, dispatch_uid="tokens")
        access_changed.connect(_let_projects_follow, dispatch_uid="projects")


def _let_tokens_follow(*, account: AccountId, now: datetime, by: Actor, factor: FactorId | None, **_: object) -> None:
    from strongroom.tokens.actions import follow_access

    readers = Readers(settings.STRONGROOM.readers_folder)
    follow_access(by=by, now=now, account=account, factor=factor, readers=readers)


def _let_projects_follow(*, account: AccountId, now: datetime, by: Actor, factor: FactorId | None, **_: object) -> None:
    from strongroom.upkeep.actions.following import follow_account

    if factor is None:
        follow_account(by=by, now=now, account=account)
