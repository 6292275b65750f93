"""The queue: which files of which folders are to be read, whatever links and names are among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import medbot_desktop.knowledge.importing.folder_walk as folder_walk
from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.importing.file_states import Standing
from medbot_desktop.vault.roles import Role
from medbot_desktop.vault.vault import Vault
from tests.unit.knowledge.importers import Library

ODD_NAMES = [
    b'quote\'s "name".txt',
    b"two\nlines.txt",
    b"tab\there.txt",
    b"back\\slash.txt",
    b"-rf.txt",
    b"star*?[].txt",
    b"semi;colon&and|pipe.txt",
    b"percent%00.txt",
    b" spaces around .txt",
    b"not utf-8 \xff\xfe.txt",
    "🤒 fièvre.txt".encode(),
    "עברית.txt".encode(),
    b"a" * 251 + b".txt",
    b"bell\x07.txt",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "protocols"
    (made / "inside").mkdir(parents=True)
    (made / "a.txt").write_text("Wash your hands.")
    (made / "inside" / "b.txt").write_text("Wear a mask.")
    return made


def names(library: Library) -> list[str]:
    return [file.name for file in library.queue.files()]


def test_the_files_of_a_folder_and_of_those_in_it_are_queued(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder])
    assert names(library) == ["a.txt", "b.txt"]
    assert library.queue.waiting() == 2


@pytest.mark.parametrize("name", [".hidden.txt", "~$report.docx", ".~lock.a.odt#", "half.pdf.crdownload", "copy.tmp"])
def test_what_programs_keep_for_themselves_is_passed_over(library: Library, folder: Path, name: str) -> None:
    (folder / name).write_text("Nothing.")
    library.queue.add("clinic", [folder])
    assert names(library) == ["a.txt", "b.txt"]


def test_links_that_go_round_in_circles_are_not_followed(library: Library, folder: Path) -> None:
    (folder / "inside" / "up").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    library.queue.add("clinic", [folder])
    assert names(library) == ["a.txt", "self", "b.txt"]
    assert [file.message for file in library.queue.files()] == ["", "self cannot be read.", ""]


def test_a_link_to_itself_gets_a_line_that_says_so(library: Library, tmp_path: Path) -> None:
    loop = tmp_path / "loop.pdf"
    loop.symlink_to(loop)
    library.queue.add("clinic", [loop])
    (file,) = library.queue.files()
    assert (file.standing, file.message) == (Standing.FAILED, "loop.pdf cannot be read.")


def test_a_pipe_is_no_document(library: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    library.queue.add("clinic", [tmp_path / "pipe"])
    assert library.queue.files()[0].message == "pipe is not a file."


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_may_have_every_character_that_the_system_allows(library: Library, tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("Drink water.")
    (file,) = library.fill(path)
    assert file.standing is Standing.DONE
    assert file.path == path
    assert file.name.isprintable()
    assert len(library.queue.add("clinic", [path]).known) == 1


def test_a_folder_that_may_not_be_looked_into_is_told(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def refuse(path: Path) -> object:  # root may look into every folder, so the system is made to refuse
        if Path(path).name == "inside":
            raise PermissionError
        return real(path)

    monkeypatch.setattr(folder_walk.os, "scandir", refuse)
    library.queue.add("clinic", [folder])
    refused = library.queue.files()[1]
    assert (refused.standing, refused.message) == (Standing.FAILED, "The folder inside cannot be looked into.")


def test_a_folder_with_too_many_files_is_refused(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_walk, "MOST_FILES", 1)
    with pytest.raises(LibraryError, match="protocols has more than 1 files"):
        library.queue.add("clinic", [folder])


def test_what_is_new_in_a_watched_folder_is_queued(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder], watch=True)
    library.work()
    (folder / "c.txt").write_text("Knock first.")
    (folder / "a.txt").write_text("Wash your hands twice.")
    assert library.queue.look_at_folders() == 2
    library.work()
    assert library.documents() == {"b": "Wear a mask.", "a": "Wash your hands twice.", "c": "Knock first."}


def test_a_folder_that_is_not_watched_is_left_alone(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder])
    (folder / "c.txt").write_text("Knock first.")
    assert library.queue.look_at_folders() == 0


def test_watching_can_be_ended(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder], watch=True)
    (watched,) = library.queue.folders()
    library.queue.watch(watched.id, watched=False)
    (folder / "c.txt").write_text("Knock first.")
    assert library.queue.look_at_folders() == 0


def test_a_folder_that_is_gone_empties_nothing(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder], watch=True)
    library.work()
    folder.rename(folder.parent / "elsewhere")
    assert library.queue.look_at_folders() == 0
    assert list(library.documents()) == ["a", "b"]


def test_a_file_that_failed_is_not_tried_again_until_it_changes_or_somebody_asks(
    library: Library, folder: Path
) -> None:
    broken = folder / "inside" / "b.txt"
    broken.write_bytes(b"\x00" * 10)
    library.queue.add("clinic", [folder], watch=True)
    library.work()
    assert library.queue.look_at_folders() == 0
    assert len(library.queue.add("clinic", [folder]).files) == 1
    broken.write_text("Wear a mask.")
    assert library.queue.look_at_folders() == 0  # it waits already
    library.work()
    assert list(library.documents()) == ["a", "b"]


def test_a_file_is_queued_once(library: Library, folder: Path) -> None:
    library.queue.add("clinic", [folder, folder / "a.txt"])
    assert names(library) == ["a.txt", "b.txt"]


def test_who_may_not_read_a_library_does_not_see_its_files(vault: Vault, library: Library, folder: Path) -> None:
    library.queue.add("private", [folder])
    with vault.transaction() as session:
        session.connection().exec_driver_sql("UPDATE libraries SET readable_by = '[\"clinician\"]'")
    assert Library(vault, role=Role.FRONT_DESK).queue.files() == []
    assert len(library.queue.files()) == 2
