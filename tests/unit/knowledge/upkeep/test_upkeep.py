"""Upkeep: every kind of damage is found, is put right where it can be, and a library that is well is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_bytes

import numpy as np
import pytest
from sqlalchemy import text

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot, Kept
from medbot_desktop.knowledge.upkeep.document_check import LASTING, Fault
from medbot_desktop.knowledge.upkeep.upkeep import Upkeep
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account, Role
from tests.contents import full_text_of
from tests.unit.knowledge.clinics import DIMENSIONS, Clinic, document, exhaust, finished, letters

OF_FEVER = "document_id = (SELECT id FROM documents WHERE key = 'fever')"
FIRST = f"id = (SELECT min(id) FROM passages WHERE {OF_FEVER})"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic whose libraries are well."""
    made = Clinic(tmp_path / "vault.db").filled()
    yield made
    made.close()


def upkeep(clinic: Clinic, role: Role = Role.ADMINISTRATOR, snapshot: IndexSnapshot | None = None) -> Upkeep:
    access = Access(clinic.vault, Account("someone", "someone", role))
    return Upkeep(clinic.vault, access, clinic.embed, clinic.identity, snapshot)


def test_libraries_that_are_well_are_left_as_they_are(clinic: Clinic) -> None:
    before, trail = clinic.state(), clinic.trail()
    assert finished(upkeep(clinic).verify()).is_well
    health = finished(upkeep(clinic).repair())
    assert (health.documents, health.passages, health.faults) == (4, 7, {})
    assert health.names == len(clinic.rows("SELECT id FROM names"))
    assert (clinic.state(), clinic.trail()) == (before, trail)


def test_texts_with_every_mark_in_them_are_well(clinic: Clinic) -> None:
    odd = [
        '"quoted" OR (AND) NEAR*',
        "— … —",
        "ﬁ Ǆ İstanbul naïve 体温 °C",
        "word " * 3_000,
        "a\tb\x0bc",
        "x^2 {text} : y",
    ]
    clinic.libraries.add("odd", [document(f"odd-{n}", words) for n, words in enumerate(odd)])
    assert finished(upkeep(clinic).verify()).lines()[1:] == []


