"""The real reader, loaded once with the rules that ship."""

from __future__ import annotations

import pytest

from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)
