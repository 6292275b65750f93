"""Offer what can be done with a conversation, and nothing that this account may not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from medbot_desktop.ui.archive import Rights
from medbot_desktop.ui.talk import Talk


class Deed(StrEnum):
    """Something that is done with a whole conversation."""

    RENAME = "Rename"
    PIN = "Pin"
    UNPIN = "Unpin"
    PERSON = "About a person…"
    EXPORT_PDF = "Export as PDF…"
    EXPORT_MARKDOWN = "Export as Markdown…"
    EXPORT_JSON = "Export as JSON…"
    DELETE = "Delete"
    RESTORE = "Restore"


EXPORTS = (Deed.EXPORT_PDF, Deed.EXPORT_MARKDOWN, Deed.EXPORT_JSON)

_KEYS = {Deed.RENAME: "F2", Deed.DELETE: "Del"}


def deeds(talk: Talk, rights: Rights) -> list[tuple[Deed, ...]]:
    """What may be done with a conversation now, in groups."""
    if talk.conversation is None or not rights.keep:
        return []
    if talk.is_deleted():
        return [(Deed.RESTORE,)]
    groups: list[tuple[Deed, ...]] = [
        (Deed.RENAME, Deed.UNPIN if talk.is_pinned() else Deed.PIN, Deed.PERSON),
        EXPORTS if rights.export else (),
        (Deed.DELETE,),
    ]
    return [group for group in groups if group]


def conversation_menu(
    parent: QWidget, groups: list[tuple[Deed, ...]], acts: Mapping[Deed, Callable[[], None]]
) -> QMenu:
    """A menu of these deeds.

    Args:
        parent: where it belongs.
        groups: what to offer; a line stands between two groups.
        acts: what each deed does.
    """
    menu = QMenu(parent)
    for number, group in enumerate(groups):
        if number:
            menu.addSeparator()
        for deed in group:
            action = menu.addAction(deed.value)
            action.triggered.connect(lambda _=False, act=acts[deed]: act())
            if deed in _KEYS:
                action.setShortcut(QKeySequence(_KEYS[deed]))
                action.setShortcutVisibleInContextMenu(True)
    return menu
