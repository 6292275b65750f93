"""Open a profile and build every service once, in one readable place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from medbot_desktop.assistant.answering import Answering, Pen
from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.generation.extractive import ExtractiveComposer
from medbot_desktop.generation.question_kind import QuestionKinds
from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import ChatMessage, SupervisedTextModel
from medbot_desktop.knowledge.beyond import load_beyond
from medbot_desktop.knowledge.library import CORE, Libraries, read_folder
from medbot_desktop.knowledge.prepared import PreparedVectors
from medbot_desktop.knowledge.ranker import Ranker
from medbot_desktop.knowledge.retrieval import Retriever
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import Settings, load_settings, resources_folder
from medbot_desktop.text import sentences
from medbot_desktop.triage.numbers import emergency_numbers
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.vault.vault import Vault

PROFILES = ("demo",)
"""The profiles that can be opened; the encrypted one on the disk comes with the vault's accounts."""

_MARKS_OF_A_TEXT = 2
"""Tokens that the embedder adds to every text."""


class Workspace:
    """Everything that a face of the program needs; made by `open`, to be closed by `close`.

    Attributes:
        settings: the settings in force.
        store: the models on this computer.
        libraries: the documents.
        retriever: finds passages.
        conversations: what was said.
        assistant: answers messages.
        text_model: the supervised language model; None where none is installed.
        emergency_number: the number to call in an emergency.
        sample_questions: questions to offer on an empty page.
    """

    settings: Settings
    store: ModelStore
    libraries: Libraries
    retriever: Retriever
    conversations: ConversationStore
    assistant: Assistant
    text_model: SupervisedTextModel | None
    emergency_number: str
    sample_questions: list[str]
    _vault: Vault

    @classmethod
    def open(cls, profile: str = "demo", with_text_model: bool = True) -> Self:
        """Open a profile.

        Args:
            profile: ``demo``: in memory, needs no passphrase and writes nothing.
            with_text_model: whether to start the language model, which then loads in the background.

        Raises:
            MedBotError: a model is missing or damaged, or a resource cannot be read.
        """
        if profile not in PROFILES:
            raise InputError(f"There is no profile {profile}.", hint=f"Use one of: {', '.join(PROFILES)}.")
        workspace = cls()
        resources = resources_folder()
        workspace.settings = load_settings()
        workspace.store = ModelStore.standard()
        wording = load_resource(resources / "locale" / "en.toml", Wording)
        pen = _take_pen(workspace.store, workspace.settings, wording) if with_text_model else None
        workspace.text_model = pen.writer if pen else None
        knowledge = open_knowledge(workspace.store)
        workspace._vault, workspace.libraries, workspace.retriever = (
            knowledge.vault,
            knowledge.libraries,
            knowledge.retriever,
        )
        workspace.conversations = ConversationStore(workspace._vault)
        numbers = emergency_numbers(workspace.settings.country)
        workspace.emergency_number = numbers.emergency
        composer = ExtractiveComposer(
            knowledge.embedder.embed,
            knowledge.prepared.embed,
            QuestionKinds.load(resources / "retrieval" / "question_kinds.toml"),
        )
        workspace.assistant = Assistant(
            reader=Reader.load(resources),
            watch=Watch.load(resources),
            retriever=workspace.retriever,
            answering=Answering(composer, wording, pen),
            memory=workspace.conversations,
            wording=wording,
            fill_numbers=numbers.fill,
        )
        workspace.sample_questions = _sample_questions(resources / "locale" / "sample_questions.toml")
        return workspace

    def close(self) -> None:
        """Stop the language model and close the vault; what the demo profile held is gone then."""
        if self.text_model is not None:
            self.text_model.close()
        self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def core_folder() -> Path:
    """The folder of the library that ships."""
    return resources_folder() / "library"


def open_embedder(store: ModelStore) -> Embedder:
    """Open the embedder of the catalogue.

    Raises:
        ModelError: its files are missing or were changed.
    """
    entry = store.default("embedder")
    model, tokenizer = (store.file(entry.name, name) for name in ("model.onnx", "tokenizer.json"))
    return Embedder(model, tokenizer, identity=entry.identity)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """An in-memory vault with the core library in it, and what searches it."""

    embedder: Embedder
    prepared: PreparedVectors
    vault: Vault
    libraries: Libraries
    retriever: Retriever


def open_knowledge(store: ModelStore) -> Knowledge:
    """Open the embedder and the core library.

    Raises:
        MedBotError: the embedder, a library file or a resource cannot be read.
    """
    embedder = open_embedder(store)
    prepared = PreparedVectors(embedder.embed, embedder.identity)
    prepared.load(_prepared_file())
    vault = Vault.open_in_memory()
    libraries = Libraries(vault, prepared.embed, embedder.identity, embedder.count_tokens)
    libraries.add(CORE, read_folder(core_folder()))
    retriever = Retriever(
        libraries,
        embedder.embed,
        is_common=lambda word: embedder.count_tokens(word) - _MARKS_OF_A_TEXT == 1,
        ranker=Ranker.load(resources_folder() / "retrieval" / "ranker.toml"),
        beyond=prepared.embed(load_beyond(_beyond_file())),
    )
    return Knowledge(embedder, prepared, vault, libraries, retriever)


def core_is_prepared() -> bool:
    """Whether the core library's vectors were kept; those of sentences changed since are made at every start."""
    return _prepared_file().exists()


def prepare_core(store: ModelStore) -> int:
    """Embed what the core library needs and has no vector yet, and keep the vectors in the program's folder.

    Returns:
        How many texts have a vector now.
    """
    knowledge = open_knowledge(store)
    passages = knowledge.libraries.passages()
    knowledge.prepared.embed([sentence for item in passages for sentence in sentences(item.passage.text)])
    knowledge.vault.close()
    knowledge.prepared.forget_unused()
    knowledge.prepared.save(_prepared_file())
    return len(knowledge.prepared)


def _beyond_file() -> Path:
    return resources_folder() / "retrieval" / "beyond.toml"


def _prepared_file() -> Path:
    return core_folder() / "vectors.npz"


def _take_pen(store: ModelStore, settings: Settings, wording: Wording) -> Pen[SupervisedTextModel] | None:
    """Start the language model; without one, or with a damaged one, every answer is in the library's own words."""
    try:
        entry = store.entry(settings.text_model) if settings.text_model else store.default("chat")
        model = SupervisedTextModel(
            store.file(entry.name, entry.files[0].name),
            entry.identity,
            threads=settings.threads,
            prime=(ChatMessage("system", wording.phrase_instruction), ChatMessage("user", "Hello")),
        )
    except ModelError:
        return None
    model.start()
    return Pen(model, entry.title, entry.tier)


def _sample_questions(path: Path) -> list[str]:
    try:
        return [str(question) for question in tomllib.loads(path.read_text(encoding="utf-8"))["questions"]]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"The sample questions {path.name} cannot be read.", hint="Install MedBot again.") from error
