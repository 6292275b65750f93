"""Packs: a library goes to another computer as it is, from people who are trusted, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.errors import DiskFullError, LibraryError, PermissionRefusedError
from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.knowledge.library import CORE, named_library
from medbot_desktop.knowledge.library_rows import insert_document
from medbot_desktop.knowledge.packs.packs import Packs, PackStep
from medbot_desktop.knowledge.packs.signing import is_same
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.schema import FileRow
from medbot_desktop.vault.vault import Vault
from tests.contents import full_text_of, passages_of
from tests.disks import fill, small_disk
from tests.unit.knowledge.clinics import DIMENSIONS, DOCUMENTS, Clinic, document, exhaust, letters

NewClinic = Callable[..., Clinic]


@pytest.fixture
def new_clinic(tmp_path: Path) -> Iterator[NewClinic]:
    """Makes vaults that are closed at the end."""
    made: list[Clinic] = []

    def make(**how: object) -> Clinic:
        made.append(Clinic(tmp_path / f"{len(made)}.db", **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for clinic in made:
        clinic.close()


@pytest.fixture
def maker(new_clinic: NewClinic) -> Clinic:
    """Who makes a pack."""
    clinic = new_clinic().filled()
    clinic.run("UPDATE documents SET tags = '[\"ward\"]' WHERE key = 'fever'")
    return clinic


@pytest.fixture
def pack(maker: Clinic, tmp_path: Path) -> Path:
    """The pack of a clinic's library."""
    file = tmp_path / "clinic.medpack"
    exhaust(maker.packs().make("clinic", file))
    return file


@pytest.fixture
def other(new_clinic: NewClinic) -> Clinic:
    """Another clinic, with the library that ships only."""
    clinic = new_clinic()
    clinic.libraries.sync_core([document("core", "This ships with the program.")])
    return clinic


def install(clinic: Clinic, pack: Path, **how: str | None) -> None:
    """Install a pack, its fingerprint accepted."""
    packs = clinic.packs()
    exhaust(packs.install(pack, **{"accept": packs.inspect(pack).fingerprint, **how}))


def test_an_installed_library_is_what_it_was_where_it_was_made(maker: Clinic, other: Clinic, pack: Path) -> None:
    install(other, pack)
    signed = [row for row in other.state() if maker.packs().fingerprint() in row]
    assert len(signed) == len(DOCUMENTS)
    without = [tuple("" if value == maker.packs().fingerprint() else value for value in row) for row in other.state()]
    assert without == maker.state()
    assert len(full_text_of(other.vault, "Zoë")) == 1


def test_what_is_seen_of_a_pack_before_it_is_installed(maker: Clinic, other: Clinic, pack: Path) -> None:
    facts = other.packs().inspect(pack)
    assert (facts.library, facts.documents, facts.passages) == ("clinic", 3, 6)
    assert facts.fingerprint == maker.packs().fingerprint()
    assert (facts.is_signed, facts.is_trusted, facts.embedder_fits, facts.updates) == (True, False, True, False)


def test_nothing_is_embedded_where_the_embedder_is_the_same(other: Clinic, pack: Path) -> None:
    asked: list[str] = []
    packs = Packs(other.vault, other.access, lambda texts: asked.extend(texts) or letters(texts), other.identity)
    exhaust(packs.install(pack, accept=packs.inspect(pack).fingerprint))
    assert not [words for words in asked if "Drink" in words]


def test_a_pack_of_another_embedder_is_embedded_anew_and_says_so(new_clinic: NewClinic, pack: Path) -> None:
    other = new_clinic(identity="others@1", embed=lambda texts: letters(texts)[:, ::-1])
    packs = other.packs()
    assert not packs.inspect(pack).embedder_fits
    steps = exhaust(packs.install(pack, accept=packs.inspect(pack).fingerprint))
    assert PackStep.EMBEDDING in {progress.step for progress in steps}
    expected = new_clinic(identity="others@1", embed=lambda texts: letters(texts)[:, ::-1]).filled()
    vectors = "SELECT p.embedder, hex(p.vector) FROM passages p JOIN documents d ON d.id = p.document_id"
    assert set(other.rows(vectors)) <= set(expected.rows(vectors))


