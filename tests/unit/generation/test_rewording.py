"""Which other ways of saying something are taken for the same, and where they would be something else."""

from __future__ import annotations

import pytest

from medbot_desktop.generation.rewording import rewordings
from medbot_desktop.generation.support import check
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import sentences

LIMIT = "Do not take more than 100 micrograms (4,000 IU) a day."
FASTING = "Do not have coffee or tea while you fast. Drink water while you fast."


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        (
            "Call your maternity unit at once if you get a bad headache in pregnancy.",
            "Call your maternity unit at once for a bad headache in pregnancy.",
        ),
        (
            "If you get a bad headache in pregnancy, call your maternity unit at once.",
            "Call your maternity unit at once for a bad headache in pregnancy.",
        ),
        ("Coffee and tea should be avoided while you fast.", FASTING),
        ("Do not take more than 4,000 IU (100 micrograms) a day.", LIMIT),
    ],
)
def test_another_way_of_saying_the_same_is_supported(sentence: str, passage: str) -> None:
    assert check(sentence, passage).holds


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Call the clinic today if you have an appointment.", "Call the clinic today for an appointment."),
        ("See a doctor now if you have a vaccine.", "See a doctor now for a vaccine."),
        ("Call a doctor at once if you have a headache.", "Call a doctor at once for a bad headache."),
        ("Call a doctor today if you have a fever.", "Call a doctor at once for a fever."),
        ("Call a doctor at once if you have a fever.", "Call a doctor at once for a fever in a baby under 3 months."),
        ("Call a doctor at once if you get no fever.", "Call a doctor at once for a fever."),
        ("Call a doctor at once if you have pain and vomiting.", "Call a doctor at once for pain or vomiting."),
        ("Call a doctor at once if you have pain or vomiting.", "Call a doctor at once for pain with vomiting."),
        ("See a doctor now if you have bad pain.", "See a doctor now for bad pain if you could be pregnant."),
        ("Coffee and tea should be avoided.", FASTING),
        ("Water should be avoided while you fast.", FASTING),
        ("Coffee and tea should not be avoided while you fast.", FASTING),
        ("Aspirin and ibuprofen should be avoided.", "Do not take aspirin and ibuprofen together."),
        ("Milk and tea should be avoided.", "Avoid milk or tea with iron tablets."),
        ("Aspirin should be avoided.", "Avoid aspirin if you are under 16."),
        ("Do not take more than 4,000 micrograms (100 IU) a day.", LIMIT),
        ("Do not take more than 100 IU (4,000 micrograms) a day.", LIMIT),
    ],
)
def test_what_only_looks_like_another_way_is_not(sentence: str, passage: str) -> None:
    assert not check(sentence, passage).holds


def test_what_can_be_put_in_one_way_only_is_not_reworded() -> None:
    assert list(rewordings("Take 500 mg every 4 hours if you have pain.")) == []
    assert list(rewordings("In pregnancy, liver should be avoided.")) == []
    assert list(rewordings("")) == []


def test_a_call_of_the_library_for_a_sign_means_to_have_it_and_nothing_less() -> None:
    calls = [
        (sentence, sentence.replace(" for ", " if you have ", 1))
        for document in read_folder(resources_folder() / "library")
        for section in document.sections
        for block in section.blocks
        for sentence in sentences(block.text)
        if sentence.startswith(("Call", "See", "Go to", "Get")) and " if " not in sentence and " for " in sentence
    ]
    reworded = [(sentence, claim) for sentence, claim in calls if any(rewordings(claim))]
    assert len(reworded) > 100
    held = [(sentence, claim) for sentence, claim in reworded if check(claim, sentence).holds]
    assert len(held) > 0.8 * len(reworded)
    shorter = [(sentence, claim.split(" with ")[0] + ".") for sentence, claim in held if " with " in claim]
    assert len(shorter) > 20
    assert [claim for sentence, claim in shorter if check(claim, sentence).holds] == []
