"""The libraries of a vault: who may change them, what the trail says, and when the one that ships is put in anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select, text

from medbot_desktop.errors import LibraryError, PermissionRefusedError
from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library import CORE, Libraries
from medbot_desktop.knowledge.packs.staging import clear_unfinished
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.vault import Vault
from tests.contents import full_text_of, names_of, passages_of, revision_of

KEY = DataKey.random()


class CountingEmbedder:
    """Gives each text a unit vector of its own, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        vectors = np.array([[len(words), sum(words.encode()), 1.0] for words in texts], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def count_words(words: str) -> int:
    return len(words.split())


def document(key: str, *paragraphs: str) -> Document:
    body = "\n".join(paragraphs)
    starts = [body.index(paragraph) for paragraph in paragraphs]
    blocks = tuple(Block(p, start, start + len(p)) for p, start in zip(paragraphs, starts, strict=True))
    return Document(
        key, key.title(), (f"{key} trouble",), (), "adults", "2026-01-01", (), (Section("S", blocks),), body
    )


CORE_DOCUMENTS = [document("fever", "Drink water.", "Rest a lot."), document("cough", "Honey soothes.")]
OURS = document("hours", "We open at nine.")


def libraries_of(
    vault: Vault,
    role: Role = Role.CLINICIAN,
    embedder: CountingEmbedder | None = None,
    identity: str = "one",
    count_tokens: Callable[[str], int] = count_words,
) -> Libraries:
    access = Access(vault, Account("someone", "someone", role))
    return Libraries(vault, access, (embedder or CountingEmbedder()).embed, identity, count_tokens)


def entries(vault: Vault) -> list[AuditRow]:
    with vault.transaction() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))


def words_found(vault: Vault, word: str) -> int:
    return len(full_text_of(vault, word))


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def libraries(vault: Vault) -> Libraries:
    """A clinician's libraries: the one that ships and one of the clinic."""
    found = libraries_of(vault)
    found.sync_core(CORE_DOCUMENTS)
    found.add("clinic", [OURS])
    return found


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.KIOSK])
def test_who_may_not_edit_the_library_can_neither_add_nor_remove(
    vault: Vault, libraries: Libraries, role: Role
) -> None:
    refused = libraries_of(vault, role)
    before = libraries.summaries(), revision_of(vault)
    with pytest.raises(PermissionRefusedError):
        refused.add("clinic", [document("other", "Text.")])
    with pytest.raises(PermissionRefusedError):
        refused.remove("clinic")
    assert (libraries.summaries(), revision_of(vault)) == before


def test_any_role_brings_the_library_that_ships(vault: Vault) -> None:
    assert libraries_of(vault, Role.KIOSK).sync_core(CORE_DOCUMENTS)
    assert words_found(vault, "honey") == 1


def test_adding_and_removing_are_in_the_trail_with_numbers_only(vault: Vault, libraries: Libraries) -> None:
    libraries.remove("clinic")
    _, added, removed = entries(vault)
    assert [(row.action, row.kind) for row in (added, removed)] == [("library_changed", "library")] * 2
    assert added.record == removed.record == "2"
    assert (added.details, removed.details) == (
        {"documents": 1, "change": "added"},
        {"documents": 1, "change": "removed"},
    )


def test_an_addition_that_fails_changes_nothing_and_is_not_in_the_trail(vault: Vault, libraries: Libraries) -> None:
    before = libraries.summaries(), revision_of(vault), len(entries(vault))
    with pytest.raises(LibraryError, match="already has a document hours"):
        libraries.add("clinic", [document("new", "Text."), OURS])
    assert (libraries.summaries(), revision_of(vault), len(entries(vault))) == before


@pytest.mark.parametrize("change", [lambda it: it.add(CORE, [OURS]), lambda it: it.remove(CORE)], ids=["add", "remove"])
def test_the_library_that_ships_cannot_be_changed_by_hand(
    libraries: Libraries, change: Callable[[Libraries], None]
) -> None:
    with pytest.raises(LibraryError, match="ships with MedBot"):
        change(libraries)


def test_a_library_that_is_not_there_cannot_be_removed(libraries: Libraries) -> None:
    with pytest.raises(LibraryError, match="no library elsewhere"):
        libraries.remove("elsewhere")


def test_nothing_of_a_removed_library_is_found_any_more(vault: Vault, libraries: Libraries) -> None:
    libraries.remove("clinic")
    assert [summary.name for summary in libraries.summaries()] == [CORE]
    assert {item.passage.library for item in passages_of(vault)} == {CORE}
    assert "Hours" not in names_of(vault)
    assert words_found(vault, "nine") == 0
    assert words_found(vault, "honey") == 1
    with vault.transaction() as session:
        kept = session.scalars(text("SELECT rowid FROM passages_fts")).all()
    assert sorted(kept) == [item.row_id for item in passages_of(vault)]


