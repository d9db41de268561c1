"""The legacy JSON API's pages, as PyPI documents them: mirrors, Dependabot and others read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from strongroom.reads.facts import FileFacts, ProjectFacts, ReleaseFacts
from strongroom.reads.pages import offered_files, quote_path, render_time, to_json
from strongroom.terms.filenames import Kind

_TEXT_FIELDS = (
    "author",
    "author_email",
    "description",
    "description_content_type",
    "download_url",
    "home_page",
    "license",
    "license_expression",
    "maintainer",
    "maintainer_email",
    "requires_python",
    "summary",
)
_LIST_FIELDS = ("dynamic", "license_files", "provides_extra", "requires_dist")
# PyPI counts no downloads here since 2016 and says so with -1; readers expect the keys.
_NO_COUNTS = {"last_day": -1, "last_month": -1, "last_week": -1}


def render_legacy_project(project: ProjectFacts, latest: ReleaseFacts, base_url: str) -> bytes:
    """``/pypi/<name>/json``: the latest release's metadata and the files of every release."""
    entries = _entries_by_version(project, base_url)
    releases = {version: entries.get(version, []) for version in project.versions}
    return _page(project, latest, base_url, urls=entries.get(latest.version, []), releases=releases)


def render_legacy_release(project: ProjectFacts, release: ReleaseFacts, base_url: str) -> bytes:
    """``/pypi/<name>/<version>/json``: one release's metadata and files.

    Without ``releases``, as at PyPI since 2022: otherwise every publication would rewrite the
    page of every release of the project.
    """
    files = [file for file in offered_files(project) if file.version == release.version]
    return _page(project, release, base_url, urls=[_file_entry(file, base_url) for file in files])


def _page(
    project: ProjectFacts, release: ReleaseFacts, base_url: str, **files: Sequence[object] | Mapping[str, object]
) -> bytes:
    return to_json(
        {
            "last_serial": project.serial,
            "info": _info(project, release, base_url),
            **files,
            "vulnerabilities": [],
            "critical": _critical(project, base_url),
        }
    )


def _critical(project: ProjectFacts, base_url: str) -> dict[str, str] | None:
    """Since when the project is critical, and where that is explained. No key of PyPI's: readers ignore new ones."""
    if project.critical_since is None:
        return None
    return {
        "since": project.critical_since.isoformat(),
        "explanation": f"{base_url.rstrip('/')}/project/{project.name}/critical/",
    }


def _entries_by_version(project: ProjectFacts, base_url: str) -> dict[str, list[dict[str, object]]]:
    by_version = sorted(offered_files(project), key=lambda file: file.version)
    return {
        version: [_file_entry(file, base_url) for file in files]
        for version, files in groupby(by_version, key=lambda file: file.version)
    }


def _info(project: ProjectFacts, release: ReleaseFacts, base_url: str) -> dict[str, object]:
    metadata = release.metadata
    page = f"{base_url.rstrip('/')}/project/{project.name}/"
    info: dict[str, object] = {field: metadata.get(field) or None for field in _TEXT_FIELDS}
    info.update({field: metadata.get(field) or None for field in _LIST_FIELDS})
    info.update(
        bugtrack_url=None,
        classifiers=metadata.get("classifiers") or [],
        docs_url=None,
        downloads=_NO_COUNTS,
        keywords=_joined(metadata.get("keywords")),
        name=project.display_name,
        package_url=page,
        platform=_joined(metadata.get("platforms")),
        project_url=page,
        project_urls=metadata.get("project_urls") or None,
        release_url=f"{page}{release.version}/",
        version=release.version,
        yanked=release.yanked,
        yanked_reason=release.yanked_reason or None,
    )
    return info


def _joined(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return ",".join(map(str, value)) or None if isinstance(value, list | tuple) else None


def _file_entry(file: FileFacts, base_url: str) -> dict[str, object]:
    moment = render_time(file.uploaded_at)
    return {
        "comment_text": None,
        "digests": {"blake2b_256": file.blake2b_256, "md5": file.md5, "sha256": file.sha256},
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "md5_digest": file.md5,
        "packagetype": file.kind.value,
        "python_version": "source" if file.kind is Kind.SDIST else file.python_tag,
        "requires_python": file.requires_python or None,
        "size": file.size,
        "upload_time": moment[:19],
        "upload_time_iso_8601": moment,
        # Absolute: a reader of this API may hold the page without its address, as bandersnatch does.
        "url": f"{base_url.rstrip('/')}/{quote_path(file.path)}",
        "yanked": file.yanked,
        "yanked_reason": file.yanked_reason or None,
    }