def test_a_pack_of_somebody_unknown_is_refused_and_says_what_to_compare(
    maker: Clinic, other: Clinic, pack: Path
) -> None:
    before = other.state()
    with pytest.raises(LibraryError, match="nobody here has accepted") as refused:
        exhaust(other.packs().install(pack))
    assert maker.packs().fingerprint() in refused.value.hint
    assert other.state() == before


def test_a_clinician_installs_what_an_administrator_has_accepted_but_accepts_nothing(other: Clinic, pack: Path) -> None:
    clinician = other.packs(Role.CLINICIAN)
    with pytest.raises(PermissionRefusedError):
        exhaust(clinician.install(pack, accept=clinician.inspect(pack).fingerprint))
    install(other, pack)
    exhaust(clinician.install(pack, library="second"))
    assert other.summary("second") is not None


def test_the_front_desk_installs_and_makes_nothing(maker: Clinic, pack: Path, tmp_path: Path) -> None:
    for work in (
        maker.packs(Role.FRONT_DESK).install(pack, library="second"),
        maker.packs(Role.FRONT_DESK).make("clinic", tmp_path / "more.medpack"),
    ):
        with pytest.raises(PermissionRefusedError):
            exhaust(work)


def test_another_fingerprint_than_the_packs_is_not_accepted(other: Clinic, pack: Path) -> None:
    with pytest.raises(LibraryError, match="not the fingerprint"):
        exhaust(other.packs().install(pack, accept="ABCD-EFGH"))
    assert other.packs().signers() == ()


def test_an_accepted_signer_is_remembered_in_the_trail_and_can_be_forgotten(other: Clinic, pack: Path) -> None:
    install(other, pack)
    packs = other.packs()
    signer = packs.inspect(pack).fingerprint
    assert packs.signers() == (signer,)
    assert ("settings_changed", "pack_signer", signer) in other.trail()
    assert packs.inspect(pack).is_trusted
    packs.forget(signer)
    assert not packs.inspect(pack).is_trusted


def test_the_vaults_own_packs_need_no_accepting(maker: Clinic, pack: Path) -> None:
    exhaust(maker.packs().install(pack, library="copy"))
    assert maker.packs().signers() == ()
    copy = maker.summary("copy")
    assert copy is not None
    assert copy.documents == len(DOCUMENTS)


def test_a_fingerprint_is_the_same_however_it_is_typed(maker: Clinic) -> None:
    fingerprint = maker.packs().fingerprint()
    assert is_same(fingerprint.lower().replace("-", " "), fingerprint)
    assert not is_same(fingerprint[:-1], fingerprint)


def test_the_key_of_a_vault_stays_the_same(maker: Clinic) -> None:
    assert maker.packs().fingerprint() == maker.packs().fingerprint()


def test_a_newer_pack_takes_the_place_of_the_older_one_whole(maker: Clinic, other: Clinic, pack: Path) -> None:
    install(other, pack)
    other.libraries.set_readable_by("clinic", [Role.CLINICIAN])
    maker.libraries.remove("clinic")
    maker.libraries.add("clinic", [replace(DOCUMENTS[0], title="Newer"), document("visits", "Come on Monday.")])
    exhaust(maker.packs().make("clinic", pack))
    assert other.packs().inspect(pack).updates
    exhaust(other.packs().install(pack))
    titles = other.rows("SELECT title FROM documents WHERE key != 'core' ORDER BY title")
    assert titles == [("Newer",), ("Visits at our clinic",)]
    summary = other.summary("clinic")
    assert summary is not None
    assert summary.readable_by == (Role.CLINICIAN,)
    assert full_text_of(other.vault, "nine") == []


