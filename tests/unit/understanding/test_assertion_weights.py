"""What the words around a sign say of it is weighed, and red flags do not go by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.findings import Findings
from medbot_desktop.understanding.assertion_weights import LABELS, AssertionWeights
from medbot_desktop.understanding.reader import Reader

TOLD = [
    ("Our lodger has flu. I feel fine but I need a repeat prescription.", "flu", "other"),
    ("Thirty years back, as a student, I was laid up with glandular fever.", "glandular fever", "past"),
    ("What would you advise to stop the family passing norovirus round?", "norovirus", "hypothetical"),
    ("My calves have cramped up every night this week.", "cramped up", "present"),
    ("Itching yes, blisters no, and nothing on the face.", "blisters", "negated"),
    ("She wonders whether it might be a touch of gout.", "gout", "uncertain"),
]


def read_as(reader: Reader, text: str, words: str) -> Entity:
    start = text.index(words)
    return next(one for one in reader.read(text).entities if one.start < start + len(words) and start < one.end)


@pytest.mark.parametrize(("text", "words", "expected"), TOLD)
def test_what_is_said_of_a_sign_is_told(reader: Reader, text: str, words: str, expected: str) -> None:
    assert read_as(reader, text, words).assertion == expected


def test_what_overrules_the_rules_is_named_with_its_words(reader: Reader) -> None:
    found = read_as(reader, TOLD[1][0], TOLD[1][1])
    assert found.ruled is found.by_rules is Assertion.PRESENT
    assert found.because


def test_what_has_gone_stays_so() -> None:
    lately = Entity("rash", "symptom", "rash", 0, 4, Assertion.PAST, "gone")
    assert Findings.of([lately]).holds("rash")


def test_urgency_goes_by_the_rules() -> None:
    quiet = Entity("chest pain", "symptom", "chest_pain", 0, 10, Assertion.HYPOTHETICAL, ruled=Assertion.PRESENT)
    assert Findings.of([quiet]).holds("chest_pain")


def test_a_feature_that_is_not_known_weighs_nothing() -> None:
    weights = AssertionWeights({}, np.zeros((0, len(LABELS)), np.float32), np.arange(len(LABELS), dtype=np.float32))
    weighed = weights.weigh(["left: never seen"])
    assert weighed.assertion is LABELS[-1]
    assert weights.because(["left: never seen"], weighed.assertion) == ""
    assert 0 < weighed.chance < 1


def test_the_words_that_gain_most_are_named() -> None:
    rows = np.zeros((3, len(LABELS)), np.float32)
    past = LABELS.index(Assertion.PAST)
    rows[:, past] = (1, 3, 2)
    places = {"left: as a": 0, "left: as a child": 1, "left class: early": 2}
    weights = AssertionWeights(places, rows, np.zeros(len(LABELS), np.float32))
    assert weights.weigh(list(places)).assertion is Assertion.PAST
    assert weights.because(list(places), Assertion.PAST) == "as a child"


@pytest.mark.parametrize("harm", ["missing", "no zip", "other shape", "cut short"])
def test_broken_weights_are_refused_in_words(tmp_path: Path, harm: str) -> None:
    shipped = resources_folder() / "triage" / "assertions.npz"
    target = tmp_path / "triage" / "assertions.npz"
    target.parent.mkdir()
    if harm == "no zip":
        target.write_text("weights", encoding="utf-8")
    elif harm == "other shape":
        with np.load(shipped) as data:
            np.savez(target, **{**data, "weights": data["weights"][:-1]})
    elif harm == "cut short":
        target.write_bytes(shipped.read_bytes()[:-2_000])
    with pytest.raises(InputError, match=r"assertions\.npz"):
        AssertionWeights.load(tmp_path)
