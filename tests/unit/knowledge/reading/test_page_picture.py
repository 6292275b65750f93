"""Pages as pictures, drawn in a process of their own."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.documents import is_as_read
from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.knowledge.reading.page_picture import MOST_WIDTH, page_picture

FILES = Path(__file__).parents[1] / "readers" / "files"


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize("name", ["writer_handbook.pdf", "scan_photo.jpeg"])
def test_a_page_is_drawn_as_wide_as_it_is_asked_for(name: str) -> None:
    drawn = picture(page_picture(FILES / name, 1, 400))
    assert drawn.width == 400
    assert drawn.height > 300
    darkest, lightest = drawn.convert("L").getextrema()
    assert (darkest, lightest) != (lightest, darkest)


def test_pages_differ() -> None:
    file = FILES / "writer_handbook.pdf"
    assert page_picture(file, 1, 200) != page_picture(file, 2, 200)


def test_no_picture_is_wider_than_the_most() -> None:
    assert picture(page_picture(FILES / "writer_landscape.pdf", 1, 90_000)).width == MOST_WIDTH


@pytest.mark.parametrize("page", [0, 99])
def test_a_page_that_is_not_there_is_told(page: int) -> None:
    with pytest.raises(LibraryError, match="cannot be shown as a picture"):
        page_picture(FILES / "writer_handbook.pdf", page, 200)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"no picture"])
def test_a_file_that_has_no_pages_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(content)
    with pytest.raises(LibraryError, match=r"Page 1 of broken\.pdf cannot be shown"):
        page_picture(file, 1, 200)


def test_a_page_that_takes_too_much_memory_is_given_up() -> None:
    limits = replace(Limits(), memory_bytes=20_000_000)
    with pytest.raises(LibraryError):
        page_picture(FILES / "scan_photo.jpeg", 1, 400, limits)


def test_a_file_that_changed_since_is_known(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Rest.")
    digest = "0a5fb8a4dbf9d1e7a5fba8f1c6a2a9f0" * 2
    assert not is_as_read(file, digest)
    assert not is_as_read(tmp_path / "gone.txt", digest)
