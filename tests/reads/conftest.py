from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from strongroom.reads.app import make_application
from strongroom.reads.places import Places
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName
from tests.reads.asking import Asker
from tests.reads.samples import BASE_URL, make_project, make_release, path_of

WHEEL = b"wheel " * 100_000
METADATA = b"Metadata-Version: 2.1\nName: Ham\n"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        pages=tmp_path / "pages", files=tmp_path / "files", readers=tmp_path / "readers", events=tmp_path / "events"
    )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree published once; each test gets a copy, for publishing waits for the disk."""
    folder = tmp_path_factory.mktemp("published")
    tree = Tree(folder)
    for name in ("ham", "spam"):
        release = make_release()
        tree.publish_project(make_project(name), releases=[release], latest=release, base_url=BASE_URL)
    tree.publish_root([(NormalizedName("ham"), 7), (NormalizedName("spam"), 7)], last_serial=7)
    return folder


@pytest.fixture
def tree(places: Places, published: Path) -> Tree:
    shutil.copytree(published, places.pages)
    return Tree(places.pages)


@pytest.fixture
def wheel(places: Places) -> str:
    path = path_of("ham-1.0-py3-none-any.whl", WHEEL)
    file = places.files / path
    file.parent.mkdir(parents=True)
    file.write_bytes(WHEEL)
    file.with_name(f"{file.name}.metadata").write_bytes(METADATA)
    return f"/{path}"


@pytest.fixture
def pages(request: pytest.FixtureRequest, places: Places, published: Path) -> None:
    """The published pages: a copy for a test that asks for the tree, because it changes them."""
    if "tree" in request.fixturenames:
        request.getfixturevalue("tree")
    else:
        places.pages.symlink_to(published)


@pytest.fixture
def index(places: Places, pages: None) -> Asker:
    return Asker(make_application(places))
