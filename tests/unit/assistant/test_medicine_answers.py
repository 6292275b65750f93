"""What is said of medicines stands in the formulary, sentence by sentence, and a child's dose is never given."""

from __future__ import annotations

import re

import pytest

from medbot_desktop.assistant.medicine_answers import MedicineAnswers, grounding_of
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


@pytest.fixture(scope="module")
def reader(formulary: Formulary) -> Reader:
    return Reader.load(resources_folder(), formulary.spoken)


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_resource(resources_folder() / "locale" / "en.toml", Wording)


@pytest.fixture(scope="module")
def answers(formulary: Formulary, wording: Wording) -> MedicineAnswers:
    return MedicineAnswers(formulary, wording.medicines)


def about(answers: MedicineAnswers, reader: Reader, text: str) -> AnswerText:
    answer = AnswerText()
    list(answers.about(reader.read(text), answer))
    return answer


def together(answers: MedicineAnswers, reader: Reader, text: str) -> AnswerText:
    answer = AnswerText()
    list(answers.together(reader.read(text), answer))
    return answer


def test_medicines_are_named_once_each_in_their_order(answers: MedicineAnswers, reader: Reader) -> None:
    read = reader.read("can I take warfarin, Nurofen and ibuprofen with wine?")
    assert answers.named(read) == ["warfarin", "ibuprofen", "alcohol"]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("what is amoxicillin for?", "What it is for"),
        ("how much ibuprofen can I take?", "Usual dose for adults"),
        ("what are the side effects of sertraline?", "Side effects"),
        ("can I take ibuprofen while pregnant?", "Pregnancy"),
        ("is omeprazole safe when breastfeeding?", "Breastfeeding"),
        ("can I drive on codeine?", "Driving"),
        ("I forgot my ramipril this morning", "Missed dose"),
        ("how should I store insulin?", "Storage"),
        ("I took too many co-codamol", "Too much"),
        ("who should not take ibuprofen?", "Who should ask first"),
    ],
)
def test_what_is_asked_is_what_is_answered(answers: MedicineAnswers, reader: Reader, text: str, section: str) -> None:
    cited = [citation.passage.section for citation in about(answers, reader, text).citations]
    assert section in cited


def test_a_name_alone_gets_the_overview(answers: MedicineAnswers, reader: Reader) -> None:
    cited = [citation.passage.section for citation in about(answers, reader, "amlodipine").citations]
    assert cited == ["What it is for", "Usual dose for adults", "Side effects", "Get help for"]


@pytest.mark.parametrize(
    "text", ["what is ibuprofen for?", "amlodipine", "side effects of sertraline", "can I drive on codeine?"]
)
def test_every_sentence_is_one_of_the_monograph_and_names_its_source(
    answers: MedicineAnswers, reader: Reader, text: str
) -> None:
    answer = about(answers, reader, text)
    assert answer.citations
    for citation in answer.citations:
        assert citation.passage.library == "medicines"
        assert "(" in citation.passage.title
        for start, end in citation.quotes:
            assert f"{citation.passage.text[start:end]} [{citation.n}]" in answer.text
    grounding = grounding_of(answer)
    assert grounding.sentences == grounding.supported > 0


@pytest.mark.parametrize(
    "text",
    ["how much ibuprofen can my child have?", "how much calpol for a 2 year old", "paracetamol dose for my baby",
     "my daughter is 6, how many mg of amoxicillin", "ibuprofen for my toddler",
     "how much ibuprofen for my 9 month old"],
)  # fmt: skip
def test_a_childs_dose_is_never_given(answers: MedicineAnswers, reader: Reader, wording: Wording, text: str) -> None:
    answer = about(answers, reader, text)
    assert wording.medicines.children in answer.text
    assert "Usual dose for adults" not in [citation.passage.section for citation in answer.citations]
    assert not re.search(r"\d+\s*(?:mg|ml|mcg|tablets?)", answer.text)


def test_who_asks_how_much_is_told_to_follow_the_label(
    answers: MedicineAnswers, reader: Reader, wording: Wording
) -> None:
    for text in ("how much ibuprofen can I take?", "how much paracetamol is too much?"):
        assert wording.medicines.ask_about_dose in about(answers, reader, text).text


