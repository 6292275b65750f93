"""Whose a sign is where a message names several people."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion
from medbot_desktop.understanding.reader import Reader

OTHERS = [
    ("Both my daughters have eczema, but my question is about my own mole.", "eczema"),
    ("A nurse on my ward has TB and I have no cough.", "tuberculosis"),
    ("Someone in my office has chickenpox. I feel fine, should I stay away?", "chickenpox"),
    ("A carer at my gran's home has scabies, and I visited on Sunday. I don't itch.", "scabies"),
    ("father has bipolar disorder, pt well, here for pill check", "bipolar"),
    ("Mat. grandmother osteoporosis, hip fracture at 78.", "osteoporosis"),
    ("My husband has a cold, could I have caught it? I'm well so far.", "common_cold"),
    ("My sister came down with ringworm yesterday, we're all fine here so far", "fungal_skin"),
    ("My wife has scabies and I feel fine, should I be checked?", "scabies"),
    ("My daughter has nits and I need a lotion that is safe for me.", "head_lice"),
    ("Our childminder's got covid, my boy is well.", "covid"),
    ("My wife has a temperature so she can't come; can you move my smear to Friday?", "fever"),
    ("My brother has asthma and I'm always thirsty.", "asthma_known"),
    ("The girl who sits beside my daughter has nits, I combed mine and found nothing.", "head_lice"),
    ("My best friend, not me, is coeliac. Is it safe for me to eat her bread?", "coeliac_known"),
    ("The guy in the bed next to mine has pancreatitis, I only came for my hernia.", "pancreatitis"),
    ("My boss came in with flu and coughed all over us. I feel ok so far.", "flu_like"),
    ("We sat next to a boy with measles, does my baby need a vaccine?", "measles"),
    ("Our cat has ringworm and there is a round patch on my arm.", "fungal_skin"),
    ("Stephen Hawking lived with Parkinson's for years. My eyelid keeps twitching.", "parkinsons"),
    ("Angina in my aunt, and I have a sore breast.", "angina_known"),
    ("My husband's cough keeps me awake and I'm so tired.", "cough"),
    ("My wife's rash cleared up by itself and my arm is itchy now.", "rash"),
    ("My boyfriend's got glandular fever, can I still kiss him?", "glandular_fever"),
    ("Dad, in his fifties, had angina.", "angina_known"),
]
HELD = [
    ("The chemist said ringworm but your nurse looked and she is certain it is scabies.", "scabies"),
    ("Dad's ankle swelling is worse than last week, the carer says his slippers don't fit.", "ankle_swelling"),
    ("My husband is 71 and his words come out all mixed up. Do I let him sleep?", "speech_trouble"),
    ("A colleague collapsed and I am fine but she isn't breathing.", "collapsed_now"),
    ("My boss fainted, I'm ok, what do I do for him?", "passed_out"),
    ("My mother is having a stroke, I think, her face drops.", "face_droop"),
    ("My friend has a fever of 40 and a stiff neck, I'm fine.", "fever"),
    ("A receptionist was bitten by a dog at the door, what do we do?", "animal_bite"),
    ("My dad on blood thinners hit his head.", "head_injury"),
    ("My gran has shingles near her eye.", "shingles"),
    ("My son has asthma and he is struggling today.", "asthma_known"),
    ("Came to ask about me not my son. He's 5 and has chickenpox. I'm 21 weeks pregnant.", "chickenpox"),
    ("My daughter has nits, which lotion?", "head_lice"),
    ("His twin brother has asthma. He himself doesn't talk yet.", "speech_delay"),
    ("My 6 week old has a fever and my husband is well.", "fever"),
    ("My mate is vomiting blood, I'm fine.", "vomiting"),
    ("A girl at our summer camp has a bee sting on the lip, her mate is fine.", "insect_sting"),
    ("My dog bit me yesterday and I am shaking.", "shaky"),
    ("My wife and I both ate mussels, she is vomiting and I'm okay.", "vomiting"),
    ("My brother has been hearing voices. Uncle had schizophrenia. He won't believe he's not well.", "hearing_voices"),
    ("My husband's stomach ache has moved to the right, he's not eaten, no fever.", "belly_pain"),
    ("My toddler has impetigo, I'm fine, should he stay at home?", "impetigo"),
    ("Our resident Mrs Hill has had a sore throat, two others tested positive for covid.", "sore_throat"),
]


@pytest.mark.parametrize(("text", "name"), OTHERS)
def test_what_somebody_else_has_is_not_the_patients(reader: Reader, text: str, name: str) -> None:
    assert _assertions(reader, text, name) == {Assertion.OTHER}


@pytest.mark.parametrize(("text", "name"), HELD)
def test_what_the_patient_or_somebody_in_danger_shows_holds(reader: Reader, text: str, name: str) -> None:
    assert _assertions(reader, text, name) <= {Assertion.PRESENT, Assertion.UNCERTAIN}
    assert _assertions(reader, text, name)


def test_what_a_relative_who_is_ill_now_had_once_is_past(reader: Reader) -> None:
    text = "My dad had shingles last year and it cleared up, his knee is swollen now."
    assert _assertions(reader, text, "shingles") == {Assertion.PAST}


def _assertions(reader: Reader, text: str, name: str) -> set[Assertion]:
    return {entity.by_rules for entity in reader.read(text).entities if entity.name == name}
