from __future__ import annotations

import dataclasses
import gzip
import json
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from strongroom.reads.facts import ReaderFacts, ReleaseFacts
from strongroom.reads.generation import Generation
from strongroom.reads.pages import render_project_json
from strongroom.reads.places import Places
from strongroom.reads.placing import locked
from strongroom.reads.readers import Readers, parse_reader
from strongroom.reads.tree import Tree
from strongroom.terms.actors import TokenId
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from tests.reads.samples import BASE_URL, make_file, make_project, make_release
from tests.reads.unpacking import zstd_decompress

HAM = NormalizedName("ham")


def publish(tree: Tree, serial: int, *releases: str, **changes: Any) -> bool:  # noqa: ANN401 - any field of the facts
    made = [make_release(version) for version in releases]
    latest = made[0] if made else None
    return tree.publish_project(make_project(serial=serial, **changes), releases=made, latest=latest, base_url=BASE_URL)


def serial_of(places: Places) -> int:
    page = json.loads((places.pages / "simple/ham/index.json").read_bytes())
    return int(page["meta"]["_last-serial"])


def test_every_page_stands_beside_its_compressed_twins(places: Places, tree: Tree) -> None:
    pages = [
        "simple/index.html",
        "simple/index.json",
        "simple/ham/index.html",
        "simple/ham/index.json",
        "pypi/ham/json",
        "pypi/ham/1.0/json",
    ]
    for page in pages:
        body = (places.pages / page).read_bytes()
        assert gzip.decompress((places.pages / f"{page}.gz").read_bytes()) == body
        assert zstd_decompress((places.pages / f"{page}.zst").read_bytes()) == body


def test_nothing_unfinished_is_left_behind(places: Places, tree: Tree) -> None:
    left = list(places.pages.rglob("*.new"))
    assert left == []


def test_an_older_rendering_never_overwrites_a_newer_one(places: Places) -> None:
    tree = Tree(places.pages)
    assert publish(tree, 8, "1.0")
    assert not publish(tree, 7, "1.0")
    assert (serial_of(places), tree.published_serial(HAM)) == (8, 8)


def test_the_same_serial_may_be_published_again(places: Places) -> None:
    tree = Tree(places.pages)
    assert publish(tree, 8, "1.0")
    assert publish(tree, 8, "1.0")


def test_an_older_list_of_projects_never_overwrites_a_newer_one(places: Places) -> None:
    tree = Tree(places.pages)
    assert tree.root_serial() == -1
    assert tree.publish_root([(HAM, 8)], last_serial=8)
    assert not tree.publish_root([], last_serial=7)
    assert tree.root_serial() == 8


def test_a_withdrawn_project_has_no_page_and_no_late_rendering_revives_it(places: Places) -> None:
    tree = Tree(places.pages)
    publish(tree, 8, "1.0")
    tree.withdraw_project(HAM)
    assert not (places.pages / "simple/ham").exists()
    assert not (places.pages / "pypi/ham").exists()
    assert not publish(tree, 8, "1.0")
    assert tree.published_serial(HAM) is None
    assert publish(tree, 9, "1.0")
    assert tree.published_serial(HAM) == 9


def test_a_withdrawal_can_name_the_serial_of_the_deletion(places: Places) -> None:
    tree = Tree(places.pages)
    tree.withdraw_project(HAM, serial=12)
    assert not publish(tree, 12)
    assert publish(tree, 13)


def test_only_the_releases_that_changed_are_written(places: Places) -> None:
    tree = Tree(places.pages)
    publish(tree, 8, "2.0", "1.0")
    before = (places.pages / "pypi/ham/1.0/json").stat().st_ino
    publish(tree, 9, "2.0")
    assert (places.pages / "pypi/ham/1.0/json").stat().st_ino == before


def test_a_deleted_release_loses_its_page(places: Places) -> None:
    tree = Tree(places.pages)
    publish(tree, 8, "2.0", "1.0")
    publish(tree, 9, "2.0", versions=("2.0",))
    assert not (places.pages / "pypi/ham/1.0").exists()
    assert (places.pages / "pypi/ham/2.0/json").exists()


def test_a_project_without_releases_has_no_legacy_page(places: Places) -> None:
    tree = Tree(places.pages)
    publish(tree, 8, "1.0")
    publish(tree, 9, versions=(), files=())
    assert not (places.pages / "pypi/ham/json").exists()
    assert not (places.pages / "pypi/ham/json.gz").exists()
    assert (places.pages / "simple/ham/index.json").exists()


def test_s1_quarantine_takes_every_release_page_away_that_still_offers_files(places: Places) -> None:
    tree = Tree(places.pages)
    publish(tree, 8, "2.0", "1.0")
    publish(tree, 9, "2.0", status=ProjectStatus.QUARANTINED)
    assert not (places.pages / "pypi/ham/1.0").exists()
    assert json.loads((places.pages / "pypi/ham/2.0/json").read_bytes())["urls"] == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "Ham", "ham\n", "a" * 201, ".ham"])
def test_a_name_that_is_not_normalised_makes_no_folder(places: Places, name: str) -> None:
    tree = Tree(places.pages)
    with pytest.raises(ValueError, match="not a normalised"):
        tree.publish_project(make_project(name), releases=[], latest=None, base_url=BASE_URL)
    with pytest.raises(ValueError, match="not a normalised"):
        tree.withdraw_project(NormalizedName(name))