def test_several_medicines_are_told_the_worst_first_with_what_to_do(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "can I take ibuprofen with warfarin?")
    assert answer.text.startswith("Do not take ibuprofen and warfarin together before you have asked")
    assert answer.citations
    assert "[1]" in answer.text


def test_the_same_twice_is_told(answers: MedicineAnswers, reader: Reader) -> None:
    assert "both are or hold paracetamol" in together(answers, reader, "can I take paracetamol with co-codamol?").text


def test_a_medicine_against_an_allergy_is_told_first(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "I'm allergic to penicillin, can I take amoxicillin?")
    assert answer.text.startswith("Do not take amoxicillin")
    assert "allergy" in answer.citations[0].passage.section.lower()


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        (
            "I'm allergic to penicillin, can I take co-amoxiclav?",
            "Do not take co-amoxiclav with an allergy to penicillin.",
        ),
        (
            "I'm allergic to penicillin, can I take cefalexin?",
            "Ask a pharmacist or doctor before taking cefalexin with an allergy to penicillin.",
        ),
        (
            "I'm allergic to penicillin, can I take ibuprofen?",
            "The formulary here names no problem with ibuprofen for an allergy to penicillin.",
        ),
    ],
)
def test_one_medicine_against_an_allergy_is_taken_together_with_nothing(
    answers: MedicineAnswers, reader: Reader, text: str, opening: str
) -> None:
    answer = together(answers, reader, text)
    assert answer.text.startswith(opening)
    assert "together" not in answer.text.splitlines()[0]


def test_of_several_medicines_only_those_that_are_meant_are_named_first(
    answers: MedicineAnswers, reader: Reader
) -> None:
    answer = together(answers, reader, "can I take omeprazole, warfarin, paracetamol and ibuprofen")
    assert answer.text.startswith("Do not take warfarin and ibuprofen together before you have asked")
    several = together(answers, reader, "can I take warfarin, ibuprofen and aspirin")
    assert several.text.startswith("Do not take warfarin and ibuprofen, or warfarin and aspirin, ")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("can I take viagra with isosorbide mononitrate", "sildenafil and isosorbide mononitrate"),
        ("I take ramipril, metformin, sildenafil and GTN spray, is that ok?", "sildenafil and glyceryl trinitrate"),
        ("can I take sertraline with phenelzine", "sertraline and phenelzine"),
    ],
)
def test_what_must_never_be_taken_together_is_told_so_first(
    answers: MedicineAnswers, reader: Reader, text: str, pair: str
) -> None:
    opening = together(answers, reader, text).text.splitlines()[0]
    assert opening.startswith(f"Never take {pair} together.")
    assert "before you have asked" not in opening


def test_severe_pairs_are_named_behind_what_must_never_be(answers: MedicineAnswers, reader: Reader) -> None:
    lines = together(answers, reader, "sildenafil, GTN spray, warfarin and ibuprofen, ok?").text.split("\n\n")
    assert lines[0].startswith("Never take sildenafil and glyceryl trinitrate together.")
    assert lines[1].startswith("Do not take warfarin and ibuprofen together before you have asked")


def test_a_brand_of_several_products_says_what_it_may_hold(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "Is Lemsip ok with Panadol?")
    assert answer.text.startswith("Ask a pharmacist or doctor before taking Lemsip and paracetamol together.")
    assert "Most Lemsip products hold paracetamol and phenylephrine; some also hold" in answer.text
    assert "Lemsip and paracetamol both are or hold paracetamol." in answer.text
    assert [citation.passage.section for citation in answer.citations] == ["What it holds"]


def test_where_it_depends_on_the_product_that_is_said(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "Can I take Sudafed with paracetamol")
    assert "Sudafed and paracetamol may both be or hold paracetamol: it depends on the product." in answer.text
    assert "Sudafed products differ" in about(answers, reader, "what is Sudafed for?").text


