"""Let an administrator hand out, or erase, everything that is kept about one person."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.domain import Conversation, Person
from medbot_desktop.ui.amounts import counted, local_moment
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.person_list import told_apart
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.worker import Services
from medbot_desktop.vault.atomic_file import write_atomically

if TYPE_CHECKING:
    from medbot_desktop.memory.forgetting import Erasure

_ABOUT = (
    "Somebody may ask for what is kept about them, or that it is erased. Choose the person; you see what there is "
    "before anything happens."
)
_NOT_COMPACTED = (
    "What was erased is overwritten, but the file keeps its size, since there is no room on the disk to rewrite it. "
    "Free some space, and lock MedBot once: then its log lets go of older pages too."
)
_MOST_MENTIONS = 20
_TITLE_LETTERS = 60

AskFile = Callable[[QWidget], Path | None]
"""Asks where to save; None where the person thinks better of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is, or was, about a person, and conversations in which their name stands all the same."""

    erasure: Erasure
    mentions: Sequence[Conversation]


def ask_file(parent: QWidget) -> Path | None:
    """Ask with the system's own dialog; the name that it offers says nothing about anybody."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    offered = str(Path(folder) / "Everything about one person.json")
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save everything about this person", offered, "JSON data (*.json)")
    return Path(chosen) if chosen else None


class MentionButton(QPushButton):
    """A conversation to open; a text that is longer than the button loses its middle, and widens no page.

    Args:
        text: what it is called.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setObjectName("sample")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show as much of the text as there is room for."""
        super().resizeEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        cut = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, room)
        self.setText(cut.replace("&", "&&"))


