"""What a document has contributed is counted for all, and told in words only to those who may read them."""

from __future__ import annotations

import pytest

from medbot_desktop.memory.contributions import Contribution, Contributions
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import CITATIONS, EVA, HALL, RUTH, answer, said, store_of


def told(vault: Vault, account: Account, document: str = "asthma") -> Contribution:
    store_of(vault, account)
    return Contributions(vault, Access(vault, account)).of("core", document)


def questions(contribution: Contribution) -> list[str]:
    return [use.question for use in contribution.last]


def test_answers_that_cite_a_document_are_counted_and_named_newest_first(vault: Vault) -> None:
    store = store_of(vault, EVA)
    talk = store.start()
    for question in ("What is asthma?", "Is asthma common?"):
        store.record(talk.id, answer(question))
    found = told(vault, EVA)
    assert found.answers == 2
    assert questions(found) == ["Is asthma common?", "What is asthma?"]
    assert {use.conversation_id for use in found.last} == {talk.id}


def test_a_document_that_no_answer_cites_has_contributed_nothing(vault: Vault) -> None:
    said(store_of(vault, EVA), "What is asthma?")
    assert told(vault, EVA) == Contribution(0, ())


def test_only_some_of_many_answers_are_named(vault: Vault) -> None:
    store = store_of(vault, EVA)
    talk = store.start()
    for number in range(9):
        store.record(talk.id, answer(f"question {number}"))
    found = told(vault, EVA)
    assert (found.answers, len(found.last)) == (9, 5)


@pytest.mark.parametrize(("account", "expected"), [(EVA, ["What is asthma?"]), (RUTH, []), (HALL, [])])
def test_what_others_asked_is_told_only_to_those_who_may_read_it(
    vault: Vault, account: Account, expected: list[str]
) -> None:
    asking = store_of(vault, Account("ada", "Ada", EVA.role))
    asking.record(asking.start().id, answer())
    found = told(vault, account)
    assert found.answers == 1
    assert questions(found) == expected


def test_the_front_desk_is_told_of_its_own_answers(vault: Vault) -> None:
    store = store_of(vault, RUTH)
    store.record(store.start().id, answer())
    assert questions(told(vault, RUTH)) == ["What is asthma?"]


def test_a_deleted_conversation_is_counted_and_not_named(vault: Vault) -> None:
    store = store_of(vault, EVA)
    talk = store.start()
    store.record(talk.id, answer())
    store.delete(talk.id)
    assert told(vault, EVA) == Contribution(1, ())


def test_the_answers_of_each_document_of_a_library_are_counted(vault: Vault) -> None:
    store = store_of(vault, EVA)
    talk = store.start()
    store.record(talk.id, answer())
    store.record(talk.id, answer(citations=CITATIONS[:1]))
    contributions = Contributions(vault, Access(vault, EVA))
    assert contributions.counts("core") == {"asthma": 2, "cough": 1}
    assert contributions.counts("leaflets") == {}
