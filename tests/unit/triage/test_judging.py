"""A message is judged by what it says: never lower than its words support, and never a crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medbot_desktop.domain import Assertion, Disposition, Entity, Intent, Triage, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import Judge
from medbot_desktop.understanding.reader import Reader

Ask = Callable[[str], Triage]
ORDER = [
    Disposition.NONE, Disposition.SELF_CARE, Disposition.ROUTINE, Disposition.URGENT, Disposition.EMERGENCY,
]  # fmt: skip
EMERGENCY, URGENT, ROUTINE = Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE
SELF_CARE, NONE = Disposition.SELF_CARE, Disposition.NONE
STORY = "I went to the shops and bought bread and some apples, and then I met a friend for tea. "


def at_least(found: Triage, level: Disposition) -> bool:
    return ORDER.index(found.disposition) >= ORDER.index(level)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("crushing chest pain and my left arm is numb", EMERGENCY),
        ("a 56-year-old woman presents with crushing central chest pain and sweating", EMERGENCY),
        ("my 2 month old has a temperature of 38.5", EMERGENCY),
        ("I have had a cough for 4 weeks", ROUTINE),
        ("a runny nose and sneezing for two days", SELF_CARE),
        ("hello, when do you open?", NONE),
    ],
)
def test_a_message_has_the_level_that_its_words_support(judged: Ask, text: str, level: Disposition) -> None:
    assert judged(text).disposition is level


@pytest.mark.parametrize(
    "text",
    [
        "no temp but boiling hot and shaking",
        "hot and cold shakes since this afternoon, ache all over",
        "teeth chattering and I can't stop shaking in bed, no fever on the thermometer",
        "10 days after my hernia op the wound is red and oozing yellow at one end, no temperature",
        "we were getting her in the basket for the vets and our cat sank her teeth in my hand",
        "not peed for a day",
        "breast hot red painful breastfeeding with flu feeling",
        "toddler with a barking cough, a horrid noise that went in the steamy air, no crowing when she is quiet",
    ],
)
def test_what_must_be_seen_today_is_at_least_urgent(judged: Ask, text: str) -> None:
    assert at_least(judged(text), URGENT)


@pytest.mark.parametrize(
    "text",
    [
        "honeybee got me on the finger in the garden. red bump sore like 1cm. not wheezy, not dizzy",
        "cracked my head on the kitchen cupboard this morning, little bump, never blacked out, not been sick",
    ],
)
def test_what_is_small_is_no_more_than_self_care(judged: Ask, text: str) -> None:
    assert judged(text).disposition is SELF_CARE


def test_a_banging_head_after_drink_is_no_injury(judged: Ask) -> None:
    assert not at_least(judged("hungover, head banging, threw up once and now keeping water down"), EMERGENCY)
    assert not at_least(judged("absolutely hanging after a wedding, banging head, queasy"), EMERGENCY)
    assert judged("toddler banged his head, sick three times since").disposition is EMERGENCY


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("no chest pain, well a little", URGENT),
        ("I don't have chest pain. Actually I do.", URGENT),
        ("no fever, well maybe a bit", SELF_CARE),
        ("no breathing problems but actually I can't breathe", EMERGENCY),
        ("Not sweating. No chest pain. Then again, some chest tightness.", URGENT),
        ("I'm fine, really, except that my face has dropped on one side", EMERGENCY),
        ("no chest pain except when I climb stairs", URGENT),
    ],
)
def test_who_contradicts_himself_is_taken_at_the_worse_word(judged: Ask, text: str, level: Disposition) -> None:
    assert at_least(judged(text), level)


@pytest.mark.parametrize(
    "text",
    [
        "sure, I just love crushing chest pain in the morning",
        "oh great, now I can't breathe. fantastic.",
        "Yeah right, I'm totally fine, only bleeding heavily and it won't stop, lol",
        "obviously I love it when my face droops and I can't lift my arm",
    ],
)
def test_sarcasm_lowers_nothing(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "My mum has a cold and my dad has crushing chest pain",
        "I have a cold, my husband is unconscious and not breathing",
        "I'm fine, my wife's face has dropped on one side",
        "Both my kids have a cough, and the baby is floppy and blue",
        "My son has a rash, my daughter is well, and my mother cannot speak or lift her arm",
    ],
)
def test_of_several_people_the_one_who_is_worst_decides(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("sats 85", EMERGENCY),
        ("his sats are 85", EMERGENCY),
        ("oxygen 85", EMERGENCY),
        ("BP 80/40", EMERGENCY),
        ("sugar 2.1 and he is drowsy", EMERGENCY),
        ("temp 39.8", SELF_CARE),
        ("my 6 week old, temp 101", EMERGENCY),
        ("pulse 150", EMERGENCY),
        ("his pulse is 30", URGENT),
    ],
)
def test_a_number_without_its_unit_is_read_as_it_is_meant(judged: Ask, text: str, level: Disposition) -> None:
    assert at_least(judged(text), level)


@pytest.mark.parametrize(
    "impossible",
    ["temperature 400", "age -3", "I am 250 years old", "pulse 9999", "BP 900/700", "oxygen 300%", "sugar of 0.0",
     "90 weeks pregnant", "pain 55/10", "GCS 99", "temperature of -40", "coughing for 99999999 years"],
)  # fmt: skip
def test_a_number_that_cannot_be_lowers_nothing(judged: Ask, impossible: str) -> None:
    assert judged(f"my face has dropped on one side, {impossible}").disposition is EMERGENCY
    assert at_least(judged(f"{impossible}. I have a sore throat"), judged("I have a sore throat").disposition)


@pytest.mark.parametrize(
    "text",
    [
        "I have a fever of 400, stiff neck and a headache",
        "I'm on chemo and have a fever of 390",
        "My baby is 2 months old with a temperature of 400",
        "fever of 1000 after my trip to Ghana",
        "my 2 month old is 38",
    ],
)
def test_a_number_that_cannot_be_or_has_no_unit_takes_no_emergency_away(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize(
    "text",
    ["temperature 400", "temp -5", "age -3", "I am -3 years old and have a fever", "he is -2 years old and has a cough",
     "blood pressure 120/800", "blood pressure 1800/100", "pain 15 out of 10 in my belly", "heart rate 900"],
)  # fmt: skip
def test_a_number_that_cannot_be_is_asked_about(judged: Ask, text: str) -> None:
    found = judged(text).follow_up
    assert found is not None
    assert found.startswith("You wrote “")


def test_a_temperature_without_a_unit_that_cannot_be_is_asked_about(judged: Ask) -> None:
    assert judged("My temperature is 3").follow_up == "You wrote “temperature is 3”. What is it exactly?"


@pytest.mark.parametrize(
    "text",
    ["58F, spottting x3 this fortnight. no pain, no fever", "blurgles fell out last week. No pain, swelling or fever."],
)
def test_who_only_denies_and_tells_since_when_is_seen_by_somebody(judged: Ask, text: str) -> None:
    found = judged(text)
    assert found.disposition is ROUTINE
    assert found.because[0].rule == "denials alone"


def test_denials_without_a_patient_or_a_time_report_nothing(judged: Ask) -> None:
    assert judged("no pain, no fever, no rash").disposition is NONE


def test_a_question_about_an_illness_in_general_is_told_from_a_report(judged: Ask) -> None:
    found = judged("how long does a cold last?")
    assert found.disposition is NONE
    assert found.follow_up is not None
    assert "in general" in found.follow_up


@pytest.mark.parametrize(
    "text",
    [
        "wasp got me on the ankle two hours ago, a red sore lump, itchy, no swelling elsewhere, breathing fine",
        "small tender lump on my lower eyelid at the lash line since yesterday, I see normally",
    ],
)
def test_the_lump_of_a_known_picture_needs_no_appointment_of_its_own(judged: Ask, text: str) -> None:
    assert judged(text).disposition is SELF_CARE


@pytest.mark.parametrize("impossible", ["temperature 400", "heart rate 999", "I am 250 years old", "age -3"])
def test_a_number_that_cannot_be_makes_no_emergency_by_itself(judged: Ask, impossible: str) -> None:
    assert judged(impossible).disposition is not EMERGENCY


@pytest.mark.parametrize(
    "flag",
    [
        "My face dropped on one side and I could not lift my arm. ",
        "I have crushing chest pain. ",
        "I want to kill myself. ",
        "my tongue is swelling and I can't breathe ",
    ],
)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_one_red_flag_anywhere_in_four_thousand_characters_is_found(judged: Ask, flag: str, place: float) -> None:
    before = int((MESSAGE_LIMIT - len(flag)) // len(STORY) * place)
    behind = (MESSAGE_LIMIT - len(flag)) // len(STORY) - before
    text = STORY * before + flag + STORY * behind
    assert MESSAGE_LIMIT - len(STORY) < len(text) <= MESSAGE_LIMIT
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize("mark", ["• ", "- ", "* ", "1. ", "☐ ", "\t"])
def test_a_list_copied_from_a_web_page_is_read_line_by_line(judged: Ask, mark: str) -> None:
    lines = ["Runny nose", "Mild cough", "Crushing chest pain", "Sweating"]
    assert judged("My symptoms\n\n" + "\n".join(mark + line for line in lines)).disposition is EMERGENCY


def test_a_copied_table_of_denials_is_no_emergency(judged: Ask) -> None:
    assert judged("No chest pain\nNo shortness of breath\nNo fever\nRunny nose").disposition is not EMERGENCY


FOREIGN = {
    "es": ["me duele mucho el pecho", "no puedo respirar", "mi padre no respira", "quiero suicidarme",
           "está inconsciente", "creo que es un infarto", "tiene convulsiones", "se está ahogando"],
    "fr": ["j'ai une forte douleur dans la poitrine", "je ne peux pas respirer", "mon père ne respire plus",
           "je veux me tuer", "il est inconscient", "je crois que c'est un infarctus", "elle a des convulsions",
           "il s'étouffe"],
    "de": ["ich habe starke Brustschmerzen", "ich bekomme keine Luft", "mein Vater atmet nicht",
           "ich will mich umbringen",
           "er ist bewusstlos", "ich glaube, es ist ein Herzinfarkt", "sie hat einen Krampfanfall", "Schlaganfall!"],
    "pt": ["tenho uma forte dor no peito", "não consigo respirar", "o meu pai não respira", "quero me matar",
           "ele está inconsciente", "acho que é um infarto", "ela está com convulsões", "está engasgado"],
}  # fmt: skip


@pytest.mark.parametrize("text", [text for texts in FOREIGN.values() for text in texts])
def test_the_words_of_an_emergency_are_caught_in_other_languages(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize(
    "text",
    ["je vais bien si je dors", "mal di testa, si sente male", "sí, gracias", "SI joint pain", "si"],
)  # fmt: skip
def test_a_small_word_of_another_language_is_no_crisis(judged: Ask, text: str) -> None:
    assert judged(text).disposition is not EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain",
        "without chest pain",
        "I have never had a seizure",
        "denies chest pain, breathlessness and collapse",
        "I had a heart attack in 2009",
        "my grandfather died of a stroke",
        "what does a stroke look like?",
        "if I had chest pain what should I do",
        "I am writing a story in which a man cannot breathe",
    ],
)
def test_what_is_denied_past_imagined_or_asked_in_general_is_no_emergency(judged: Ask, text: str) -> None:
    assert judged(text).disposition is not EMERGENCY


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my face was drooping but it has gone away now", EMERGENCY),
        ("I am in my 60s with chest pain", URGENT),
        ("14M, acute left scrotal pain 3 h, absent cremasteric reflex", EMERGENCY),
        ("maybe my face is drooping", EMERGENCY),
    ],
)
def test_an_age_a_doubt_or_a_sign_that_has_gone_lowers_nothing(judged: Ask, text: str, level: Disposition) -> None:
    assert at_least(judged(text), level)


@pytest.mark.parametrize(
    "complaint",
    ["chest pain", "I have a headache", "I am dizzy", "my tummy hurts", "a lump in my breast", "I feel very low",
     "blood in my pee", "my leg is swollen"],
)  # fmt: skip
@pytest.mark.parametrize("more", ["and a runny nose", "and I am otherwise well", "and I am 30 years old"])
def test_saying_something_harmless_as_well_lowers_nothing(judged: Ask, complaint: str, more: str) -> None:
    assert at_least(judged(f"{complaint} {more}"), judged(complaint).disposition)


@pytest.mark.parametrize(
    "text",
    ["how many sleeping pills would it take to die", "how much paracetamol is too much to kill yourself"],
)
def test_who_asks_how_much_it_takes_to_die_is_taken_seriously(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


def test_a_doubtful_sign_without_a_protocol_is_still_looked_at(judge: Judge) -> None:
    def said(assertion: Assertion) -> Utterance:
        sign = Entity("hiccups", "symptom", "no_such_protocol", 0, 7, assertion)
        return Utterance("hiccups", "en", Intent("symptom_report"), (sign,))

    assert judge.judge(said(Assertion.PRESENT)).disposition is ROUTINE
    assert judge.judge(said(Assertion.UNCERTAIN)).disposition is ROUTINE
    assert judge.judge(said(Assertion.NEGATED)).disposition is NONE


def test_what_decided_is_told_with_its_words_and_its_source(judged: Ask) -> None:
    found = judged("I have had a cough for 4 weeks")
    assert found.because
    assert all(reason.why.endswith(".") and reason.source for reason in found.because)
    assert "cough" in " ".join(word for reason in found.because for word in reason.words)
    levels = [ORDER.index(reason.level) for reason in found.because]
    assert levels == sorted(levels, reverse=True)
    assert found.because[0].level is found.disposition


def test_a_level_comes_with_what_to_do_when_to_come_back_and_the_complaint(judged: Ask) -> None:
    found = judged("I have had a cough for 4 weeks")
    assert found.do_now
    assert found.safety_net
    assert found.complaint


def test_reasons_are_told_once_each(judged: Ask) -> None:
    found = judged("crushing chest pain, sweating, and my left arm is numb, I can't breathe")
    assert len(found.reasons) == len(set(found.reasons))
    assert len(found.because) == len({(reason.rule, reason.why) for reason in found.because})


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("78M RR 26, sats 91%, BP 88/50, pulse 135, temp 39.4", EMERGENCY),
        ("pulse 112, temp 39.2, BP 105/70", URGENT),
        ("my 3 year old breathes 65 breaths a minute", EMERGENCY),
        ("oxygen of 94%, my 4 year old", URGENT),
        ("RR 16, pulse 72, temp 36.9", NONE),
    ],
)
def test_vital_signs_decide_by_themselves(judged: Ask, text: str, level: Disposition) -> None:
    assert judged(text).disposition is level


def test_an_emergency_asks_nothing_more(judged: Ask) -> None:
    assert judged("crushing chest pain and my left arm is numb").follow_up is None


def test_the_next_question_asks_for_what_is_not_known(reader: Reader, judge: Judge) -> None:
    findings = Findings.of(reader.read("a headache for two days, no fever, no stiff neck, I am 50").entities)
    asked: set[str] = set()
    while (question := judge.next_question(findings, asked)) is not None:
        assert not any(findings.is_known(name) for name in question.asks)
        assert not asked & set(question.asks)
        asked.update(question.asks)
    assert asked


def test_who_reports_nothing_is_asked_nothing(reader: Reader, judge: Judge) -> None:
    assert judge.next_question(Findings.of(reader.read("hello").entities), frozenset()) is None


WORDS = st.sampled_from(
    """no not never my his baby chest pain head fever 38.5 400 -3 years old weeks pregnant cannot breathe blood temp
    pulse / % . , ? ! \n since had mum if well actually ibuprofen 80/40 2 months and but or yesterday Sí keine""".split(
        " "
    )
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(min_size=1, max_size=300), st.lists(WORDS, min_size=1, max_size=30).map(" ".join)))
def test_no_text_breaks_the_reader_and_the_judge(reader: Reader, judge: Judge, text: str) -> None:
    try:
        utterance = reader.read(text)
    except InputError:
        return
    found = judge.judge(utterance)
    assert found.disposition in Disposition
    assert found.reasons
    assert (found.disposition is EMERGENCY) or not found.red_flags


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS.filter(str.isalpha), max_size=12))
def test_nothing_said_before_hides_a_red_flag_in_a_sentence_of_its_own(
    reader: Reader, judge: Judge, words: list[str]
) -> None:
    text = f"{' '.join(words)}. My face has dropped on one side and my speech is slurred."
    assert judge.judge(reader.read(text)).disposition is EMERGENCY


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("no fever. temp 40.1", "fever_in_adults: fever_very_high", ("temp 40.1",)),
        ("RR 26 HR 132 BP 88/50, temp 37, cough", "vital_signs: news2", ("RR 26", "HR 132", "88/50")),
        ("my 4 year old has a cough and heart rate of 150", "vital_signs: child", ("4 year old", "heart rate of 150")),
        ("a new kind of headache, I am 62", "headache: headache_new_after_fifty", ("I am 62",)),
        ("I have had a cough for 4 weeks", "cough: cough_weeks", ("for 4 weeks",)),
    ],
)
def test_a_rule_over_a_measure_tells_the_words_of_the_measure(
    judged: Ask, text: str, rule: str, words: tuple[str, ...]
) -> None:
    told = {because.rule: because.words for because in judged(text).because}
    assert set(words) <= set(told[rule])


def test_the_points_of_each_vital_sign_are_told(judged: Ask) -> None:
    [score] = [one for one in judged("RR 26 HR 132 temp 37, cough").because if one.rule == "vital_signs: news2"]
    assert score.detail == "“RR 26” scores 3, “HR 132” scores 3, “temp 37” scores 0, 6 together"
    assert score.names == ("respiratory_rate", "heart_rate")


def test_the_range_that_a_childs_vital_sign_left_is_told(judged: Ask) -> None:
    [out] = [one for one in judged("my 4 year old has a pulse of 150").because if one.rule == "vital_signs: child"]
    assert out.detail == "above 140 a minute at this age"


@pytest.mark.parametrize(
    "text",
    [
        "no fever. temp 40.1",
        "RR 26 HR 132 BP 88/50",
        "sats 91% and cough",
        "5 week old, temp 38.6",
        "pulse 112, temp 39.2",
    ],
)
def test_no_rule_decides_by_what_is_not_said(judged: Ask, text: str) -> None:
    because = judged(text).because
    assert because
    assert all(one.words and one.names for one in because)
    assert all(word in text for one in because for word in one.words)


def test_a_rule_that_a_denial_kept_off_is_told_with_what_is_denied(judged: Ask) -> None:
    kept_off = {one.rule: one for one in judged("a headache and fever, but no stiff neck").kept_off}
    assert kept_off["red flag: meningitis_signs"].words == ("stiff neck",)
    assert kept_off["red flag: meningitis_signs"].level is EMERGENCY


def test_what_would_not_hold_even_undenied_was_kept_off_by_nothing(judged: Ask) -> None:
    assert judged("a headache").kept_off == ()
    assert not [one for one in judged("a sore elbow, no stiff neck").kept_off if "meningitis" in one.rule]


def test_an_emergency_has_no_higher_rule_to_be_kept_off(judged: Ask) -> None:
    assert judged("crushing chest pain, no fever").kept_off == ()


@pytest.mark.parametrize(
    "text",
    [
        "she cant get up after a fall and her hip is agony",
        "6 year old HR 55",
        "12 year old RR 8",
        "known COPD, sats 98% on 28% oxygen, RR 22",
        "peak flow is 30% of normal",
        "NEWS2 of 8",
    ],
)
def test_vital_signs_and_protocols_call_an_emergency_without_a_red_flag(judged: Ask, text: str) -> None:
    assert judged(text).disposition is EMERGENCY


@pytest.mark.parametrize(
    "text", ["NEWS2 5", "sats 93% on 4L oxygen RR 20 HR 88 BP 120/70 T 37", "30/40 BP 152/98 asymptomatic"]
)
def test_a_score_that_is_told_and_too_little_oxygen_on_oxygen_are_urgent(judged: Ask, text: str) -> None:
    assert judged(text).disposition in (URGENT, EMERGENCY)


@pytest.mark.parametrize(
    "text",
    [
        "baby not feeding after jabs",
        "my 5 month old refuses her bottle",
        "my baby won't feed",
        "baby sleepy after jabs",
        "very drowsy after taking tablets last night",
        "she took her tablets and now she is very sleepy",
    ],
)
def test_a_baby_who_does_not_feed_and_sleep_after_tablets_are_seen_today(judged: Ask, text: str) -> None:
    assert at_least(judged(text), Disposition.URGENT)


def test_of_who_is_drowsy_after_tablets_it_is_asked_how_many(judged: Ask) -> None:
    assert (
        judged("very drowsy after taking tablets last night").follow_up == "Could more have been taken than was meant?"
    )


@pytest.mark.parametrize("text", ["my baby is feeding well", "my 2 month old is not bothered by it and feeding well"])
def test_a_baby_who_feeds_well_is_no_matter_for_today(judged: Ask, text: str) -> None:
    assert not at_least(judged(text), Disposition.URGENT)


def test_the_fever_of_somebody_who_is_two_is_that_of_a_child(judged: Ask) -> None:
    found = judged("he is 2 and has a temp of 39")
    assert found.because[0].rule.startswith("fever_in_child")
    assert found.complaint == "Fever in a child"


def test_who_cannot_stop_crying_is_heard(judged: Ask) -> None:
    found = judged("I can't stop crying")
    assert at_least(found, Disposition.ROUTINE)
    assert all("bleed" not in one.rule for one in found.because)


@pytest.mark.parametrize(
    "text",
    [
        "worried it was meningitis but the doctor said viral. he is worse now, stiff neck",
        "worried it was meningitis but the doctor said viral, now he has a rash that doesn't fade",
    ],
)
def test_what_a_doctor_said_lowers_nothing_where_it_gets_worse(judged: Ask, text: str) -> None:
    assert judged(text).disposition is Disposition.EMERGENCY


@pytest.mark.parametrize("text", ["no chest pain, well a little", "no chest pain... well, a little pressure"])
def test_who_takes_a_denial_back_is_asked(judged: Ask, text: str) -> None:
    found = judged(text)
    assert at_least(found, Disposition.URGENT)
    assert found.follow_up
