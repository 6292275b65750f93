"""Who missed a contraceptive pill is told the rules of that pill, and asked which one it is where that is not told."""

from __future__ import annotations

import pytest

from medbot_desktop.assistant.missed_pills import MissedPills
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Question
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.missed_pills import missed_pills
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader

WORDS = load_resource(resources_folder() / "locale" / "en.toml", Wording).missed_pills
COMBINED, MINI = "Combined pill, one missed", "Mini-pill, later than that"


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


@pytest.fixture(scope="module")
def reader(formulary: Formulary) -> Reader:
    return Reader.load(resources_folder(), formulary.spoken)


@pytest.fixture(scope="module")
def pills(formulary: Formulary) -> MissedPills:
    return MissedPills(formulary, missed_pills(resources_folder()), WORDS)


def told(pills: MissedPills, reader: Reader, text: str) -> tuple[str, list[Question]]:
    answer, read = AnswerText(), reader.read(text)
    assert pills.can_answer(read)
    events = list(pills.say(read, answer))
    return answer.text, [event for event in events if isinstance(event, Question)]


@pytest.mark.parametrize(
    "text",
    ["I forgot my pill this morning", "took my pill 5 hours late", "i missed 3 pills", "my pill is 13 hours late",
     "I forgot to take my contraceptive pill yesterday", "missed the pill last night", "I've missed a few pills",
     "she forgot her pill", "havent taken my pill for two days"],
)  # fmt: skip
def test_of_a_pill_without_a_kind_both_rules_are_told_and_which_it_is_is_asked(
    pills: MissedPills, reader: Reader, text: str
) -> None:
    said, questions = told(pills, reader, text)
    assert COMBINED in said
    assert MINI in said
    assert [question.text for question in questions] == [WORDS.which]
    assert "The name is on the pack" in said


@pytest.mark.parametrize(
    ("text", "rule", "not_rule"),
    [
        ("I missed a mini-pill", MINI, COMBINED),
        ("im on the mini pill and im five hours late is that a problem", MINI, COMBINED),
        ("forgot my progesterone only pill", MINI, COMBINED),
        ("I forgot my Noriday, 4 hours late", MINI, COMBINED),
        ("I missed two combined pills this week and had sex, do I need the morning after pill", COMBINED, MINI),
        ("forgot my combined pill", COMBINED, MINI),
    ],
)
def test_of_a_kind_that_is_told_its_own_rule_is_told_alone(
    pills: MissedPills, reader: Reader, text: str, rule: str, not_rule: str
) -> None:
    said, questions = told(pills, reader, text)
    assert rule in said
    assert not_rule not in said
    assert not questions


@pytest.mark.parametrize("kind", range(len(WORDS.options)))
def test_the_replies_that_are_offered_are_understood(pills: MissedPills, reader: Reader, kind: int) -> None:
    said, questions = told(pills, reader, WORDS.options[kind])
    assert (COMBINED in said, MINI in said) == (kind == 0, kind == 1)
    assert not questions


@pytest.mark.parametrize(
    "text",
    ["I forgot my blood pressure pill this morning", "my period is late and I am on the pill", "I missed my water pill",
     "I missed my period, I take the pill", "forgot my sleeping pill", "I forgot my cerelle yesterday",
     "I missed a pill of my amoxicillin", "morning after pill how late can you take it", "what is the pill for?",
     "I forgot my pill and now I have bad chest pain", "I missed my appointment about the pill"],
)  # fmt: skip
def test_another_medicine_a_late_period_a_brand_and_an_illness_are_no_missed_pill(
    pills: MissedPills, reader: Reader, text: str
) -> None:
    assert not pills.can_answer(reader.read(text))


def test_every_sentence_names_its_source_and_a_monograph(formulary: Formulary) -> None:
    for pill in missed_pills(resources_folder()):
        assert pill.name in formulary.classes
        assert pill.about in formulary.medicines
        assert any("FSRH" in source for source in pill.sources)
