"""Ask what has to be known before a library is made, opened to others, filled from a folder, or a document tagged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.role_choice import role_words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.roles import Role

_READERS = (Role.CLINICIAN, Role.FRONT_DESK, Role.KIOSK)
"""The roles that can be kept from reading; administrators may read every library."""

_LONGEST = 400
_MOST_NAMED = 4


class AskingDialog(QDialog):
    """A dialog with a heading, something to fill in, and two buttons.

    Args:
        appearance: the look that is on.
        heading: what is asked.
        action: what the button says that goes on.
        parent: the page.

    Attributes:
        column: where what is asked stands.
    """

    def __init__(self, appearance: Appearance, heading: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = unit = appearance.theme.sizes.unit
        self.setObjectName("dialog")
        self.setWindowTitle(heading)
        self.failure = FailureLine()
        self.action_button = named(QPushButton(action), "primary")
        self.cancel_button = QPushButton("Cancel")
        self.column = QVBoxLayout()
        self.column.setSpacing(unit)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        whole.setSpacing(unit)
        whole.addWidget(words(heading, "heading"))
        whole.addLayout(self.column)
        whole.addWidget(self.failure)
        whole.addSpacing(unit)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addStretch(1)
        for button in (self.cancel_button, self.action_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        whole.addLayout(row)
        self.cancel_button.clicked.connect(self.reject)
        self.action_button.clicked.connect(self.accept)

    def fit(self) -> None:
        """Be as large as what is asked needs."""
        fit(self, DIALOG_STEPS * self._unit)


class ReadersDialog(AskingDialog):
    """Asks who may read a library, and for the name of one that is new.

    Args:
        appearance: the look that is on.
        name: the library's; empty for a new one.
        readable_by: the roles that may read it; none: all.
        parent: the page.
    """

    def __init__(
        self, appearance: Appearance, name: str, readable_by: Collection[Role], parent: QWidget | None = None
    ) -> None:
        heading, action = (f"Who may read {name}?", "Save") if name else ("New library", "Make it")
        super().__init__(appearance, heading, action, parent)
        self.field = text_field("Name of the library")
        self.field.setMaxLength(_LONGEST)
        self.boxes: dict[Role, QCheckBox] = {}
        if not name:
            self.column.addWidget(Labelled("Name", self.field, self._unit))
            self.column.addSpacing(self._unit)
            self.column.addWidget(words("Who may read it?", "strong"))
        self.column.addWidget(
            words("Administrators may read every library. Answers are made only of what one may read.")
        )
        for role in _READERS:
            box = self.boxes[role] = QCheckBox(role_words(role))
            box.setChecked(not readable_by or role in readable_by)
            self.column.addWidget(box)
        self.field.textChanged.connect(self._settle)
        self.field.returnPressed.connect(self.action_button.click)
        self._is_new = not name
        self._settle()
        (self.field if not name else self.boxes[Role.CLINICIAN]).setFocus()
        self.fit()

    @property
    def name(self) -> str:
        """The name that was typed."""
        return self.field.text()

    @property
    def readable_by(self) -> tuple[Role, ...]:
        """The roles that may read it; none where all may."""
        chosen = [role for role, box in self.boxes.items() if box.isChecked()]
        return () if len(chosen) == len(_READERS) else (Role.ADMINISTRATOR, *chosen)

    def _settle(self) -> None:
        self.action_button.setEnabled(not self._is_new or bool(self.field.text().strip()))


class FolderDialog(AskingDialog):
    """Asks whether the folders that are added are to be watched.

    Args:
        appearance: the look that is on.
        paths: what is to be added.
        library: where.
        parent: the page.
    """

    def __init__(
        self, appearance: Appearance, paths: Sequence[Path], library: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(appearance, f"Add to {library}?", "Add", parent)
        named_paths = [path.name or str(path) for path in paths[:_MOST_NAMED]]
        more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
        self.column.addWidget(words(f"{', '.join(named_paths)}{more}", "strong"))
        self.column.addWidget(words("Every document in a folder is added, also those in the folders inside it."))
        self.watch_box = QCheckBox("Keep watching this folder" if len(paths) == 1 else "Keep watching these folders")
        self.column.addWidget(self.watch_box)
        self.column.addWidget(
            words(
                "While MedBot is open it then looks every minute, and adds what is new or was changed. What is taken "
                "out of the folder stays in the library.",
                "small",
            )
        )
        self.action_button.setFocus()
        self.fit()


class TagsDialog(AskingDialog):
    """Asks for the tags of a document.

    Args:
        appearance: the look that is on.
        title: the document's.
        tags: those that it has.
        parent: the page.
    """

    def __init__(self, appearance: Appearance, title: str, tags: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(appearance, "Tags", "Save", parent)
        self.field = text_field("Tags, parted by commas")
        self.field.setText(", ".join(tags))
        self.column.addWidget(words(title, "strong"))
        self.column.addWidget(Labelled("Tags, parted by commas", self.field, self._unit))
        self.field.returnPressed.connect(self.action_button.click)
        self.field.setFocus()
        self.fit()

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that were typed."""
        return tuple(tag for part in self.field.text().split(",") if (tag := part.strip()))
