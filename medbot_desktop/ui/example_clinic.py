"""Make a small clinic's vault, with nobody real in it, for the pictures of the window."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import create_vault
from medbot_desktop.vault.passphrase import one_time_passphrase
from medbot_desktop.vault.roles import Role
from medbot_desktop.workspace import Workspace

PERSON = "Ann Example"
"""Somebody about whom the clinic keeps a conversation."""

_STAFF = (("Dr Example", Role.CLINICIAN), ("Front desk", Role.FRONT_DESK))


def open_example_clinic(folder: Path) -> Workspace:
    """Make the vault in a folder and open it for its administrator; slow, so only the worker thread calls it.

    Raises:
        MedBotError: it cannot be made.
    """
    opened, _ = create_vault(VaultFolder(folder), "admin", one_time_passphrase(), LEAST_COST)
    accounts = Accounts(opened)
    for name, role in _STAFF:
        accounts.add(name, role)
    workspace = Workspace.open_on(opened, with_text_model=False)
    person = workspace.people.add(PERSON, date(1961, 5, 3), "A-17")
    about, other = workspace.conversations.start(), workspace.conversations.start()
    for conversation, question in ((about, "What helps a sore throat?"), (other, f"{PERSON} asked about sleep")):
        for _ in workspace.assistant.respond(conversation, question):
            pass
    workspace.conversations.link(about.id, person.id)
    assert workspace.backups is not None
    workspace.backups.make()
    return workspace
