"""Open a profile and build every service once, in one readable place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from medbot_desktop.assistant.answering import Answering, Pen
from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.assistant.complaints import Complaints
from medbot_desktop.assistant.medicine_answers import MedicineAnswers
from medbot_desktop.assistant.missed_pills import MissedPills
from medbot_desktop.assistant.recorded_medicines import RecordedMedicines
from medbot_desktop.assistant.skills import Skills
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.collector import collector_paused
from medbot_desktop.errors import InputError, PassphraseError, VaultError
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_record import Examinee, trust_in_force
from medbot_desktop.generation.extractive import ExtractiveComposer
from medbot_desktop.generation.prompting import openings
from medbot_desktop.generation.question_kind import QuestionKinds
from medbot_desktop.inference.choosing import Chosen, text_model_from
from medbot_desktop.inference.fallback import FallbackTextModel
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.documents import Documents
from medbot_desktop.knowledge.importing.importing import Importing
from medbot_desktop.knowledge.importing.queue import ImportQueue
from medbot_desktop.knowledge.library import Libraries
from medbot_desktop.knowledge.opening import Knowledge, chosen_embedder, open_embedder, open_knowledge
from medbot_desktop.knowledge.packs.packs import Packs
from medbot_desktop.knowledge.search.retrieval import Retriever
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from medbot_desktop.knowledge.upkeep.reembedding import Reembedding
from medbot_desktop.knowledge.upkeep.upkeep import Upkeep
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.missed_pills import missed_pills
from medbot_desktop.memory.contributions import Contributions
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.export import Exporting
from medbot_desktop.memory.forgetting import Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.memory.unanswered import Unanswered
from medbot_desktop.memory.usage import Usage
from medbot_desktop.settings import Settings, load_settings, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import emergency_numbers
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.retention import Retention
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.server_in_force import server_in_force
from medbot_desktop.vault.vault import Vault

CLINIC = "clinic"
"""The profile that lies encrypted in the home folder."""

DEMO = "demo"
"""The profile that lives in memory, needs no passphrase and writes nothing."""

PROFILES = (CLINIC, DEMO)


class Workspace:
    """Everything that a face of the program needs; made by `open`, to be closed by `close`.

    Attributes:
        settings: the settings in force.
        store: the models on this computer.
        access: who uses it, and what they may do.
        libraries: which libraries there are.
        documents: what is in them.
        queue: the files that were added to them, or are to be.
        retriever: finds passages.
        conversations: what was said.
        usage: what the text models did, by day.
        unanswered: the questions that found nothing.
        contributions: what documents contributed to answers.
        people: whom conversations are about.
        exporting: conversations as files.
        audit: the trail of who did what.
        preferences: what the clinic has decided.
        retention: erases what is old enough.
        forgetting: erases everything about one person.
        opened: the vault on the disk; None in the demo profile.
        accounts: who can open the vault; None in the demo profile.
        backups: copies of the vault; None in the demo profile.
        text_model: the language models, behind one; None where none is installed.
        emergency_number: the number to call in an emergency.
        sample_questions: questions to offer on an empty page.
    """

    settings: Settings
    store: ModelStore
    access: Access
    libraries: Libraries
    documents: Documents
    queue: ImportQueue
    retriever: Retriever
    conversations: ConversationStore
    usage: Usage
    unanswered: Unanswered
    contributions: Contributions
    people: People
    exporting: Exporting
    audit: AuditTrail
    preferences: Preferences
    retention: Retention
    forgetting: Forgetting
    opened: OpenedVault | None
    accounts: Accounts | None
    backups: Backups | None
    text_model: FallbackTextModel | None
    emergency_number: str
    sample_questions: list[str]
    _vault: Vault
    _wording: Wording
    _chosen: Chosen | None
    _model_notices: tuple[str, ...]
    _with_text_model: bool
    _answering: Answering | None = None
    _knowledge: Knowledge

    @classmethod
    def open(
        cls, profile: str | None = None, with_text_model: bool = True, credentials: Credentials | None = None
    ) -> Self:
        """Open a profile.

        Args:
            profile: `CLINIC` or `DEMO`; None: the clinic's vault where there is one, else the demo.
            with_text_model: whether to start the language model, which then loads in the background.
            credentials: with what the clinic's vault is opened.

        Raises:
            PassphraseError: the credentials do not open the vault.
            MedBotError: a model is missing or damaged, or a resource or the vault cannot be read.
        """
        profile = profile or default_profile()
        if profile not in PROFILES:
            raise InputError(f"There is no profile {profile}.", hint=f"Use one of: {', '.join(PROFILES)}.")
        if profile == DEMO:
            return cls._open_on(Vault.open_in_memory(), None, with_text_model)
        if not VaultFolder.standard().exists():
            raise VaultError("There is no vault in this home folder yet.", hint="Make one with `medbot vault create`.")
        if credentials is None:
            raise PassphraseError("The clinic's vault needs a passphrase.", hint="Give it, or use `--profile demo`.")
        opened = open_vault(VaultFolder.standard(), credentials)
        try:
            return cls.open_on(opened, with_text_model)
        except BaseException:
            opened.close()
            raise

    @classmethod
    def open_on(cls, opened: OpenedVault, with_text_model: bool = True) -> Self:
        """Build the services on a vault that is open already, e.g. one that was just made."""
        return cls._open_on(opened.vault, opened, with_text_model)

    @classmethod
    def _open_on(cls, vault: Vault, opened: OpenedVault | None, with_text_model: bool) -> Self:
        workspace = cls()
        workspace._vault, workspace.opened = vault, opened
        workspace.settings = load_settings()
        workspace.store = ModelStore.standard()
        workspace.access = opened.access if opened else Access(vault, DEMO_ACCOUNT)
        workspace._wording = Wording.load(resources_folder())
        workspace._with_text_model = with_text_model
        workspace._take_text_model()
        try:
            workspace._remember()
            with collector_paused():
                workspace._find()
        except BaseException:
            if workspace.text_model is not None:
                workspace.text_model.close()
            raise
        return workspace

    def _remember(self) -> None:
        """Build what the vault is used for."""
        vault, access, opened = self._vault, self.access, self.opened
        self.preferences = Preferences(vault, access)
        self.conversations = ConversationStore(vault, access)
        self.usage = Usage(vault, access)
        self.unanswered = Unanswered(vault, access)
        self.contributions = Contributions(vault, access)
        self.people = People(vault, access)
        self.exporting = Exporting(self.conversations, access)
        self.audit = AuditTrail(vault, access)
        self.retention = Retention(vault, access, self.preferences)
        self.accounts = Accounts(opened) if opened else None
        self.backups = Backups(opened, self.preferences) if opened else None
        self.forgetting = Forgetting(vault, access, self.backups, opened.folder if opened else None)

    def _find(self) -> None:
        """Build what keeps the libraries and finds passages in them."""
        resources = resources_folder()
        snapshot = IndexSnapshot(self.opened.folder.index, self.opened.key.derive("index")) if self.opened else None
        self._knowledge = knowledge = open_knowledge(self.store, self._vault, self.access, snapshot)
        self.libraries, self.retriever = knowledge.libraries, knowledge.retriever
        self.documents = Documents(self._vault, self.access)
        self.queue = ImportQueue(self._vault, self.access)
        self.emergency_number = emergency_numbers(self.settings.country).emergency
        self.sample_questions = _sample_questions(resources / "locale" / "sample_questions.toml")

    @cached_property
    def assistant(self) -> Assistant:
        """What reads, watches and answers; built when it is first asked for, since the rules take their time to load.

        Raises:
            InputError: a resource cannot be read.
        """
        resources, knowledge, wording = resources_folder(), self._knowledge, self._wording
        with collector_paused():
            composer = ExtractiveComposer(
                knowledge.embedder.embed,
                knowledge.prepared.embed,
                QuestionKinds.load(resources / "retrieval" / "question_kinds.toml"),
            )
            answering = self._answering = Answering(composer, wording, self._pen)
            formulary = Formulary.load(resources)
            medicines = MedicineAnswers(formulary, wording.medicines)
            numbers, complaints = emergency_numbers(self.settings.country), Complaints(Judge.load(resources))
            return Assistant(
                reader=Reader.load(resources, formulary.spoken, knowledge.embedder, self.settings.country),
                watch=Watch.load(resources),
                complaints=complaints,
                skills=Skills(
                    retriever=self.retriever,
                    answering=answering,
                    wording=wording,
                    numbers=numbers,
                    complaints=complaints,
                    medicines=medicines,
                    record=RecordedMedicines(formulary, medicines, wording.record),
                    pills=MissedPills(formulary, missed_pills(resources), wording.missed_pills),
                    history=self.conversations,
                ),
                memory=self.conversations,
                wording=wording,
                numbers=numbers,
            )

    def prepare(self) -> Self:
        """Build the assistant now, so that the first message does not wait for it; closes the workspace where it fails.

        Raises:
            InputError: a resource cannot be read.
        """
        try:
            self.assistant  # noqa: B018
        except BaseException:
            self.close()
            raise
        return self

    @contextmanager
    def text_model_at_rest(self) -> Iterator[None]:
        """End the text model while its file, its tier or the choice of it changes; then the chosen one is started.

        Used on the thread that answers, between two turns.
        """
        if self.text_model is not None:
            self.text_model.close()
        try:
            yield
        finally:
            self.settings = load_settings()
            self._take_text_model()
            if self._answering is not None:
                self._answering.use(self._pen)

    def _take_text_model(self) -> None:
        """Start the text models that the settings name; without one every answer is in the library's own words."""
        self._chosen, self._model_notices = None, ()
        if self._with_text_model:
            settings, refused = self.settings, ""
            if self.opened is not None:
                settings, refused = server_in_force(settings, Preferences(self._vault, self.access), self.access)
            self._chosen, notices = _choose(self.store, settings, self._wording)
            self._model_notices = (*([refused] if refused else []), *notices)
        self.text_model = self._chosen.model if self._chosen else None

    @property
    def _pen(self) -> Pen[FallbackTextModel] | None:
        chosen = self._chosen
        if chosen is None:
            return None
        spare = chosen.phrasing
        phrasing = Pen(spare, chosen.title, "phrases", chosen.titles) if spare else None
        return Pen(chosen.model, chosen.title, chosen.tier, chosen.titles, phrasing)

    def upkeep(self, now: datetime) -> list[str]:
        """Erase what the rules say is old enough.

        Args:
            now: an aware moment.

        Returns:
            Sentences about what somebody should know.
        """
        report = self.retention.run_if_due(now)
        return [report.postponed] if report is not None and report.postponed else []

    @contextmanager
    def importing(self) -> Iterator[Importing]:
        """What works through the queue of files; may be used on another thread where the vault lies on the disk."""
        with self._beside() as (vault, access), self._knowledge.importing(vault, access) as importing:
            yield importing

    @contextmanager
    def packs(self) -> Iterator[Packs]:
        """What makes and installs packs; used like `importing`."""
        with self._beside() as (vault, access):
            yield self._knowledge.packs(vault, access)

    @contextmanager
    def library_upkeep(self) -> Iterator[Upkeep]:
        """What finds and mends what is wrong with the libraries; used like `importing`."""
        with self._beside() as (vault, access):
            yield self._knowledge.upkeep(vault, access)

    @contextmanager
    def reembedding(self, name: str) -> Iterator[Reembedding]:
        """What embeds the libraries again by the embedder of this name; used like `importing`."""
        with self._beside() as (vault, access):
            yield self._knowledge.reembedding(vault, access, name)

    def embedder_marks(self, name: str) -> dict[str, str]:
        """What is noted in the vault as another embedder takes over."""
        return self._knowledge.marks_of(name)

    @property
    def embedders(self) -> dict[str, str]:
        """The embedders of this computer: name to title."""
        return {entry.name: entry.title for entry in self.store.installed() if entry.purpose == "embedder"}

    @property
    def embedder(self) -> str:
        """The name of the embedder in use."""
        return chosen_embedder(self._vault) or self.store.default("embedder").name

    @contextmanager
    def _beside(self) -> Iterator[tuple[Vault, Access]]:
        """The vault on a connection of its own; in the demo profile, which has only one, on that one."""
        if self.opened is None:
            yield self._vault, self.access
            return
        with self.opened.beside() as beside:
            yield beside.vault, beside.access

    @property
    def keeps(self) -> bool:
        """Whether what is said is kept when the program ends."""
        return self.opened is not None

    @property
    def notices(self) -> list[str]:
        """Sentences about the opening of the vault and of the models that should be read."""
        return [*(self.opened.notices if self.opened else []), *self._model_notices]

    def close(self) -> None:
        """Stop the language model, close the vault and wipe its key; what the demo profile held is gone then."""
        if self.text_model is not None:
            self.text_model.close()
        self.retriever.close()
        if self.opened is not None:
            self.opened.close()
        else:
            self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def open_reader(*, with_embedder: bool = True) -> Reader:
    """What reads messages, without a vault.

    Args:
        with_embedder: whether intents are told by the classifier, and assertions by the embedder's states too.

    Raises:
        MedBotError: the embedder is missing or damaged, or a resource cannot be read.
    """
    resources = resources_folder()
    embedder = open_embedder(ModelStore.standard()) if with_embedder else None
    return Reader.load(resources, Formulary.load(resources).spoken, embedder, load_settings().country)


def default_profile() -> str:
    """The profile that is opened when none is named: the clinic's where the home folder has a vault, else the demo."""
    return CLINIC if VaultFolder.standard().exists() else DEMO


def _choose(store: ModelStore, settings: Settings, wording: Wording) -> tuple[Chosen | None, tuple[str, ...]]:
    """Start the language models; without one, or with a damaged one, every answer is in the library's own words."""
    exam = exam_version(resources_folder() / "exam")
    phrasing = (ChatMessage("system", wording.phrase_instruction), ChatMessage("user", "Hello"))
    chosen, notices = text_model_from(
        settings,
        store,
        lambda tier: openings() if tier == "composes" else (phrasing,),
        lambda entry: trust_in_force(Examinee.of(entry), exam),
        trust_in_force(Examinee.on_server(settings), exam),
    )
    if chosen is not None:
        chosen.model.start()
    return chosen, notices


def _sample_questions(path: Path) -> list[str]:
    try:
        return [str(question) for question in tomllib.loads(path.read_text(encoding="utf-8"))["questions"]]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"The sample questions {path.name} cannot be read.", hint="Install MedBot again.") from error
