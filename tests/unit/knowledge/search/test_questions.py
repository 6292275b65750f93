"""Each question of a message is found and stands alone; a story gives the question that is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.knowledge.search.questions import MOST_QUESTIONS, questions_in
from medbot_desktop.text import words

STORY = (
    "My mum is 74 and lives with us since my dad passed away three years ago. She loves her garden and the quiz on "
    "Sundays. She takes a water tablet and something for her heart. In the spring her shoulders got so stiff in the "
    "mornings that she could not lift the kettle. Anyway the doctor said it is polymyalgia and gave her steroids. My "
    "sister says they make you fat. The bus to the surgery takes an hour, and the last one home is at four. We had the "
    "kitchen done in May, and then the man from the council came about the wall, and after him the lady with the "
    "parking permits, so it has been one thing and another. My own work is at the library on the square, four mornings "
    "and every second Saturday. So I was wondering what that actually is."
)


@pytest.mark.parametrize(
    "message",
    [
        "What is gout?",
        "how long does a cold last",
        "my knee hurts",
        "I think I have a UTI, can I buy something for it",
        "Can I take 400 mg of ibuprofen every 6 hours?",
        "My daughter is 3 and has a temperature of 39.4. Can I give her Calpol?",
        "Is it a cold or is it flu?",
    ],
)
def test_a_short_message_with_one_question_comes_back_as_it_is(message: str) -> None:
    assert questions_in(message) == (message,)


@pytest.mark.parametrize("message", ["", "   ", "?!", "\n\n"])
def test_a_message_without_words_asks_nothing(message: str) -> None:
    assert questions_in(message) == ()


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("What is gout? And can I drink beer with it?", ("What is gout?", "can I drink beer with gout?")),
        ("what is cellulitis and is it dangerous?", ("what is cellulitis", "is cellulitis dangerous?")),
        ("How do you treat piles? Are they dangerous?", ("How do you treat piles?", "Are piles dangerous?")),
        (
            "How do they treat a kidney stone? How long does it take to pass?",
            ("How do they treat a kidney stone?", "How long does kidney stone take to pass?"),
        ),
        ("What is gout? Can I take ibuprofen for it?", ("What is gout?", "Can I take ibuprofen for gout?")),
        (
            "What does HbA1c mean? What should mine be?",
            ("What does HbA1c mean?", "What should HbA1c be?"),
        ),
        (
            "what is shingles? is it catching? and how long does it last?",
            ("what is shingles?", "is shingles catching?", "how long does shingles last?"),
        ),
    ],
)
def test_the_name_is_put_in_where_a_question_refers_back(message: str, questions: tuple[str, ...]) -> None:
    assert questions_in(message) == questions


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "My nose bleeds a lot. How do I stop it? When should I go to A&E with it?",
            ("My nose bleeds a lot. How do I stop it?", "My nose bleeds a lot. When should I go to A&E with it?"),
        ),
        (
            "My toddler has an ear infection. Does he need antibiotics? Can he go swimming?",
            (
                "My toddler has an ear infection. Does he need antibiotics?",
                "My toddler has an ear infection. Can he go swimming?",
            ),
        ),
        ("what is zorble and can it be cured", ("what is zorble", "what is zorble. can it be cured")),
        (
            "I'm 6 weeks pregnant. What should I not eat? And what can I do about feeling sick?",
            (
                "I'm 6 weeks pregnant. What should I not eat?",
                "I'm 6 weeks pregnant. what can I do about feeling sick?",
            ),
        ),
    ],
)
def test_a_question_takes_along_the_statement_that_it_needs(message: str, questions: tuple[str, ...]) -> None:
    assert questions_in(message) == questions


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("what helps period pain? what helps hot flushes?", ("what helps period pain?", "what helps hot flushes?")),
        ("Is it safe to run with asthma? Is it normal to cough with a cold?", None),
        (
            "1. How do I lower my cholesterol? 2. Are statins safe? 3. Is my ankle sprained?",
            ("How do I lower my cholesterol?", "Are statins safe?", "Is my ankle sprained?"),
        ),
        (
            "can i take sildenafil with blood pressure tablets? also what is a normal cholesterol",
            ("can i take sildenafil with blood pressure tablets?", "what is a normal cholesterol"),
        ),
        (
            "My mother has high blood pressure and gout. What should she eat for the gout? Can I catch shingles?",
            None,
        ),
    ],
)
def test_questions_that_stand_alone_are_left_alone(message: str, questions: tuple[str, ...] | None) -> None:
    found = questions_in(message)
    if questions is not None:
        assert found == questions
    assert len(found) in (2, 3)


def test_a_list_of_what_someone_would_like_to_know_is_taken_apart() -> None:
    assert len(questions_in("Can you tell me what COPD is, how it is treated, and whether I can fly with COPD?")) == 3


def test_there_are_never_more_than_four_and_the_last_holds_what_is_too_many() -> None:
    names = ["gout", "asthma", "eczema", "shingles", "croup", "measles"]
    found = questions_in(" ".join(f"What is {name}?" for name in names))
    assert len(found) == MOST_QUESTIONS
    assert [name for name in names if name in " ".join(found)] == names


def test_the_same_question_twice_is_one() -> None:
    assert questions_in("What is gout? What is gout?") == ("What is gout?",)


def test_a_story_gives_its_question_with_what_it_refers_to_and_leaves_the_rest() -> None:
    [found] = questions_in(STORY)
    assert "polymyalgia" in found
    assert "what that actually is" in found
    assert "library on the square" not in found
    assert len(words(found)) < 0.85 * len(words(STORY))


def test_a_complaint_that_no_library_names_is_not_lost_from_a_story() -> None:
    [found] = questions_in(STORY, rarity=lambda word: 0.0 if word == "polymyalgia" else 1.0)
    assert "polymyalgia" in found


def test_what_is_rare_in_the_libraries_weighs_more_in_a_story() -> None:
    chatter = " ".join(f"On day {number} we sat in the kitchen with tea and the radio on." for number in range(12))
    told = f"{chatter} The podagra came at night after supper. {chatter}"
    assert "podagra" in questions_in(told, rarity=lambda word: 4.0 if word == "podagra" else 0.1)[0]


def test_a_story_that_asks_nothing_gives_what_tells_most() -> None:
    story = STORY.replace(" So I was wondering what that actually is.", "")
    [found] = questions_in(story)
    assert "polymyalgia" in found
    assert len(words(found)) < len(words(story))


def test_a_long_dictated_message_that_cannot_be_cut_is_kept_whole() -> None:
    told = " and ".join(["my toe is sore and red", "the doctor gave me tablets", "they give me the runs"] * 5)
    assert words(questions_in(told)[0]) == words(told)


def test_numbers_of_doses_and_days_stay_with_their_question() -> None:
    found = questions_in("I take 15 mg of codeine 4 times a day. Is it safe for 10 days? Can I drink 2 units with it?")
    assert all("15 mg of codeine 4 times a day" in question for question in found)
    assert "10 days" in found[0]
    assert "2 units" in found[1]


@given(st.text(max_size=400))
def test_any_text_gives_at_most_four_questions_in_its_own_words(message: str) -> None:
    found = questions_in(message)
    assert len(found) <= MOST_QUESTIONS
    own = set(words(message))
    assert [word for question in found for word in words(question) if word not in own] == []
