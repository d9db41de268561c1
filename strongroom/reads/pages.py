"""The Simple API's pages: a project or the list of all projects, as HTML and as JSON.

Essential reading: the Simple repository API of the packaging specifications, version 1.4
(PEP 503, 592, 629, 658, 691, 700, 714, 792, 833).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from json.encoder import encode_basestring_ascii as quoted
from urllib.parse import quote

from strongroom.reads.facts import FileFacts, ProjectFacts
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

API_VERSION = "1.4"
"""Major and minor only (PEP 629). 1.5 would promise namespaces (PEP 752), which are not here."""

# From /simple/<name>/ to the files. Relative, so that one page is right below any mount prefix, in
# a mirror and behind nginx; pip, uv, poetry and pdm all join it to the page's own address.
TO_FILES = "../../"

_PLAIN_PATH = re.compile(r"[A-Za-z0-9._+!~/-]*\Z")


def render_project_html(project: ProjectFacts) -> bytes:
    """A project's page as HTML, frozen at version 1.4 (PEP 833)."""
    title = escape(project.display_name)
    anchors = "".join([_anchor(file) for file in offered_files(project)])
    page = (
        f"{_head(f'Links for {title}', _status_tags(project))}"
        f"<h1>Links for {title}</h1>\n{anchors}{_foot(project.serial)}"
    )
    return _encode(page)


def render_project_json(project: ProjectFacts) -> bytes:
    """A project's page as JSON (PEP 691, 700, 714, 792)."""
    status = {"status": project.status.value}
    if project.status_reason:
        status["reason"] = project.status_reason
    return to_json(
        {
            "meta": {"_last-serial": project.serial, "api-version": API_VERSION},
            "name": project.name,
            # At the top level, where clients read it; the specification's example misplaces it.
            "project-status": status,
            "versions": project.versions,
            "files": [_file_entry(file) for file in offered_files(project)],
        }
    )


def render_root_html(names: Iterable[NormalizedName], last_serial: int = 0) -> bytes:
    """The list of all projects as HTML: one anchor each (PEP 503)."""
    anchors = "".join([f'<a href="{name}/">{name}</a><br>\n' for name in map(escape, names)])
    return _encode(f"{_head('Simple index', '')}{anchors}{_foot(last_serial)}")


def render_root_json(projects: Iterable[tuple[NormalizedName, int]], last_serial: int) -> bytes:
    """The list of all projects as JSON; each with the serial that mirrors compare."""
    # Written by hand: a dictionary for each of 500,000 names takes three times as long.
    entries = ",".join([f'{{"_last-serial":{serial},"name":{quoted(name)}}}' for name, serial in projects])
    meta = f'{{"_last-serial":{last_serial},"api-version":"{API_VERSION}"}}'
    return f'{{"meta":{meta},"projects":[{entries}]}}'.encode("ascii")


def offered_files(project: ProjectFacts) -> tuple[FileFacts, ...]:
    """The files that installers are offered: none while a project is quarantined (PEP 792)."""
    return () if project.status is ProjectStatus.QUARANTINED else project.files


def quote_path(path: str) -> str:
    """A path as it stands in a URL."""
    return path if _PLAIN_PATH.match(path) else quote(path, safe="/+!~")


def render_time(moment: datetime) -> str:
    """An instant as PEP 700 writes it: UTC, microseconds, a final Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_json(content: object) -> bytes:
    """A page of JSON: compact, ASCII only, so that no text can break it."""
    return json.dumps(content, separators=(",", ":"), check_circular=False).encode("ascii")


def _head(title: str, tags: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="pypi:repository-version" content="{API_VERSION}">\n'
        f"{tags}<title>{title}</title>\n</head>\n<body>\n"
    )


def _foot(serial: int) -> str:
    return f"</body>\n</html>\n<!--SERIAL {serial}-->\n"


def _status_tags(project: ProjectFacts) -> str:
    if project.status is ProjectStatus.ACTIVE and not project.status_reason:
        return ""
    tags = f'<meta name="pypi:project-status" content="{project.status.value}">\n'
    if project.status_reason:
        tags += f'<meta name="pypi:project-status-reason" content="{escape(project.status_reason)}">\n'
    return tags


def _anchor(file: FileFacts) -> str:
    # hatch finds names with a regular expression: one line of text, no nested tag, an attribute at
    # least, and no raw ">" in any of them.
    facts = ""
    if file.requires_python:
        facts = f' data-requires-python="{escape(file.requires_python)}"'
    if file.metadata_sha256:
        # Both names with one value (PEP 714): pip before 23.2 reads only the second.
        digest = f'"sha256={file.metadata_sha256}"'
        facts += f" data-core-metadata={digest} data-dist-info-metadata={digest}"
    if file.yanked:
        facts += f' data-yanked="{escape(file.yanked_reason)}"'
    href = escape(TO_FILES + quote_path(file.path))
    return f'<a href="{href}#sha256={file.sha256}"{facts}>{escape(file.filename)}</a><br>\n'


def _file_entry(file: FileFacts) -> dict[str, object]:
    entry: dict[str, object] = {
        "filename": file.filename,
        "url": TO_FILES + quote_path(file.path),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": render_time(file.uploaded_at),
        "yanked": (file.yanked_reason or True) if file.yanked else False,
    }
    # Absent rather than null: an early official schema allows a string only (PEP 691).
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    # Never "dist-info-metadata" here: pip 23.0.1 stops with a TypeError on its dictionary (PEP 714).
    if file.metadata_sha256:
        entry["core-metadata"] = {"sha256": file.metadata_sha256}
    return entry


def _encode(page: str) -> bytes:
    # A lone surrogate in a reason must not stop a publication.
    return page.encode("utf-8", "replace")
