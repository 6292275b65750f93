"""What is searched follows what is in the vault: new, changed, removed, of another embedder, for other readers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from medbot_desktop.domain import Filters
from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library import Libraries
from medbot_desktop.knowledge.search.ranker import Ranker
from medbot_desktop.knowledge.search.retrieval import Retriever, best_per_document
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from medbot_desktop.knowledge.search.stocktaking import Stocktaking
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Role
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, PassageRow
from medbot_desktop.vault.vault import Vault, account_row
from medbot_desktop.workspace import Knowledge

RABIES = "Rabies is spread by the bite of an infected animal. Wash the wound for fifteen minutes."
SCABIES = "Scabies makes the skin itch, most of all at night. Permethrin cream is put on the whole body."
KEY = bytes(32)


def document(key: str, words: str, **changes: str) -> Document:
    made = Document(
        key, key.title(), (), (), "everyone", "", (), (Section("Advice", (Block(words, 0, len(words)),)),), words
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class Clinic:
    """A vault with libraries, and what searches it."""

    def __init__(self, vault: Vault, knowledge: Knowledge) -> None:
        self.vault = vault
        self._knowledge = knowledge
        embedder = knowledge.embedder
        self.libraries = Libraries(
            vault, Access(vault, DEMO_ACCOUNT), embedder.embed, embedder.identity, embedder.count_tokens
        )

    def retriever(
        self, snapshot: IndexSnapshot | None = None, role: Role = Role.CLINICIAN, embedder: str | None = None
    ) -> Retriever:
        ours = self._knowledge.embedder
        ranker = Ranker.load(resources_folder() / "retrieval")
        stocktaking = Stocktaking(
            embedder or ours.identity, lambda word: False, ranker.kinds, ours.embed(["tax return"]), snapshot
        )
        access = Access(self.vault, replace(DEMO_ACCOUNT, role=role))
        return Retriever(self.vault, access, ours.embed, ranker, stocktaking)

    def change(self, statement: object) -> None:
        with self.vault.transaction() as session:
            session.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def clinic(knowledge: Knowledge) -> Iterator[Clinic]:
    vault = Vault.open_in_memory()
    yield Clinic(vault, knowledge)
    vault.close()


def found(retriever: Retriever, question: str, filters: Filters | None = None) -> list[str]:
    hits = retriever.retrieve(question, filters=filters or Filters()).hits
    return [hit.passage.document_id for hit in best_per_document(hits)]


def test_a_document_that_is_added_is_found_after_a_refresh(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    retriever = clinic.retriever()
    clinic.libraries.add("clinic", [document("scabies", SCABIES)])
    assert found(retriever, "itching at night") == ["rabies"]
    retriever.refresh()
    assert found(retriever, "itching at night")[0] == "scabies"
    assert found(retriever, "bitten by an animal")[0] == "rabies"


def test_a_document_that_is_removed_is_found_no_more(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES), document("scabies", SCABIES)])
    retriever = clinic.retriever()
    clinic.change(text("DELETE FROM documents WHERE key = 'rabies'"))
    assert found(retriever, "bitten by an animal") == ["scabies"], "its text is gone at once"
    retriever.refresh()
    assert found(retriever, "bitten by an animal") == ["scabies"]


def test_another_document_under_the_rows_of_a_removed_one_is_found_as_what_it_is(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    retriever = clinic.retriever()
    clinic.libraries.remove("clinic")
    clinic.libraries.add("clinic", [document("scabies", SCABIES)])
    with clinic.vault.reading() as session:
        assert session.scalars(select(PassageRow.id)).all() == [1]
    retriever.refresh()
    [hit] = retriever.retrieve("itching at night").hits
    assert hit.passage.document_id == "scabies"
    assert retriever.stock.holdings.documents[0].row_id == 1


def test_nothing_new_leaves_the_stock_as_it_is(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    retriever = clinic.retriever()
    before = retriever.stock
    retriever.refresh()
    assert retriever.stock is before


def test_a_document_that_is_still_being_brought_in_is_not_found(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES), document("scabies", SCABIES)])
    clinic.change(update(DocumentRow).where(DocumentRow.key == "scabies").values(is_staged=True))
    retriever = clinic.retriever()
    assert found(retriever, "itching at night") == ["rabies"]
    clinic.change(update(DocumentRow).values(is_staged=False))
    retriever.refresh()
    assert found(retriever, "itching at night")[0] == "scabies"


@pytest.mark.parametrize("role", list(Role))
def test_a_library_is_searched_only_for_the_roles_that_may_read_it(clinic: Clinic, role: Role) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    clinic.libraries.add("managers", [document("scabies", SCABIES)])
    clinic.change(update(LibraryRow).where(LibraryRow.name == "managers").values(readable_by=["clinician"]))
    may_read = role in (Role.CLINICIAN, Role.ADMINISTRATOR)
    assert ("scabies" in found(clinic.retriever(role=role), "itching at night")) == may_read


def test_who_may_read_a_library_holds_after_a_refresh(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    retriever = clinic.retriever(role=Role.KIOSK)
    clinic.change(update(LibraryRow).values(readable_by=["clinician"]))
    retriever.refresh()
    assert found(retriever, "bitten by an animal") == []


FILTERS: dict[str, tuple[Filters, set[str]]] = {
    "none": (Filters(), {"a", "b", "c"}),
    "a library": (Filters(libraries=frozenset({"clinic"})), {"a", "b", "c"}),
    "another library": (Filters(libraries=frozenset({"core"})), set()),
    "not a library": (Filters(without=frozenset({"clinic"})), set()),
    "not another library": (Filters(without=frozenset({"core"})), {"a", "b", "c"}),
    "an audience": (Filters(audience="children"), {"a", "b"}),
    "a language": (Filters(language="en"), {"a", "c"}),
    "a day": (Filters(since="2026-01-01"), {"b", "c"}),
    "a tag": (Filters(tag="skin"), {"c"}),
    "two at once": (Filters(audience="adults", language="en"), {"a", "c"}),
}


@pytest.mark.parametrize(("filters", "expected"), FILTERS.values(), ids=FILTERS)
def test_what_a_filter_lets_through_is_found_and_nothing_else(
    clinic: Clinic, filters: Filters, expected: set[str]
) -> None:
    clinic.libraries.add(
        "clinic",
        [
            document("a", RABIES, last_reviewed="2025-12-31", language="en-GB"),
            document("b", "Rabies is treated at once.", audience="children", language="fr", last_reviewed="2026-02-01"),
            document("c", SCABIES + " It is not rabies.", audience="adults"),
        ],
    )
    clinic.change(update(DocumentRow).where(DocumentRow.key == "c").values(tags=["skin"]))
    assert set(found(clinic.retriever(), "rabies", filters)) == expected


def test_a_filter_finds_what_stands_behind_hundreds_of_better_matches(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("scabies", SCABIES)])
    clinic.libraries.add("many", [document(f"n{n}", f"Scabies, scabies {n} and scabies again.") for n in range(400)])
    filters = Filters(libraries=frozenset({"clinic"}))
    assert found(clinic.retriever(), "scabies", filters) == ["scabies"]


def test_passages_of_another_embedder_are_found_by_their_words(clinic: Clinic) -> None:
    clinic.libraries.add("clinic", [document("rabies", RABIES), document("scabies", SCABIES)])
    retriever = clinic.retriever(embedder="another@1")
    assert len(retriever.stock.passages) == 0
    assert found(retriever, "permethrin cream") == ["scabies"]


def test_it_is_renewed_from_another_connection_while_it_is_searched(knowledge: Knowledge, tmp_path: Path) -> None:
    key = DataKey.random()
    with_vault(tmp_path / "vault.db", key, lambda vault: _prepare(vault, knowledge))
    vault = Vault.open(tmp_path / "vault.db", key)
    retriever = Clinic(vault, knowledge).retriever()

    def renew(beside: Vault) -> None:
        libraries = Clinic(beside, knowledge).libraries
        for n in range(5):
            libraries.add("more", [document(f"scabies{n}", f"{SCABIES} Number {n}.")])
            retriever.refresh(beside)

    renewing = threading.Thread(target=lambda: with_vault(tmp_path / "vault.db", key, renew))
    renewing.start()
    while renewing.is_alive():
        assert "rabies" in found(retriever, "bitten by an animal")
    renewing.join()
    assert found(retriever, "scabies at night")[0].startswith("scabies")
    vault.close()


def _prepare(vault: Vault, knowledge: Knowledge) -> None:
    vault.migrate()
    with vault.transaction() as session:
        session.add(account_row(DEMO_ACCOUNT))
    Clinic(vault, knowledge).libraries.add("clinic", [document("rabies", RABIES)])


def with_vault(file: Path, key: DataKey, use: Callable[[Vault], None]) -> None:
    vault = Vault.open(file, key)
    try:
        use(vault)
    finally:
        vault.close()


def test_what_was_kept_is_used_and_what_came_since_is_learnt(clinic: Clinic, tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path, KEY)
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    clinic.retriever(snapshot)
    clinic.libraries.add("clinic", [document("scabies", SCABIES)])
    retriever = clinic.retriever(snapshot)
    assert {"permethrin", "infected"} <= retriever.stock.learnt.words
    assert found(retriever, "permetrin cream")[0] == "scabies", "a typing error is mended"
    kept = snapshot.load()
    assert kept is not None
    assert len(kept.documents) == 2


def test_what_came_in_is_kept_when_it_is_asked_for(clinic: Clinic, tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path, KEY)
    retriever = clinic.retriever(snapshot)
    clinic.libraries.add("clinic", [document("rabies", RABIES)])
    retriever.refresh()
    retriever.close()
    kept = snapshot.load()
    assert kept is not None
    assert len(kept.documents) == 1