def test_all_that_two_brands_share_is_named(answers: MedicineAnswers, reader: Reader) -> None:
    assert (
        "Night Nurse and DayQuil both are or hold dextromethorphan and paracetamol."
        in together(answers, reader, "can I take Night Nurse with DayQuil").text
    )


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        ("I take warfarin and bisoprolol, is dabrafenib ok?", "dabrafenib", "warfarin and bisoprolol"),
        ("I take warfarin, is zzzmycin safe?", "zzzmycin", "warfarin"),
        ("Can I take Lopinzia with ibuprofen and warfarin?", "Lopinzia", "ibuprofen and warfarin"),
    ],
)
def test_a_medicine_that_is_not_held_is_said_to_be_unknown_before_all_else(
    answers: MedicineAnswers, reader: Reader, text: str, name: str, others: str
) -> None:
    assert answers.can_answer(reader.read(text))
    said = together(answers, reader, text).text
    assert said.startswith(f"I do not know {name}: ")
    assert f"Ask a pharmacist before taking it with {others}." in said.split("\n\n")[0]


def test_beside_what_is_unknown_the_rest_is_told(answers: MedicineAnswers, reader: Reader) -> None:
    two = together(answers, reader, "I take warfarin and ibuprofen, is zzzmycin ok?")
    assert "Do not take warfarin and ibuprofen together" in two.text
    one = together(answers, reader, "I take sildenafil, can I use zzzmycin")
    assert [citation.passage.section for citation in one.citations] == ["Who should ask first"]
    none = together(answers, reader, "is zzzmycin safe?")
    assert none.text.endswith("Ask a pharmacist before taking it.")
    assert none.citations == ()


def test_an_allergy_alone_is_left_to_the_library(answers: MedicineAnswers, reader: Reader) -> None:
    assert not answers.can_answer(reader.read("I am allergic to penicillin, what should I look out for now?"))


def test_where_nothing_is_published_that_is_no_proof(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "can I take paracetamol with amoxicillin?")
    assert "pharmacist" in answer.text
    assert answer.citations == ()
    assert grounding_of(answer).mode == "none"


@pytest.mark.parametrize(
    "text", ["is coffee bad for me", "can I drink wine", "is grapefruit healthy", "what is turmeric for?"]
)
def test_a_food_or_a_herb_alone_is_left_to_the_library(answers: MedicineAnswers, reader: Reader, text: str) -> None:
    assert not answers.can_answer(reader.read(text))


def test_every_medicine_has_an_answer_to_every_question(
    answers: MedicineAnswers, formulary: Formulary, reader: Reader
) -> None:
    names = sorted(formulary.medicines)[::25]
    for name in names:
        for question in ("what is {} for", "{} side effects", "missed {}", "{} and driving", "too much {}"):
            assert about(answers, reader, question.format(name)).text, (name, question)


@pytest.mark.parametrize(
    ("text", "opening", "member"),
    [
        ("can I take ibruprofen with my blood thinner", "Do not take ibuprofen and some blood thinners", "warfarin"),
        ("can I take naproxen with my blood thinner", "Do not take naproxen and some blood thinners", "warfarin"),
        ("is aspirin ok with anticoagulants", "Do not take aspirin and some blood thinners", "warfarin"),
        (
            "Can I take ibuprofen with blood pressure tablets",
            "Ask a pharmacist or doctor before taking ibuprofen and some medicines that lower blood pressure",
            "ramipril",
        ),
        (
            "can I take ibuprofen with my antidepressant",
            "Ask a pharmacist or doctor before taking ibuprofen and some antidepressants",
            "sertraline",
        ),
        ("I'm allergic to penicillin, can I take antibiotics?", "Do not take some antibiotics", "amoxicillin"),
    ],
)
def test_of_a_class_the_worst_is_told_with_some_of_it_and_which_it_is_is_asked(
    answers: MedicineAnswers, reader: Reader, text: str, opening: str, member: str
) -> None:
    answer = together(answers, reader, text)
    first = answer.text.split("\n\n")[0]
    assert first.startswith(opening)
    assert "such as" in first
    assert member in first
    assert "which one do you take?" in answer.text
    assert "names no problem" not in answer.text
    assert answer.citations


def test_of_a_class_without_an_entry_it_is_said_that_it_depends(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "can I take cetirizine with my ppi")
    assert answer.text.startswith("It depends on which of the proton pump inhibitors it is.")
    assert "a pharmacist can check" in answer.text


