"""Open what finds answers: the embedder, the libraries with the one that ships, and what searches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.importing.importing import Importing
from medbot_desktop.knowledge.library import CORE_FINGERPRINT, Libraries, core_fingerprint, read_folder
from medbot_desktop.knowledge.packs.packs import Packs
from medbot_desktop.knowledge.packs.staging import clear_unfinished
from medbot_desktop.knowledge.prepared import PreparedVectors
from medbot_desktop.knowledge.prepared_core import PreparedCore, load_core, save_core
from medbot_desktop.knowledge.search.beyond import load_beyond
from medbot_desktop.knowledge.search.questions import questions_in
from medbot_desktop.knowledge.search.ranker import Ranker
from medbot_desktop.knowledge.search.retrieval import Retriever
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from medbot_desktop.knowledge.search.stocktaking import Stocktaking
from medbot_desktop.knowledge.search.wordings import Wordings
from medbot_desktop.knowledge.upkeep.reembedding import Reembedding
from medbot_desktop.knowledge.upkeep.upkeep import Upkeep
from medbot_desktop.resources import read_once, state_of
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import sentences
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import mark
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.schema import PassageRow
from medbot_desktop.vault.vault import Vault

EMBEDDER = "embedder"
"""The setting of a vault that names its embedder, where that is not the default one."""


def core_documents() -> Sequence[Document]:
    """The documents of the library that ships; read once, however often a vault is opened.

    Raises:
        LibraryError: one of them cannot be read.
    """
    folder = core_folder()
    return _documents_in(folder, state_of(folder.glob("*.md")))


@read_once
def _documents_in(folder: Path, _state: object) -> Sequence[Document]:
    return tuple(read_folder(folder))


def _core_as_kept(embedder: str) -> PreparedCore | None:
    folder, file = core_folder(), _cut_file()
    return _core_in(file, folder, embedder, state_of([*folder.glob("*.md"), file]))


@read_once
def _core_in(file: Path, folder: Path, embedder: str, _state: object) -> PreparedCore | None:
    return load_core(file, folder, embedder)


def core_folder() -> Path:
    """The folder of the library that ships."""
    return resources_folder() / "library"


def open_embedder(store: ModelStore, name: str | None = None) -> Embedder:
    """Open an embedder, or give the one that is open already: to load one takes longer than all else of an unlocking.

    Args:
        store: the models.
        name: which one; None: the default of the catalogue.

    Raises:
        ModelError: its files are missing or were changed, or it is none.
    """
    entry = store.entry(name) if name else store.default("embedder")
    if entry.purpose != "embedder":
        raise ModelError(f"{entry.name} is no embedder.", "`medbot models list` shows which are.")
    model, tokenizer = (store.file(entry.name, name) for name in ("model.onnx", "tokenizer.json"))
    return _embedder_of(model, tokenizer, entry.identity, state_of([model, tokenizer]))


@read_once
def _embedder_of(model: Path, tokenizer: Path, identity: str, _state: object) -> Embedder:
    return Embedder(model, tokenizer, identity)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A vault with the core library in it, and what searches it.

    The methods take the vault on which they work: one on a connection of its own, where that is on another thread.
    """

    store: ModelStore
    embedder: Embedder
    prepared: PreparedVectors
    vault: Vault
    libraries: Libraries
    retriever: Retriever
    snapshot: IndexSnapshot | None

    @contextmanager
    def importing(self, vault: Vault, access: Access) -> Iterator[Importing]:
        """What works through the queue of files, with its own process that reads them."""
        from medbot_desktop.knowledge.reading.process import DocumentProcess  # not needed for the window to open

        with DocumentProcess() as source:
            embedder = self.embedder
            yield Importing(vault, access, embedder.embed, embedder.identity, embedder.count_tokens, source)

    def packs(self, vault: Vault, access: Access) -> Packs:
        """What makes and installs packs."""
        return Packs(vault, access, self.embedder.embed, self.embedder.identity)

    def upkeep(self, vault: Vault, access: Access) -> Upkeep:
        """What finds and mends what is wrong with the libraries."""
        return Upkeep(vault, access, self.embedder.embed, self.embedder.identity, self.snapshot)

    def reembedding(self, vault: Vault, access: Access, name: str) -> Reembedding:
        """What embeds the libraries again, by another embedder of the store.

        Raises:
            ModelError: there is no such embedder, or its files were changed.
        """
        embedder = open_embedder(self.store, name)
        return Reembedding(vault, access, embedder.embed, embedder.identity)

    def marks_of(self, name: str) -> dict[str, str]:
        """What is to be noted in the vault as the embedder of this name takes over."""
        embedder = open_embedder(self.store, name)
        core = core_fingerprint(core_documents(), embedder.identity, embedder.count_tokens)
        return {EMBEDDER: name, CORE_FINGERPRINT: core}


