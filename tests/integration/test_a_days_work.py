"""A day's work on a real vault: nothing that was said is readable in any file, and nothing of it is lost."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from medbot_desktop.domain import Conversation, Finished
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.logs import start_logging
from medbot_desktop.memory.export import export_markdown
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import verify_vault
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault
from medbot_desktop.vault.roles import Role
from medbot_desktop.workspace import Workspace

PASSPHRASE = "quartz lantern meadow violin"
PERSON = "Wilhelmina Thistlewood"
PHRASES = (
    "zebrafish umbrella cartography",
    "marzipan telescope harbour",
    "saffron locomotive whisper",
    PERSON,
    PASSPHRASE,
    "Bartholomew",  # the name of an account
)
PATIENCE_S = 120


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """A home folder and a temporary folder of the test's own, used by this process and those that it starts."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("MEDBOT_HOME", str(home))
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield home, temporary
    tempfile.tempdir = None


def say(workspace: Workspace, talk: Conversation, text: str) -> None:
    last = list(workspace.assistant.respond(talk, text))[-1]
    assert isinstance(last, Finished), last


def readable_phrases(*folders: Path) -> set[tuple[str, str]]:
    """(file, phrase) for each phrase that stands in a file, or in the name of one, in any of the usual encodings."""
    found = set()
    for file in (file for folder in folders for file in folder.rglob("*")):
        content = file.read_bytes() if file.is_file() and not file.is_symlink() else b""
        content += str(file.name).encode()
        for phrase in PHRASES:
            for spelt in {phrase, phrase.lower(), phrase.upper()}:
                if any(spelt.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")):
                    found.add((file.name, phrase))
    return found


def crash(told: Connection) -> None:
    """Work on the vault, and die in the middle of it."""
    opened = open_vault(VaultFolder.standard(), Credentials("Bartholomew", PASSPHRASE))
    start_logging(VaultFolder.standard().path.parent / "logs")
    workspace = Workspace.open_on(opened, with_text_model=False)
    talk = workspace.conversations.start()
    say(workspace, talk, f"Is it normal to cough at night, {PHRASES[2]}?")
    told.send(talk.id)
    while True:
        say(workspace, talk, f"And what helps then, {PHRASES[2]}?")


def test_a_days_work_leaves_nothing_readable_and_loses_nothing(
    models: ModelStore, places: tuple[Path, Path], tmp_path: Path
) -> None:
    home, _ = places
    opened, recovery_key = create_vault(VaultFolder.standard(), "Bartholomew", PASSPHRASE, LEAST_COST)
    start_logging(home / "logs")
    with Workspace.open_on(opened) as workspace:
        assert workspace.accounts is not None
        assert workspace.backups is not None
        workspace.accounts.add("Second", Role.CLINICIAN, "another long passphrase")
        person = workspace.people.add(PERSON, date(1950, 2, 3), "A-17")
        talk = workspace.conversations.start(person.id)
        say(workspace, talk, f"What helps a sore throat, {PHRASES[0]}?")
        say(workspace, talk, f"I have crushing chest pain, {PHRASES[1]}")
        workspace.conversations.rename(talk.id, PHRASES[1])
        assert [found.conversation.id for found in workspace.conversations.search("zebrafish umbr")] == [talk.id]
        exported = export_markdown(workspace.exporting.prepare(talk.id))
        (tmp_path / "exported.md").write_text(exported, encoding="utf-8")
        workspace.backups.make()
        deleted = workspace.conversations.start()
        say(workspace, deleted, f"Delete this, {PHRASES[0]}")
        workspace.conversations.delete(deleted.id)

    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    other = context.Process(target=crash, args=(theirs,), daemon=True)
    other.start()
    theirs.close()
    assert mine.poll(PATIENCE_S), "The second program did not get to work."
    crashed = mine.recv()
    other.kill()
    other.join(PATIENCE_S)
    assert readable_phrases(*places) == set(), "after the crash, with the write-ahead log still there"

    with Workspace.open(credentials=Credentials("bartholomew", PASSPHRASE), with_text_model=False) as workspace:
        assert workspace.opened is not None
        assert verify_vault(workspace.opened).ok
        assert workspace.audit.verify().ok
        assert PHRASES[0] in workspace.conversations.messages(talk.id)[0].text
        assert PHRASES[2] in workspace.conversations.messages(crashed)[0].text
        shown = [entry.record for entry in workspace.audit.entries() if entry.action == "emergency_shown"]
        assert shown == [talk.id]
        assert workspace.retriever.retrieve("sore throat").answerable
    assert readable_phrases(*places) == set()
    assert (home / "vault" / "index").is_dir()
    assert list((home / "vault" / "backups").glob("*.medbot-backup"))
    assert recovery_key.encode() not in (home / "vault" / "keyslots.json").read_bytes()
    assert PHRASES[0] in exported.replace("\\", "")


def test_the_search_for_readable_phrases_finds_them(places: tuple[Path, Path]) -> None:
    home, temporary = places
    (home / "a").write_text(f"... {PHRASES[0]} ...", encoding="utf-16-le")
    (temporary / f"{PHRASES[1]}.txt").touch()
    assert {phrase for _, phrase in readable_phrases(*places)} == {PHRASES[0], PHRASES[1]}
    shutil.rmtree(home)
    (temporary / f"{PHRASES[1]}.txt").unlink()
    assert readable_phrases(*places) == set()
