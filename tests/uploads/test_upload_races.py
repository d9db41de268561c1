"""Uploads that arrive at the same moment: each is told the truth, and the index ends up whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.racing import Track, fresh_database, uploading
from tests.uploads.door import Upload, multipart, sdist_upload, wheel_upload


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    with fresh_database() as url:
        yield Track(tmp_path_factory.mktemp("races"), url)


def race(track: Track, *uploads: tuple[str, Upload]) -> dict[str, Any]:
    """Send uploads at once; what came of it, after what holds for every race."""
    found: dict[str, Any] = track.race(uploading(*((who, multipart(upload.parts)) for who, upload in uploads)))
    assert found["left"] == []
    for name, project in found["projects"].items():
        filenames = [filename for filename, _ in project["rows"]]
        assert project["listed"] == filenames, name
        assert project["in html"] == len(filenames), name
        assert sum(project["legacy"].values()) == len(filenames), name
        assert project["published"] == project["serial"], name
        assert not project["due"], name
        assert project["bytes"] == 0, name
        assert project["deeds"].count("file-published") == len(filenames), name
        assert project["deeds"].count("project-added") == 1, name
    return found


def shelved(track: Track, filename: str) -> list[bytes]:
    """What lies on the shelf under a name."""
    return [path.read_bytes() for path in track.folder.rglob(filename)]


def told(found: dict[str, Any]) -> list[tuple[int, str]]:
    return sorted((status, reason) for status, reason, _ in found["answers"])


def test_the_same_file_sent_four_times_at_once_is_published_once_and_all_are_told_200(track: Track) -> None:
    upload = wheel_upload("same", "1.0")

    found = race(track, *[("ada", upload)] * 4)

    assert told(found) == [(200, "")] * 4
    assert found["projects"]["same"]["rows"] == [[upload.filename, upload.sha256]]
    assert shelved(track, upload.filename) == [upload.content]


def test_one_filename_with_two_contents_at_once_is_published_once_and_the_other_is_told(track: Track) -> None:
    uploads = [wheel_upload("differs", "1.0", summary=text) for text in ("One", "Another")]

    found = race(track, *(("ada", upload) for upload in uploads))

    assert told(found) == [(200, ""), (400, "file-exists")]
    won = uploads[[status for status, _, _ in found["answers"]].index(200)]
    lost = next(body for status, _, body in found["answers"] if status == 400)
    assert lost.startswith("File already exists")
    assert found["projects"]["differs"]["rows"] == [[won.filename, won.sha256]]
    assert shelved(track, won.filename) == [won.content]
    assert len(shelved(track, f"{won.filename}.metadata")) == 1


def test_two_files_of_a_new_project_at_once_make_one_project_with_both(track: Track) -> None:
    wheel, sdist = wheel_upload("both", "1.0"), sdist_upload("both", "1.0")

    found = race(track, ("ada", wheel), ("ada", sdist))

    assert told(found) == [(200, "")] * 2
    assert found["projects"]["both"]["listed"] == [wheel.filename, sdist.filename]
    assert found["projects"]["both"]["owners"] == ["ada"]
    assert found["projects"]["both"]["deeds"].count("release-added") == 1


def test_of_two_people_who_make_the_same_new_project_at_once_one_is_told_it_is_not_theirs(track: Track) -> None:
    people = ["ada", "cyd"]
    uploads = [wheel_upload("contested", f"{number}.0") for number in (1, 2)]

    found = race(track, *zip(people, uploads, strict=True))

    assert told(found) == [(200, ""), (403, "not-a-collaborator")]
    winner = [status for status, _, _ in found["answers"]].index(200)
    assert found["projects"]["contested"]["owners"] == [people[winner]]
    assert found["projects"]["contested"]["listed"] == [uploads[winner].filename]
    assert shelved(track, uploads[1 - winner].filename) == []


def test_of_two_names_that_look_alike_made_at_once_one_is_refused(track: Track) -> None:
    for number in range(3):
        names = [f"look{number}alike", f"look{number}a1ike"]

        found = race(track, *((who, wheel_upload(name)) for who, name in zip(("ada", "cyd"), names, strict=True)))

        assert told(found) == [(200, ""), (400, "name-too-similar")]
        assert len(found["projects"].keys() & set(names)) == 1


def test_new_projects_made_at_once_are_no_more_than_the_limit_of_an_hour(track: Track) -> None:
    found = race(track, *(("ben", wheel_upload(f"fresh{number}x{number}")) for number in range(24)))

    assert told(found) == [(200, "")] * 20 + [(429, "too-many-new-projects")] * 4


def test_many_releases_of_a_project_at_once_are_all_on_its_pages(track: Track) -> None:
    uploads = [wheel_upload("many", f"{number}.0") for number in range(8)]

    found = race(track, *(("ada", upload) for upload in uploads))

    assert told(found) == [(200, "")] * 8
    assert found["projects"]["many"]["listed"] == [upload.filename for upload in uploads]
    assert set(found["projects"]["many"]["legacy"].values()) == {1}


def test_uploads_to_several_projects_at_once_get_serials_of_their_own(track: Track) -> None:
    names = ["alpha", "beta", "gamma", "delta"]

    found = race(track, *(("ada", wheel_upload(name, "1.0")) for name in names))

    assert told(found) == [(200, "")] * 4
    assert len({found["projects"][name]["serial"] for name in names}) == 4
