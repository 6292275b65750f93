"""Files come into a library whole or not at all, go on where they stopped, and replace their earlier versions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError, PermissionRefusedError
from medbot_desktop.knowledge.document import Document, Reading
from medbot_desktop.knowledge.importing.file_states import FileState, Standing
from medbot_desktop.vault.roles import Role
from medbot_desktop.vault.vault import Vault
from tests.unit.knowledge.importers import Library, ReaderInside

ROWS = ("documents", "passages", "names")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def records(folder: Path, count: int, name: str = "answers.jsonl", last: str = "") -> Path:
    lines = [json.dumps({"id": f"r{n}", "title": f"Title {n}", "text": f"Answer number {n}."}) for n in range(count)]
    return write(folder, name, "\n".join([*lines, last]))


def standings(files: list[FileState]) -> list[Standing]:
    return [file.standing for file in files]


class Meddling(ReaderInside):
    """A reader during whose work something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self._happens = happens

    def read(self, path: Path) -> Generator[Document | Reading, None, None]:
        yield from super().read(path)
        self._happens()


def test_a_file_is_in_the_library_when_its_way_ends(library: Library, tmp_path: Path) -> None:
    (file,) = library.fill(write(tmp_path, "fever.txt", "Drink water and rest."))
    assert (file.standing, file.share, file.documents, file.passages) == (Standing.DONE, 1.0, 1, 1)
    assert library.documents() == {"fever": "Drink water and rest."}
    assert library.found("water") == 1


def test_every_record_of_a_file_is_a_document(library: Library, tmp_path: Path) -> None:
    (file,) = library.fill(records(tmp_path, 200))
    assert file.documents == 200
    assert len(library.documents()) == 200


def test_what_is_embedded_has_the_title_before_it(library: Library, tmp_path: Path) -> None:
    library.fill(records(tmp_path, 1))
    assert library.embedder.texts == ["Title 0", "Title 0. Answer number 0."]


def test_a_file_with_one_bad_record_leaves_nothing(library: Library, tmp_path: Path) -> None:
    (file,) = library.fill(records(tmp_path, 150, last="{broken"))
    assert file.standing is Standing.FAILED
    assert "Line 151" in file.message
    assert file.hint
    assert [library.rows(table) for table in ROWS] == [0, 0, 0]
    assert library.found("answer") == 0


def test_a_file_that_fails_costs_itself_alone(library: Library, tmp_path: Path) -> None:
    paths = [records(tmp_path, 2, "a.jsonl", last="{"), write(tmp_path, "b.txt", "Rest."), tmp_path / "gone.pdf"]
    files = library.fill(*paths)
    assert standings(files) == [Standing.FAILED, Standing.DONE, Standing.FAILED]
    assert "gone.pdf" in files[2].message


def test_the_same_content_twice_is_known(library: Library, tmp_path: Path) -> None:
    library.fill(write(tmp_path, "one.txt", "Drink water."))
    files = library.fill(write(tmp_path, "two.txt", "Drink water."))
    assert standings(files) == [Standing.DONE, Standing.KNOWN]
    assert files[1].message == "The same content is in the library already, as one.txt."
    assert len(library.documents()) == 1


def test_a_file_that_did_not_change_is_not_queued_again(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "one.txt", "Drink water.")
    library.fill(path)
    added = library.queue.add("clinic", [path])
    assert (added.files, len(added.known)) == ((), 1)


def test_a_file_that_was_only_touched_is_known(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "one.txt", "Drink water.")
    library.fill(path)
    os.utime(path, ns=(1, 1))
    assert standings(library.fill(path)) == [Standing.DONE, Standing.KNOWN]
    assert len(library.queue.add("clinic", [path]).known) == 1


def test_a_changed_file_replaces_its_earlier_version(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "fever.txt", "Drink water.")
    library.fill(path)
    write(tmp_path, "fever.txt", "Drink tea instead.")
    assert standings(library.fill(path)) == [Standing.DONE]
    assert library.documents() == {"fever": "Drink tea instead."}
    assert (library.found("water"), library.found("tea")) == (0, 1)


def test_only_new_passages_of_a_changed_file_are_embedded(library: Library, tmp_path: Path) -> None:
    library.fill(records(tmp_path, 20))
    library.embedder.texts.clear()
    library.fill(records(tmp_path, 21))
    passages = [text for text in library.embedder.texts if text.endswith(".")]
    assert passages == ["Title 20. Answer number 20."]


def test_a_changed_file_that_cannot_be_read_leaves_the_earlier_version(library: Library, tmp_path: Path) -> None:
    library.fill(records(tmp_path, 3))
    files = library.fill(records(tmp_path, 3, last="{broken"))
    assert standings(files) == [Standing.DONE, Standing.FAILED]
    assert list(library.documents()) == ["r0", "r1", "r2"]


