"""How mails leave: into a folder of readable files, or to a mail server once there is one.

A mail that cannot be handed over is one clear ``MailNotSent``; whoever sends tries again later.
"""

from __future__ import annotations

import os
import secrets
import smtplib
import ssl
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from strongroom.gear.settings import Settings

TIMEOUT_SECONDS = 15
"""For each answer of the mail server; a whole mail takes about ten of them."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where a mail does not leave the machine, and needs no encryption on the way."""

_PORTS = {"smtp": 587, "smtps": 465}
_LOCAL_PORT = 25


class MailNotSent(Exception):
    """A mail could not be handed over; the text says why, for the log."""


@dataclass(frozen=True)
class Mail:
    """One mail to one address."""

    to: str
    subject: str
    body: str


class Post:
    """Hands mails over: to the server that ``smtp_url`` names, or without one as files in a folder.

    Answers of people go to ``answers_to``, or back to the sender when it is empty.
    """

    def __init__(self, *, smtp_url: str, sender: str, folder: Path, answers_to: str = "") -> None:
        self._server = urlsplit(smtp_url) if smtp_url else None
        self._sender = sender
        self._folder = folder
        self._answers_to = answers_to

    def send(self, mail: Mail, *, now: datetime) -> None:
        """Hand one mail over. Raises MailNotSent, and then nothing has left."""
        for text in (self._sender, self._answers_to or self._sender, mail.to, mail.subject):
            _require_one_line(text)
        if self._server is None:
            _write(self._folder, self._text_of(mail, now), now=now)
            return
        try:
            _hand_over(self._server, self._message_of(mail, now))
        # ValueError: what the server's name or the message cannot be made of.
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            raise MailNotSent(f"the mail server did not take it: {_one_line(error)}") from error

    def _text_of(self, mail: Mail, now: datetime) -> str:
        date = format_datetime(now.astimezone(UTC))
        answers = f"Reply-To: {self._answers_to}\n" if self._answers_to else ""
        head = f"From: {self._sender}\n{answers}To: {mail.to}\nSubject: {mail.subject}\nDate: {date}\n"
        return f"{head}\n{mail.body.rstrip()}\n"

    def _message_of(self, mail: Mail, now: datetime) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = _address_of(self._sender)
        if self._answers_to:
            message["Reply-To"] = _address_of(self._answers_to)
        message["To"] = _address_of(mail.to)
        message["Subject"] = mail.subject
        message["Date"] = now.astimezone(UTC)
        message["Message-ID"] = make_msgid(domain=_domain_of(self._sender))
        # RFC 3834, 5: no holiday notice answers it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body.encode("utf-8", "replace").decode(), cte="quoted-printable")
        return message


def post_of(settings: Settings) -> Post:
    """How mails of this index leave."""
    host = urlsplit(settings.address).hostname or "localhost"
    return Post(
        smtp_url=settings.smtp_url,
        sender=settings.mail_from or f"strongroom@{host}",
        folder=settings.mail_folder,
        answers_to=settings.contact,
    )


def _require_one_line(text: str) -> None:
    # A line break would begin a header of the sender's choosing (RFC 5322, 2.2), and a surrogate cannot be written.
    if not text or any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise MailNotSent(f"an address or a subject is empty or has more than one line: {text[:100]!r}")


def _write(folder: Path, text: str, *, now: datetime) -> None:
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.txt"
    draft = folder / f".draft-{name}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / name)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise MailNotSent(f"the folder of mails cannot be written: {error}") from error


def _hand_over(server: SplitResult, message: EmailMessage) -> None:
    host = server.hostname or ""
    is_local = host in _LOCAL
    port = server.port or (_LOCAL_PORT if is_local and server.scheme == "smtp" else _PORTS[server.scheme])
    # Named by the sender: looking up one's own name may take longer than the mail.
    name = _domain_of(str(message["From"]))
    client: smtplib.SMTP
    if server.scheme == "smtps":
        client = smtplib.SMTP_SSL(host, port, name, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    else:
        client = smtplib.SMTP(host, port, name, timeout=TIMEOUT_SECONDS)
    with client:
        if server.scheme == "smtp" and not is_local:
            client.starttls(context=ssl.create_default_context())
        if server.username:
            client.login(unquote(server.username), unquote(server.password or ""))
        client.send_message(
            message, from_addr=message["From"].addresses[0].addr_spec, to_addrs=[message["To"].addresses[0].addr_spec]
        )


def _address_of(text: str) -> Address:
    # By its parts: read as a header, a mailbox with a comma in it would be two addresses.
    mailbox, _, domain = text.rpartition("@")
    if not mailbox or not domain:
        raise MailNotSent(f"{text[:100]!r} is no e-mail address")
    return Address(username=mailbox, domain=domain)


def _domain_of(address: str) -> str:
    domain = address.rpartition("@")[2].strip("<> ")
    return domain.encode("idna").decode() if domain else "localhost"


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
