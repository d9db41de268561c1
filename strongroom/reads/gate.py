"""Who may read a private index: an API token, checked against the published readers."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from strongroom.reads.answers import Answer, credentials_missing, credentials_unusable
from strongroom.reads.facts import ReaderFacts
from strongroom.reads.readers import Readers, parse_reader
from strongroom.terms.passes import present, read_authorization


class Gate:
    """The door of a private index."""

    def __init__(self, readers: Readers, *, realm: str) -> None:
        self._readers = readers
        self._realm = realm

    def admit(self, authorization: str | None) -> ReaderFacts | Answer:
        """The reader behind an Authorization header, or the answer that stops it.

        The published reader is read on each request: ten microseconds, and a revoked token opens
        nothing from that moment on.
        """
        if not authorization:
            return credentials_missing(self._realm)
        # Any user name will do: the token says who it is, and __token__ is only what clients are told.
        credentials = read_authorization(authorization)
        presented = present(credentials.secret) if credentials else None
        if presented is None:
            return credentials_unusable()
        try:
            reader = parse_reader(self._readers.path_of(presented.token).read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return credentials_unusable()
        if not hmac.compare_digest(reader.sha256.encode(), presented.sha256.encode()):
            return credentials_unusable()
        if reader.expires_at is not None and reader.expires_at <= datetime.now(UTC):
            return credentials_unusable()
        return reader
