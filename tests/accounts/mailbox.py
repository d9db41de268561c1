"""What people read in their mailboxes: the codes that were mailed to them."""

from __future__ import annotations

from strongroom.accounts.actions.letters import secret_about
from strongroom.accounts.models import Delivery
from strongroom.accounts.rules.letters import LetterKind
from strongroom.accounts.views.visiting import sealer_of_index


def last_code(address: str) -> str:
    """The newest code that was mailed to this address. Fails when none was."""
    letters = Delivery.objects.filter(address__iexact=address, letter__kind=LetterKind.CODE.value)
    newest = letters.select_related("letter").order_by("-letter_id").first()
    assert newest is not None, f"no code was mailed to {address}"
    letter = newest.letter
    return sealer_of_index().unseal(letter.sealed, about=secret_about(letter.pk)).decode()


def count_codes(address: str) -> int:
    """How many codes were mailed to this address."""
    return Delivery.objects.filter(address__iexact=address, letter__kind=LetterKind.CODE.value).count()
