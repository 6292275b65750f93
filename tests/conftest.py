"""What every test may ask for: the real models of this checkout, and the parts of the program built on them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext

import keyring
import pytest
from keyring.backends import fail

from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.opening import Knowledge, open_knowledge
from medbot_desktop.workspace import Workspace
from tests.keyrings import KeyringInMemory

_SLOW_TO_LOAD = ["pytest", "hypothesis.strategies", "sqlalchemy.dialects.sqlite", "medbot_desktop.vault.restore"]


def pytest_configure() -> None:
    """Give each of several workers processor cores of its own, and keep the bytecode of the program.

    The threads of a model wait for each other at every step. Where two models share the cores, each waits for threads
    that the other one has pushed aside; and a reader of documents, which lets everybody go first, waits for both.
    The program is started hundreds of times, and compiled as often where the environment has no bytecode kept.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    worker, count = (os.environ.get(f"PYTEST_XDIST_{name}") for name in ("WORKER", "WORKER_COUNT"))
    if worker and count and sys.platform == "linux":
        number, cores = int(worker.removeprefix("gw")), sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[number :: int(count)] or [cores[number % len(cores)]])


def pytest_collection_finish() -> None:
    """Keep the collector out of the thousands of tests themselves, which stay to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def spawning() -> ForkServerContext:
    """Starts children, to be killed, from a process that has loaded what they need and has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_SLOW_TO_LOAD)
    return context


@pytest.fixture
def system_keyring() -> Iterator[KeyringInMemory]:
    """The system's keyring."""
    before, system = keyring.get_keyring(), KeyringInMemory()
    keyring.set_keyring(system)
    yield system
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    """A computer without a keyring."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """The models of this checkout, all default ones in place."""
    store = ModelStore.standard()
    here = store.installed()
    missing = [entry.name for entry in store.catalogue.entries if entry.default and entry not in here]
    if missing:
        pytest.fail(f"These models are not here: {', '.join(missing)}. Run `medbot models sync` first.", pytrace=False)
    return store


@pytest.fixture(scope="session")
def knowledge(models: ModelStore) -> Iterator[Knowledge]:
    """The real embedder, and the core library in a vault in memory."""
    opened = open_knowledge(models)
    yield opened
    opened.vault.close()


@pytest.fixture(scope="session")
def embedder(knowledge: Knowledge) -> Embedder:
    """The real embedder."""
    return knowledge.embedder


@pytest.fixture(scope="session")
def workspace(models: ModelStore) -> Iterator[Workspace]:
    """The demo profile with the real text model, ready to write."""
    with Workspace.open("demo") as opened:
        assert opened.text_model is not None
        assert opened.text_model.wait_ready(60)
        yield opened
