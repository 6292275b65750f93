"""Another embedder: its vectors are made beside those in use, through kills and changes, and take over all at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.errors import LibraryError, PermissionRefusedError
from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.upkeep.reembedding import Reembedding
from medbot_desktop.knowledge.upkeep.upkeep import Upkeep
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.vault import Vault
from tests.contents import passages_of
from tests.unit.knowledge.clinics import Clinic, document, exhaust, finished

NEXT = "vowels@1"
VECTORS = (
    "SELECT 'p', id, embedder, hex(vector) FROM passages UNION ALL SELECT 'n', id, embedder, hex(vector) FROM names"
)


def vowels(texts: Sequence[str]) -> NDArray[np.float32]:
    """Another small embedder, of five dimensions."""
    counts = np.array([[1 + words.count(vowel) for vowel in "aeiou"] for words in texts], dtype=np.float32)
    vectors = counts.reshape(-1, 5)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that is embedded by its first embedder."""
    made = Clinic(tmp_path / "vault.db").filled()
    made.libraries.add("more", [document(f"d{n}", f"Words number {n}.") for n in range(60)])
    yield made
    made.close()


def reembedding(clinic: Clinic, role: Role = Role.ADMINISTRATOR) -> Reembedding:
    return Reembedding(clinic.vault, Access(clinic.vault, Account("one", "one", role)), vowels, NEXT)


def expected(clinic: Clinic, folder: Path) -> list[tuple[object, ...]]:
    """The same libraries, embedded by the next embedder from the beginning."""
    other = Clinic(folder / "expected.db", embed=vowels, identity=NEXT).filled()
    other.libraries.add("more", [document(f"d{n}", f"Words number {n}.") for n in range(60)])
    state = other.state()
    other.close()
    return state


def test_the_old_vectors_serve_until_the_new_ones_take_over_all_at_once(clinic: Clinic, tmp_path: Path) -> None:
    before = clinic.state()
    progress = exhaust(reembedding(clinic).run())
    assert progress[-1].done == progress[-1].total > 200
    assert clinic.state() == before
    reembedding(clinic).switch({"embedder_in_use": "vowels"})
    assert clinic.state() == expected(clinic, tmp_path)
    assert clinic.rows("SELECT count(*) FROM next_vectors") == [(0,)]
    assert Preferences(clinic.vault, clinic.access).mark("embedder_in_use") == "vowels"


def test_nothing_is_wrong_after_the_switch(clinic: Clinic) -> None:
    exhaust(reembedding(clinic).run())
    reembedding(clinic).switch({})
    assert finished(Upkeep(clinic.vault, clinic.access, vowels, NEXT).verify()).is_well


def test_what_is_not_wholly_embedded_does_not_take_over(clinic: Clinic) -> None:
    before = clinic.state()
    work = reembedding(clinic).run()
    next(iter(work))
    next(iter(work))
    with pytest.raises(LibraryError, match="Not everything is embedded"):
        reembedding(clinic).switch({"embedder_in_use": "vowels"})
    assert clinic.state() == before
    assert Preferences(clinic.vault, clinic.access).mark("embedder_in_use") is None


def test_a_stopped_run_goes_on_where_it_was(clinic: Clinic) -> None:
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return vowels(texts)

    access = clinic.access
    first = Reembedding(clinic.vault, access, counting, NEXT).run()
    for _ in range(3):
        next(iter(first))
    first.close()  # type: ignore[attr-defined]
    done = len(asked)
    rest = exhaust(Reembedding(clinic.vault, access, counting, NEXT).run())
    assert rest[0].done == done > 0
    assert len(asked) == rest[-1].total


def test_documents_that_are_added_and_removed_meanwhile_are_taken_along(clinic: Clinic, tmp_path: Path) -> None:
    work = reembedding(clinic).run()
    next(iter(work))
    next(iter(work))
    clinic.libraries.remove("more")
    clinic.libraries.add("more", [document(f"d{n}", f"Words number {n}.") for n in range(60)])
    exhaust(work)
    reembedding(clinic).switch({})
    assert clinic.state() == expected(clinic, tmp_path)


