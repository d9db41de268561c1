"""How mails leave: as files of their owner alone, or to a real mail server, and never half."""

from __future__ import annotations

import base64
import dataclasses
import email
import email.policy
import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from strongroom.gear.mail import Mail, MailNotSent, Post, post_of
from strongroom.gear.settings import Settings
from tests.cast import NOW
from tests.mail_server import MailServer, make_certificate

SENDER = "strongroom@index.example"
MAIL = Mail("ada@example.org", "Code für später", "Bonjour Ada,\n\nà bientôt\n.\n" + "x" * 2000 + "\n")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def in_folder(folder: Path) -> Post:
    return Post(smtp_url="", sender=SENDER, folder=folder)


def to_server(server: MailServer, scheme: str = "smtp", who: str = "") -> Post:
    return Post(smtp_url=f"{scheme}://{who}{server.host}:{server.port}", sender=SENDER, folder=Path("nowhere"))


def taken(server: MailServer) -> EmailMessage:
    ((_, _, raw),) = server.mails
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


class TestFolder:
    def test_a_mail_is_one_readable_file_that_only_its_owner_can_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "data" / "mail"
        old = os.umask(0)
        try:
            in_folder(folder).send(MAIL, now=NOW)
        finally:
            os.umask(old)

        (file,) = files(folder)
        assert file.name.startswith("20261123T120000.000000Z-")
        assert file.suffix == ".txt"
        assert file.read_text(encoding="utf-8") == (
            "From: strongroom@index.example\nTo: ada@example.org\nSubject: Code für später\n"
            f"Date: Mon, 23 Nov 2026 12:00:00 +0000\n\n{MAIL.body}"
        )
        assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_two_mails_of_one_moment_are_two_files(self, tmp_path: Path) -> None:
        for _ in range(2):
            in_folder(tmp_path).send(MAIL, now=NOW)

        assert len(files(tmp_path)) == 2

    def test_a_folder_that_others_could_read_is_closed(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)

        in_folder(tmp_path).send(MAIL, now=NOW)

        assert tmp_path.stat().st_mode & 0o777 == 0o700

    def test_a_mail_that_cannot_be_written_is_not_sent(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("a file stands where the folder should be")

        with pytest.raises(MailNotSent, match="folder of mails"):
            in_folder(tmp_path / "mail").send(MAIL, now=NOW)

    def test_a_mail_that_is_written_half_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("strongroom.gear.mail.os.fsync", full)

        with pytest.raises(MailNotSent, match="No space left"):
            in_folder(tmp_path).send(MAIL, now=NOW)
        assert files(tmp_path) == []


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\x00", "\x85", "\u2028", "\u2029", "\x0b", "\ud800"])
@pytest.mark.parametrize("part", ["to", "subject"])
def test_a_second_header_cannot_be_smuggled_in(part: str, broken: str, tmp_path: Path) -> None:
    hostile = dataclasses.replace(MAIL, **{part: f"ada@example.org{broken}Bcc: all@example.org"})
    with MailServer() as server:
        for post in (in_folder(tmp_path), to_server(server)):
            with pytest.raises(MailNotSent):
                post.send(hostile, now=NOW)
        with pytest.raises(MailNotSent):
            Post(smtp_url="", sender=f"a@b.example{broken}", folder=tmp_path).send(MAIL, now=NOW)

    assert (files(tmp_path), server.mails, server.said) == ([], [], [])


class TestAnswers:
    def test_they_go_to_whoever_is_to_be_asked(self, tmp_path: Path) -> None:
        with MailServer() as server:
            url = f"smtp://{server.host}:{server.port}"
            for smtp_url in (url, ""):
                post = Post(smtp_url=smtp_url, sender=SENDER, folder=tmp_path, answers_to="help,me@example.org")
                post.send(MAIL, now=NOW)

        assert taken(server)["Reply-To"] == '"help,me"@example.org'
        assert taken(server)["From"] == SENDER
        (file,) = files(tmp_path)
        assert file.read_text(encoding="utf-8").startswith(
            "From: strongroom@index.example\nReply-To: help,me@example.org\nTo: ada@example.org\n"
        )

    def test_they_go_back_to_the_sender_when_nobody_is_named(self) -> None:
        with MailServer() as server:
            to_server(server).send(MAIL, now=NOW)

        assert "Reply-To" not in taken(server)

    @pytest.mark.parametrize("broken", ["\n", "\r\n", "\x00", "\u2028", "\ud800"])
    def test_they_cannot_smuggle_a_header_in(self, broken: str, tmp_path: Path) -> None:
        hostile = f"help@example.org{broken}Bcc: all@example.org"
        with MailServer() as server:
            for smtp_url in (f"smtp://{server.host}:{server.port}", ""):
                with pytest.raises(MailNotSent):
                    Post(smtp_url=smtp_url, sender=SENDER, folder=tmp_path, answers_to=hostile).send(MAIL, now=NOW)

        assert (files(tmp_path), server.mails) == ([], [])

    def test_an_operator_says_where(self, tmp_path: Path) -> None:
        post_of(Settings(data_folder=tmp_path, contact="help@example.org")).send(MAIL, now=NOW)

        (file,) = files(tmp_path / "mail")
        assert "\nReply-To: help@example.org\n" in file.read_text(encoding="utf-8")


class TestServer:
    def test_a_mail_arrives_whole_with_the_headers_that_a_machine_writes(self) -> None:
        with MailServer() as server:
            to_server(server).send(MAIL, now=NOW)

        assert server.mails[0][:2] == (SENDER, ["ada@example.org"])
        message = taken(server)
        assert (message["From"], message["To"]) == (SENDER, "ada@example.org")
        assert message["Subject"] == "Code für später"
        assert message["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
        assert message["Message-ID"].endswith("@index.example>")
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_content().replace("\r\n", "\n") == MAIL.body.replace("\n.\n", "\n..\n")

    def test_a_mailbox_with_a_comma_is_one_address(self) -> None:
        with MailServer() as server:
            to_server(server).send(dataclasses.replace(MAIL, to="a,b@example.org"), now=NOW)

        assert server.mails[0][1] == ['"a,b"@example.org']

    @pytest.mark.parametrize("to", ["", "nobody", "@example.org", "ada@", "é@example.org"])
    def test_an_address_that_cannot_be_written_to_is_one_clear_error(self, to: str) -> None:
        with MailServer() as server, pytest.raises(MailNotSent):
            to_server(server).send(dataclasses.replace(MAIL, to=to), now=NOW)

        assert server.mails == []

    def test_an_address_that_the_server_refuses_is_one_clear_error(self) -> None:
        with MailServer(refused={"ada@example.org"}) as server, pytest.raises(MailNotSent, match="no such mailbox"):
            to_server(server).send(MAIL, now=NOW)

        assert server.mails == []

    def test_a_server_that_is_away_is_one_clear_error(self) -> None:
        with MailServer() as server:
            post = to_server(server)
        with pytest.raises(MailNotSent, match="Refused"):
            post.send(MAIL, now=NOW)

    def test_a_server_that_says_nothing_is_left_after_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import socket

        monkeypatch.setattr("strongroom.gear.mail.TIMEOUT_SECONDS", 0.2)
        with socket.create_server(("localhost", 0)) as silent:
            post = Post(smtp_url=f"smtp://localhost:{silent.getsockname()[1]}", sender=SENDER, folder=Path("nowhere"))
            with pytest.raises(MailNotSent, match="timed out"):
                post.send(MAIL, now=NOW)

    def test_nothing_is_said_in_the_clear_to_a_server_elsewhere(self) -> None:
        with MailServer("127.0.0.2") as server, pytest.raises(MailNotSent, match="STARTTLS"):
            to_server(server, who="ada:secret@").send(MAIL, now=NOW)

        assert server.mails == []
        assert not [said for said in server.said if said.startswith(("AUTH", "MAIL"))]

    @pytest.mark.parametrize(("scheme", "host"), [("smtp", "127.0.0.2"), ("smtps", "localhost")])
    def test_a_server_with_a_certificate_that_is_believed_gets_password_and_mail(
        self, scheme: str, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context, certificate = make_certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with MailServer(host, tls=context, is_wrapped=scheme == "smtps") as server:
            to_server(server, scheme, who="ada%40x:s%3Acret@").send(MAIL, now=NOW)

        assert server.mails[0][1] == ["ada@example.org"]
        shown = base64.b64encode(b"\0ada@x\0s:cret").decode()
        assert f"AUTH PLAIN {shown}" in server.said

    @pytest.mark.parametrize(("scheme", "host"), [("smtp", "127.0.0.2"), ("smtps", "localhost")])
    def test_a_server_with_a_certificate_of_a_stranger_gets_nothing(
        self, scheme: str, host: str, tmp_path: Path
    ) -> None:
        context, _ = make_certificate(tmp_path)
        with (
            MailServer(host, tls=context, is_wrapped=scheme == "smtps") as server,
            pytest.raises(MailNotSent, match="certificate"),
        ):
            to_server(server, scheme, who="ada:secret@").send(MAIL, now=NOW)

        assert server.mails == []
        assert not [said for said in server.said if said.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("changed", "sender"),
    [
        pytest.param({}, "strongroom@localhost", id="at home"),
        pytest.param({"public_url": "https://index.example/x"}, "strongroom@index.example", id="with an address"),
        pytest.param({"mail_from": "post@example.org"}, "post@example.org", id="as the operator says"),
    ],
)
def test_mails_come_from_the_index(changed: dict[str, str], sender: str, tmp_path: Path) -> None:
    settings = Settings(**{"data_folder": tmp_path, **changed})  # type: ignore[arg-type]

    post_of(settings).send(MAIL, now=NOW)

    (file,) = files(tmp_path / "mail")
    assert file.read_text().startswith(f"From: {sender}\n")
