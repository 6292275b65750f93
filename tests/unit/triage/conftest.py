"""The real reader and the real watch, loaded once with the rules that ship."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medbot_desktop.domain import Triage
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="session")
def watch() -> Watch:
    return Watch.load(resources_folder())


@pytest.fixture(scope="session")
def triage(watch: Watch) -> Callable[[str], Triage | None]:
    """What the watch says about a message as typed."""
    reader = Reader.load(resources_folder())
    return lambda text: watch.watch(reader.read(text))