def open_knowledge(
    store: ModelStore, vault: Vault | None = None, access: Access | None = None, snapshot: IndexSnapshot | None = None
) -> Knowledge:
    """Open the embedder and bring the core library in the vault up to date.

    Args:
        store: the models.
        vault: where the libraries lie; None: an empty one in memory.
        access: who uses them; None: the demo's account.
        snapshot: where the index is kept between two openings; None: nowhere.

    Raises:
        MedBotError: the embedder, a library file or a resource cannot be read.
    """
    vault = vault or Vault.open_in_memory()
    access = access or Access(vault, DEMO_ACCOUNT)
    embedder = open_embedder(store, chosen_embedder(vault))
    prepared = PreparedVectors(embedder.embed, embedder.identity)
    prepared.load(_prepared_file())
    libraries = Libraries(vault, access, prepared.embed, embedder.identity, embedder.count_tokens)
    for _ in clear_unfinished(vault):
        pass
    core = _core_as_kept(embedder.identity)
    if core is None:
        libraries.sync_core(core_documents())
    else:
        libraries.sync_cut_core(core.fingerprint, core.documents)
    ranker = Ranker.load(_retrieval_folder())
    stocktaking = Stocktaking(
        embedder.identity,
        is_common=lambda word: embedder.count_tokens(word) == 1,
        kinds=ranker.kinds,
        beyond=prepared.embed(load_beyond(_retrieval_folder() / "beyond.toml")),
        snapshot=snapshot,
    )
    retriever = Retriever(vault, access, embedder.embed, ranker, stocktaking, open_wordings(), questions_in)
    return Knowledge(store, embedder, prepared, vault, libraries, retriever, snapshot)


def chosen_embedder(vault: Vault) -> str | None:
    """The name of the embedder that the libraries were embedded by; None: the default one."""
    with vault.reading() as session:
        name = mark(session, EMBEDDER)
    return str(name) if name else None


def open_wordings() -> Wordings:
    """What else things are called.

    Raises:
        LibraryError: a list cannot be read.
    """
    return Wordings.load(_retrieval_folder() / "wordings.toml", _retrieval_folder() / "brands.toml")


def core_is_prepared() -> bool:
    """Whether the core library's vectors were kept; those of sentences changed since are made at every start."""
    return _prepared_file().exists()


def prepare_core(store: ModelStore) -> int:
    """Read, cut and embed the core library, and keep what came of it in the program's folder; vectors once made stay.

    Returns:
        How many texts have a vector now.
    """
    knowledge = open_knowledge(store)
    with knowledge.vault.reading() as session:
        passages = session.scalars(select(PassageRow.text)).all()
    knowledge.prepared.embed([sentence for passage in passages for sentence in sentences(passage)])
    knowledge.vault.close()
    knowledge.prepared.forget_unused()
    knowledge.prepared.save(_prepared_file())
    documents, embedder = core_documents(), knowledge.embedder
    fingerprint = core_fingerprint(documents, embedder.identity, embedder.count_tokens)
    save_core(_cut_file(), core_folder(), embedder.identity, fingerprint, knowledge.libraries.cut(documents))
    return len(knowledge.prepared)


def _retrieval_folder() -> Path:
    return resources_folder() / "retrieval"


def _prepared_file() -> Path:
    return core_folder() / "vectors.npz"


def _cut_file() -> Path:
    return core_folder() / "passages.json"
