"""Ask where a conversation is to be saved, and save it there: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from medbot_desktop.domain import Conversation
from medbot_desktop.ui.pdf import conversation_pdf
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.worker import Services
from medbot_desktop.vault.atomic_file import write_atomically


class Format(Enum):
    """How a conversation can be saved: the file's ending, and how people call it."""

    PDF = (".pdf", "PDF document")
    MARKDOWN = (".md", "Markdown text")
    JSON = (".json", "JSON data")

    @property
    def ending(self) -> str:
        """The file's ending."""
        return self.value[0]

    @property
    def words(self) -> str:
        """How people call it."""
        return self.value[1]


AskFile = Callable[[QWidget, Conversation, Format], Path | None]
"""Asks where to save; None where the person thinks better of it."""


def ask_file(parent: QWidget, conversation: Conversation, kind: Format) -> Path | None:
    """Ask with the system's own dialog; the name that it offers says nothing about anybody."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    offered = Path(folder) / f"Conversation {conversation.started.astimezone():%Y-%m-%d}{kind.ending}"
    title = f"Export as {kind.words}"
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(offered), f"{kind.words} (*{kind.ending})")
    if not chosen:
        return None
    file = Path(chosen)
    return file if file.suffix else file.with_suffix(kind.ending)


def save(services: Services, conversation_id: str, kind: Format, file: Path, theme: Theme) -> Path:
    """Write a conversation to a file; slow, so only the worker thread calls it.

    Args:
        services: what holds the conversation.
        conversation_id: which one.
        kind: as what.
        file: where to; a file that is there is replaced only once the new one is complete.
        theme: the look of a PDF.

    Returns:
        The file.

    Raises:
        PermissionRefusedError: this account may not export.
        MedBotError: it cannot be read, or the file cannot be written.
    """
    from medbot_desktop.memory.export import export_json, export_markdown  # slow to import

    record = services.exporting.prepare(conversation_id)
    if kind is Format.PDF:
        data = conversation_pdf(record.conversation, record.messages, datetime.now(UTC), theme)
    else:
        data = (export_markdown(record) if kind is Format.MARKDOWN else export_json(record)).encode("utf-8")
    write_atomically(file, data)
    return file
