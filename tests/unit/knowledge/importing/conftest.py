"""A vault in memory whose library is filled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from medbot_desktop.vault.vault import Vault
from tests.unit.knowledge.importers import Library


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def library(vault: Vault) -> Library:
    return Library(vault)
