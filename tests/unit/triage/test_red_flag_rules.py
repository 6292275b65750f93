"""Each red-flag rule that ships is complete, readable, sourced, and speaks of signs that exist."""

from __future__ import annotations

import re
import tomllib

import pytest

from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.watch import FlagFile, FlagRule
from tests.unit.resources.test_lexicon import NAMES, NUMBERS, names_of

RULES = FlagFile.model_validate(
    tomllib.loads((resources_folder() / "triage" / "red_flags.toml").read_text(encoding="utf-8"))
)
GROUPS = {
    "cardiac", "stroke", "breathing", "choking", "anaphylaxis", "sepsis", "meningitis", "bleeding", "head_injury",
    "poisoning", "pregnancy", "newborn", "child", "torsion", "cauda_equina", "eye", "abdomen", "diabetic", "suicide",
    "burns", "seizure", "unconscious", "collapse", "heat_cold", "limb", "aneurysm", "drowning_electric", "abuse",
}  # fmt: skip


def test_there_are_rules_for_every_group() -> None:
    assert {rule.group for rule in RULES.rule} >= GROUPS
    assert len(RULES.rule) >= 120


def test_no_two_rules_share_a_name() -> None:
    assert len({rule.name for rule in RULES.rule}) == len(RULES.rule)


@pytest.mark.parametrize("rule", RULES.rule, ids=lambda rule: str(rule.name))
def test_a_rule_speaks_of_signs_that_exist(rule: FlagRule) -> None:
    assert names_of(rule.conditions) <= NAMES | NUMBERS
    assert rule.all_of or rule.any_of
    assert rule.at_least <= max(1, len(rule.any_of))


@pytest.mark.parametrize("rule", RULES.rule, ids=lambda rule: str(rule.name))
def test_a_rule_says_why_in_one_plain_sentence_with_its_source(rule: FlagRule) -> None:
    assert rule.why.endswith(".")
    assert len(rule.why.split()) <= 30
    assert re.search(r"\b20[0-2]\d\b", rule.source)


@pytest.mark.parametrize("name", sorted(RULES.actions))
def test_an_action_tells_two_to_four_things_and_whom_to_call(name: str) -> None:
    sentences = RULES.actions[name]
    assert 2 <= len(sentences) <= 4
    assert all(sentence.endswith(".") and len(sentence.split()) <= 30 for sentence in sentences)
    assert "{emergency_number}" in " ".join(sentences)
    filled = " ".join(sentences).replace("{emergency_number}", "").replace("{crisis_line}", "")
    assert "{" not in filled


def test_no_action_lies_unused() -> None:
    assert {rule.action for rule in RULES.rule} == set(RULES.actions)
