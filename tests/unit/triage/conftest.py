"""The real reader, the real watch and the real judge, loaded once with the rules that ship."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medbot_desktop.domain import Triage
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="session")
def watch() -> Watch:
    return Watch.load(resources_folder())


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge.load(resources_folder())


@pytest.fixture(scope="session")
def triage(reader: Reader, watch: Watch) -> Callable[[str], Triage | None]:
    """What the watch says about a message as typed."""
    return lambda text: watch.watch(reader.read(text))


@pytest.fixture(scope="session")
def judged(reader: Reader, judge: Judge) -> Callable[[str], Triage]:
    """How urgent a message as typed is."""
    return lambda text: judge.judge(reader.read(text))
