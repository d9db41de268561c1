"""Several deliverers at the same moment, each with a connection of its own: every mail leaves once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.racing import fresh_database

LETTERS, DELIVERERS = 12, 4
PROGRAM = "from tests.accounts.test_letter_races import race; race()"


def race() -> None:
    """Write letters, let them be delivered by several at once, and print how many each says that it sent."""
    from strongroom.commands.index import open_index

    open_index()
    from django.conf import settings
    from django.db import transaction

    from strongroom.accounts.actions.letters import tell
    from strongroom.accounts.tasks import deliver_letters
    from strongroom.accounts.views.visiting import sealer_of_index
    from strongroom.gear.mail import post_of
    from strongroom.record.rules import Deed
    from tests.cast import NOW, add_person
    from tests.racing import _at_once

    ada, sealer, chosen = add_person("ada"), sealer_of_index(), settings.STRONGROOM
    with transaction.atomic():
        for _ in range(LETTERS):
            tell(by=ada.actor, now=NOW, account=ada.account, deed=Deed.PASSWORD_CHANGED)

    def deliver() -> int:
        return deliver_letters(now=NOW, post=post_of(chosen), sealer=sealer, address_of_index=chosen.address)

    sys.stdout.write(f"\n{json.dumps(_at_once([deliver] * DELIVERERS))}\n")


def test_mails_that_several_deliver_at_once_leave_once_each(tmp_path: Path) -> None:
    with fresh_database() as url:
        chosen = {"STRONGROOM_DATA_FOLDER": str(tmp_path), "STRONGROOM_DATABASE_URL": url}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **chosen},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    assert ran.returncode == 0, ran.stderr
    sent = json.loads(ran.stdout.splitlines()[-1])
    assert sum(sent) == LETTERS
    assert len(list((tmp_path / "mail").glob("*.txt"))) == LETTERS