@pytest.mark.parametrize("version", ["", "..", "1/2", "v1", "json", "1.0\n"])
def test_a_version_that_is_not_canonical_makes_no_folder(places: Places, version: str) -> None:
    release = ReleaseFacts(version, {}, yanked=False, yanked_reason="")
    with pytest.raises(ValueError, match="not a canonical"):
        Tree(places.pages).publish_project(make_project(), releases=[release], latest=None, base_url=BASE_URL)


def test_two_publications_in_one_second_differ_in_last_modified(places: Places) -> None:
    tree = Tree(places.pages)
    page = places.pages / "simple/ham/index.json"
    seconds = []
    for serial in (8, 9, 10):
        publish(tree, serial)
        seconds.append(int(page.stat().st_mtime))
    assert len(set(seconds)) == 3


def test_the_generation_moves_with_each_publication_in_every_process(places: Places) -> None:
    tree = Tree(places.pages)
    here = Generation(places.pages)
    seen = {here.current()}
    publish(tree, 8)
    seen.add(here.current())
    code = f"""
from pathlib import Path
from strongroom.reads.generation import Generation
Generation(Path({str(places.pages)!r})).bump()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    seen.add(here.current())
    assert len(seen) == 3


def test_publishers_of_one_project_do_not_interleave(places: Places) -> None:
    tree = Tree(places.pages)
    threads = [threading.Thread(target=publish, args=(tree, serial, "1.0")) for serial in range(1, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert serial_of(places) == 24
    for page in ("simple/ham/index.html", "pypi/ham/json", "pypi/ham/1.0/json", "simple/ham/index.json"):
        plain = (places.pages / page).read_bytes()
        assert b"24" in plain
        assert gzip.decompress((places.pages / f"{page}.gz").read_bytes()) == plain


def test_a_publisher_waits_for_its_turn_and_then_looks_again(places: Places) -> None:
    tree = Tree(places.pages)
    told: list[bool] = []
    publisher = threading.Thread(target=lambda: told.append(publish(tree, 8, "1.0")))
    with locked(places.pages, "ham"):
        publisher.start()
        publisher.join(0.3)
        assert publisher.is_alive()
        assert tree.published_serial(HAM) is None
        page = places.pages / "simple/ham/index.json"
        page.parent.mkdir(parents=True)
        page.write_bytes(render_project_json(make_project(serial=9)))
    publisher.join()
    assert told == [False]
    assert serial_of(places) == 9


@pytest.mark.parametrize("renames", [1, 6, 12])
def test_a_publisher_killed_half_way_leaves_the_old_serial_and_whole_pages(places: Places, renames: int) -> None:
    publish(Tree(places.pages), 8, "1.0")
    code = f"""
import os
from pathlib import Path
from typing import Any
import strongroom.reads.placing as placing
from strongroom.reads.tree import Tree
from tests.reads.samples import make_project, make_release
renamed = 0
rename = Path.rename
def counting(self, target):
    global renamed
    renamed += 1
    if renamed == {renames}:
        os.kill(os.getpid(), 9)
    return rename(self, target)
Path.rename = counting
r = make_release()
Tree(Path({str(places.pages)!r})).publish_project(make_project(serial=9), releases=[r], latest=r, base_url="http://x")
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    tree = Tree(places.pages)
    assert tree.published_serial(HAM) == 8
    for page in places.pages.rglob("*.gz"):
        assert gzip.decompress(page.read_bytes())
    assert publish(tree, 9, "1.0")
    assert not list(places.pages.rglob("*.new"))


def test_the_published_names_are_those_with_pages(places: Places, tree: Tree) -> None:
    tree.withdraw_project(NormalizedName("spam"))
    assert tree.published_names() == ["ham"]
    assert Tree(places.pages / "empty").published_names() == []


def test_a_page_of_fifteen_thousand_files_is_visible_within_two_seconds(places: Places) -> None:
    file = make_file()
    files = tuple(dataclasses.replace(file, version=f"1.{number // 15}") for number in range(15_000))
    versions = tuple(dict.fromkeys(file.version for file in files))
    before = os.times()
    publish(Tree(places.pages), 8, "1.0", files=files, versions=versions)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 2


def test_a_reader_is_published_for_its_owner_alone_and_revoked(places: Places) -> None:
    readers = Readers(places.readers)
    reader = ReaderFacts("abc", "00" * 32, datetime(2027, 1, 1, tzinfo=UTC), (HAM,))
    readers.publish_reader(reader)
    path = readers.path_of(TokenId("abc"))
    assert parse_reader(path.read_bytes()) == reader
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.readers.stat().st_mode) == 0o700
    assert readers.published_tokens() == ["abc"]
    readers.revoke_reader(TokenId("abc"))
    readers.revoke_reader(TokenId("abc"))
    assert readers.published_tokens() == []


@pytest.mark.parametrize("token", ["", "../x", "a/b", "a\n"])
def test_a_token_that_is_no_identifier_makes_no_file(places: Places, token: str) -> None:
    with pytest.raises(ValueError, match="not the identifier"):
        Readers(places.readers).path_of(TokenId(token))


def test_revoking_before_any_reader_is_published_is_no_fault(tmp_path: Path) -> None:
    Readers(tmp_path / "none").revoke_reader(TokenId("abc"))
    assert not (tmp_path / "none").exists()
