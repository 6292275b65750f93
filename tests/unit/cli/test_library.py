"""`medbot library`: documents go in, are found, carried elsewhere and taken out; what goes wrong is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import refused, said

PROTOCOL = (
    "# Sharps\n\nPut every needle into the yellow bin at once.\n\n## After an injury\n\nRinse it, then ring Marta.\n"
)


@pytest.fixture
def library(commands: Callable[[str], Medbot], home: Path) -> Medbot:
    """Runs a command of the library on a vault."""
    return commands("library")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "protocols"
    folder.mkdir()
    (folder / "sharps.md").write_text(PROTOCOL, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    records = [{"id": f"q{n}", "title": f"Locker {n}", "text": f"The key of locker {n} hangs there."} for n in range(3)]
    (folder / "lockers.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return folder


def test_what_is_added_is_found_and_can_be_taken_out_again(library: Medbot, documents: Path) -> None:
    added = library("add", str(documents), "--json")
    assert added.status == 1
    assert added.err.startswith("1 file of 3 could not be added. The others are in the library.")
    states = {file["file"]: (file["state"], file["documents"]) for file in added.objects}
    assert states == {"empty.txt": ("failed", 0), "lockers.jsonl": ("done", 3), "sharps.md": ("done", 1)}

    [found] = library("search", "where do used needles go", "--library", "clinic", "--limit", "1", "--json").objects
    [hit] = found["hits"]
    assert (hit["document_id"], hit["title"]) == ("sharps", "Sharps")
    assert "yellow bin" in hit["quote"]

    listed = library("list", "--library", "clinic", "--json").objects
    assert [document["document_id"] for document in listed] == ["q0", "q1", "q2", "sharps"]
    assert said(library("remove", "q1", "--library", "clinic")) == "1 document removed from the library clinic.\n"
    assert said(library("remove", "--library", "clinic", "--yes")) == "3 documents removed from the library clinic.\n"
    assert [row["name"] for row in library("list", "--json").objects] == ["core"]


@pytest.mark.slow
def test_a_pack_is_installed_where_its_fingerprint_is_accepted(
    library: Medbot, documents: Path, made_elsewhere: Callable[[], Path]
) -> None:
    pack = made_elsewhere()
    asked = refused(library("add", str(pack)))
    fingerprint = asked.rstrip(".\n").rpartition(" ")[2]
    assert "not the fingerprint" in refused(library("add", str(pack), "--accept", "AAAA-AAAA"))
    installed = said(library("add", str(pack), "--accept", fingerprint))
    assert "the library clinic with 1 documents was installed" in installed
    assert "Sharps" in said(library("search", "used needles", "--library", "clinic"))
    assert said(library("signers")).strip() == fingerprint
    assert "No signer was accepted yet." in said(library("signers", "--forget", fingerprint.lower()))
    assert "No signer with that fingerprint" in refused(library("signers", "--forget", fingerprint))


@pytest.fixture
def made_elsewhere(
    commands: Callable[[str], Medbot],
    library: Medbot,
    documents: Path,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Path]:
    """Makes a pack in another clinic's vault."""

    def make() -> Path:
        other, pack = tmp_path / "other", tmp_path / "protocols.medpack"
        monkeypatch.setenv("MEDBOT_HOME", str(other))
        said(commands("vault")("create"))
        said(library("add", str(documents / "sharps.md")))
        assert "1 document" in said(library("export", "--library", "clinic", "--out", str(pack)))
        monkeypatch.setenv("MEDBOT_HOME", str(home))
        return pack

    return make


def test_a_change_of_the_embedder_can_be_given_up(library: Medbot) -> None:
    assert "the embedder in use stays" in said(library("embed", "all-minilm-l6-v2-int8", "--cancel"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "/nowhere/a.pdf"), "a.pdf cannot be read."),
        (("add", "/nowhere/a.pdf", "--library", "core"), "The library core ships with MedBot and cannot be changed."),
        (("remove", "--library", "none"), "There is no library none."),
        (("remove", "--library", "core", "--yes"), "The library core ships with MedBot and cannot be changed."),
        (("remove", "gone", "--library", "core"), "This document is not in the library any more."),
        (("export", "--library", "none", "--out", "x.medpack"), "There is no library none."),
        (("embed", "none"), "There is no model called none."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_hint(
    library: Medbot, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(library(*arguments))


def test_the_front_desk_may_not_add(
    library: Medbot, documents: Path, as_others: Callable[[str], tuple[str, ...]]
) -> None:
    assert "may not change the library" in refused(library("add", str(documents), *as_others("desk")))


def test_without_a_vault_nothing_is_added(library: Medbot, documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDBOT_HOME", str(documents.parent / "nothing"))
    assert "nothing could be kept" in refused(library("add", str(documents)))