def test_a_row_whose_number_was_given_away_again_gets_a_vector_of_its_own_text(clinic: Clinic) -> None:
    clinic.libraries.add("last", [document("old", "The old words here.")])
    exhaust(reembedding(clinic).run())
    clinic.libraries.remove("last")
    clinic.libraries.add("last", [document("new", "Completely other words.")])
    with pytest.raises(LibraryError, match="Not everything"):
        reembedding(clinic).switch({})
    exhaust(reembedding(clinic).run())
    reembedding(clinic).switch({})
    assert finished(Upkeep(clinic.vault, clinic.access, vowels, NEXT).verify()).is_well


def test_a_third_embedder_throws_away_what_the_second_one_began(clinic: Clinic) -> None:
    exhaust(reembedding(clinic).run())
    third = Reembedding(clinic.vault, clinic.access, vowels, "third@1")
    next(iter(third.run()))
    assert clinic.rows("SELECT count(*) FROM next_vectors") == [(0,)]


def test_a_cancelled_change_leaves_everything_as_it_was(clinic: Clinic) -> None:
    before = clinic.state()
    exhaust(reembedding(clinic).run())
    reembedding(clinic).cancel()
    assert clinic.state() == before
    assert clinic.rows("SELECT count(*) FROM next_vectors") == [(0,)]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.FRONT_DESK, Role.KIOSK])
def test_only_who_may_change_settings_changes_the_embedder(clinic: Clinic, role: Role) -> None:
    for work in (
        lambda: exhaust(reembedding(clinic, role).run()),
        lambda: reembedding(clinic, role).switch({}),
        lambda: reembedding(clinic, role).cancel(),
    ):
        with pytest.raises(PermissionRefusedError):
            work()


def kill_while_embedding(file: Path, key: bytes) -> None:
    """Begin to embed, and die by a kill in the middle."""
    vault = Vault.open(file, DataKey(key))
    access = Access(vault, Account("one", "one", Role.ADMINISTRATOR))
    for progress in Reembedding(vault, access, vowels, NEXT).run():
        if progress.done:
            os.kill(os.getpid(), 9)


def test_a_killed_run_loses_nothing_that_was_stored(
    spawning: ForkServerContext, clinic: Clinic, tmp_path: Path
) -> None:
    process = spawning.Process(target=kill_while_embedding, args=(clinic.file, clinic.key.raw))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    begun = clinic.rows("SELECT count(*) FROM next_vectors")
    assert begun != [(0,)]
    progress = exhaust(reembedding(clinic).run())
    assert [(progress[0].done,)] == begun
    reembedding(clinic).switch({})
    assert clinic.state() == expected(clinic, tmp_path)


@pytest.fixture(scope="module")
def second_embedder(models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """A real embedder that is not the one in use: it tells capitals and accents apart."""
    entry = models.default("embedder")
    read = json.loads(models.file(entry.name, "tokenizer.json").read_text(encoding="utf-8"))
    read["normalizer"]["lowercase"] = False
    read["normalizer"]["strip_accents"] = False
    tokenizer = tmp_path_factory.mktemp("second") / "tokenizer.json"
    tokenizer.write_text(json.dumps(read), encoding="utf-8")
    return Embedder(models.file(entry.name, "model.onnx"), tokenizer, identity="second@1")


def test_a_second_real_embedder_of_other_dimensions_takes_over(
    embedder: Embedder, second_embedder: Embedder, tmp_path: Path
) -> None:
    def shorter(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = second_embedder.embed(texts)[:, :256]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    clinic = Clinic(tmp_path / "vault.db", embed=embedder.embed, identity=embedder.identity).filled()
    exhaust(Reembedding(clinic.vault, clinic.access, shorter, "second@1").run())
    before = {(kind, row): vector for kind, row, _, vector in clinic.rows(VECTORS)}
    Reembedding(clinic.vault, clinic.access, shorter, "second@1").switch({})
    for kind, row, identity, vector in clinic.rows(VECTORS):
        assert identity == "second@1"
        assert len(str(vector)) == 2 * 4 * 256
        assert not str(before[kind, row]).startswith(str(vector)[:64])
    [question] = shorter(["When do you open?"])
    found = {item.passage.text: float(item.vector @ question) for item in passages_of(clinic.vault)}
    assert max(found, key=found.__getitem__) == "We open at nine."
    clinic.close()
