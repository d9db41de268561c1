"""``strongroom secrets``: sealing anew with a key that was put above the old one."""

from __future__ import annotations

import secrets as dice
from pathlib import Path

import pytest
from click.testing import CliRunner

from strongroom.accounts.models import Factor
from strongroom.commands.main import strongroom
from strongroom.factors.actions.apps import about_secret
from strongroom.factors.models import TotpSecret
from strongroom.gear.sealing import KEYS_FILE, Sealer
from strongroom.gear.settings import Settings
from strongroom.record.models import Event
from strongroom.terms.actors import FactorId
from tests.cast import NOW, add_person

pytestmark = pytest.mark.django_db

SECRET = bytes(range(20))


def seal_an_app(folder: Path) -> TotpSecret:
    ada = add_person("ada")
    factor = Factor.objects.create(
        account_id=ada.account, kind="totp", label="phone", folded_label="phone", begun_at=NOW, enrolled_at=NOW
    )
    sealed = Sealer(folder).seal(SECRET, about=about_secret(FactorId(factor.pk)))
    return TotpSecret.objects.create(factor=factor, sealed=sealed)


def put_a_new_key_above(folder: Path, *, keep_old: bool = True) -> None:
    path = folder / KEYS_FILE
    old = path.read_text() if keep_old else ""
    path.write_text(f"{dice.token_urlsafe(48)}\n{old}")


def test_secrets_are_sealed_anew_with_the_newest_key_and_open_without_the_old_one(index_settings: Settings) -> None:
    folder = index_settings.secrets_folder
    row = seal_an_app(folder)
    put_a_new_key_above(folder)

    ran = CliRunner().invoke(strongroom, ["secrets", "reseal"])

    assert ran.output == "Sealed anew: 1.\n"
    newest = (folder / KEYS_FILE).read_text().splitlines()[0]
    (folder / KEYS_FILE).write_text(newest + "\n")
    row.refresh_from_db()
    assert Sealer(folder).unseal(row.sealed, about=about_secret(FactorId(row.pk))) == SECRET
    assert Event.objects.filter(deed="secrets-resealed", details__count=1).exists()
    assert CliRunner().invoke(strongroom, ["secrets", "reseal"]).output == "Sealed anew: 0.\n"


def test_a_key_that_was_removed_too_early_is_asked_for_in_one_line(index_settings: Settings) -> None:
    row = seal_an_app(index_settings.secrets_folder)
    put_a_new_key_above(index_settings.secrets_folder, keep_old=False)

    ran = CliRunner().invoke(strongroom, ["secrets", "reseal"])

    assert ran.exit_code == 1
    assert "Put the key back" in ran.output
    assert TotpSecret.objects.get().sealed == row.sealed
