"""A mail server of the tests: as much of SMTP as a client needs, on a thread, with or without TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """Takes mails from one client at a time. ``refused`` are addresses that it knows nothing of."""

    host: str = "localhost"
    tls: ssl.SSLContext | None = None
    is_wrapped: bool = False
    refused: set[str] = field(default_factory=set)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._is_over = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        socket.create_connection((self.host, self.port)).close()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(10)
                if self._is_over:
                    return
                try:
                    if self.is_wrapped and self.tls:
                        with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                            self._talk(wrapped)
                    else:
                        self._talk(connection)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, *, is_greeted: bool = False) -> None:
        def say(text: str) -> None:
            connection.sendall(f"{text}\r\n".encode())

        if not is_greeted:
            say("220 mail.example")
        self._to: list[str] = []
        with connection.makefile("rb") as lines:
            for line in lines:
                text = line.decode().strip()
                self.said.append(text)
                verb = text.partition(" ")[0].upper()
                if verb == "STARTTLS" and self.tls:
                    say("220 go on")
                    with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                        self._talk(wrapped, is_greeted=True)
                    return
                if verb == "DATA":
                    say("354 go on")
                    self._take(lines)
                say(self._answer(verb, text))
                if verb == "QUIT":
                    return

    def _answer(self, verb: str, text: str) -> str:
        address = text.partition("<")[2].rpartition(">")[0]
        match verb:
            case "EHLO":
                offered = ["250-AUTH PLAIN"] + ["250-STARTTLS"] * bool(self.tls)
                return "\r\n".join(["250-mail.example", *offered, "250 8BITMIME"])
            case "AUTH":
                return "235 welcome"
            case "MAIL":
                self._sender, self._to = text.partition("<")[2].partition(">")[0], []
            case "RCPT" if address in self.refused:
                return "550 no such mailbox"
            case "RCPT":
                self._to.append(address)
            case "QUIT":
                return "221 bye"
        return "250 fine"

    def _take(self, lines: IO[bytes]) -> None:
        body = b""
        while (part := lines.readline()) != b".\r\n":
            body += part
        self.mails.append((self._sender, self._to, body))


def make_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server on this machine shows, and the file of the certificate for whoever shall believe it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.2"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate
