"""Files that were deleted: kept whole where nobody is served from, and brought back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.gear.withholding import FEW, WITHHELD, Withholding
from strongroom.terms.names import NormalizedName

WHEEL = f"packages/ab/cd/{'e' * 60}/ham-1.0-py3-none-any.whl"
SDIST = f"packages/ab/cd/{'f' * 60}/ham-1.0.tar.gz"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder of files of an index, with a wheel and its metadata, and an sdist without."""
    put(tmp_path, WHEEL, b"wheel")
    put(tmp_path, f"{WHEEL}.metadata", b"metadata")
    put(tmp_path, SDIST, b"sdist")
    return tmp_path


def put(folder: Path, path: str, content: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)


def lying(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def of_ham(files: Path) -> Withholding:
    return Withholding(files, NormalizedName("ham"))


def test_a_withheld_file_leaves_the_shelf_with_its_metadata_and_comes_back_with_it(files: Path) -> None:
    before, ham = lying(files), of_ham(files)

    ham.withhold([WHEEL])

    below = f"{WITHHELD}/ham"
    assert lying(files) == {SDIST: b"sdist", f"{below}/{WHEEL}": b"wheel", f"{below}/{WHEEL}.metadata": b"metadata"}
    assert ham.paths() == {WHEEL}
    ham.bring_back([WHEEL])
    assert lying(files) == before
    assert ham.paths() == set()


def test_moving_twice_or_what_is_not_there_changes_nothing(files: Path) -> None:
    ham = of_ham(files)
    missing = f"packages/00/00/{'0' * 60}/eggs-1.0.tar.gz"

    ham.withhold([WHEEL, missing])
    once = lying(files)
    ham.withhold([WHEEL, missing])
    assert lying(files) == once
    ham.bring_back([WHEEL, missing])
    ham.bring_back([WHEEL, missing])
    assert ham.paths() == set()
    assert (files / WHEEL).read_bytes() == b"wheel"


@pytest.mark.parametrize("moved_first", [WHEEL, f"{WHEEL}.metadata"])
def test_a_process_that_is_killed_between_a_file_and_its_metadata_loses_neither(files: Path, moved_first: str) -> None:
    ham = of_ham(files)
    put(ham.folder, moved_first, (files / moved_first).read_bytes())
    (files / moved_first).unlink()

    ham.withhold([WHEEL])
    assert ham.paths() == {WHEEL}
    ham.bring_back([WHEEL])

    assert (files / WHEEL).read_bytes() == b"wheel"
    assert (files / f"{WHEEL}.metadata").read_bytes() == b"metadata"


def test_many_files_are_moved_and_come_back(files: Path) -> None:
    ham = of_ham(files)
    many = [f"packages/{number:02x}/00/{'a' * 60}/ham-{number}.tar.gz" for number in range(FEW + 5)]
    for path in many:
        put(files, path, path.encode())

    ham.withhold(many)
    assert ham.paths() == set(many)
    assert not any((files / path).exists() for path in many)
    ham.bring_back(many)

    assert {path: (files / path).read_bytes() for path in many} == {path: path.encode() for path in many}


@pytest.mark.parametrize("is_withheld", [True, False])
def test_a_discarded_file_is_gone_wherever_it_lay_with_the_folders_of_its_own(files: Path, is_withheld: bool) -> None:
    ham = of_ham(files)
    ham.withhold([WHEEL] if is_withheld else [])

    ham.discard(WHEEL)
    ham.discard(WHEEL)

    assert lying(files) == {SDIST: b"sdist"}
    assert not (files / WHEEL).parent.exists()
    assert not ham.folder.exists()


def test_discarding_leaves_the_folders_that_others_may_be_placing_files_in(files: Path) -> None:
    ham = of_ham(files)

    ham.discard(WHEEL)
    ham.discard(SDIST)

    assert (files / "packages/ab/cd").is_dir()


def test_what_one_project_withholds_is_not_another_s(files: Path) -> None:
    of_ham(files).withhold([WHEEL])

    assert Withholding(files, NormalizedName("eggs")).paths() == set()
