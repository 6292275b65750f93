"""A vault in memory, and the store of an administrator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.people import People
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.vault import Vault


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def access(vault: Vault) -> Access:
    return Access(vault, DEMO_ACCOUNT)


@pytest.fixture
def store(vault: Vault, access: Access) -> ConversationStore:
    return ConversationStore(vault, access)


@pytest.fixture
def people(vault: Vault, access: Access) -> People:
    return People(vault, access)
