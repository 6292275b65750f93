"""A condition holds where it is known to; what is not known is what can be asked for."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.triage.conditions import Conditions, read_condition
from medbot_desktop.triage.findings import Findings


def known(*names: str, denied: tuple[str, ...] = (), **numbers: float) -> Findings:
    """What is known: signs that hold, signs that are denied, and measures."""
    entities = [Entity(name, "symptom", name, 0, 1, Assertion.PRESENT) for name in names]
    entities += [Entity(name, "symptom", name, 0, 1, Assertion.NEGATED) for name in denied]
    entities += [Entity(name, "measure", name, 0, 1, Assertion.PRESENT, "", n) for name, n in numbers.items()]
    return Findings.of(entities)


def holds(written: str, findings: Findings) -> bool:
    return read_condition(written).deciding(findings) is not None


def test_one_alternative_is_enough() -> None:
    assert holds("fever|rigors", known("rigors"))
    assert not holds("fever|rigors", known("cough"))


def test_a_sign_and_a_measure_may_be_alternatives() -> None:
    assert holds("infant|age < 1 year", known("infant"))
    assert holds("infant|age < 1 year", known(age=0.5))
    assert not holds("infant|age < 1 year", known(age=1.0))
    assert read_condition("infant|age < 1 year").names == ("infant", "age")


def test_a_measure_that_is_not_known_does_not_hold_either_way() -> None:
    assert not holds("age < 65", known())
    assert not holds("age >= 65", known())
    assert not read_condition("age < 65").is_known(known())


def test_a_condition_is_known_once_one_alternative_holds_or_all_are_denied() -> None:
    condition = read_condition("fever|rigors")
    assert condition.is_known(known("fever"))
    assert condition.is_known(known(denied=("fever", "rigors")))
    assert not condition.is_known(known(denied=("fever",)))


def test_the_duration_asked_for_is_that_of_the_complaint() -> None:
    near = [
        Entity("cough", "symptom", "cough", 0, 5, Assertion.PRESENT),
        Entity("a day", "measure", "duration", 10, 15, Assertion.PRESENT, "", 1.0),
        Entity("back pain", "symptom", "back_pain", 500, 509, Assertion.PRESENT),
        Entity("a year", "measure", "duration", 510, 516, Assertion.PRESENT, "", 365.0),
    ]
    condition = read_condition("duration >= 3 weeks")
    assert condition.deciding(Findings.of(near), ["cough"]) is None
    assert condition.deciding(Findings.of(near), ["back_pain"]) is not None


@pytest.mark.parametrize("written", ["", "Fever", "fever|", "age < many", "chest pain", "fever and rash"])
def test_what_is_no_condition_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        read_condition(written)


def rule(
    all_of: list[str] | None = None,
    any_of: list[str] | None = None,
    none_of: list[str] | None = None,
    at_least: int = 1,
) -> Conditions:
    return Conditions.read(all_of or [], any_of or [], none_of or [], at_least)


def test_every_one_of_all_must_hold() -> None:
    both = rule(all_of=["fever", "rash"])
    assert both.deciding(known("fever", "rash")) is not None
    assert both.deciding(known("fever")) is None


def test_at_least_so_many_of_any_must_hold() -> None:
    two = rule(any_of=["fever", "rash", "cough"], at_least=2)
    assert two.deciding(known("fever", "cough")) is not None
    assert two.deciding(known("cough")) is None


def test_none_of_none_may_hold_and_what_is_not_known_of_them_does_not_stand_in_the_way() -> None:
    unless_child = rule(all_of=["fever"], none_of=["child|age < 16"])
    assert unless_child.deciding(known("fever")) is not None
    assert unless_child.deciding(known("fever", "child")) is None
    assert unless_child.deciding(known("fever", age=3.0)) is None
    assert unless_child.deciding(known("fever", age=30.0)) is not None


def test_the_entities_that_decided_are_told() -> None:
    decided = rule(all_of=["fever"], any_of=["rash", "cough"]).deciding(known("fever", "cough"))
    assert decided is not None
    assert {entity.name for entity in decided} == {"fever", "cough"}


def test_what_is_open_is_what_would_have_to_be_asked() -> None:
    assert rule(all_of=["fever", "rash"]).open_names(known("fever")) == ["rash"]
    assert rule(all_of=["fever"], any_of=["rash", "cough"]).open_names(known()) == ["fever", "rash", "cough"]
    assert rule(all_of=["age < 65"]).open_names(known()) == ["age"]


@pytest.mark.parametrize(
    ("conditions", "findings"),
    [
        (rule(all_of=["fever", "rash"]), known(denied=("rash",))),
        (rule(all_of=["fever"], none_of=["child"]), known("child")),
        (rule(any_of=["fever", "rash"], at_least=2), known(denied=("rash",))),
        (rule(all_of=["age < 65"]), known(age=70.0)),
        (rule(any_of=["fever", "rash"]), known(denied=("fever", "rash"))),
    ],
)
def test_nothing_is_open_where_the_rule_cannot_hold_any_more(conditions: Conditions, findings: Findings) -> None:
    assert conditions.open_names(findings) == []


def test_nothing_is_open_where_the_rule_holds_already() -> None:
    assert rule(all_of=["fever"], any_of=["rash", "cough"]).open_names(known("fever", "rash")) == []


def test_the_measure_by_which_it_holds_is_told() -> None:
    decided = rule(all_of=["fever", "age >= 65"]).deciding(known("fever", age=70.0))
    assert decided is not None
    assert [entity.name for entity in decided] == ["fever", "age"]


def test_of_a_duration_that_of_the_complaint_is_told() -> None:
    entities = [
        Entity("cough", "symptom", "cough", 0, 5, Assertion.PRESENT),
        Entity("a month", "measure", "duration", 10, 17, Assertion.PRESENT, "", 30.0),
        Entity("a year", "measure", "duration", 510, 516, Assertion.PRESENT, "", 365.0),
    ]
    decided = read_condition("duration >= 3 weeks").deciding(Findings.of(entities), ["cough"])
    assert decided is not None
    assert [entity.text for entity in decided] == ["a month"]


def test_the_denials_that_keep_a_rule_off_are_told() -> None:
    both = rule(all_of=["fever", "rash"], none_of=["child"])

    def keeping_off(findings: Findings) -> list[str]:
        return [one.name for one in both.denials(findings, findings.with_denied())]

    assert keeping_off(known("fever", denied=("rash",))) == ["rash"]
    assert keeping_off(known("fever", "rash")) == []
    assert keeping_off(known("fever")) == []
    assert keeping_off(known("fever", "child", denied=("rash",))) == []


def test_what_is_missing_is_counted() -> None:
    one = rule(all_of=["fever"], any_of=["rash", "cough"], at_least=2)
    assert [
        one.missing(known(*names)) for names in ((), ("fever",), ("fever", "rash"), ("fever", "rash", "cough"))
    ] == [
        3,
        2,
        1,
        0,
    ]