def test_an_older_pack_does_not_take_the_place_of_a_newer_one(maker: Clinic, other: Clinic, pack: Path) -> None:
    newer = pack.with_name("newer.medpack")
    exhaust(maker.packs().make("clinic", newer))
    install(other, newer)
    with pytest.raises(LibraryError, match="newer pack"):
        exhaust(other.packs().install(pack))


def test_a_pack_takes_the_place_of_no_library_of_somebody_else(
    new_clinic: NewClinic, other: Clinic, pack: Path, tmp_path: Path
) -> None:
    install(other, pack)
    second = tmp_path / "second.medpack"
    exhaust(new_clinic().filled().packs().make("clinic", second))
    before = other.state()
    with pytest.raises(LibraryError, match="already") as refused:
        install(other, second)
    assert "another name" in refused.value.hint
    assert other.state() == before
    install(other, second, library="second")
    assert other.summary("second") is not None


def test_a_library_of_the_clinics_own_is_not_replaced_by_a_pack(maker: Clinic, pack: Path) -> None:
    with pytest.raises(LibraryError, match="already"):
        exhaust(maker.packs().install(pack))


def test_the_library_that_ships_is_neither_packed_nor_replaced(maker: Clinic, pack: Path, tmp_path: Path) -> None:
    for work in (maker.packs().make(CORE, tmp_path / "core.medpack"), maker.packs().install(pack, library=CORE)):
        with pytest.raises(LibraryError, match="ships with MedBot"):
            exhaust(work)


def test_files_that_the_clinic_added_to_a_packs_library_stay(maker: Clinic, other: Clinic, pack: Path) -> None:
    install(other, pack)
    with other.vault.transaction() as session:
        library = named_library(session, "clinic")
        file = FileRow(
            library_id=library.id, path=b"/own.txt", name="own.txt", sha256="", size=1, modified=0, state="done"
        )
        file.added = stored_now()
        session.add(file)
        session.flush()
        insert_document(session, library.id, document("own", "Our own words."), file.id)
    exhaust(other.packs().install(pack))
    keys = other.rows("SELECT key FROM documents WHERE key != 'core' ORDER BY key")
    assert keys == [("dose",), ("fever",), ("opening",), ("own",)]
    other.run("DELETE FROM documents WHERE key = 'fever'", "UPDATE documents SET key = 'fever' WHERE key = 'own'")
    with pytest.raises(LibraryError, match="of its own"):
        exhaust(other.packs().install(pack))


def test_an_installation_that_is_stopped_leaves_nothing(other: Clinic, pack: Path) -> None:
    before = other.state()
    packs = other.packs()
    work = packs.install(pack, accept=packs.inspect(pack).fingerprint)
    for progress in work:
        if progress.step is PackStep.STORING:
            break
    work.close()  # type: ignore[attr-defined]
    assert other.state() == before
    assert packs.signers() == ()


def kill_while_storing(file: Path, key: bytes, pack: Path) -> None:
    """Install a pack, and die by a kill in the middle."""
    vault = Vault.open(file, DataKey(key))
    packs = Packs(vault, Access(vault, Account("someone", "someone", Role.ADMINISTRATOR)), letters, "letters@1")
    for progress in packs.install(pack, accept=packs.inspect(pack).fingerprint):
        if progress.step is PackStep.STORING:
            os.kill(os.getpid(), 9)


def test_an_installation_that_is_killed_is_not_seen_and_is_cleared_away_at_the_next_start(
    spawning: ForkServerContext, other: Clinic, pack: Path
) -> None:
    before = other.state()
    summaries = other.libraries.summaries()
    process = spawning.Process(target=kill_while_storing, args=(other.file, other.key.raw, pack))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert other.rows("SELECT count(*) FROM documents WHERE is_staged") == [(len(DOCUMENTS),)]
    assert other.libraries.summaries() == summaries
    other.packs().clear_unfinished()
    assert other.state() == before


