"""One message becomes an utterance: its text, its language, its signs with offsets, its intent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.domain import Assertion
from medbot_desktop.errors import InputError
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.finding import KINDS
from medbot_desktop.understanding.reader import Reader


@pytest.mark.parametrize(
    "text",
    [
        "My chest hurts and my left arm is numb",
        "\u202eMy\u202c chest\u200b hurts\x00 badly",
        "🤒 my chest hurts <script>alert(1)</script>",
        "my   chset\t\tpian",
    ],
)
def test_every_sign_points_at_its_words_in_the_cleaned_text(reader: Reader, text: str) -> None:
    utterance = reader.read(text)
    assert any(entity.name == "chest_pain" for entity in utterance.entities)
    assert all(utterance.text[entity.start : entity.end] == entity.text for entity in utterance.entities)


def test_signs_come_in_the_order_of_the_message(reader: Reader) -> None:
    starts = [entity.start for entity in reader.read("headache, then fever, then my chest hurts").entities]
    assert starts == sorted(starts)


def test_circumstances_are_entities_of_kind_context(reader: Reader) -> None:
    entities = reader.read("I'm 30 weeks pregnant, diabetic and on warfarin").entities
    assert {"pregnant", "diabetes", "blood_thinner"} <= {e.name for e in entities if e.kind == "context"}


@pytest.mark.parametrize(
    ("text", "name"),
    [("my 2 month old", "young_infant"), ("our baby is 10 hours old", "first_day"), ("my son is 4 years old", "child"),
     ("I had a knee replacement 2 weeks ago", "recent_surgery"), ("I am on chemo", "immune_weak")],
)  # fmt: skip
def test_ages_and_circumstances_are_found(reader: Reader, text: str, name: str) -> None:
    assert name in {entity.name for entity in reader.read(text).entities}


def test_not_pregnant_is_denied(reader: Reader) -> None:
    found = {entity.name: entity.assertion for entity in reader.read("I am not pregnant").entities}
    assert found["pregnant"] is Assertion.NEGATED


@pytest.mark.parametrize(
    "saying",
    ["exams are killing me", "drowning in work", "my phone died", "that bill is bleeding me dry",
     "choking on paperwork", "a stroke of luck", "keeping fit", "a blood test"],
)  # fmt: skip
def test_a_saying_is_no_sign(reader: Reader, saying: str) -> None:
    found = reader.read(saying).entities
    assert [entity.name for entity in found if entity.kind not in ("context", *KINDS)] == []


def test_a_missing_rule_file_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InputError, match=r"signs\.toml"):
        Reader.load(tmp_path_factory.mktemp("resources"), {})


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    reader = _loaded()
    try:
        utterance = reader.read(text)
    except InputError:
        return
    assert all(utterance.text[entity.start : entity.end] == entity.text for entity in utterance.entities)


_readers: list[Reader] = []


def _loaded() -> Reader:
    if not _readers:
        _readers.append(Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken))
    return _readers[0]