@pytest.mark.parametrize(
    ("text", "most", "less"),
    [
        ("how much paracetamol is too much", "4 g in 24 hours", "may need less"),
        ("what's the maximum dose of ibuprofen per day", "1,200 mg in 24 hours", "A doctor may prescribe more"),
        ("how many co-codamol can I take a day", "8 tablets in 24 hours", "3 days at most"),
        ("what is the daily limit for paracetamol", "4 g in 24 hours", "under 50 kg"),
    ],
)
def test_who_asks_for_the_most_is_told_it_first_and_what_to_do_after_more(
    answers: MedicineAnswers, reader: Reader, wording: Wording, text: str, most: str, less: str
) -> None:
    answer = about(answers, reader, text)
    sections = [citation.passage.section for citation in answer.citations]
    assert [one for one in sections if one != "What it holds"] == ["Most in a day", "Usual dose for adults", "Too much"]
    assert most in next(line for line in answer.text.splitlines() if "the most in a day" in line)
    assert answer.text.index(most) < answer.text.index("if your label or your own prescriber says less")
    assert less in answer.text
    assert re.search("poison line|emergency department", answer.text)
    assert wording.medicines.ask_about_dose in answer.text


def test_who_has_taken_much_is_told_what_to_do_before_what_the_most_is(
    answers: MedicineAnswers, reader: Reader
) -> None:
    answer = about(answers, reader, "I have taken 10 paracetamol today, how much is too much?")
    sections = [citation.passage.section for citation in answer.citations]
    assert sections == ["Too much", "Most in a day", "Usual dose for adults"]


def test_what_else_is_asked_beside_the_most_is_answered(answers: MedicineAnswers, reader: Reader) -> None:
    answer = about(answers, reader, "how much ibuprofen is safe a day while pregnant?")
    assert "Pregnancy" in [citation.passage.section for citation in answer.citations]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("can I give my baby aspirin?", "under 16, unless a doctor says so (it can cause Reye's syndrome)"),
        ("can a child of 8 have aspirin", "under 16, unless a doctor says so (it can cause Reye's syndrome)"),
        ("I'm 15, can I take aspirin?", "under 16, unless a doctor says so (it can cause Reye's syndrome)"),
        ("what's the max dose of aspirin for my 10-year-old", "under 16"),
        ("can my child have codeine", "under 12"),
        ("can my grandson have alka-seltzer", "Reye's syndrome"),
        ("can my daughter take doxycycline", "under 12"),
    ],
)
def test_for_a_child_the_age_from_which_a_medicine_is_meant_comes_first_and_nothing_for_adults(
    answers: MedicineAnswers, reader: Reader, wording: Wording, text: str, limit: str
) -> None:
    answer = about(answers, reader, text)
    assert limit in answer.text
    assert answer.text.index(limit) < answer.text.index(wording.medicines.children)
    sections = {citation.passage.section for citation in answer.citations}
    assert sections <= {"Do not take it, or ask first", "What it holds"}
    assert not re.search(r"\d+\s*(?:mg|ml|mcg|tablets?)", answer.text)


def test_a_weight_is_no_age(answers: MedicineAnswers, reader: Reader, wording: Wording) -> None:
    assert about(answers, reader, "can I give calpol to my baby").text == wording.medicines.children


def test_baby_aspirin_is_for_adults(answers: MedicineAnswers, reader: Reader, wording: Wording) -> None:
    assert wording.medicines.children not in about(answers, reader, "what is baby aspirin for?").text


def test_several_medicines_for_a_child_are_told_with_the_age_too(
    answers: MedicineAnswers, reader: Reader, wording: Wording
) -> None:
    answer = together(answers, reader, "can my 8 year old have aspirin and ibuprofen")
    assert "Reye's syndrome" in answer.text
    assert wording.medicines.children in answer.text
    assert "Do not take aspirin and ibuprofen together" in answer.text


@pytest.mark.parametrize(
    "text",
    ["what's the maximum dose of ibuprofen, I feel hopeless", "what is the max dose of paracetamol? I have no hope"],
)
def test_who_sounds_hopeless_is_told_no_amount(answers: MedicineAnswers, reader: Reader, text: str) -> None:
    answer = about(answers, reader, text)
    assert not {"Most in a day", "Usual dose for adults"} & {one.passage.section for one in answer.citations}
    assert not re.search(r"\d+(?:,\d+)? ?m?g\b", answer.text)


