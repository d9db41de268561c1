"""The doors of the read plane: each parses a request, finds a page or a file, and answers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import assert_never
from wsgiref.types import WSGIEnvironment

from strongroom.reads.answers import Answer, Tone, method_not_allowed, not_acceptable, not_found, redirect
from strongroom.reads.events import Events, read_filename
from strongroom.reads.facts import ReaderFacts
from strongroom.reads.files import Downloads, FilePath, FileRequest, Sent
from strongroom.reads.gate import Gate
from strongroom.reads.held import HeldPages, Page, Wanted, make_page
from strongroom.reads.layout import Form, legacy_page, project_page, root_page
from strongroom.reads.negotiation import ContentType, choose_coding, choose_content_type, choose_format
from strongroom.reads.pages import TO_FILES, render_root_html, render_root_json
from strongroom.reads.places import Places
from strongroom.reads.readers import Readers
from strongroom.reads.routes import Download, Elsewhere, Legacy, Nowhere, Project, Root, Route, parse_route
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName

# A client that just published must see its file at once: pages are always asked after, files never.
_PAGES = "max-age=0, must-revalidate"
_REDIRECTS = "max-age=86400"

_LEGACY_TYPE = "application/json"


class ReadPlane:
    """Everything the read plane answers for one index."""

    def __init__(self, places: Places) -> None:
        self._tone = Tone(places.is_private, places.realm)
        self._cache_control = self._tone.cache(_PAGES)
        self._tree = Tree(places.pages)
        self._gate = Gate(Readers(places.readers), realm=places.realm) if places.is_private else None
        self._downloads = Downloads(places.files, places=places.most_downloads, tone=self._tone)
        self.events = None if places.events is None else Events(places.events)
        self.held = HeldPages(places.pages, limit=places.page_cache_bytes, cache_control=self._cache_control)

    def answer(self, environ: WSGIEnvironment) -> Answer | None:
        """The answer to a request; nothing when its address is not ours."""
        route = parse_route(environ.get("PATH_INFO") or "/")
        if route is None:
            return None
        answer = self._admit(route, environ)
        if environ["REQUEST_METHOD"] == "HEAD":
            return answer._replace(body=_closed(answer.body))
        return answer

    def wanted(self, environ: WSGIEnvironment) -> Wanted | None:
        """The page that a request without a query asks for, by its address and headers alone."""
        route = parse_route(environ.get("PATH_INFO") or "/")
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING"))
        content_type = choose_content_type(environ.get("HTTP_ACCEPT"))
        if coding is None or (isinstance(route, Project) and route.is_alias):
            return None
        if isinstance(route, Legacy):
            return _wanted_legacy(route, coding)
        if isinstance(route, Root | Project) and content_type is not None:
            return _wanted_simple(route, content_type, coding)
        return None

    def close(self) -> None:
        """Seal what was noted."""
        if self.events is not None:
            self.events.close()

    def _admit(self, route: Route, environ: WSGIEnvironment) -> Answer:
        reader: ReaderFacts | None = None
        if self._gate is not None:
            admitted = self._gate.admit(environ.get("HTTP_AUTHORIZATION"))
            if isinstance(admitted, Answer):
                return admitted
            reader = admitted
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return method_not_allowed()
        # Unknown and forbidden look alike: neither is looked up (C12).
        if reader is not None and not _may_read(reader, route):
            return not_found()
        return self._open(route, environ, reader)

    def _open(self, route: Route, environ: WSGIEnvironment, reader: ReaderFacts | None) -> Answer:
        match route:
            case Root() | Project():
                return self._simple(route, environ, reader)
            case Legacy():
                coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING"))
                return not_acceptable() if coding is None else self._page(_wanted_legacy(route, coding), environ)
            case Download(path):
                return self._download(path, environ)
            case Elsewhere(path):
                location = environ.get("SCRIPT_NAME", "") + path
                return redirect(location, query=environ.get("QUERY_STRING", ""), cache=self._tone.cache(_REDIRECTS))
            case Nowhere():
                return not_found()
            case _:
                assert_never(route)

    def _simple(self, route: Root | Project, environ: WSGIEnvironment, reader: ReaderFacts | None) -> Answer:
        if isinstance(route, Project) and route.is_alias:
            return self._alias(route, environ)
        content_type = choose_format(environ.get("QUERY_STRING", "")) or choose_content_type(environ.get("HTTP_ACCEPT"))
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING"))
        # ?format= that names none of ours is refused, not guessed at (C8).
        if not isinstance(content_type, ContentType) or coding is None:
            return not_acceptable()
        if isinstance(route, Root) and reader is not None and reader.projects is not None:
            return _page_answer(self._limited_root(reader.projects, content_type), environ)
        return self._page(_wanted_simple(route, content_type, coding), environ)

    def _page(self, wanted: Wanted, environ: WSGIEnvironment) -> Answer:
        page = self.held.page(wanted)
        return not_found() if page is None else _page_answer(page, environ)

    def _alias(self, route: Project, environ: WSGIEnvironment) -> Answer:
        wanted = _wanted_simple(route, ContentType.TEXT, "identity")
        page = self.held.page(wanted)
        if page is None:
            return not_found()
        # One folder deeper than the page was made for; no text of a page holds a raw quote.
        body = page.body[0].replace(f'href="{TO_FILES}'.encode(), f'href="{TO_FILES}../'.encode())
        serial = self._tree.published_serial(route.name) or 0
        return _page_answer(self._make_page(body, wanted, serial=serial, modified=page.modified), environ)

    def _limited_root(self, names: Iterable[NormalizedName], content_type: ContentType) -> Page:
        published = [(name, self._tree.published_serial(name)) for name in sorted(names)]
        projects = [(name, serial) for name, serial in published if serial is not None]
        # The index's own last serial would tell of others' publications.
        last = max((serial for _, serial in projects), default=0)
        if content_type.form is Form.JSON:
            body = render_root_json(projects, last)
        else:
            body = render_root_html([name for name, _ in projects], last)
        wanted = Wanted(root_page(content_type.form), content_type.header, "identity")
        return self._make_page(body, wanted, serial=last, modified=int(time.time()))

    def _make_page(self, body: bytes, wanted: Wanted, *, serial: int, modified: int) -> Page:
        return make_page([body], wanted, serial=serial, modified=modified, cache_control=self._cache_control)

    def _download(self, path: FilePath, environ: WSGIEnvironment) -> Answer:
        request = FileRequest(
            method=environ["REQUEST_METHOD"],
            range=environ.get("HTTP_RANGE"),
            if_range=environ.get("HTTP_IF_RANGE"),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
        )
        user_agent = environ.get("HTTP_USER_AGENT", "")

        def note(sent: Sent) -> None:
            if self.events is not None:
                self.events.note_download(path, sent, user_agent)

        return self._downloads.answer(path, request, note)


def _may_read(reader: ReaderFacts, route: Route) -> bool:
    if reader.projects is None or isinstance(route, Root | Elsewhere | Nowhere):
        return True
    if isinstance(route, Download):
        filename = read_filename(route.path.distribution)
        return filename is not None and filename.name in reader.projects
    return route.name in reader.projects


def _wanted_simple(route: Root | Project, content_type: ContentType, coding: str) -> Wanted:
    form = content_type.form
    file = root_page(form) if isinstance(route, Root) else project_page(route.name, form)
    return Wanted(file, content_type.header, coding)


def _wanted_legacy(route: Legacy, coding: str) -> Wanted:
    return Wanted(legacy_page(route.name, route.version), _LEGACY_TYPE, coding, "Accept-Encoding")


def _page_answer(page: Page, environ: WSGIEnvironment) -> Answer:
    return page.answer(environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))


def _closed(body: Iterable[bytes]) -> list[bytes]:
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return []
