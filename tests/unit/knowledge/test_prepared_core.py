"""The library that ships as it was kept: the same as if it were read, and never one that is out of date."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from medbot_desktop.knowledge import prepared_core
from medbot_desktop.knowledge.library import Libraries, core_fingerprint, read_folder
from medbot_desktop.knowledge.opening import Knowledge, core_folder
from medbot_desktop.knowledge.prepared_core import load_core, save_core
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.vault import Vault

HELD = """SELECT d.key, d.title, d.audience, d.last_reviewed, d.sources, d.body, d.content_sha256, p.ordinal, p.section,
p.text, p.start, p."end", p.vector, p.terms, p.digest FROM documents d JOIN passages p ON p.document_id = d.id
ORDER BY d.key, p.ordinal"""
NAMED = "SELECT d.key, n.text, n.vector FROM documents d JOIN names n ON n.document_id = d.id ORDER BY n.id"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Three of the files that ship."""
    folder = tmp_path / "library"
    folder.mkdir()
    for file in sorted(core_folder().glob("*.md"))[:3]:
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def kept(knowledge: Knowledge, library: Path, tmp_path: Path) -> Path:
    """What is kept of them."""
    embedder, documents = knowledge.embedder, read_folder(library)
    fingerprint = core_fingerprint(documents, embedder.identity, embedder.count_tokens)
    file = tmp_path / "passages.json"
    save_core(file, library, embedder.identity, fingerprint, knowledge.libraries.cut(documents))
    return file


def test_a_vault_holds_the_same_whether_the_library_was_read_or_kept(
    knowledge: Knowledge, library: Path, kept: Path
) -> None:
    core, held = load_core(kept, library, knowledge.embedder.identity), []
    assert core is not None
    for is_kept in (False, True):
        vault = Vault.open_in_memory()
        prepared, embedder = knowledge.prepared, knowledge.embedder
        access = Access(vault, DEMO_ACCOUNT)
        libraries = Libraries(vault, access, prepared.embed, embedder.identity, embedder.count_tokens)
        if is_kept:
            assert libraries.sync_cut_core(core.fingerprint, core.documents)
        else:
            assert libraries.sync_core(read_folder(library))
        assert not libraries.sync_core(read_folder(library))
        assert not libraries.sync_cut_core(core.fingerprint, lambda: pytest.fail("It is there already."))
        with vault.reading() as session:
            held.append([session.execute(text(query)).all() for query in (HELD, NAMED)])
        vault.close()
    assert held[0] == held[1]
    assert all(held[0])


def change_a_letter(library: Path) -> None:
    file = min(library.iterdir())
    file.write_bytes(file.read_bytes().replace(b"a", b"e", 1))


def take_a_file(library: Path) -> None:
    min(library.iterdir()).unlink()


def add_a_file(library: Path) -> None:
    shutil.copy(min(library.iterdir()), library / "zzz.md")


@pytest.mark.parametrize("change", [change_a_letter, take_a_file, add_a_file])
def test_of_a_library_that_was_changed_nothing_kept_is_used(
    knowledge: Knowledge, library: Path, kept: Path, change: Callable[[Path], None]
) -> None:
    change(library)
    assert load_core(kept, library, knowledge.embedder.identity) is None


def test_what_another_embedder_was_cut_for_is_not_used(library: Path, kept: Path) -> None:
    assert load_core(kept, library, "another") is None


def test_what_another_version_of_the_program_has_cut_is_not_used_but_in_a_bundle_all_was_made_together(
    knowledge: Knowledge, library: Path, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "chunking.py"
    changed.write_text("LEAST_TOKENS = 7", encoding="utf-8")
    monkeypatch.setattr(prepared_core.chunking, "__file__", str(changed))
    assert load_core(kept, library, knowledge.embedder.identity) is None
    changed.unlink()
    assert load_core(kept, library, knowledge.embedder.identity) is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content.replace(b"the", b"teh", 1),
        lambda content: b"\xff" + content,
        lambda content: b"[]\n[]\n4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    ],
)
def test_a_damaged_file_is_passed_over(
    knowledge: Knowledge, library: Path, kept: Path, damage: Callable[[bytes], bytes]
) -> None:
    kept.write_bytes(damage(kept.read_bytes()))
    assert load_core(kept, library, knowledge.embedder.identity) is None


def test_without_a_file_nothing_is_kept(knowledge: Knowledge, library: Path, tmp_path: Path) -> None:
    assert load_core(tmp_path / "none.json", library, knowledge.embedder.identity) is None