@pytest.mark.parametrize(
    ("text", "sections", "not_sections"),
    [
        ("Is Sudafed OK with high blood pressure", ["Who should ask first"], []),
        ("can I take codeine, I'm breastfeeding my 3 week old", ["Breastfeeding"], ["Do not take it, or ask first"]),
        ("I missed my warfarin dose last night what should I do", ["Missed dose"], ["Usual dose for adults"]),
        ("I forgot my methotrexate on monday, can I take it today", ["Missed dose"], ["Who should ask first"]),
        ("I accidentally took two metformin tablets", ["Too much"], []),
        ("i took my ramipril twice today", ["Too much"], []),
        ("what happens if I take two loratadine", ["Too much"], []),
        ("what are the side effects of atorvastatin", ["Side effects"], ["What it is for"]),
        ("am I allowed to drive on diazepam", ["Driving"], ["Who should ask first"]),
        ("Does my baby get the ibuprofen through my breast milk", ["Breastfeeding"], []),
        ("is it safe to stop citalopram suddenly", ["Stopping"], ["Who should ask first"]),
        ("can I just stop my bisoprolol", ["Stopping"], ["Who should ask first"]),
    ],
)
def test_what_people_ask_in_their_own_words_gets_its_field(
    answers: MedicineAnswers, reader: Reader, text: str, sections: list[str], not_sections: list[str]
) -> None:
    read = reader.read(text)
    assert answers.can_answer(read)
    assert not answers.is_check(read)
    cited = {citation.passage.section for citation in about(answers, reader, text).citations}
    assert cited >= set(sections)
    assert cited.isdisjoint(not_sections)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("I have kidney disease stage 3, can I take ibuprofen", "if you have heart, kidney or liver trouble;"),
        ("I have a stomach ulcer, can I take aspirin", "if you have had an ulcer or bleeding in the stomach;"),
        ("Can I take ibuprofen with my asthma?", "if you have asthma that such painkillers make worse;"),
        ("can i take viagra i have angina", "if you have had a recent heart attack or stroke, or unstable angina;"),
    ],
)
def test_who_should_ask_first_begins_with_what_the_person_has(
    answers: MedicineAnswers, reader: Reader, text: str, first: str
) -> None:
    assert f"or ask first, {first}" in about(answers, reader, text).text


def test_an_extra_dose_of_a_child_is_told_what_to_do_first_and_no_dose(
    answers: MedicineAnswers, reader: Reader, wording: Wording
) -> None:
    text = "I gave my daughter calpol twice in 2 hours by mistake"
    assert answers.tells_of_dose(reader.read(text))
    said = about(answers, reader, text).text
    assert said.index("poison line") < said.index(wording.medicines.children)
    assert not re.search(r"\d+\s*(?:mg|ml|g\b)", said)


@pytest.mark.parametrize(
    "text", ["can I give my 6 month old ibuprofen and paracetamol together",
             "my son is 7 and takes methylphenidate can he have piriton"],
)  # fmt: skip
def test_two_medicines_for_a_child_are_never_said_to_have_no_problem(
    answers: MedicineAnswers, reader: Reader, wording: Wording, text: str
) -> None:
    said = together(answers, reader, text).text
    assert wording.medicines.children_two in said
    assert "names no problem" not in said


def test_where_no_entry_speaks_of_alcohol_the_monograph_does(answers: MedicineAnswers, reader: Reader) -> None:
    answer = together(answers, reader, "is it ok to have a glass of wine with amoxicillin")
    assert "Alcohol" in {citation.passage.section for citation in answer.citations}


def test_an_aspirin_allergy_is_told_in_one_line_that_names_it(answers: MedicineAnswers, reader: Reader) -> None:
    said = together(answers, reader, "allergic to aspirin, can I take naproxen").text
    assert said.startswith("Do not take naproxen with an allergy to aspirin.")
    assert said.count("Do not take naproxen") == 1


@pytest.mark.parametrize("text", ["will ibuprofen stop my period pain", "can I take codeine to stop the pain"])
def test_what_a_medicine_stops_is_no_question_about_stopping_it(
    answers: MedicineAnswers, reader: Reader, wording: Wording, text: str
) -> None:
    assert wording.medicines.stopping not in about(answers, reader, text).text


def test_what_is_said_of_stopping_names_its_source(formulary: Formulary) -> None:
    told = [one for one in formulary.classes.values() if one.stopping or one.stopping_source]
    assert len(told) > 20
    assert all(one.stopping and ":" in one.stopping_source for one in told)