def test_documents_of_one_name_from_two_files_are_told_apart(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    library.fill(write(tmp_path / "a", "fever.txt", "Water."), write(tmp_path / "b", "fever.txt", "Tea."))
    assert library.documents() == {"fever": "Water.", "fever-2": "Tea."}


def test_a_pause_hides_what_was_stored_and_the_next_run_goes_on_from_there(library: Library, tmp_path: Path) -> None:
    library.queue.add("clinic", [records(tmp_path, 300)])
    run = library.importing.run()
    while library.rows("documents") < 100:
        next(run)
    run.close()
    stored = library.rows("documents")
    assert library.documents() == {}
    before = len(library.embedder.texts)
    (file,) = library.work()
    assert file.standing is Standing.DONE
    assert len(library.documents()) == 300
    assert len(library.embedder.texts) == before + 2 * (300 - stored)


def test_a_file_that_changed_during_a_pause_is_read_anew(library: Library, tmp_path: Path) -> None:
    library.queue.add("clinic", [records(tmp_path, 300)])
    run = library.importing.run()
    while library.rows("documents") < 100:
        next(run)
    run.close()
    records(tmp_path, 5)
    library.work()
    assert list(library.documents()) == ["r0", "r1", "r2", "r3", "r4"]
    assert library.rows("documents") == 5


def test_a_cancelled_file_leaves_nothing_and_the_next_one_comes(library: Library, tmp_path: Path) -> None:
    library.queue.add("clinic", [records(tmp_path, 300), write(tmp_path, "b.txt", "Rest.")])
    for state in library.importing.run():
        if library.rows("documents") > 100:
            library.queue.cancel(state.id)
    assert standings(library.queue.files()) == [Standing.CANCELLED, Standing.DONE]
    assert list(library.documents()) == ["b"]
    assert library.rows("documents") == 1


def test_a_failed_file_is_read_when_it_is_tried_again(library: Library, tmp_path: Path) -> None:
    path = records(tmp_path, 1, last="{")
    (file,) = library.fill(path)
    records(tmp_path, 1)
    library.queue.retry(file.id)
    assert standings(library.work()) == [Standing.DONE]


def test_the_line_of_a_failed_file_can_be_taken_away(library: Library, tmp_path: Path) -> None:
    (file,) = library.fill(tmp_path / "gone.pdf")
    library.queue.dismiss(file.id)
    assert library.work() == []


def test_a_file_that_is_written_to_while_it_is_read_is_refused(vault: Vault, tmp_path: Path) -> None:
    path = write(tmp_path, "fever.txt", "Drink water.")
    library = Library(vault, Meddling(lambda: path.write_text("Drink much more water.", encoding="utf-8") and None))
    (file,) = library.fill(path)
    assert file.message == "fever.txt changed while it was read."
    assert library.rows("documents") == 0


def test_a_file_that_vanishes_while_it_is_read_is_refused(vault: Vault, tmp_path: Path) -> None:
    path = write(tmp_path, "fever.txt", "Drink water.")
    (file,) = Library(vault, Meddling(path.unlink)).fill(path)
    assert file.message == "fever.txt cannot be read."


def test_how_far_a_file_is_can_be_seen_by_others(vault: Vault, tmp_path: Path) -> None:
    class Slow(ReaderInside):
        def read(self, path: Path) -> Generator[Document | Reading, None, None]:
            for n, item in enumerate(super().read(path), 1):
                yield item
                yield Reading(n / 200, pages=7)

    library = Library(vault, Slow())
    library.queue.add("clinic", [records(tmp_path, 200)])
    seen = []
    for _ in library.importing.run():
        (file,) = library.queue.files()
        seen.append((file.standing, file.share, file.pages))
    under_way = [share for standing, share, pages in seen if standing is Standing.READING and pages == 7]
    assert under_way
    assert under_way == sorted(under_way)
    assert seen[-1] == (Standing.DONE, 1.0, 7)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.KIOSK])
def test_who_may_not_edit_the_library_may_not_import(vault: Vault, tmp_path: Path, role: Role) -> None:
    refused = Library(vault, role=role)
    with pytest.raises(PermissionRefusedError):
        refused.queue.add("clinic", [write(tmp_path, "a.txt", "Text.")])
    with pytest.raises(PermissionRefusedError):
        next(refused.importing.run())


@pytest.mark.parametrize("name", ["core", " ", "a\x00b", "x" * 61])
def test_what_is_no_name_for_a_library_is_refused(library: Library, tmp_path: Path, name: str) -> None:
    with pytest.raises(LibraryError):
        library.queue.add(name, [write(tmp_path, "a.txt", "Text.")])
