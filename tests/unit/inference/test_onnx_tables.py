from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from medbot_desktop.inference.onnx_tables import rows_first
from medbot_desktop.inference.store import ModelStore
from tests.onnx_graphs import FLOAT, INT64, Graph, TinyModel, value

WORDS, WIDTH = 100, 8
IDS = np.array([[3, 99, 0], [7, 7, 50]])


def network(scale: NDArray[np.float32], axis: int | None = None, used_twice: bool = False) -> bytes:
    g, dice = Graph(), np.random.default_rng(7)
    g.node("Cast", [g.constant("table", dice.integers(-127, 128, (WORDS, WIDTH), np.int8))], "cast", to=FLOAT)
    g.node("Mul", ["cast", g.constant("scale", scale)], "words")
    g.node("Gather", ["words", "ids"], "found", **({} if axis is None else {"axis": axis}))
    if used_twice:
        g.node("MatMul", ["found", g.node("Transpose", ["words"], "turned", perm=[1, 0])], "out")
    else:
        g.node("Identity", ["found"], "out")
    return g.model([value("ids", INT64, ["texts", "tokens"])], [value("out", FLOAT, ["a", "b", "c"])])


def scale_of_rows() -> NDArray[np.float32]:
    return np.random.default_rng(8).random((WORDS, 1), np.float32)


def found_by(content: bytes) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found: NDArray[np.float32] = session.run(None, {"ids": IDS % WIDTH})[0]
    return found


@pytest.mark.parametrize("axis", [None, 0])
def test_rows_are_taken_before_they_are_stretched_and_are_the_same(axis: int | None) -> None:
    before = network(scale_of_rows(), axis)
    after = rows_first(before)
    assert after != before
    assert (found_by(after) == found_by(before)).all()


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(network(scale_of_rows(), axis=1), id="columns are taken"),
        pytest.param(network(scale_of_rows(), used_twice=True), id="the whole table is needed too"),
        pytest.param(network(np.ones((1, WIDTH), np.float32)), id="the scale is of columns"),
        pytest.param(network(np.array(0.5, np.float32)), id="the scale is one for all"),
        pytest.param(TinyModel().content(), id="nothing is stretched"),
    ],
)
def test_what_could_come_out_otherwise_is_left_as_it_is(left: bytes) -> None:
    assert rows_first(left) is left


def test_the_table_of_words_of_the_embedder_that_ships_stays_in_8_bits(models: ModelStore, tmp_path: Path) -> None:
    before = models.file("all-minilm-l6-v2-int8", "model.onnx").read_bytes()
    sizes = []
    for content in (before, rows_first(before)):
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(tmp_path / "held.onnx")
        options.log_severity_level = 3
        onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        sizes.append((tmp_path / "held.onnx").stat().st_size)
    assert sizes[0] - sizes[1] > 30_522 * 384 * 2


@pytest.mark.parametrize("content", [b"not an onnx file", b"\x3a\x7f", b"\xff" * 20])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"Protocol Buffers|cut short"):
        rows_first(content)
