from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.gguf import read_header
from medbot_desktop.inference.store import ModelStore

CHAT = "smollm2-135m-instruct-q4_1"


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def small_gguf(architecture: str = "llama", values: int = 64) -> bytes:
    """A complete GGUF of one tensor of 32-bit numbers."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 2)
    head += string("general.architecture") + struct.pack("<I", 8) + string(architecture)
    head += string("a.list") + struct.pack("<IIQ", 9, 8, 2) + string("x") + string("yy")
    head += string("weights") + struct.pack("<IQIQ", 1, values, 0, 0)
    return head + bytes(-len(head) % 32) + bytes(4 * values)


def test_a_real_model_says_what_it_is(models: ModelStore) -> None:
    path = models.file(CHAT, "SmolLM2-135M-Instruct.Q4_1.gguf")
    header = read_header(path)
    assert (header.version, header.tensors, header.architecture) == (3, 272, "llama")
    assert header.least_size == path.stat().st_size


def test_a_model_cut_by_one_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    path.write_bytes(small_gguf()[:-1])
    with pytest.raises(ModelError, match=r"short\.gguf is cut short: it has .* of at least .* bytes"):
        read_header(path)


def test_a_model_cut_inside_its_header_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    for length in range(4, 150, 7):
        path.write_bytes(small_gguf()[:length])
        with pytest.raises(ModelError, match="cut short"):
            read_header(path)


@pytest.mark.parametrize("content", [b"", b"GGU", b"\x7fELF then more", b"PK\x03\x04", b"ggjt" + bytes(100)])
def test_a_file_that_is_no_gguf_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"holiday\.gguf is not a GGUF model file"):
        read_header(path)


def test_an_unknown_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "new.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<I", 9) + small_gguf()[8:])
    with pytest.raises(ModelError, match=r"version that MedBot does not know \(9\)"):
        read_header(path)


def test_a_file_without_tensors_holds_no_model(tmp_path: Path) -> None:
    path = tmp_path / "empty.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    with pytest.raises(ModelError, match="holds no model"):
        read_header(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        read_header(tmp_path / "gone.gguf")
    with pytest.raises(ModelError, match="is a folder"):
        read_header(tmp_path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(4, 180), byte=st.integers(0, 255))
def test_a_header_with_any_wrong_byte_never_ends_in_anything_but_a_clear_error(
    tmp_path: Path, place: int, byte: int
) -> None:
    content = bytearray(small_gguf())
    content[place] = byte
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)
    with suppress(ModelError):
        read_header(path)
