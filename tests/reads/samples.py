"""Projects and files that the tests of the read plane publish."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from strongroom.reads.facts import FileFacts, ProjectFacts, ReleaseFacts
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

HOSTILE = """"><script>alert('x')</script>&amp;\n"""
BASE_URL = "https://index.example.org"


def path_of(filename: str, content: bytes = b"content") -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{filename}"


def make_file(filename: str = "ham-1.0-py3-none-any.whl", **changes: Any) -> FileFacts:  # noqa: ANN401 - any field of the facts
    content = changes.pop("content", b"content")
    digest = hashlib.sha256(content).hexdigest()
    is_wheel = filename.endswith(".whl")
    facts: dict[str, Any] = {
        "filename": filename,
        "path": path_of(filename, content),
        "kind": Kind.WHEEL if is_wheel else Kind.SDIST,
        "version": "1.0",
        "python_tag": "py3",
        "size": len(content),
        "sha256": Sha256(digest),
        "blake2b_256": hashlib.blake2b(content, digest_size=32).hexdigest(),
        "md5": hashlib.md5(content).hexdigest(),
        "uploaded_at": datetime(2026, 11, 23, 8, 4, 5, tzinfo=UTC),
        "requires_python": ">=3.8,<4",
        "metadata_sha256": Sha256("ab" * 32) if is_wheel else None,
        "yanked": False,
        "yanked_reason": "",
    }
    return FileFacts(**(facts | changes))


def make_project(name: str = "ham", **changes: Any) -> ProjectFacts:  # noqa: ANN401 - any field of the facts
    facts: dict[str, Any] = {
        "name": NormalizedName(name),
        "display_name": name.title(),
        "serial": 7,
        "status": ProjectStatus.ACTIVE,
        "status_reason": "",
        "versions": ("2.0", "1.0"),
        "files": (make_file(f"{name}-1.0-py3-none-any.whl"), make_file(f"{name}-1.0.tar.gz")),
    }
    return ProjectFacts(**(facts | changes))


def make_release(version: str = "1.0", **metadata: object) -> ReleaseFacts:
    return ReleaseFacts(version, {"name": "Ham", "version": version} | metadata, yanked=False, yanked_reason="")
