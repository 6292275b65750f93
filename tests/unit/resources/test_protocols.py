"""Each protocol is complete, asks only for what can be known, and reads easily."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.dialogue import MEASURES
from medbot_desktop.triage.protocols import Discriminator, Protocol, load_protocols
from medbot_desktop.triage.watch import FlagFile
from tests.unit.resources.reading_ease import flesch_reading_ease
from tests.unit.resources.test_lexicon import NAMES, NUMBERS, names_of

RESOURCES = resources_folder()
PROTOCOLS = load_protocols(RESOURCES / "triage" / "protocols")
FLAGS = {rule.name: rule for rule in load_resource(RESOURCES / "triage" / "red_flags.toml", FlagFile).rule}
TOPICS = {file.stem for file in (RESOURCES / "library").glob("*.md")}
LEVELS = ["emergency", "urgent", "routine", "self_care"]
BODIES = re.compile(
    r"(?:NHS|NICE|MHRA|UKHSA|CDC|NIH|WHO|FDA|SIGN|BTS|RCOG|RCEM|BASHH|FSRH|JBDS|JRCALC|MedlinePlus|TOXBASE|British|Royal|National"
    r"|Resuscitation|College|European|American|International|Surviving|Advisory|Joint|UK|US|St John|Faculty"
    r"|Moorfields|Global|BNF|SDCEP|NaTHNaC|EAU|ABN|ESGE|EASL|BOAST|GIRFT|RCP|MBRRACE-UK"
    r"|BMJ|Society|Wilderness|GINA|GOLD|ESC|BSG|BSR|ESHRE|RCPCH|RCGP|Public|Poisons|National|Mental|Department|BASH)\b"
)
EASY = 60.0

every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: str(protocol.name))


def own(protocol: Protocol) -> list[Discriminator]:
    return [discriminator for discriminator in protocol.discriminator if not discriminator.flag]


def level_of(discriminator: Discriminator) -> str:
    return "emergency" if discriminator.flag else discriminator.level


def asked_of(discriminator: Discriminator) -> set[str]:
    return names_of(FLAGS[discriminator.flag].conditions if discriminator.flag else discriminator.conditions)


def words_for_people(protocol: Protocol) -> list[str]:
    steps = [protocol.do_emergency, protocol.do_urgent, protocol.do_routine, protocol.do_self_care, protocol.safety_net]
    return [
        protocol.why_otherwise,
        *(line for lines in steps for line in lines),
        *(discriminator.why for discriminator in own(protocol)),
        *(question.text for question in protocol.question),
    ]


def test_there_are_at_least_sixty_protocols() -> None:
    assert len(PROTOCOLS) >= 60


def test_no_two_protocols_share_a_title() -> None:
    assert [title for title, n in Counter(protocol.title for protocol in PROTOCOLS).items() if n > 1] == []


def test_no_two_discriminators_share_a_name() -> None:
    names = Counter(discriminator.name for protocol in PROTOCOLS for discriminator in own(protocol))
    assert [name for name, count in names.items() if count > 1] == []


@every_protocol
def test_the_name_is_that_of_the_file(protocol: Protocol) -> None:
    assert (RESOURCES / "triage" / "protocols" / f"{protocol.name}.toml").is_file()


@every_protocol
def test_it_presents_with_signs_that_exist(protocol: Protocol) -> None:
    assert set(protocol.presents_with) - NAMES == set()
    assert len(set(protocol.presents_with)) == len(protocol.presents_with)


@every_protocol
def test_every_flag_that_it_names_exists_and_is_an_emergency(protocol: Protocol) -> None:
    for discriminator in protocol.discriminator:
        if discriminator.flag:
            assert discriminator.flag in FLAGS
            assert discriminator.level == "emergency"


@every_protocol
def test_every_condition_speaks_of_signs_and_measures_that_exist(protocol: Protocol) -> None:
    for discriminator in own(protocol):
        assert names_of(discriminator.conditions) - NAMES - NUMBERS == set(), discriminator.name
        assert discriminator.at_least <= max(1, len(discriminator.any_of)), discriminator.name


@every_protocol
def test_the_levels_stand_from_the_most_urgent_down(protocol: Protocol) -> None:
    levels = [LEVELS.index(level_of(discriminator)) for discriminator in protocol.discriminator]
    assert all(one <= other for one, other in pairwise(levels))


@every_protocol
def test_it_has_an_emergency_and_what_to_do_at_each_level_that_it_can_reach(protocol: Protocol) -> None:
    reached = {protocol.otherwise, *(level_of(discriminator) for discriminator in protocol.discriminator)}
    steps = {level: getattr(protocol, f"do_{level}") for level in LEVELS}
    assert [level for level in reached if not steps[level]] == []


@every_protocol
def test_its_topic_where_it_has_one_is_in_the_library(protocol: Protocol) -> None:
    assert not protocol.topic or protocol.topic in TOPICS  # a complaint may come before its topic


@every_protocol
def test_it_has_questions_and_each_may_decide_something(protocol: Protocol) -> None:
    assert protocol.question
    decides = {name for discriminator in protocol.discriminator for name in asked_of(discriminator)}
    useless = [question.text for question in protocol.question if not set(question.asks) & decides]
    assert useless == []


@every_protocol
def test_a_question_asks_for_what_exists_and_nothing_is_asked_twice(protocol: Protocol) -> None:
    asks = [set(question.asks) for question in protocol.question]
    assert set().union(*asks) - NAMES - MEASURES == set()
    # One that asks for a part of another stands in for it where the rest was answered.
    shared = [(one, other) for one, other in combinations(asks, 2) if one & other]
    assert [pair for pair in shared if not (pair[0] < pair[1] or pair[1] < pair[0])] == []


@every_protocol
def test_a_question_is_one_short_question_with_buttons(protocol: Protocol) -> None:
    for question in protocol.question:
        assert question.text.endswith("?")
        assert len(question.text.split()) <= 25, question.text
        assert len(set(question.buttons)) == len(question.buttons) >= 2, question.text
        assert all(len(button) <= 40 for button in question.buttons), question.text


@every_protocol
def test_a_measure_is_asked_for_alone_and_not_with_yes_and_no(protocol: Protocol) -> None:
    for question in protocol.question:
        if MEASURES & set(question.asks):
            assert len(question.asks) == 1, question.text
            assert "Yes" not in question.buttons, question.text


@every_protocol
def test_what_it_says_is_plain_whole_sentences(protocol: Protocol) -> None:
    said = words_for_people(protocol)
    assert [line for line in said if line[-1] not in ".?!"] == []
    assert [line for line in said if len(line.split()) > 40] == []
    assert re.search(r"\b(?:999|911|112)\b", " ".join(said)) is None
    assert "{" not in re.sub(r"\{(?:emergency_number|crisis_line)\}", "", " ".join(said))


@every_protocol
def test_what_it_says_reads_easily(protocol: Protocol) -> None:
    said = "\n".join(words_for_people(protocol)).replace("{emergency_number}", "it").replace("{crisis_line}", "it")
    assert flesch_reading_ease(said) >= EASY


@every_protocol
def test_an_emergency_says_whom_to_call(protocol: Protocol) -> None:
    if protocol.do_emergency:
        assert re.search(r"\{(?:emergency_number|crisis_line)\}", " ".join(protocol.do_emergency))


@every_protocol
def test_every_source_is_a_body_that_is_named(protocol: Protocol) -> None:
    sources = [*protocol.sources, *(discriminator.source for discriminator in own(protocol))]
    assert [source for source in sources if not BODIES.match(source)] == []


def test_every_group_is_a_part_of_the_lexicon() -> None:
    parts = {file.stem.split("_")[0] for file in (RESOURCES / "lexicon").glob("*.toml")}
    assert {protocol.group for protocol in PROTOCOLS} <= parts
