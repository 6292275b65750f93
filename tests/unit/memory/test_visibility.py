"""Who sees which conversations: one's own, those of others by right, and at a kiosk only what was begun just now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.people import People
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import EVA, HALL, RUTH, answer, said, store_of, trail_of

Act = Callable[[ConversationStore, str], object]

READING: dict[str, Act] = {
    "get": lambda store, talk: store.get(talk),
    "messages": lambda store, talk: store.messages(talk),
    "record": lambda store, talk: store.record(talk, answer()),
}
KEEPING: dict[str, Act] = {
    "rename": lambda store, talk: store.rename(talk, "Title"),
    "pin": lambda store, talk: store.pin(talk, True),
    "link": lambda store, talk: store.link(talk, None),
    "delete": lambda store, talk: store.delete(talk),
    "undelete": lambda store, talk: store.undelete(talk),
}


@pytest.fixture
def of_eva(vault: Vault) -> str:
    """A conversation of the clinician."""
    return said(store_of(vault, EVA), "a clinician asks about gout")


def test_the_front_desk_sees_its_own_only(vault: Vault, of_eva: str) -> None:
    ruth = store_of(vault, RUTH)
    own = said(ruth, "the desk asks about gout")
    assert [talk.id for talk in ruth.list()] == [own]
    assert {found.conversation.id for found in ruth.search("gout")} == {own}


def test_a_clinician_sees_those_of_others_with_their_names(vault: Vault) -> None:
    talk = said(store_of(vault, RUTH), "the desk asks about gout")
    eva = store_of(vault, EVA)
    assert eva.get(talk).account == "Ruth"
    assert {found.conversation.id for found in eva.search("gout")} == {talk}


@pytest.mark.parametrize("act", [*READING.values(), *KEEPING.values()], ids=[*READING, *KEEPING])
def test_the_conversation_of_another_is_refused_and_the_try_is_in_the_trail(
    vault: Vault, of_eva: str, act: Act
) -> None:
    with pytest.raises(PermissionRefusedError, match="may not read the conversations of others"):
        act(store_of(vault, RUTH), of_eva)
    assert trail_of(vault) == [("Ruth", "refused", "read_others")]


def test_an_answer_of_another_is_not_rated(vault: Vault, of_eva: str) -> None:
    message = store_of(vault, EVA).messages(of_eva)[1].id
    with pytest.raises(PermissionRefusedError):
        store_of(vault, RUTH).rate(message, 1)


def test_a_deleted_conversation_of_another_is_refused_too(vault: Vault, of_eva: str) -> None:
    store_of(vault, EVA).delete(of_eva)
    with pytest.raises(PermissionRefusedError):
        store_of(vault, RUTH).undelete(of_eva)


def test_a_kiosk_goes_on_with_what_it_has_begun(vault: Vault) -> None:
    kiosk = store_of(vault, HALL)
    talk = said(kiosk, "first", "second")
    assert len(kiosk.messages(talk)) == 4
    assert [each.id for each in kiosk.list()] == [talk]


@pytest.mark.parametrize("act", READING.values(), ids=READING)
def test_the_next_patient_at_a_kiosk_sees_nothing_of_the_one_before(vault: Vault, act: Act) -> None:
    talk = said(store_of(vault, HALL), "something private")
    following = store_of(vault, HALL)
    assert following.list() == []
    with pytest.raises(PermissionRefusedError):
        act(following, talk)


@pytest.mark.parametrize("act", KEEPING.values(), ids=KEEPING)
def test_a_kiosk_changes_nothing_that_is_kept(vault: Vault, act: Act) -> None:
    kiosk = store_of(vault, HALL)
    talk = said(kiosk, "something private")
    with pytest.raises(PermissionRefusedError, match="may not look at kept conversations"):
        act(kiosk, talk)


def test_a_kiosk_finds_and_knows_nobody(vault: Vault) -> None:
    kiosk, access = store_of(vault, HALL), Access(vault, HALL)
    for act in (lambda: kiosk.search("gout"), People(vault, access).list, lambda: kiosk.start("somebody")):
        with pytest.raises(PermissionRefusedError):
            act()


def test_whoever_loses_a_role_sees_no_more_than_the_new_one_allows(vault: Vault, of_eva: str) -> None:
    access = Access(vault, Account("ruth", "Ruth", Role.CLINICIAN))
    store_of(vault, RUTH)
    store = ConversationStore(vault, access)
    assert store.get(of_eva).id == of_eva
    access.account = RUTH
    with pytest.raises(PermissionRefusedError):
        store.messages(of_eva)
