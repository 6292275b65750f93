"""Prepared vectors are used where they fit, and never where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.knowledge.prepared import PreparedVectors


class CountingEmbedder:
    """Gives each text a vector that tells it from others, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return np.array([[len(text), sum(text.encode())] for text in texts], dtype=np.float32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    vectors = PreparedVectors(CountingEmbedder().embed, "one")
    vectors.embed(["a", "bc"])
    vectors.save(tmp_path / "vectors.npz")
    return tmp_path / "vectors.npz"


def opened(file: Path, embedder: str = "one") -> tuple[PreparedVectors, CountingEmbedder]:
    counting = CountingEmbedder()
    vectors = PreparedVectors(counting.embed, embedder)
    vectors.load(file)
    return vectors, counting


def test_what_is_prepared_is_not_embedded_again(file: Path) -> None:
    vectors, counting = opened(file)
    assert vectors.embed(["bc", "a"]).tolist() == CountingEmbedder().embed(["bc", "a"]).tolist()
    assert counting.asked == []


def test_a_changed_text_is_embedded(file: Path) -> None:
    vectors, counting = opened(file)
    vectors.embed(["a", "bd"])
    assert counting.asked == ["bd"]


def test_a_text_that_comes_twice_is_embedded_once(file: Path) -> None:
    vectors, counting = opened(file)
    assert vectors.embed(["new", "new"]).shape == (2, 2)
    assert counting.asked == ["new"]


def test_the_vectors_of_another_embedder_are_not_used(file: Path) -> None:
    vectors, counting = opened(file, embedder="two")
    vectors.embed(["a"])
    assert counting.asked == ["a"]


@pytest.mark.parametrize("kept", [0, 1, 10, 200, -1])
def test_a_file_that_is_cut_short_is_passed_over(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    vectors, counting = opened(file)
    vectors.embed(["a"])
    assert counting.asked == ["a"]


def test_a_file_with_a_flipped_byte_is_passed_over(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    position = whole.index(b"\x93NUMPY", whole.index(b"vectors.npy")) + 130
    whole[position] ^= 0xFF
    file.write_bytes(whole)
    vectors, counting = opened(file)
    assert vectors.embed(["a"]).tolist() == [[1, 97]]
    assert counting.asked == ["a"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_a_file_that_holds_something_else_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.npz").write_bytes(content)
    vectors, _ = opened(tmp_path / "vectors.npz")
    assert len(vectors) == 0


def test_a_missing_file_is_passed_over(tmp_path: Path) -> None:
    assert len(opened(tmp_path / "none.npz")[0]) == 0


def test_a_file_whose_parts_do_not_fit_together_is_passed_over(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "vectors.npz",
        embedder=np.array("one"),
        digests=np.zeros((3, 32), np.uint8),
        vectors=np.zeros((1, 2), np.float32),
    )
    assert len(opened(tmp_path / "vectors.npz")[0]) == 0


def test_saving_leaves_one_file_that_others_may_read(file: Path) -> None:
    assert [path.name for path in file.parent.iterdir()] == ["vectors.npz"]
    assert file.stat().st_mode & 0o777 == 0o644


def test_what_was_not_asked_for_can_be_forgotten(file: Path) -> None:
    vectors, counting = opened(file)
    vectors.embed(["bc"])
    vectors.forget_unused()
    assert len(vectors) == 1
    vectors.embed(["a"])
    assert counting.asked == ["a"]


def test_a_file_that_is_replaced_is_not_read_at_the_old_places(file: Path) -> None:
    vectors, counting = opened(file)
    others = PreparedVectors(CountingEmbedder().embed, "one")
    others.embed(["quite", "another", "file"])
    others.save(file)
    assert vectors.embed(["a", "bc"]).tolist() == CountingEmbedder().embed(["a", "bc"]).tolist()
    assert counting.asked == ["a", "bc"]


def test_what_was_read_and_what_was_made_are_saved_together(file: Path) -> None:
    vectors, _ = opened(file)
    texts = ["a", "new", "bc", "newer"]
    vectors.embed(texts)
    vectors.save(file)
    saved, counting = opened(file)
    assert saved.embed(texts).tolist() == CountingEmbedder().embed(texts).tolist()
    assert len(saved) == 4
    assert counting.asked == []
