"""The lists of synonyms and brands keep to their form, and put nothing dangerous together."""

from __future__ import annotations

import re
import tomllib

import pytest

from medbot_desktop.knowledge.search.two_spellings import TwoSpellings
from medbot_desktop.knowledge.search.wordings import read_groups, read_medicines
from medbot_desktop.settings import resources_folder

RETRIEVAL = resources_folder() / "retrieval"
WORDINGS, BRANDS = RETRIEVAL / "wordings.toml", RETRIEVAL / "brands.toml"

ORDINARY_WORDS = frozenset(
    """alert all as balance boots calm care chest clear cold cool cut deep ease fit fresh full gas growth hypo it me
    nerves nix optimum period plan prep rid rest spots spell sugar surgery turn vision vitality water wind""".split()
)
"""Words, some of them brands, that mean something else in most questions."""

SOURCES = {
    WORDINGS: ["NHS", "SNOMED CT", "MedlinePlus", "MeSH", "NICE"],
    BRANDS: ["World Health Organization", "NHS", "British National Formulary", "dm+d", "DailyMed", "Food and Drug"],
}

GROUPS = read_groups(WORDINGS)
MEDICINES = read_medicines(BRANDS)
SUBSTANCES = [substance for some in MEDICINES for substance in some.substances]
COMBINATIONS = [combination for some in MEDICINES for combination in some.combinations]
NAMES = [name for group in GROUPS for name in group]
MEDICINE_NAMES = [
    *(name for names, brands in SUBSTANCES for name in (*names, *brands)),
    *(brand for brand, _ in COMBINATIONS),
]


def spellings() -> TwoSpellings:
    return TwoSpellings(tomllib.loads(WORDINGS.read_text(encoding="utf-8"))["spelling"])


def key(name: str) -> str:
    """A name as it is looked up: both spellings and all ways to join words are one."""
    british = spellings().british
    return " ".join(british(word) for word in re.findall(r"[^\W_]+", name.replace("'", "")))


def test_there_are_enough_of_them() -> None:
    assert len(GROUPS) >= 400
    assert len(SUBSTANCES) >= 250


@pytest.mark.parametrize("path", [WORDINGS, BRANDS], ids=["wordings", "brands"])
def test_the_head_of_each_file_names_the_bodies_that_the_facts_come_from(path: object) -> None:
    text = WORDINGS.read_text(encoding="utf-8") if path == WORDINGS else BRANDS.read_text(encoding="utf-8")
    head = text.split("[", 1)[0]
    missing = [body for body in SOURCES[WORDINGS if path == WORDINGS else BRANDS] if body not in head]
    assert missing == []


def test_every_group_has_two_names_or_more() -> None:
    assert [group for group in GROUPS if len(group) < 2] == []


def test_every_name_is_lower_case_words_without_marks() -> None:
    form = re.compile(r"[a-z0-9]+(?:[ -][a-z0-9]+)*")
    assert [name for name in (*NAMES, *MEDICINE_NAMES) if not form.fullmatch(name)] == []


def test_no_name_stands_in_two_places() -> None:
    seen: dict[str, str] = {}
    twice = []
    for name in (*NAMES, *MEDICINE_NAMES):
        if key(name) in seen:
            twice.append((name, seen[key(name)]))
        seen[key(name)] = name
    assert twice == []


def test_no_ordinary_word_stands_alone_as_a_name() -> None:
    assert sorted(ORDINARY_WORDS & {*NAMES, *MEDICINE_NAMES}) == []


def test_no_brand_of_one_word_is_a_word_that_the_library_uses_in_its_sentences() -> None:
    topics = [path.read_text(encoding="utf-8") for path in (RETRIEVAL.parent / "library").glob("*.md")]
    used = {word for topic in topics for word in re.findall(r"\b[a-z]+\b", topic.split("\n## ", 1)[1])}
    brands = [*(brand for _, brands in SUBSTANCES for brand in brands), *(brand for brand, _ in COMBINATIONS)]
    assert sorted(brand for brand in brands if brand in used) == []


def test_no_name_is_shorter_than_two_letters() -> None:
    assert [name for name in (*NAMES, *MEDICINE_NAMES) if len(name) < 2] == []


def test_every_combination_names_two_substances_or_more() -> None:
    assert [brand for brand, parts in COMBINATIONS if len(set(parts)) < 2] == []


def test_what_a_combination_holds_is_called_by_the_first_name_of_the_substance() -> None:
    later = {name: names[0] for names, _ in SUBSTANCES for name in names[1:]}
    assert [(brand, part) for brand, parts in COMBINATIONS for part in parts if part in later] == []


def test_no_substance_of_a_combination_is_a_brand() -> None:
    brands = {brand for _, held in SUBSTANCES for brand in held} | {brand for brand, _ in COMBINATIONS}
    assert [(brand, part) for brand, parts in COMBINATIONS for part in parts if part in brands] == []


@pytest.mark.parametrize("place", ["start", "anywhere", "end", "whole"])
def test_the_rules_of_spelling_are_pairs_that_differ(place: str) -> None:
    lines = tomllib.loads(WORDINGS.read_text(encoding="utf-8"))["spelling"][place].split("\n")
    pairs = [line.split(" = ") for line in lines if line]
    assert [pair for pair in pairs if len(pair) != 2 or pair[0] == pair[1]] == []
    assert len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == len(pairs)


def test_no_rule_of_spelling_changes_the_names_of_medicines_to_and_fro() -> None:
    both = spellings()
    words = {word for name in (*NAMES, *MEDICINE_NAMES) for word in name.split()}
    assert [word for word in words if both.british(both.american(both.british(word))) != both.british(word)] == []


def test_what_is_british_already_is_left_as_it_is() -> None:
    both = spellings()
    words = {both.british(word) for name in (*NAMES, *MEDICINE_NAMES) for word in name.split()}
    assert [word for word in words if both.british(word) != word] == []
