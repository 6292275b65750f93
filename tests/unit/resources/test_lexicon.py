"""The lexicon is large, names each sign once, and every name that a rule asks for is one that it can find."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from medbot_desktop.domain import GONE
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage import early_warning
from medbot_desktop.triage.conditions import Conditions
from medbot_desktop.triage.watch import FlagFile, FlagRule
from medbot_desktop.understanding.measures import Measures
from medbot_desktop.understanding.patterns import PatternSet
from medbot_desktop.understanding.rulefiles import (
    MeasuredEntry,
    MeasuredFile,
    MeasureFile,
    RecordFile,
    SignEntry,
    SignFile,
)
from medbot_desktop.understanding.tokens import tokenise

RESOURCES = resources_folder()
LEXICON = RESOURCES / "lexicon"
FILES = [
    RESOURCES / "triage" / "signs.toml",
    *(file for file in sorted(LEXICON.glob("*.toml")) if file.name not in ("measured.toml", "measures.toml")),
]
MEASURED = load_resource(LEXICON / "measured.toml", MeasuredFile).measured
MEASURES = load_resource(LEXICON / "measures.toml", MeasureFile)
RULES = load_resource(RESOURCES / "triage" / "red_flags.toml", FlagFile)

every_rule = pytest.mark.parametrize("rule", RULES.rule, ids=lambda rule: str(rule.name))


def all_signs() -> list[SignEntry]:
    return [sign for file in FILES for sign in load_resource(file, SignFile).sign]


SIGNS = all_signs()
NAMES = {*(sign.name for sign in SIGNS), *(entry.sign for entry in MEASURED)}
NUMBERS = {*MEASURES.units, "news2"}


@pytest.fixture(scope="module")
def patterns() -> PatternSet:
    groups = {name: words for file in FILES for name, words in load_resource(file, SignFile).groups.items()}
    return PatternSet([(sign.name, pattern) for sign in SIGNS for pattern in sign.patterns], groups)


def names_of(conditions: Conditions) -> set[str]:
    """The signs and measures that a rule asks for."""
    every = (*conditions.all_of, *conditions.any_of, *conditions.none_of)
    return {name for condition in every for name in condition.names}


def test_there_are_at_least_six_hundred_signs_and_conditions() -> None:
    assert sum(sign.kind in ("symptom", "condition", "event") for sign in SIGNS) >= 600


def test_what_lasts_by_a_record_is_a_circumstance_or_a_condition_of_the_lexicon() -> None:
    lasting = load_resource(RESOURCES / "triage" / "record.toml", RecordFile).lasting
    kinds = {sign.name: sign.kind for sign in SIGNS}
    assert len(set(lasting)) == len(lasting)
    assert {name: kinds.get(name) for name in lasting if kinds.get(name) not in ("context", "condition")} == {}


def test_no_two_signs_share_a_name() -> None:
    assert [name for name, count in Counter(sign.name for sign in SIGNS).items() if count > 1] == []


def test_no_sign_has_the_name_of_a_measure() -> None:
    assert set() == NAMES & NUMBERS


def test_no_sign_repeats_a_pattern() -> None:
    assert [sign.name for sign in SIGNS if len(set(sign.patterns)) < len(sign.patterns)] == []


def test_the_groups_of_the_files_are_told_apart() -> None:
    groups = [name for file in FILES for name in load_resource(file, SignFile).groups]
    assert [name for name, count in Counter(groups).items() if count > 1] == []


def test_no_group_lies_unused() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    groups = {name for file in FILES for name in load_resource(file, SignFile).groups}
    assert sorted(name for name in groups if not re.search(rf"@{name}\b", text)) == []


@pytest.mark.parametrize(
    "word", ["over", "no", "yes", "it", "is", "si", "on", "he", "doctor", "and", "since", "about", "thanks"]
)
def test_no_everyday_word_alone_is_a_sign(patterns: PatternSet, word: str) -> None:
    assert [match.key for match in patterns.find(tokenise(word))] == []


@pytest.mark.parametrize("entry", MEASURED, ids=lambda entry: str(entry.sign))
def test_a_measured_sign_compares_a_measure(entry: MeasuredEntry) -> None:
    assert {comparison.name for comparison in entry.comparisons} <= NUMBERS


def test_a_measured_sign_has_the_kind_that_it_has_in_words() -> None:
    kinds = {sign.name: sign.kind for sign in SIGNS}
    assert [entry.sign for entry in MEASURED if kinds.get(entry.sign, entry.kind) != entry.kind] == []


def test_every_measure_has_a_unit_and_a_range() -> None:
    used = {entry.name for entry in MEASURES.measure} | {"diastolic"}
    assert used <= MEASURES.units.keys()
    assert used <= MEASURES.possible.keys()
    assert all(least < most for least, most in MEASURES.possible.values())
    assert Measures(MEASURES).find("nothing here") == []


def test_there_are_at_least_a_hundred_and_twenty_red_flags() -> None:
    assert len(RULES.rule) >= 120


@every_rule
def test_a_red_flag_asks_for_signs_and_measures_that_exist(rule: FlagRule) -> None:
    assert names_of(rule.conditions) - NAMES - NUMBERS == set()


@every_rule
def test_a_red_flag_can_hold(rule: FlagRule) -> None:
    conditions = rule.conditions
    forbidden = {name for condition in conditions.none_of for name in condition.names}
    assert conditions.all_of or conditions.any_of
    assert conditions.at_least <= max(1, len(conditions.any_of))
    assert all(set(condition.names) - forbidden for condition in conditions.all_of)


def test_the_signs_that_the_early_warning_score_asks_for_exist() -> None:
    asked = {*early_warning._NEW_CONFUSION, early_warning._ON_OXYGEN, "copd_known", "pregnant"}
    assert asked - NAMES == set()
    assert set(early_warning._BANDS) <= NUMBERS


def test_gone_is_no_name_of_a_sign() -> None:
    assert GONE not in NAMES