class ErasureBlock(QWidget):
    """The controls, in a page.

    Args:
        page: where they stand.

    Attributes:
        ask_file: asks where an export is to be saved.
        buttons: what begins something.

    Signals:
        erased: somebody was erased. conversation_wanted: a ``Conversation`` is to be shown in the chat.
    """

    erased = Signal()
    conversation_wanted = Signal(object)

    def __init__(self, page: SectionPage) -> None:
        super().__init__(page)
        self._unit = unit = page.appearance.theme.sizes.unit
        self._page = page
        self._person: Person | None = None
        self.ask_file: AskFile = ask_file
        self.mentions: list[MentionButton] = []
        self.choose_button = QPushButton("Choose a person…")
        self.about = words("", "fact")
        self.export_button = QPushButton("Save everything about them…")
        self.erase_button = named(QPushButton("Erase everything about them…"), "grave")
        self.buttons = (self.choose_button, self.export_button, self.erase_button)
        self._mentions = QVBoxLayout()
        self._mentions.setSpacing(unit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addLayout(FlowRow(unit, self.choose_button))
        column.addWidget(self.about)
        column.addLayout(self._mentions)
        column.addLayout(FlowRow(unit, self.export_button, self.erase_button))
        block(page, "One person's records", _ABOUT).addWidget(self)
        self.choose_button.clicked.connect(self._ask_person)
        self.export_button.clicked.connect(self._export)
        self.erase_button.clicked.connect(self._ask_erasure)
        self.forget()

    def forget(self) -> None:
        """Let go of the person."""
        self._person = None
        self.about.setText("")
        self._offer([])
        for widget in (self.about, self.export_button, self.erase_button):
            widget.hide()

    def _ask_person(self) -> None:
        self._page.do(lambda services: services.people.list(), self._choose, waiting=[self.choose_button])

    def _choose(self, people: Sequence[Person]) -> None:
        dialog = PersonChooser(self._page.appearance, people, self._person, "", may_change=False, parent=self._page)
        self._page.ask(dialog, lambda: self.look_at(dialog.chosen))

    def look_at(self, person: Person | None) -> None:
        """Show what is kept about a person."""
        if person is not None:
            self._page.do(
                lambda services: _found(services, services.forgetting.preview(person)),
                lambda finding: self._show(person, finding),
                waiting=[self.choose_button],
            )

    def _show(self, person: Person, finding: Finding) -> None:
        self._person = person
        found = finding.erasure
        lines = [", ".join(part for part in (shown(person.name), told_apart(person)) if part), *_kept(found)]
        if found.backups:
            lines.append(f"• {counted(len(found.backups), 'backup')}, written anew without them on erasing")
        lines += _not_reached(found)
        if found.mentions:
            lines.append(f"Their name also stands in other conversations, which stay.{_of_deleted(finding)}")
        self.about.setText("\n".join(lines))
        self._offer(finding.mentions)
        for widget in (self.about, self.export_button, self.erase_button):
            widget.show()
        self._page.bring_into_sight(self)

    def _offer(self, mentions: Sequence[Conversation]) -> None:
        for old in self.mentions:
            old.deleteLater()
        self.mentions = []
        for conversation in mentions:
            title = one_line(conversation.title or "Conversation", _TITLE_LETTERS)
            is_deleted = conversation.deleted is not None
            text = f"{'Deleted · ' if is_deleted else ''}{title} · {local_moment(conversation.updated)}"
            button = MentionButton(text)
            button.setEnabled(not is_deleted)
            button.setAccessibleName(text if is_deleted else f"Open the conversation: {text}")
            button.clicked.connect(lambda _=False, wanted=conversation: self.conversation_wanted.emit(wanted))
            self._mentions.addWidget(button)
            button.show()  # now rather than later, so that the page can be scrolled to where it is
            self.mentions.append(button)

    def _export(self) -> None:
        person, file = self._person, self.ask_file(self)
        if person is None or file is None:
            return
        self._page.do_whole(
            "Saving everything about this person",
            lambda services: _save_all(services, person, file),
            lambda count: self._page.notice.tell(
                f"{counted(count, 'conversation')} saved in {file}. The file is not encrypted: keep it safe."
            ),
            [self.export_button, self.erase_button],
        )

    def _ask_erasure(self) -> None:
        person = self._person
        if person is None:
            return
        facts = [
            "Their conversations and their name are erased from the vault and from its backups, for good.",
            "The audit trail keeps that it was done, without their name.",
        ]
        dialog = ConfirmDialog(
            self._page.appearance, "Erase this person?", facts, "Erase for good", person.name, self._page
        )
        self._page.ask(dialog, lambda: self._erase(person))

    def _erase(self, person: Person) -> None:
        self._page.do_whole(
            "Erasing, and writing the backups anew",
            lambda services: _found(services, services.forgetting.forget(person)),
            self._end,
            self.buttons,
        )

    def _end(self, finding: Finding) -> None:
        self.forget()
        found = finding.erasure
        lines = ["Erased:", *_kept(found)]
        lines.append(f"• from {counted(len(found.backups), 'backup')}, written anew without them")
        lines += _not_reached(found)
        if not found.compacted:
            lines.append(_NOT_COMPACTED)
        if found.mentions:
            lines.append(f"Their name still stands in these, about others: open one to look.{_of_deleted(finding)}")
        self.about.setText("\n".join(lines))
        self.about.show()
        self._offer(finding.mentions)
        self._page.bring_into_sight(self)
        self._page.notice.tell("Everything about this person was erased.")
        self.erased.emit()


def _kept(found: Erasure) -> list[str]:
    messages = counted(found.messages, "message")
    sources = counted(found.citations, "citation")
    return [f"• {counted(found.conversations, 'conversation')} with {messages} and {sources}"]


def _not_reached(found: Erasure) -> list[str]:
    if not found.not_reached:
        return []
    names = ", ".join(shown(name) for name in found.not_reached)
    return [f"These cannot be changed and may still hold the person; delete them if nothing may stay: {names}"]


def _of_deleted(finding: Finding) -> str:
    is_any = any(conversation.deleted is not None for conversation in finding.mentions)
    return " Those that are deleted are erased when their day is over." if is_any else ""


def _found(services: Services, erasure: Erasure) -> Finding:
    return Finding(erasure, [services.conversations.get(key) for key in erasure.mentions[:_MOST_MENTIONS]])


def _save_all(services: Services, person: Person, file: Path) -> int:
    """Write a person and every conversation about them, deleted ones too, to one JSON file; returns how many."""
    from medbot_desktop.memory.export import JSON_VERSION, export_json

    listed = [
        conversation
        for deleted in (False, True)
        for conversation in services.conversations.list(person_id=person.id, deleted=deleted)
    ]
    records = [json.loads(export_json(services.exporting.prepare(conversation.id))) for conversation in listed]
    content = {"version": JSON_VERSION, "person": asdict(person), "conversations": records}
    write_atomically(file, (json.dumps(content, ensure_ascii=False, indent=2, default=date.isoformat) + "\n").encode())
    return len(records)
