"""Let somebody look whether the libraries are sound, mend them, and choose what embeds them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from medbot_desktop.ui import health_jobs
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker

if TYPE_CHECKING:
    from medbot_desktop.knowledge.upkeep.upkeep import Health

_CHECKING = "Looking through the libraries"
_WHAT = "Compares documents, passages, vectors, full text and the kept index with one another. Nothing is changed."
_EMBEDDER = (
    "An embedder turns passages into what is searched by meaning. Another one embeds all libraries again, beside your "
    "work; the one in use serves until that is done. Then MedBot locks, and uses the new one when it is opened again."
)


class HealthPage(SectionPage):
    """The section "Library health".

    Attributes:
        verify_button: looks. repair_button: mends; only there where something is wrong.
        report: what was found.
        choices: the embedders, by name.
        embed_button: begins to embed by the chosen one.

    Signals:
        lock_wanted: another embedder has taken over, so the workspace has to be opened anew.
    """

    lock_wanted = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Library health", "Whether the libraries are sound.", parent=parent)
        self._used = ""
        self.choices: dict[str, QRadioButton] = {}
        check = block(self, "Check", _WHAT)
        self.verify_button, self.repair_button = QPushButton("Check the libraries"), QPushButton("Mend them")
        self.verify_button.clicked.connect(partial(self._begin, health_jobs.verify))
        self.repair_button.clicked.connect(partial(self._begin, health_jobs.repair))
        self.repair_button.hide()
        self.report = words("", selectable=True)
        self.report.hide()
        check.addLayout(_row(self.verify_button, self.repair_button))
        check.addWidget(self.report)
        embedding = block(self, "Embedder", _EMBEDDER)
        self._group = QButtonGroup(self)
        self._choices = QVBoxLayout()
        embedding.addLayout(self._choices)
        self.embed_button = QPushButton("Embed the libraries again")
        self.embed_button.clicked.connect(self._embed)
        embedding.addLayout(_row(self.embed_button))
        self.column.addStretch(1)
        self.settle()

    def refresh(self) -> None:
        """Read which embedders there are."""
        self.read(health_jobs.embedders, lambda found: self._show_embedders(*found))

    def settle(self) -> None:
        """Offer to embed only by another embedder than the one in use."""
        chosen = self._chosen()
        self.embed_button.setEnabled(not self.is_busy and bool(chosen) and chosen != self._used)

    def forget(self) -> None:
        """Drop what was found."""
        super().forget()
        self.report.hide()
        self.repair_button.hide()

    def _begin(self, job: health_jobs.Work, _: bool = False) -> None:
        self.report.hide()
        self.do_long(_CHECKING, job, self._show, waiting=self._buttons(), aside=True)

    def _show(self, health: Health) -> None:
        self.report.setText("\n".join(health.lines()))
        self.report.show()
        self.repair_button.setVisible(not health.is_well)
        self.notice.tell("The libraries are sound." if health.is_well else "Something is wrong: it is listed above.")

    def _show_embedders(self, embedders: Mapping[str, str], used: str) -> None:
        self._used = used
        for name, title in embedders.items():
            if name not in self.choices:
                button = self.choices[name] = QRadioButton()
                button.setAccessibleName(f"Embedder: {title}")
                button.clicked.connect(self.settle)
                self._group.addButton(button)
                self._choices.addWidget(button)
            self.choices[name].setText(f"{title} (in use)" if name == used else title)
        if not self._chosen() and used in self.choices:
            self.choices[used].setChecked(True)
        self.settle()

    def _embed(self) -> None:
        name = self._chosen()
        self.do_long(
            f"Embedding by {self.choices[name].text()}",
            lambda services, tell: health_jobs.embed(services, name, tell),
            lambda _: self.lock_wanted.emit(),
            waiting=self._buttons(),
            stopped=lambda: self.notice.tell("This was stopped. Begun again, it goes on from here."),
            aside=True,
        )

    def _chosen(self) -> str:
        return next((name for name, button in self.choices.items() if button.isChecked()), "")

    def _buttons(self) -> list[QPushButton]:
        return [self.verify_button, self.repair_button, self.embed_button]


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row
