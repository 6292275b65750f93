from __future__ import annotations

import ctypes
import os
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.gguf import BLOCKS, read_header
from medbot_desktop.inference.store import ModelStore
from tests.unit.inference.made_gguf import fact, text, tiny_model

CHAT = "smollm2-135m-instruct-q4_1"


def test_a_real_model_says_what_it_is(models: ModelStore) -> None:
    path = models.file(CHAT, "SmolLM2-135M-Instruct.Q4_1.gguf")
    header = read_header(path)
    assert (header.version, header.tensors, header.architecture) == (3, 272, "llama")
    assert header.least_size == path.stat().st_size


def test_a_model_cut_by_one_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    path.write_bytes(tiny_model()[:-1])
    with pytest.raises(ModelError, match=r"short\.gguf is cut short: it has .* of at least .* bytes"):
        read_header(path)


def test_a_model_cut_inside_its_header_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    for length in range(4, 150, 7):
        path.write_bytes(tiny_model()[:length])
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
    path.write_bytes(b"GGUF" + struct.pack("<I", 9) + tiny_model()[8:])
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


def header_of(*facts: bytes, tensors: int = 1, keys: int | None = None, after: bytes = b"") -> bytes:
    """The beginning of a file with these pairs of metadata, the architecture first."""
    pairs = [fact("general.architecture", "llama"), *facts]
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, len(pairs) if keys is None else keys) + b"".join(pairs) + after


def tensor(*dimensions: int, kind: int = 0) -> bytes:
    return text("weights") + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, 0)


ABSURD = {
    "a text as long as the disk": header_of(text("general.name") + struct.pack("<IQ", 8, 2**39)),
    "a text longer than can be": header_of(text("general.name") + struct.pack("<IQ", 8, 2**63)),
    "a key as long as the disk": header_of(struct.pack("<Q", 2**39)),
    "more keys than can be": header_of(keys=2**63),
    "more tensors than can be": header_of(tensors=2**63),
    "a list of texts without end": header_of(text("a.list") + struct.pack("<IIQ", 9, 8, 2**36)),
    "a list of numbers without end": header_of(text("a.list") + struct.pack("<IIQ", 9, 0, 2**62)),
    "a list of lists": header_of(text("a.list") + struct.pack("<IIQ", 9, 9, 2)),
    "a type that is none": header_of(text("a.key") + struct.pack("<I", 99)),
    "a key that stands twice": header_of(fact("a.key", 1), fact("a.key", 2)),
    "an alignment in words": header_of(fact("general.alignment", "wide"), after=tensor(4)),
    "an alignment of nothing": header_of(fact("general.alignment", 0), after=tensor(4)),
    "an alignment without end": header_of(fact("general.alignment", float("inf")), after=tensor(4)),
    "a tensor larger than all disks": header_of(after=tensor(2**63, 2**63)),
    "a tensor of too many dimensions": header_of(after=tensor(2, 2, 2, 2, 2)),
}


@pytest.mark.parametrize("content", ABSURD.values(), ids=ABSURD.keys())
def test_a_header_that_says_what_cannot_be_is_refused_in_little_memory_even_where_the_file_is_huge(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "odd.gguf"
    with path.open("wb") as file:
        file.write(content)
        file.truncate(2**40)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"odd\.gguf is damaged or cut short inside its header"):
            read_header(path)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_lists_that_are_each_within_reason_but_not_together_are_refused(tmp_path: Path) -> None:
    lists = [text(f"list {n}") + struct.pack("<IIQ", 9, 8, 2**20) + bytes(2**23) for n in range(2)]
    path = tmp_path / "odd.gguf"
    path.write_bytes(header_of(*lists))
    with pytest.raises(ModelError, match="damaged or cut short inside its header"):
        read_header(path)


def test_a_tensor_that_is_larger_than_the_file_is_told_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(header_of(after=tensor(2**40)))
    with pytest.raises(ModelError, match=r"it has \d+ of at least 4,398,046,511,\d+ bytes"):
        read_header(path)


def test_a_part_of_a_split_model_says_which_of_how_many_it_is(tmp_path: Path) -> None:
    path = tmp_path / "m-00001-of-00003.gguf"
    path.write_bytes(tiny_model(split__no=0, split__count=3))
    with pytest.raises(ModelError, match="is part 1 of 3 of a model that was split") as told:
        read_header(path)
    assert "llama-gguf-split" in told.value.hint


def test_a_name_with_marks_that_a_terminal_obeys_is_shown_without_them(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\nb.gguf"
    path.write_bytes(b"none")
    with pytest.raises(ModelError) as told:
        read_header(path)
    assert told.value.message.isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelError, match="is a device, not a model file"):
        read_header(tmp_path / "pipe.gguf")


def test_the_sizes_of_the_kinds_of_numbers_are_the_runtimes_own() -> None:
    import llama_cpp._ggml as ggml

    library = ggml.libggml_base if hasattr(ggml, "libggml_base") else ggml.libggml
    library.ggml_blck_size.restype, library.ggml_type_size.restype = ctypes.c_int64, ctypes.c_size_t
    assert {kind: (library.ggml_blck_size(kind), library.ggml_type_size(kind)) for kind in BLOCKS} == BLOCKS


CHANGES = st.lists(st.tuples(st.integers(0, 6_500), st.binary(min_size=0, max_size=9)), min_size=1, max_size=6)
WHOLE = tiny_model()


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, end=st.one_of(st.none(), st.integers(0, 7_000)))
def test_a_header_changed_in_any_way_never_ends_in_anything_but_a_clear_error(
    tmp_path: Path, changes: list[tuple[int, bytes]], end: int | None
) -> None:
    content = bytearray(WHOLE)
    for place, new in changes:
        content[place : place + len(new)] = new
    path = tmp_path / "odd.gguf"
    path.write_bytes(content[:end])
    with suppress(ModelError):
        read_header(path)
