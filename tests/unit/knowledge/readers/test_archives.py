"""Zip files are opened at a cost that the file cannot raise."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.archives import opened_archive
from tests.unit.knowledge.readers.made_files import zipped


def part(path: Path, name: str = "a") -> bytes | None:
    with opened_archive(path, "Word document") as archive:
        return archive.part(name)


def test_a_part_is_its_bytes_and_a_missing_one_is_none(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f", {"a": "text"})
    assert part(path) == b"text"
    assert part(path, "b") is None


def test_all_parts_together_are_bounded(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f", dict.fromkeys("ab", "a" * 30_000_000))
    with opened_archive(path, "Word document") as archive:
        assert archive.part("a")
        with pytest.raises(LibraryError, match="unpacks to more text"):
            archive.part("b")


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f", {"a": "a" * 1000})
    size = (1000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (5).to_bytes(4, "little")))
    with pytest.raises(LibraryError, match="is damaged"):
        part(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_unpacks_without_a_bound_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "f", "w", method) as archive:
        archive.writestr("a", "text")
    with pytest.raises(LibraryError, match="is damaged"):
        part(tmp_path / "f")


def test_an_encrypted_part_is_refused_as_such(tmp_path: Path) -> None:
    path = zipped(tmp_path / "f", {"a": "text"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(LibraryError, match=r"^f is encrypted\.$"):
        part(path)


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is damaged"):
        part(zipped(tmp_path / "f", {f"{n}": "" for n in range(20_001)}))
