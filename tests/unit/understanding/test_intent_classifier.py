"""What a message wants is told by the classifier that ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.opening import open_embedder
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.intent_classifier import DENSE, LETTERS, IntentClassifier, features, weigh
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.tokens import tokenise

NO_VECTOR = np.zeros(384, dtype=np.float32)
CASES = {
    "appointment_book": "please book me in with the nurse on Monday",
    "appointment_change": "can you move my scan from Tuesday to Thursday",
    "appointment_cancel": "cncel my apointment pls",
    "appointment_ask": "what time do you close on Saturdays",
    "coverage_question": "does my plan cover hearing aids",
    "billing_question": "why was I charged twice for the blood test",
    "authorisation_question": "has my insurer approved the MRI yet",
    "interaction_check": "is naproxen safe together with warfarin",
    "medicine_question": "what is bisoprolol for",
    "symptom_report": "my knee has been swollen since last night",
    "out_of_scope": "does my car insurance cover a cracked windscreen",
    "thanks": "brilliant, thank you, bye",
}


@pytest.fixture(scope="module")
def classifying_reader() -> Reader:
    resources = resources_folder()
    return Reader.load(resources, Formulary.load(resources).spoken, open_embedder(ModelStore.standard()))


@pytest.mark.parametrize(("intent", "text"), CASES.items())
def test_a_plain_wish_is_told_with_confidence(classifying_reader: Reader, intent: str, text: str) -> None:
    told = classifying_reader.read(text).intent
    assert told.name == intent
    assert (told.confidence or 0) > 0.5


def test_a_message_without_a_known_word_gets_little_confidence(classifying_reader: Reader) -> None:
    told = classifying_reader.read("qxzvk wqjjx 9").intent
    assert told.confidence is not None
    assert told.confidence < 0.7


def test_any_medicine_is_one_word_to_the_classifier(classifying_reader: Reader) -> None:
    one, other = (
        classifying_reader.features(f"is {name} safe", NO_VECTOR)[DENSE:] for name in ("ramipril", "sertraline")
    )
    assert {number for number in one if number < LETTERS} == {number for number in other if number < LETTERS}


def test_the_known_runs_of_words_and_of_letters_weigh_the_same() -> None:
    made = features(NO_VECTOR, "my sore knee", tokenise("my sore knee"), ())
    grams = np.unique(made[DENSE:]).astype(np.int32)
    places, values = weigh(made, grams, np.linspace(1, 2, len(grams), dtype=np.float32))
    letters = grams[places] >= LETTERS
    assert np.linalg.norm(values[letters]) == pytest.approx(np.linalg.norm(values[~letters]))


def test_a_message_of_unknown_runs_weighs_nothing() -> None:
    made = features(NO_VECTOR, "my knee", tokenise("my knee"), ())
    places, values = weigh(made, np.array([0], dtype=np.int32), np.ones(1, dtype=np.float32))
    assert len(places) == len(values) == 0


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    shipped = np.load(resources_folder() / "intents" / "classifier.npz", allow_pickle=False)
    (tmp_path / "intents").mkdir()
    np.savez(tmp_path / "intents" / "classifier.npz", **{**shipped, "weights": shipped["weights"][:-1]})
    with pytest.raises(InputError, match=r"classifier\.npz"):
        IntentClassifier.load(tmp_path)
