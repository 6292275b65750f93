"""What may be said in other words, and what other words may never change."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.generation.restating import restating
from medbot_desktop.generation.support import check
from medbot_desktop.generation.wording import tokens
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import words

TABLETS = (
    "Iron tablets work best on an empty stomach, 1 hour before food. Take them with water or orange juice. Do not take "
    "more than 2 tablets in 24 hours. Call a doctor at once if your child has swallowed any, because iron can be "
    "dangerous. You can usually take iron tablets if you are pregnant."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Take iron tablets with water or orange juice.",
        "You should take them with water.",
        "You can take up to two tablets in 24 hours.",
        "If your child has swallowed any, call a doctor straight away.",
        "Iron can be dangerous, so call a doctor immediately if your child has swallowed any.",
        "If you are pregnant, you can usually take iron tablets.",
        "Iron tablets work best on an empty stomach, one hour before food, and you should take them with water.",
    ],
)
def test_other_words_for_the_same_are_supported(sentence: str) -> None:
    span = restating(sentence, TABLETS)
    assert span is not None
    assert TABLETS[slice(*span)].endswith((".", "!"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("number", "You can take up to three tablets in 24 hours."),
        ("unit", "You can take up to two tablets in 24 days."),
        ("negation", "Do not take iron tablets with water or orange juice."),
        ("comparison", "Take at least 2 tablets in 24 hours."),
        ("time", "Iron tablets work best on an empty stomach, 1 hour after food."),
        ("condition", "Call a doctor at once."),
        ("condition", "You can usually take iron tablets."),
        ("population", "Call a doctor at once if your baby has swallowed any."),
        ("how often", "You can take iron tablets if you are pregnant."),
        ("cause", "Iron tablets work best on an empty stomach, because iron can be dangerous."),
        ("joined", "Take them with water or orange juice, so call a doctor at once if your child has swallowed any."),
        ("joined", "Take iron tablets with water if your child has swallowed any."),
        ("turned round", "An empty stomach works best on iron tablets, 1 hour before food."),
        ("cut off", "Take them with water or."),
    ],
)
def test_other_words_for_something_else_are_not(change: str, sentence: str) -> None:
    assert not check(sentence, TABLETS).holds, change


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("Salt raises blood pressure.", "Blood pressure raises salt."),
        ("Anaemia is a sign of a bleeding ulcer.", "A bleeding ulcer is a sign of anaemia."),
        ("Put it on at night and wash it off in the morning.", "Put it on in the morning and wash it off at night."),
        ("Give it to children under 12 or to pregnant women.", "Give it to children over 12."),
        ("Do not give it to adults or to children under 2.", "Do not give it to children."),
        ("Use it if the skin is dry and red.", "Use it if the skin is dry."),
        ("Take aspirin, but not when you bleed.", "Take aspirin when you bleed."),
        ("You may become confused or more restless.", "You may become confused or less restless."),
        ("Put it under the tongue or under the lip.", "Put it under the tongue or over the lip."),
        ("Call for help if you vomit, or if you bleed.", "Call for help if you vomit, and you bleed."),
        ("Pinch the nose for 10 to 15 minutes.", "Pinch the nose for 15 to 10 minutes."),
    ],
)
def test_what_turns_the_meaning_round_is_not_supported(passage: str, sentence: str) -> None:
    assert not check(sentence, passage).holds


def test_only_neighbours_are_drawn_together_and_all_of_them_are_needed() -> None:
    passage = "Rest at home. Drink water. Call a doctor if you get worse. Eat fruit."
    assert restating("Rest at home and drink water.", passage) == (0, 26)
    assert restating("Rest at home and eat fruit.", passage) is None


def test_a_comparison_is_read_alike_before_and_behind_its_number() -> None:
    assert [t.value for t in tokens("38°C or more")] == [t.value for t in tokens("at least 38 C")]
    assert [t.value for t in tokens("Do not take more than 8.")] == [t.value for t in tokens("Take up to eight.")]
    assert [t.value for t in tokens("not for children under 12")] != [t.value for t in tokens("for children over 12")]


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300), st.text(max_size=600))
def test_no_text_breaks_the_check(sentence: str, passage: str) -> None:
    verdict = check(sentence, passage)
    assert verdict.holds == (verdict.span is not None)


_VOCABULARY = (
    "if unless and or not no it the take tablets 500 mg 3 to 6 hours , . ; ( ) because before after until more than "
    "at least up to only such as for example children under 12 is are should may of by with so which 1. % ° - '"
).split()


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(_VOCABULARY), max_size=40), st.lists(st.sampled_from(_VOCABULARY), max_size=60))
def test_no_order_of_the_words_of_grammar_breaks_the_check(said: list[str], heard: list[str]) -> None:
    verdict = check(" ".join(said), " ".join(heard))
    assert verdict.holds == (verdict.span is not None)


def test_what_is_taken_for_the_same_is_told_once_and_in_small_letters() -> None:
    file = tomllib.loads((resources_folder() / "support" / "wording.toml").read_text(encoding="utf-8"))
    assert set(file) == {"phrases", "synonyms", "forms", "distinct", "slight"}
    phrases = [phrase for ways in file["phrases"].values() for phrase in ways]
    grouped = [word for group in file["synonyms"]["groups"] for word in group]
    forms = [form for ways in file["forms"].values() for form in ways]
    for listed in (phrases, grouped, forms, file["slight"]["words"]):
        assert len(listed) == len(set(listed))
        assert all(one == one.lower() for one in listed)
    assert all(words(word) == [word] for word in [*grouped, *forms])
    assert all(len(group) >= 2 for group in file["synonyms"]["groups"])


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        (
            "If you have diabetes, numb feet or poor blood flow, do not use corn plasters with acid.",
            "Do not use corn plasters with acid if you have diabetes, numb feet or poor blood flow.",
        ),
        (
            "Unless a doctor, nurse or pharmacist says so, a laxative should not be given to a child.",
            "Do not give a laxative to a child unless a doctor, nurse or pharmacist says so.",
        ),
        (
            "Do not take a laxative if you keep vomiting or have severe tummy pain.",
            "Do not take a laxative if you have severe tummy pain or keep vomiting.",
        ),
        (
            "Within a minute, most people who faint wake up, and they feel normal soon after.",
            "Most people who faint wake up within a minute and feel normal soon after.",
        ),
        ("If you prefer, you can ask for a woman.", "Ask for a woman if you prefer."),
        ("Gluten is a protein found in wheat, barley and rye.", "Gluten is a protein in wheat, barley and rye."),
        ("Call a clinic for a child with a head injury.", "Call a clinic for a child who has a head injury."),
        ("Avoid using creams for 2 days before screening.", "Avoid creams for 2 days before screening."),
        (
            "Call for help if a child will not feed or will not stop crying.",
            "Call for help if a child will not stop crying or will not feed.",
        ),
        ("The act covers doctors who treat you at a hospital.", "The act covers doctors who treat you in a hospital."),
    ],
)
def test_what_stands_elsewhere_or_is_put_otherwise_is_supported(sentence: str, passage: str) -> None:
    assert check(sentence, passage).holds


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        (
            "If you have diabetes, use corn plasters on numb feet or with poor blood flow, with acid.",
            "Do not use corn plasters with acid if you have diabetes, numb feet or poor blood flow.",
        ),
        (
            "If you have diabetes or numb feet, rest, and do not use corn plasters with acid.",
            "Do not use corn plasters with acid if you have diabetes, numb feet or poor blood flow.",
        ),
        (
            "Do not take a laxative if you do not keep vomiting or have severe tummy pain.",
            "Do not take a laxative if you have severe tummy pain or keep vomiting.",
        ),
        (
            "Take 500 mg of ibuprofen or 200 mg of paracetamol.",
            "Take 200 mg of ibuprofen or 500 mg of paracetamol.",
        ),
        (
            "Most people who faint wake up within a minute, and they feel normal.",
            "Some people who faint wake up within a minute and feel normal.",
        ),
        ("Call a clinic for a child with a head injury.", "Call a clinic for a child who has had a head injury."),
        ("You can give honey.", "You must not give honey."),
        ("Use creams for 2 days before screening.", "Avoid creams for 2 days before screening."),
        ("Avoid using creams for 3 days before screening.", "Avoid creams for 2 days before screening."),
        (
            "Call for help if a child will feed or will not stop crying.",
            "Call for help if a child will not stop crying or will not feed.",
        ),
        (
            "Call for help if a child will not feed and will not stop crying.",
            "Call for help if a child will not stop crying or will not feed.",
        ),
        (
            "Call for help if a child will not feed or will stop crying.",
            "Call for help if a child will not stop crying or will feed.",
        ),
    ],
)
def test_what_stands_elsewhere_and_says_something_else_is_not_supported(sentence: str, passage: str) -> None:
    assert not check(sentence, passage).holds