MENDED: dict[str, tuple[Fault, int, tuple[str, ...]]] = {
    "a vector of another length": (Fault.VECTORS, 1, (f"UPDATE passages SET vector = x'0000' WHERE {FIRST}",)),
    "a vector of zeros": (
        Fault.VECTORS,
        1,
        (f"UPDATE passages SET vector = zeroblob({4 * DIMENSIONS}) WHERE {FIRST}",),
    ),
    "a vector of no numbers": (
        Fault.VECTORS,
        1,
        (f"UPDATE passages SET vector = x'{'ff' * 4 * DIMENSIONS}' WHERE {FIRST}",),
    ),
    "another embedder's vectors": (Fault.VECTORS, 2, (f"UPDATE passages SET embedder = 'other' WHERE {OF_FEVER}",)),
    "names without vectors": (Fault.VECTORS, 4, (f"UPDATE names SET vector = x'' WHERE {OF_FEVER}",)),
    "a vector of another text": (Fault.VECTORS, 1, (f"UPDATE passages SET digest = x'00' WHERE {FIRST}",)),
    "lost content words": (Fault.TERMS, 1, (f"UPDATE passages SET terms = x'' WHERE {FIRST}",)),
    "rows that the full text lacks": (
        Fault.WORDS,
        2,
        (f"DELETE FROM passages_fts WHERE rowid IN (SELECT id FROM passages WHERE {OF_FEVER})",),
    ),
    "other words in the full text": (
        Fault.WORDS,
        1,
        (
            f"DELETE FROM passages_fts WHERE rowid = (SELECT min(id) FROM passages WHERE {OF_FEVER})",
            "INSERT INTO passages_fts (rowid, names, section, text) SELECT min(id), 'fever', 'Part', 'vodka'"
            f" FROM passages WHERE {OF_FEVER}",
        ),
    ),
    "a full-text row of nothing": (
        Fault.STRANGE_WORDS,
        1,
        ("INSERT INTO passages_fts (rowid, names, section, text) VALUES (9999, 'a', 'b', 'c')",),
    ),
    "an installation that did not end": (
        Fault.LEFTOVERS,
        1,
        (
            "INSERT INTO documents (library_id, key, title, audience, last_reviewed, sources, body, content_sha256,"
            " url, language, tags, is_staged) VALUES (1, 'half', '', '', '', '[]', '', '', '', '', '[]', 1)",
        ),
    ),
    "next vectors of nothing": (
        Fault.ORPHANS,
        1,
        ("INSERT INTO next_vectors (kind, row_id, embedder, vector) VALUES ('passage', 9999, 'other', x'00')",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", MENDED)
def test_damage_is_found_and_put_right(clinic: Clinic, damage: str) -> None:
    fault, count, statements = MENDED[damage]
    before = clinic.state()
    clinic.run(*statements)
    damaged = clinic.state()
    assert finished(upkeep(clinic).verify()).faults == {fault: count}
    assert clinic.state() == damaged
    repaired = finished(upkeep(clinic).repair())
    assert (repaired.mended, repaired.is_well) == ({fault: count}, True)
    assert clinic.state() == before
    assert finished(upkeep(clinic).verify()).faults == {}
    assert clinic.trail()[-1][:2] == ("library_changed", "library")


def test_passages_and_names_of_no_document_are_dropped(clinic: Clinic) -> None:
    before = [row for row in clinic.state() if "fever" not in row]
    with clinic.vault.driver() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM documents WHERE key = 'fever'")
        connection.execute("PRAGMA foreign_keys = ON")
    assert finished(upkeep(clinic).verify()).faults == {Fault.ORPHANS: 2 + 4}
    assert finished(upkeep(clinic).repair()).is_well
    assert [row for row in clinic.state() if row != (5,)] == [row for row in before if row != (7,)]
    assert full_text_of(clinic.vault, "water") == []


def test_a_passage_whose_text_was_changed_gets_the_documents_words_back(clinic: Clinic) -> None:
    before = clinic.state()
    clinic.run(f"UPDATE passages SET text = 'Drink plenty of vodka.' WHERE {FIRST}")
    assert finished(upkeep(clinic).verify()).faults == {Fault.PASSAGE_TEXTS: 1}
    assert finished(upkeep(clinic).repair()).is_well
    assert clinic.state() == before


def test_a_document_that_lost_its_title_among_its_names_gets_it_back(clinic: Clinic) -> None:
    before = clinic.state()
    clinic.run(f"DELETE FROM names WHERE {OF_FEVER} AND text LIKE '%clinic'")
    assert finished(upkeep(clinic).verify()).faults == {Fault.MISSING_NAMES: 1}
    assert finished(upkeep(clinic).repair()).is_well
    assert clinic.state() == before


def test_a_full_text_index_that_is_damaged_inside_is_made_anew(clinic: Clinic) -> None:
    before = clinic.state()
    clinic.run("UPDATE passages_fts_data SET block = zeroblob(length(block)) WHERE id > 10")
    assert Fault.FULL_TEXT in finished(upkeep(clinic).verify()).faults
    assert finished(upkeep(clinic).repair()).is_well
    assert finished(upkeep(clinic).verify()).faults == {}
    assert clinic.state() == before
    assert len(full_text_of(clinic.vault, "water")) == 1


LOST = {
    "a text that was changed": (Fault.TEXTS, "UPDATE documents SET body = body || ' Drink vodka.' WHERE key = '{key}'"),
    "a passage that is gone": (
        Fault.MISSING_PASSAGES,
        "DELETE FROM passages WHERE ordinal = 0 AND document_id = (SELECT id FROM documents WHERE key = '{key}')",
    ),
    "passages that are all gone": (
        Fault.MISSING_PASSAGES,
        "DELETE FROM passages WHERE document_id = (SELECT id FROM documents WHERE key = '{key}')",
    ),
}


@pytest.mark.parametrize("loss", LOST)
def test_what_is_lost_is_named_and_never_made_up(clinic: Clinic, loss: str) -> None:
    fault, statement = LOST[loss]
    assert fault in LASTING
    clinic.run(statement.format(key="fever"))
    for work in (upkeep(clinic).verify(), upkeep(clinic).repair(), upkeep(clinic).verify()):
        health = finished(work)
        assert health.faults[fault] == 1
        assert not health.is_well
        assert "add their files again" in health.lines()[-1]


@pytest.mark.parametrize("loss", LOST)
def test_the_library_that_ships_is_brought_anew_at_the_next_start_where_something_of_it_is_lost(
    clinic: Clinic, loss: str
) -> None:
    shipped = [document("core", "This ships with the program.")]
    before = clinic.state()
    clinic.run(LOST[loss][1].format(key="core"))
    finished(upkeep(clinic).repair())
    assert clinic.libraries.sync_core(shipped)
    assert clinic.state() == before
    assert finished(upkeep(clinic).verify()).is_well


def test_a_damaged_snapshot_is_found_and_thrown_away(clinic: Clinic, tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path / "index", token_bytes(32))
    assert finished(upkeep(clinic, snapshot=snapshot).verify()).is_well
    snapshot.save(Kept({}, frozenset(), frozenset({"water"}), (), ()))
    assert finished(upkeep(clinic, snapshot=snapshot).verify()).is_well
    content = bytearray(snapshot.file.read_bytes())
    content[-1] ^= 1
    snapshot.file.write_bytes(content)
    assert finished(upkeep(clinic, snapshot=snapshot).verify()).faults == {Fault.SNAPSHOT: 1}
    assert finished(upkeep(clinic, snapshot=snapshot).repair()).is_well
    assert finished(upkeep(clinic, snapshot=snapshot).verify()).is_well


def test_who_may_not_change_the_libraries_looks_after_none(clinic: Clinic) -> None:
    for work in (upkeep(clinic, Role.FRONT_DESK).verify(), upkeep(clinic, Role.KIOSK).repair()):
        with pytest.raises(PermissionRefusedError):
            exhaust(work)


def test_a_repair_that_is_stopped_goes_on_later(clinic: Clinic) -> None:
    clinic.libraries.add("more", [document(f"d{n}", f"Words number {n}.") for n in range(60)])
    before = clinic.state()
    clinic.run("UPDATE passages SET vector = x''")
    work = upkeep(clinic).repair()
    for _ in range(3):
        next(work)
    work.close()
    left = clinic.rows("SELECT count(*) FROM passages WHERE vector = x''")[0][0]
    assert isinstance(left, int)
    assert 0 < left < 67
    assert finished(upkeep(clinic).repair()).faults == {Fault.VECTORS: left}
    assert clinic.state() == before


def test_many_kinds_of_damage_at_once_are_put_right(clinic: Clinic) -> None:
    before = clinic.state()
    clinic.run(*(statement for _, _, statements in MENDED.values() for statement in statements))
    assert finished(upkeep(clinic).repair()).is_well
    assert clinic.state() == before


def test_vectors_that_are_made_again_are_the_embedders(clinic: Clinic) -> None:
    clinic.run("UPDATE names SET vector = x''")
    finished(upkeep(clinic).repair())
    with clinic.vault.reading() as session:
        for name, vector in session.execute(text("SELECT text, vector FROM names")):
            assert np.array_equal(np.frombuffer(vector, "<f4"), letters([name])[0])


def test_the_report_says_in_words_what_was_found(clinic: Clinic) -> None:
    assert finished(upkeep(clinic).verify()).lines() == ["4 documents, 7 passages, 16 names: nothing is wrong."]
    clinic.run(MENDED["lost content words"][2][0])
    assert finished(upkeep(clinic).repair()).lines()[1:] == ["1 passages with wrong content words: mended."]
