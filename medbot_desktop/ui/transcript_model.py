"""Hold what was said in one conversation, as the list that the transcript shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from medbot_desktop.domain import (
    Alert,
    Answer,
    Citation,
    Cited,
    Disposition,
    Failed,
    Finished,
    Message,
    Question,
    TextDelta,
    ToolUsed,
    Triage,
    Triaged,
    TurnEvent,
    Understood,
    Utterance,
)
from medbot_desktop.ui.care_card import CareCard, care_card
from medbot_desktop.ui.plain_text import shown

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row's ``Entry`` is found."""

FLUSH_MS = 33
"""Streamed text reaches the screen this often at most."""

_MEDICINE_SKILLS = frozenset({"medicine_question", "interaction_check"})

AnyIndex = QModelIndex | QPersistentModelIndex


class State(StrEnum):
    """How far an entry is."""

    WAITING = "waiting"
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as it is shown; ``mine`` is true for the person's own.

    ``question`` is what the answer asks back, ``question_why`` the reason;
    ``medicines`` are those that it speaks of, by their own names;
    ``is_known`` says that the care card before it was the same, and was shown with all of it.
    """

    mine: bool
    text: str = ""
    state: State = State.DONE
    triage: Triage = field(default_factory=Triage)
    is_known: bool = False
    citations: tuple[Citation, ...] = ()
    failure: Failed | None = None
    question: str = ""
    question_why: str = ""
    options: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    utterance: Utterance | None = None
    steps: tuple[ToolUsed, ...] = ()
    timings_ms: tuple[tuple[str, int], ...] = ()
    message_id: str = ""
    rating: int | None = None

    @property
    def is_emergency(self) -> bool:
        """Whether an emergency care card stands above the text."""
        return not self.mine and self.triage.disposition is Disposition.EMERGENCY

    @property
    def is_triaged(self) -> bool:
        """Whether a care card stands above the text."""
        return not self.mine and self.triage.disposition is not Disposition.NONE

    def card(self, emergency_number: str) -> CareCard | None:
        """What stands above the text: brief where nothing has changed since the last."""
        card = None if self.mine else care_card(self.triage, emergency_number)
        return card.brief() if card and self.is_known else card

    def spoken(self) -> str:
        """The entry as a screen reader should say it: the most urgent words first."""
        if self.mine:
            return f"You: {shown(self.text)}"
        parts = ["MedBot:"]
        card = self.card("")
        if card is not None:
            parts += ["Emergency."] if self.is_emergency else []
            parts.append(shown(card.spoken()))
        if self.state is State.WAITING:
            parts.append("Looking for an answer.")
        parts.append(shown(self.text))
        if self.failure:
            parts += [self.failure.message, self.failure.hint]
        if self.state is State.STOPPED:
            parts.append("Stopped.")
        return " ".join(part for part in parts if part)


def entry_of(message: Message) -> Entry:
    """A stored message as it is shown."""
    answer = message.answer
    if answer is None:
        return Entry(mine=True, text=message.text, message_id=message.id)
    return Entry(
        mine=False,
        text=message.text,
        triage=answer.triage,
        citations=answer.citations,
        medicines=_medicines(answer),
        utterance=answer.utterance,
        timings_ms=tuple(answer.timings_ms.items()),
        message_id=message.id,
        rating=message.rating,
    )


def entries_of(messages: Iterable[Message]) -> list[Entry]:
    """The stored messages of a conversation as they are shown."""
    entries: list[Entry] = []
    for message in messages:
        entry = entry_of(message)
        entries.append(replace(entry, is_known=not entry.mine and _is_known(entry.triage, entries)))
    return entries


def _is_known(triage: Triage, before: Sequence[Entry]) -> bool:
    """Whether the card that was shown last is the same, apart from what it asks; never for an emergency."""
    last = next((entry.triage for entry in reversed(before) if entry.is_triaged), Triage())
    if triage.disposition is Disposition.EMERGENCY:
        return False
    return care_card(replace(triage, follow_up=None), "") == care_card(replace(last, follow_up=None), "")


def _with_question(text: str, question: str) -> str:
    """An answer with what it asks back, which may stand in it already."""
    return text if question in text else "\n\n".join(part for part in (text, question) if part)


def _medicines(answer: Answer) -> tuple[str, ...]:
    """The medicines of an answer from the formulary, each once, in the order in which the person named them."""
    if answer.skill not in _MEDICINE_SKILLS:
        return ()
    return tuple(dict.fromkeys(entity.name for entity in answer.utterance.entities if entity.kind == "medicine"))


class TranscriptModel(QAbstractListModel):
    """The entries of one conversation, first to last; turns in progress change the last one."""

    def __init__(self, entries: Iterable[Entry] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = list(entries)
        self._pending: dict[int, str] = {}
        self._flush = QTimer(self)
        self._flush.setSingleShot(True)
        self._flush.setInterval(FLUSH_MS)
        self._flush.timeout.connect(self.flush)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of entries."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one entry."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(entry.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken()
        return None

    def entry(self, row: int) -> Entry:
        """The entry at ``row``; negative rows count from the end."""
        return self._entries[row]

    def entries(self) -> tuple[Entry, ...]:
        """All entries, first to last."""
        return tuple(self._entries)

    def add(self, *entries: Entry) -> int:
        """Append entries; returns the row of the last one."""
        first = len(self._entries)
        self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
        self._entries += entries
        self.endInsertRows()
        return len(self._entries) - 1

    def put_before(self, entries: Sequence[Entry]) -> None:
        """Insert what was said before everything that is here."""
        if entries:
            self.beginInsertRows(QModelIndex(), 0, len(entries) - 1)
            self._entries[0:0] = entries
            self._pending = {row + len(entries): text for row, text in self._pending.items()}
            self.endInsertRows()

    def row_of(self, message_id: str) -> int:
        """The row of a stored message; -1 where it is not here."""
        rows = enumerate(self._entries)
        return next((row for row, entry in rows if message_id and entry.message_id == message_id), -1)

    def begin_turn(self, text: str) -> int:
        """Append the person's message and the place of its answer; returns the answer's row."""
        return self.add(Entry(mine=True, text=text), Entry(mine=False, state=State.WAITING))

    def apply(self, row: int, event: TurnEvent) -> None:
        """Let an event of the turn change the answer at ``row``."""
        if isinstance(event, TextDelta):
            self._stream(row, event.text)
            return
        self.flush()
        entry = self._entries[row]
        match event:
            case Understood(utterance):
                entry = replace(entry, utterance=utterance)
            case Alert(triage) | Triaged(triage):
                entry = replace(entry, triage=triage, is_known=_is_known(triage, self._entries[:row]))
            case Question(text, options, why):
                words = _with_question(entry.text, text)
                entry = replace(entry, text=words, question=text, question_why=why, options=options)
                entry = replace(entry, state=State.STREAMING)
            case Cited(citation):
                others = tuple(known for known in entry.citations if known.n != citation.n)
                entry = replace(entry, citations=(*others, citation))
            case ToolUsed():
                entry = replace(entry, steps=(*entry.steps, event))
            case Failed():
                entry = replace(entry, failure=event, state=State.FAILED)
            case Finished(answer, message_id):
                entry = replace(
                    entry,
                    text=_with_question(answer.text, entry.question),
                    triage=answer.triage,
                    is_known=_is_known(answer.triage, self._entries[:row]),
                    citations=answer.citations,
                    medicines=_medicines(answer),
                    utterance=answer.utterance,
                    timings_ms=tuple(answer.timings_ms.items()),
                    message_id=message_id,
                    state=State.DONE,
                )
        self._put(row, entry)

    def end_turn(self, row: int) -> None:
        """Close the answer at ``row``: what is not complete by now was stopped; its text so far stays."""
        self.flush()
        entry = self._entries[row]
        if entry.state in (State.WAITING, State.STREAMING):
            self._put(row, replace(entry, state=State.STOPPED))

    def rate(self, row: int, rating: int | None) -> None:
        """Show a rating as pressed."""
        self._put(row, replace(self._entries[row], rating=rating))

    def flush(self) -> None:
        """Show the streamed text that has come since the last time."""
        self._flush.stop()
        pending, self._pending = self._pending, {}
        for row, text in pending.items():
            entry = self._entries[row]
            self._put(row, replace(entry, text=entry.text + text, state=State.STREAMING))

    def _stream(self, row: int, text: str) -> None:
        self._pending[row] = self._pending.get(row, "") + text
        if self._entries[row].state is State.WAITING:
            self.flush()
        elif not self._flush.isActive():
            self._flush.start()

    def _put(self, row: int, entry: Entry) -> None:
        self._entries[row] = entry
        index = self.index(row)
        self.dataChanged.emit(index, index)
