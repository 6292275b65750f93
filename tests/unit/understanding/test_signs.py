"""What a message reports is found in the words that people use, and a measure outweighs the words beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medbot_desktop.domain import GONE, Assertion, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.rulefiles import MeasuredEntry
from medbot_desktop.understanding.signs import Signs

HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


def held(utterance: Utterance) -> set[str]:
    return {entity.name for entity in utterance.entities if entity.assertion in HELD}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("chest pian", "chest_pain"),
        ("i have diarhea", "diarrhoea"),
        ("cant breath", "cannot_breathe"),
        ("im throwing up", "vomiting"),
        ("my tummy hurts", "belly_pain"),
        ("the room is spinning", "vertigo"),
        ("my head is pounding", "headache"),
        ("it burns when i pee", "dysuria"),
        ("a runny nose", "runny_nose"),
        ("he is all confused", "confusion"),
        ("my face is drooping on one side", "face_droop"),
        ("she passed out", "passed_out"),
    ],
)
def test_lay_and_misspelt_words_name_the_sign(reader: Reader, text: str, name: str) -> None:
    assert name in held(reader.read(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("temp 38.5", "fever"),
        ("temperature of 40", "high_fever"),
        ("sats 90%", "low_oxygen"),
        ("SpO2 85%", "very_low_oxygen"),
        ("pulse 140", "very_fast_heart"),
        ("BP 85/50", "shock_vitals"),
        ("BP 190/125", "bp_very_high"),
        ("blood sugar 2.5", "low_glucose"),
        ("blood sugar 27", "high_glucose"),
        ("GCS 12", "low_gcs"),
        ("my son is 8 years old", "child"),
        ("our 5 week old", "young_infant"),
        ("32 weeks pregnant", "pregnant"),
    ],
)
def test_a_measure_tells_its_sign(reader: Reader, text: str, name: str) -> None:
    assert name in held(reader.read(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("temp 36.8", "fever"),
        ("temp 36.8", "high_fever"),
        ("SpO2 98%", "low_oxygen"),
        ("BP 120/80", "bp_high"),
        ("pulse 72", "very_fast_heart"),
        ("blood sugar 5.5", "low_glucose"),
        ("my son is 15 years old", "infant"),
    ],
)
def test_an_ordinary_measure_tells_no_sign(reader: Reader, text: str, name: str) -> None:
    assert name not in held(reader.read(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("temperature 400", "high_fever"),
        ("heart rate 999", "very_fast_heart"),
        ("temp 20", "hypothermic"),
        ("I am 250 years old", "child"),
    ],
)
def test_an_impossible_measure_tells_nothing_by_itself(reader: Reader, text: str, name: str) -> None:
    assert name not in held(reader.read(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a fever of 400", "fever"),
        ("fever of four hundred", "fever"),
        ("fever of 1000", "fever"),
        ("with a temperature of 400", "fever"),
        ("90 weeks pregnant", "pregnant"),
        ("my baby is -4 months old", "infant"),
        ("pain 15 out of 10", "severe"),
        ("pain 15/10", "severe"),
    ],
)
def test_an_impossible_measure_leaves_the_sign_that_its_words_name(reader: Reader, text: str, name: str) -> None:
    assert name in held(reader.read(text))


@pytest.mark.parametrize(
    "text", ["I am -3 years old", "he is -2 years old", "I am minus 3 years old", "I am 7 foot tall", "he is 5ft"]
)
def test_nobody_is_a_child_by_a_number_that_is_no_age(reader: Reader, text: str) -> None:
    assert not {"child", "infant"} & held(reader.read(text))


def test_a_fever_that_is_named_beside_an_ordinary_temperature_stays(reader: Reader) -> None:
    assert "fever" in held(reader.read("I have a fever, but now my temp is 36.8"))


def test_no_fever_denies_the_fever_and_keeps_the_number(reader: Reader) -> None:
    utterance = reader.read("no fever, temp 37.2")
    assert "fever" not in held(utterance)
    assert [entity.number for entity in utterance.entities if entity.name == "temperature"] == [37.2]


@pytest.mark.parametrize(
    "text",
    ["my chest pain has gone now", "my face was drooping but it has gone away",
     "his face drooped for ten minutes and then it got better"],
)  # fmt: skip
def test_a_sign_that_has_just_gone_is_past_and_marked_so(reader: Reader, text: str) -> None:
    signs = [e for e in reader.read(text).entities if e.name in ("chest_pain", "face_droop")]
    assert signs
    assert all(e.assertion in HELD or e.value == GONE for e in signs)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I am in my 60s with a cough", "cough"),
        ("chest pain, I am in my 40s", "chest_pain"),
        ("a cough at the age of 50", "cough"),
        ("I've had this headache for years", "headache"),
    ],
)
def test_an_age_or_a_long_time_does_not_make_a_sign_past(reader: Reader, text: str, name: str) -> None:
    assert name in held(reader.read(text))


def test_the_words_of_a_denial_make_no_sign_of_their_own(reader: Reader) -> None:
    assert not {"seizure", "first_seizure"} & held(reader.read("I have never had a seizure"))


def test_the_word_absent_denies_the_reflex_and_not_the_pain_before_it(reader: Reader) -> None:
    assert "testicle_pain" in held(reader.read("14M, acute left scrotal pain 3 h, absent cremasteric reflex"))


def test_a_sign_that_is_said_and_one_that_is_denied_are_told_apart(reader: Reader) -> None:
    found = held(reader.read("I have a sore throat but no fever and no cough"))
    assert "sore_throat" in found
    assert not {"fever", "cough"} & found


def _copied(tmp_path: Path) -> Path:
    for name in ("triage", "lexicon"):
        shutil.copytree(resources_folder() / name, tmp_path / name, ignore=shutil.ignore_patterns("protocols"))
    return tmp_path


def test_two_files_that_name_one_sign_are_refused_by_the_file(tmp_path: Path) -> None:
    resources = _copied(tmp_path)
    words = '[[sign]]\nname = "chest_pain"\npatterns = ["my heart aches"]\n'
    (resources / "lexicon" / "zz_extra.toml").write_text(words, encoding="utf-8")
    with pytest.raises(InputError, match=r"zz_extra\.toml names chest_pain again"):
        Signs.load(resources)


@pytest.mark.parametrize("file", ["measures.toml", "measured.toml"])
def test_a_file_of_the_lexicon_that_is_missing_is_named(tmp_path: Path, file: str) -> None:
    resources = _copied(tmp_path)
    (resources / "lexicon" / file).unlink()
    with pytest.raises(InputError, match=file):
        Signs.load(resources)


@pytest.mark.parametrize("when", ["temperature is high", "temperature >=", "fever"])
def test_a_measure_that_is_compared_with_no_number_is_refused(when: str) -> None:
    with pytest.raises(InputError, match=when):
        _ = MeasuredEntry(sign="fever", kind="symptom", when=when).comparisons


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("42 y/o, afebrile, sore throat", "fever"),
        ("temp normal", "fever"),
        ("a headache but I can see fine", "vision_loss"),
        ("neck is supple", "stiff_neck"),
        ("she is breathing normally", "breathless"),
        ("alert and oriented", "confusion"),
        ("feeding well", "poor_feeding"),
    ],
)
def test_words_that_deny_a_sign_by_themselves_deny_it(reader: Reader, text: str, name: str) -> None:
    [found] = [entity for entity in reader.read(text).entities if entity.name == name]
    assert found.by_rules is found.assertion is Assertion.NEGATED
    assert found.because == found.text
    assert found.text in text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("not afebrile", "fever"),
        ("I can't see well", "vision_loss"),
        ("breathing is fine at rest", "breathless"),
        ("her temperature is above normal temperature", "fever"),
    ],
)
def test_what_takes_such_words_back_denies_nothing(reader: Reader, text: str, name: str) -> None:
    assert not [one for one in reader.read(text).entities if one.name == name and one.assertion is Assertion.NEGATED]


def test_who_has_no_runny_nose_but_a_cough_has_not_told_of_no_cough(reader: Reader) -> None:
    assert "no_cough_told" not in {one.name for one in reader.read("no runny nose but cough").entities}
    assert "no_cough_told" in {one.name for one in reader.read("sore throat, no cough").entities}
