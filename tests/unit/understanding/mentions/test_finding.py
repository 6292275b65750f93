"""What else a message mentions stands where it says, in every language and length, and changes no judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.domain import Context, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import MESSAGE_LIMIT, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.understanding.mentions.body_parts import BodyParts
from medbot_desktop.understanding.mentions.finding import KINDS
from medbot_desktop.understanding.mentions.people import People
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.rulefiles import MeasureFile, SignFile

RESOURCES = resources_folder()
NOW = datetime(2026, 3, 10, 10, 30)
PIECES = (
    "I", "my", "mum", "Dr", "Patel", "John", "Smith", "left", "both", "knee", "back", "since", "started", "suddenly",
    "tomorrow", "at", "3", "3pm", "5/6", "the 14th", "31 February", "07700 900123", "a@b.co", "name is", ",", ".", "\n",
    "İ", "ﬁ", "’", "Monday", "next", "ago", "2 days", "of", "and", "for", "120/80", "38.5", "🙂", "ß",
)  # fmt: skip


@cache
def loaded(country: str = "") -> Reader:
    return Reader.load(RESOURCES, Formulary.load(RESOURCES).spoken, country=country)


def kinds(utterance: Utterance) -> list[str]:
    return [entity.kind for entity in utterance.entities if entity.kind in KINDS]


def test_all_kinds_of_a_message_are_found_in_their_order() -> None:
    text = "I'm Anna Lee, my left knee has hurt since Monday, please ring 07700 900123."
    assert kinds(loaded().read(text, Context(NOW))) == ["person", "name", "body_part", "onset", "date", "contact"]


def test_now_is_given_or_the_clock_of_the_machine() -> None:
    [given_one] = [e.value for e in loaded().read("tomorrow", Context(NOW)).entities if e.kind == "date"]
    in_utc = Context(NOW.replace(tzinfo=UTC))
    [aware] = [e.value for e in loaded().read("tomorrow", in_utc).entities if e.kind == "date"]
    assert given_one == aware == "2026-03-11"
    today = datetime.now().date()
    [clock] = [e.value for e in loaded().read("today").entities if e.kind == "date"]
    assert clock in (today.isoformat(), datetime.now().date().isoformat())


def test_the_country_tells_the_order_of_day_and_month() -> None:
    read = {
        country: [e.value for e in loaded(country).read("can I come on 5/6", Context(NOW)).entities if e.kind == "date"]
        for country in ("", "GB", "US")
    }
    assert read == {"": ["2026-06-05 or 2026-05-06"], "GB": ["2026-06-05"], "US": ["2026-05-06"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hola, me llamo Lucía y me duele la cabeza desde ayer, mi número es +34 612 345 678", ["contact"]),
        ("Ich habe seit gestern starke Kopfschmerzen und Fieber, die Hand tut weh", []),
        ("Bonjour, j'ai mal au ventre depuis le 12/03/2026 et de la fièvre", ["date"]),
        ("У меня болит голова с понедельника", []),
        ("头痛三天了", []),
    ],
)
def test_a_message_in_another_language_has_its_figures_alone(text: str, found: list[str]) -> None:
    assert kinds(loaded().read(text, Context(NOW))) == found


def test_a_name_a_number_or_an_address_is_nothing_else() -> None:
    read = loaded().read("Mr April Hand, april.monday@example.org, 07700 900123", Context(NOW))
    assert kinds(read) == ["name", "contact", "contact"]


def test_measures_are_no_dates() -> None:
    assert kinds(loaded().read("pain 7/10 on 3/10, BP 120/80, temp 38.5, cough 3/7", Context(NOW))) == []


@pytest.mark.parametrize(
    "text",
    [
        "My left arm has been numb since this morning and my mum says my face drops",
        "it did not come on suddenly, my tummy hurts, my name is Anna, ring 07700 900123 tomorrow",
        "my baby's chest is sucking in, started last night",
    ],
)
def test_mentions_change_no_judgement(text: str) -> None:
    judge = Judge.load(RESOURCES)
    read = loaded().read(text, Context(NOW))
    without = replace(read, entities=tuple(entity for entity in read.entities if entity.kind not in KINDS))
    assert kinds(read)
    assert judge.judge(read) == judge.judge(without)


def test_no_mention_has_the_name_of_a_sign_or_a_measure() -> None:
    lexicon = [RESOURCES / "triage" / "signs.toml", *(RESOURCES / "lexicon").glob("*.toml")]
    signs = {
        sign.name
        for file in lexicon
        if file.name not in ("measures.toml", "measured.toml")
        for sign in load_resource(file, SignFile).sign
    }
    measures = set(load_resource(RESOURCES / "lexicon" / "measures.toml", MeasureFile).units)
    named = BodyParts.load(RESOURCES).names | People.load(RESOURCES).names
    others = {"day", "moment", "period", "own_name", "other_name", "phone", "email", "onset_when", "onset_manner"}
    assert (named | others) & (signs | measures | Formulary.load(RESOURCES).medicines.keys()) == set()


def test_the_longest_message_is_read() -> None:
    text = ("My left knee hurts since Monday, ring Mr Smith on 07700 900123. " * 70)[:MESSAGE_LIMIT]
    assert {"body_part", "contact", "date", "name", "onset", "person"} == set(kinds(loaded().read(text, Context(NOW))))


def test_a_missing_file_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InputError, match=r"body_parts\.toml"):
        BodyParts.load(tmp_path_factory.mktemp("resources"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25), st.sampled_from(["", " "]))
def test_every_mention_stands_where_it_says(pieces: list[str], gap: str) -> None:
    _stands(gap.join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_no_text_breaks_anything(text: str) -> None:
    _stands(text)


def _stands(text: str) -> None:
    try:
        read = loaded().read(text, Context(NOW))
    except InputError:
        return
    for entity in (one for one in read.entities if one.kind in KINDS):
        assert 0 <= entity.start < entity.end <= len(read.text)
        assert read.text[entity.start : entity.end] == entity.text
