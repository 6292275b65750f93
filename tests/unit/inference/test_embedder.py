from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.embedder import MOST_TOKENS, Embedder
from medbot_desktop.inference.store import ModelStore

NAME = "all-minilm-l6-v2-int8"
TEXTS = ["fever", "How do I treat a burn?", "", "a " * 400, "Chest pain that spreads to the arm is an emergency. " * 5]


@pytest.fixture(scope="module")
def embedder(models: ModelStore) -> Embedder:
    return Embedder(models.file(NAME, "model.onnx"), models.file(NAME, "tokenizer.json"), models.entry(NAME).identity)


def test_vectors_have_unit_length_and_the_texts_order(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_vector_does_not_depend_on_what_it_is_batched_with(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS * 4)
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert np.abs(together[: len(TEXTS)] - alone).max() < 1e-6


def test_like_meanings_are_closer_than_unlike_ones(embedder: Embedder) -> None:
    chest, paraphrase, bread = embedder.embed(["chest pain", "my chest hurts", "how to bake bread"])
    assert chest @ paraphrase > 0.7 > 0.3 > chest @ bread


def test_the_vector_is_that_of_the_sentence_transformers_definition(models: ModelStore, embedder: Embedder) -> None:
    import onnxruntime
    from tokenizers import Tokenizer

    session = onnxruntime.InferenceSession(str(models.file(NAME, "model.onnx")))
    tokenizer = Tokenizer.from_file(str(models.file(NAME, "tokenizer.json")))
    tokenizer.no_padding()
    ids = np.array([tokenizer.encode("How do I treat a burn?").ids])
    ones = np.ones_like(ids)
    hidden = session.run(None, {"input_ids": ids, "attention_mask": ones, "token_type_ids": ones * 0})[0][0]
    mean = hidden.mean(axis=0)
    assert embedder.embed(["How do I treat a burn?"])[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_a_look_at_a_text_gives_its_vector_and_a_state_for_each_token(embedder: Embedder) -> None:
    text = "Gran had a stroke."
    looked = embedder.look(text)
    assert np.abs(looked.vector - embedder.embed([text])[0]).max() < 1e-6
    assert [text[begin:end] for begin, end in looked.spans] == ["", "Gran", "had", "a", "stroke", ".", ""]
    assert looked.states is not None
    assert looked.states.shape == (len(looked.spans), 4 * embedder.dimensions)


def test_a_network_of_another_build_gives_vectors_and_no_states(
    models: ModelStore, embedder: Embedder, tmp_path: Path
) -> None:
    network = models.file(NAME, "model.onnx").read_bytes()
    assert b"layer_norm_8" in network
    (tmp_path / "model.onnx").write_bytes(network.replace(b"layer_norm_8", b"layer_other8"))
    other = Embedder(tmp_path / "model.onnx", models.file(NAME, "tokenizer.json"), "another")
    looked = other.look("fever")
    assert looked.states is None
    assert np.abs(looked.vector - embedder.embed(["fever"])[0]).max() < 1e-6


def test_nothing_gives_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_a_hundred_thousand_characters_are_cut_to_the_most_that_is_read(embedder: Embedder) -> None:
    assert embedder.count_tokens("fever " * 17_000) == MOST_TOKENS
    assert embedder.embed(["fever " * 17_000]).shape == (1, 384)


def test_odd_characters_are_embedded_too(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed(["\ud800 half", "\x00\x07", "🤒🤒", "‮olleh"])).all()


def test_tokens_are_counted_without_the_marks_at_both_ends(embedder: Embedder) -> None:
    assert embedder.count_tokens("fever") == 1


@pytest.mark.parametrize("content", [None, b"", b"not an onnx file"])
def test_a_model_that_is_missing_or_damaged_is_named(models: ModelStore, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"The embedder model\.onnx is missing or damaged"):
        Embedder(path, models.file(NAME, "tokenizer.json"), "x")


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("{", "is damaged"), ("[]", "is damaged")])
def test_a_tokenizer_that_is_missing_or_damaged_is_named(
    models: ModelStore, tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=f"tokenizer\\.json {said}"):
        Embedder(models.file(NAME, "model.onnx"), path, "x")