def test_a_disk_that_fills_leaves_nothing_of_a_pack(maker: Clinic, tmp_path: Path) -> None:
    long = [document(f"d{n}", *(f"Words {n} {m} " * 200 for m in range(4))) for n in range(60)]
    maker.libraries.add("long", long)
    pack = tmp_path / "long.medpack"
    exhaust(maker.packs().make("long", pack))
    with small_disk(tmp_path / "disk", 3_000) as disk:
        clinic = Clinic(disk / "vault.db").filled()
        before = clinic.state()
        fill(disk, leave=400_000)
        with pytest.raises(DiskFullError):
            install(clinic, pack)
        (disk / "filler").unlink()
        clinic.packs().clear_unfinished()
        assert clinic.state() == before
        clinic.close()


def test_making_a_pack_on_a_full_disk_leaves_what_was_there(maker: Clinic, tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 100) as stick:
        file = stick / "clinic.medpack"
        file.write_bytes(b"an older one")
        fill(stick)
        with pytest.raises(DiskFullError):
            exhaust(maker.packs().make("clinic", file))
        assert file.read_bytes() == b"an older one"
        assert not file.with_name("clinic.medpack.part").exists()


def test_a_library_that_changes_meanwhile_is_not_packed(maker: Clinic, tmp_path: Path) -> None:
    work = maker.packs().make("clinic", tmp_path / "more.medpack")
    next(iter(work))
    maker.libraries.add("elsewhere", [document("visits", "Come on Monday.")])
    with pytest.raises(LibraryError, match="changed while"):
        exhaust(work)
    assert not list(tmp_path.glob("more*"))


def test_an_empty_library_and_one_that_is_not_there_are_not_packed(maker: Clinic, tmp_path: Path) -> None:
    maker.libraries.create("empty")
    for name, words in (("empty", "is empty"), ("elsewhere", "no library elsewhere")):
        with pytest.raises(LibraryError, match=words):
            exhaust(maker.packs().make(name, tmp_path / "more.medpack"))


def test_a_library_that_another_embedder_made_is_not_packed(
    new_clinic: NewClinic, maker: Clinic, tmp_path: Path
) -> None:
    maker.identity = "others@1"
    with pytest.raises(LibraryError, match="not wholly embedded"):
        exhaust(maker.packs().make("clinic", tmp_path / "more.medpack"))


def test_real_vectors_rank_the_same_after_the_journey(
    embedder: Embedder, new_clinic: NewClinic, tmp_path: Path
) -> None:
    maker, other = (new_clinic(embed=embedder.embed, identity=embedder.identity) for _ in range(2))
    maker.filled()
    pack = tmp_path / "real.medpack"
    exhaust(maker.packs().make("clinic", pack))
    install(other, pack)
    [question] = embedder.embed(["When do you open?"])
    ranked = [
        sorted(
            (float(item.vector @ question), item.passage.text)
            for item in passages_of(clinic.vault)
            if item.passage.library == "clinic"
        )
        for clinic in (maker, other)
    ]
    assert ranked[0] == ranked[1]


def test_progress_ends_at_its_total(maker: Clinic, other: Clinic, pack: Path, tmp_path: Path) -> None:
    packs = other.packs()
    made = exhaust(maker.packs().make("clinic", tmp_path / "more.medpack"))
    installed = exhaust(packs.install(pack, accept=packs.inspect(pack).fingerprint))
    for steps in (
        made,
        [p for p in installed if p.step is PackStep.CHECKING],
        [p for p in installed if p.step is PackStep.STORING],
    ):
        assert steps[-1].done == steps[-1].total > 0


def test_vectors_of_another_size_under_the_same_embedders_name_are_refused(
    new_clinic: NewClinic, other: Clinic, tmp_path: Path
) -> None:
    liar = new_clinic(embed=lambda texts: np.eye(1, DIMENSIONS + 1, dtype=np.float32).repeat(len(texts), 0)).filled()
    pack = tmp_path / "liar.medpack"
    exhaust(liar.packs().make("clinic", pack))
    before = other.state()
    with pytest.raises(LibraryError, match="damaged"):
        install(other, pack)
    assert other.state() == before