def test_a_library_is_gone_at_once_also_where_deleting_its_documents_is_broken_off(
    vault: Vault, libraries: Libraries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("medbot_desktop.knowledge.library_rows.remove_documents", broken_off)
        with pytest.raises(KeyboardInterrupt):
            libraries.remove("clinic")
    assert [summary.name for summary in libraries.summaries()] == [CORE]
    assert list(clear_unfinished(vault)) == [1, 0]
    assert words_found(vault, "nine") == 0


def test_a_library_can_be_added_again_after_it_was_removed(vault: Vault, libraries: Libraries) -> None:
    libraries.remove("clinic")
    libraries.add("clinic", [OURS])
    assert words_found(vault, "nine") == 1


def test_every_change_gives_a_revision_that_never_comes_again(vault: Vault, libraries: Libraries) -> None:
    seen = [revision_of(vault)]
    for _ in range(3):
        libraries.remove("clinic")
        seen.append(revision_of(vault))
        libraries.add("clinic", [OURS])
        seen.append(revision_of(vault))
    assert len(set(seen)) == len(seen)


def test_the_library_that_ships_is_put_into_a_vault_on_the_disk_once(tmp_path: Path) -> None:
    first = Vault.open(tmp_path / "vault.db", KEY)
    first.migrate()
    libraries_of(first).sync_core(CORE_DOCUMENTS)
    fingerprint = revision_of(first)
    first.close()
    again, embedder = Vault.open(tmp_path / "vault.db", KEY), CountingEmbedder()
    libraries = libraries_of(again, embedder=embedder)
    assert not libraries.sync_core(CORE_DOCUMENTS)
    assert embedder.asked == 0
    assert revision_of(again) == fingerprint
    assert [item.passage.text for item in passages_of(again)] == ["Drink water.\nRest a lot.", "Honey soothes."]
    again.close()


def test_the_library_that_ships_is_replaced_when_a_document_changes(vault: Vault, libraries: Libraries) -> None:
    newer = [CORE_DOCUMENTS[0], document("cough", "Lemon soothes.")]
    assert libraries.sync_core(newer)
    assert (words_found(vault, "honey"), words_found(vault, "lemon")) == (0, 1)
    assert not libraries.sync_core(newer)


@pytest.mark.parametrize(
    "newer",
    [
        CORE_DOCUMENTS[:1],
        [replace(CORE_DOCUMENTS[0], synonyms=("high temperature",)), CORE_DOCUMENTS[1]],
        [replace(CORE_DOCUMENTS[0], last_reviewed="2026-02-02"), CORE_DOCUMENTS[1]],
    ],
    ids=["a document less", "another synonym", "a later review"],
)
def test_the_library_that_ships_is_replaced_when_anything_of_it_changes(
    libraries: Libraries, newer: list[Document]
) -> None:
    assert libraries.sync_core(newer)


def test_the_library_that_ships_is_replaced_when_the_embedder_changes(vault: Vault, libraries: Libraries) -> None:
    embedder = CountingEmbedder()
    assert libraries_of(vault, embedder=embedder, identity="two").sync_core(CORE_DOCUMENTS)
    assert embedder.asked == 2 * 2 + 2


def test_the_library_that_ships_is_replaced_when_it_is_cut_in_another_way(vault: Vault, libraries: Libraries) -> None:
    finer = libraries_of(vault, count_tokens=lambda words: 130)
    assert finer.sync_core(CORE_DOCUMENTS)
    assert sum(item.passage.document_id == "fever" for item in passages_of(vault)) == 2


def test_the_clinics_own_library_stays_when_the_one_that_ships_is_replaced(vault: Vault, libraries: Libraries) -> None:
    libraries.sync_core(CORE_DOCUMENTS[:1])
    assert words_found(vault, "nine") == 1
    assert [(summary.name, summary.documents) for summary in libraries.summaries()] == [("clinic", 1), (CORE, 1)]


def test_a_replacement_that_fails_leaves_what_was_there(vault: Vault, libraries: Libraries) -> None:
    before = revision_of(vault)
    with pytest.raises(LibraryError):
        libraries.sync_core([CORE_DOCUMENTS[0], CORE_DOCUMENTS[0]])
    assert revision_of(vault) == before
    assert words_found(vault, "honey") == 1
    assert not libraries.sync_core(CORE_DOCUMENTS)


def test_the_demo_may_change_its_libraries(vault: Vault) -> None:
    libraries = Libraries(vault, Access(vault, DEMO_ACCOUNT), CountingEmbedder().embed, "one", count_words)
    libraries.add("clinic", [OURS])
    assert words_found(vault, "nine") == 1
