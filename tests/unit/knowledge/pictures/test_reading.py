"""Photographs of labels and letters are read whichever way they lie; what is none of that costs one clear sentence."""

from __future__ import annotations

import os
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from medbot_desktop.errors import InputError
from medbot_desktop.knowledge.pictures.picture_text import MOST_BYTES, PictureLine, PictureText, Preview
from medbot_desktop.knowledge.pictures.reading import read_picture, read_picture_file
from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.knowledge.reading.running import Child
from tests.unit.knowledge.pictures import hostile_readers as hostile
from tests.unit.knowledge.pictures.made_photos import FACES, LABEL, LETTER, encoded, photo, share_right, sheet

SHORT = ("METFORMIN 500 mg", "Take ONE tablet TWICE a day.")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test there are only the processes that were there before it."""
    before = children()
    yield
    assert children() == before


@pytest.mark.parametrize("face", FACES)
def test_a_label_is_read_in_each_typeface(face: str) -> None:
    assert share_right(LABEL, read_picture(encoded(sheet(face=face))).text) >= 0.95


@pytest.mark.parametrize("lines", [LABEL, LETTER])
def test_a_photo_that_is_crooked_aslant_blurred_and_grainy_is_read(lines: tuple[str, ...]) -> None:
    read = read_picture(encoded(photo(sheet(lines, "Times-Roman")), "JPEG", quality=80))
    assert share_right(lines, read.text) >= 0.95


@pytest.mark.parametrize("way", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
def test_a_crooked_photo_on_its_side_or_upside_down_is_turned(way: Image.Transpose) -> None:
    read = read_picture(encoded(photo(sheet()).transpose(way), "JPEG", quality=80))
    assert share_right(LABEL, read.text) >= 0.95
    assert read.turned


def test_a_photo_that_the_camera_marks_as_turned_is_read_upright_and_shown_upright() -> None:
    sideways = photo(sheet()).transpose(Image.Transpose.ROTATE_90)
    exif = sideways.getexif()
    exif[0x0112] = 6
    read = read_picture(encoded(sideways, "JPEG", quality=80, exif=exif))
    assert share_right(LABEL, read.text) >= 0.95
    assert not read.turned
    assert read.preview.width > read.preview.height


def test_faint_print_is_read() -> None:
    faint = sheet().point(lambda grey: int(150 + grey * 0.1))
    assert share_right(LABEL, read_picture(encoded(faint)).text) >= 0.95


def test_white_letters_on_black_are_read() -> None:
    assert share_right(LABEL, read_picture(encoded(Image.eval(sheet(), lambda grey: 255 - grey))).text) >= 0.95


def test_lines_come_from_top_to_bottom_and_what_stands_side_by_side_on_one_line() -> None:
    read = read_picture(encoded(sheet(("METFORMIN                         500 mg", "28 tablets"))))
    assert [line.text for line in read.lines] == ["METFORMIN 500 mg", "28 tablets"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_each_format_is_read(kind: str) -> None:
    assert share_right(SHORT, read_picture(encoded(sheet(SHORT), kind)).text) == 1


def test_the_first_picture_of_a_moving_one_is_read_and_the_others_are_counted() -> None:
    moving = encoded(sheet(SHORT), "GIF", save_all=True, append_images=[Image.new("RGB", (300, 300), "white")])
    read = read_picture(moving)
    assert (share_right(SHORT, read.text), read.frames) == (1, 2)


def test_where_and_with_what_a_photo_was_taken_is_not_kept() -> None:
    picture = sheet(SHORT)
    exif = picture.getexif()
    exif[0x010F], exif[0x013B] = "Spycam", "Ann Photographer"
    exif.get_ifd(0x8825)[1] = "N"
    read = read_picture(encoded(picture, "JPEG", exif=exif))
    assert "Spycam" not in repr(read)
    assert "Photographer" not in repr(read)
    assert len(read.preview.pixels) == 3 * read.preview.width * read.preview.height


def test_lines_that_are_not_sure_are_named() -> None:
    lines = (PictureLine("METFORMIN", 0.99), PictureLine("5OO mg", 0.6))
    assert PictureText(lines, False, 1, Preview(1, 1, b"\0\0\0")).unsure == ("5OO mg",)


def wall() -> Image.Image:
    return photo(Image.new("RGB", (800, 600), (200, 180, 150)), (1200, 900))


def grain() -> Image.Image:
    greys = np.random.default_rng(3).normal(128, 8, (700, 900, 3))
    return Image.fromarray(greys.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "picture", [Image.new("RGB", (800, 600), "white"), Image.new("L", (500, 500)), wall(), grain()]
)
def test_in_a_picture_of_nothing_nothing_is_read(picture: Image.Image) -> None:
    assert read_picture(encoded(picture)).lines == ()


def test_a_jpeg_of_a_hundred_megapixels_is_read_smaller() -> None:
    large = sheet().convert("L").resize((12_720, 7_874))
    assert share_right(LABEL, read_picture(encoded(large, "JPEG", quality=60)).text) >= 0.95


def png_head(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + bytes(4) + b"IDAT"
    )


@pytest.mark.parametrize(
    ("data", "told", "hint"),
    [
        (png_head(10_000, 10_000), "This picture has 100 megapixels", "save it as JPEG"),
        (png_head(60_000, 60_000), "This picture has 3,600 megapixels", "save it as JPEG"),
        (b"", "This picture is empty", "copy it once more"),
        (b"METFORMIN 500 mg", "This file is no picture", "PNG, JPEG"),
        (b"%PDF-1.7\n", "This is a PDF document", "Add it to the library"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "This is a drawing (SVG)", "PNG"),
        (bytes(4) + b"ftypheic" + bytes(40), "HEIC photos", "JPEG"),
        (encoded(sheet(SHORT))[:4_000], "This picture is damaged", "Take it again"),
        (encoded(sheet(SHORT), "JPEG")[:9_000], "This picture is damaged", "Take it again"),
        (encoded(sheet(SHORT), "WEBP")[:2_000], "This picture is damaged", "Take it again"),
        (encoded(Image.new("RGB", (3, 3))), "This picture has only 3 × 3 pixels", "from near by"),
        (bytes(MOST_BYTES + 1), "This picture has 50 MB", "save it as JPEG"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_a_sentence_with_a_hint(data: bytes, told: str, hint: str) -> None:
    with pytest.raises(InputError) as refused:
        read_picture(data)
    assert refused.value.message.startswith(told)
    assert hint.casefold() in refused.value.hint.casefold()


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, told in (
        (tmp_path, "is a folder"),
        (tmp_path / "none.png", "cannot be opened"),
        (tmp_path / "pipe", "no"),
    ):
        with pytest.raises(InputError, match=told):
            read_picture_file(path)


def test_a_file_is_read_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "label.png"
    path.write_bytes(encoded(sheet(SHORT)))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    assert share_right(SHORT, read_picture_file(path).text) == 1
    assert sorted(tmp_path.rglob("*")) == [path, tmp_path / "scratch"]


def test_the_process_that_reads_cannot_write(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert read_picture(os.fsencode(kept), child=hostile.write).text == "PermissionError"
    assert not kept.exists()


@pytest.mark.parametrize(
    ("child", "told"),
    [
        (hostile.crash, "This picture cannot be read"),
        (hostile.starve, "This picture takes more memory"),
        (hostile.babble, "This picture cannot be read"),
        (hostile.shortchange, "This picture cannot be read"),
    ],
)
def test_a_reader_that_is_taken_over_costs_the_picture_and_no_more(child: Child, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_picture(encoded(sheet(SHORT)), child=child)


def test_what_a_reader_says_holds_nothing_that_a_terminal_acts_on() -> None:
    assert read_picture(b"any", child=hostile.smuggle).text == "�[2JMETFORMIN��"


def test_a_reader_for_which_somebody_waits_stands_back_behind_the_window_alone() -> None:
    window = os.getpriority(os.PRIO_PROCESS, 0)
    assert int(read_picture(b"any", child=hostile.priority).text) == min(window + 5, 19)


def test_a_reader_that_hangs_is_ended() -> None:
    with pytest.raises(InputError, match="takes too long"):
        read_picture(bytes(3_000_000), limits=Limits(silent_seconds=0.5), child=hostile.hang)


def test_too_little_memory_is_told() -> None:
    tight = replace(Limits(), memory_bytes=300_000_000)
    with pytest.raises(InputError) as refused:
        read_picture(encoded(Image.new("RGB", (8_900, 8_900), "white")), limits=tight)
    assert refused.value.message.startswith(("This picture takes more memory", "This picture cannot be read"))


def test_a_person_who_has_had_enough_is_heard_even_by_a_reader_that_hangs() -> None:
    asked: list[float] = []

    def is_stopped() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 3

    with pytest.raises(InputError, match="stopped"):
        read_picture(bytes(3_000_000), is_stopped, child=hostile.hang)


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    return {one.pid for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())}
