"""Let people see which models there are and what each may be trusted with, and let an administrator change that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from medbot_desktop.ui import model_jobs
from medbot_desktop.ui.amounts import byte_size
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.exam_dialog import ExamDialog
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.library_dialogs import AskingDialog
from medbot_desktop.ui.model_facts import STATES, TIERS, ModelFacts
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.usage_block import UsageBlock
from medbot_desktop.ui.worker import Worker

if TYPE_CHECKING:
    from medbot_desktop.generation.exam_record import ExamResult
    from medbot_desktop.inference.catalogue import CatalogueEntry
    from medbot_desktop.inference.offload import Card
    from medbot_desktop.inference.store import FileCheck

_ABOUT = (
    "What MedBot computes with. A model that writes text has to earn its tier in the exam, on this computer; without "
    "one, every answer is in the library's own words."
)
_ADD = "Models (*.gguf);;All files (*)"
_FETCHING = (
    "MedBot connects to the Python package index for this, and to nothing else. It sends nothing but which files it "
    "wants, and checks each of them."
)


class ModelsPage(SectionPage):
    """The section "Models".

    Attributes:
        table: the models. facts: what is known of the chosen one.
        use: the block of what they did by day.
    """

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Models", _ABOUT, parent=parent)
        self._cards: Sequence[Card] | None = None
        self._may_change = False
        columns: list[Column[ModelFacts]] = [
            Column("Model", lambda model: model.title, 35),
            Column("What it does", lambda model: model.purpose_words, 18),
            Column("State", lambda model: STATES[model.state], 21),
            Column("Tier", lambda model: model.tier_words, 18),
            Column("Size", lambda model: model.size_words),
        ]
        self.table = Table(appearance, TableModel(columns, self), "Models")
        self.about_chosen = words("", "small")
        self.facts = words("", "fact", selectable=True)
        self.table_button = QPushButton("Show the exam…")
        self.choose_button = QPushButton("Let it serve")
        self.fetch_button = QPushButton("Fetch it…")
        self.exam_button = QPushButton("Hold the exam")
        self.verify_button = QPushButton("Check it")
        self.remove_button = QPushButton("Remove it…")
        self.file_button = named(QPushButton("Add from a file…"), "primary")
        self.folder_button = QPushButton("Add from a folder…")
        self._arrange()
        self._connect()
        self.forget()

    def _arrange(self) -> None:
        unit = self.appearance.theme.sizes.unit
        self.column.addWidget(self.table)
        self.column.addWidget(self.about_chosen)
        self.column.addWidget(self.facts)
        self.column.addLayout(FlowRow(unit, self.table_button, *self._on_chosen()))
        self.column.addSpacing(3 * unit)
        added = block(self, "Add a model", "A GGUF file, or a folder with an ONNX export, from a stick for example.")
        added.addLayout(FlowRow(unit, self.file_button, self.folder_button))
        self.use = UsageBlock(self)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.table.chosen_changed.connect(self.settle)
        for button, act in (
            (self.table_button, self._show_exam),
            (self.choose_button, self._choose),
            (self.fetch_button, self._ask_fetch),
            (self.exam_button, self._examine),
            (self.verify_button, self._verify),
            (self.remove_button, self._ask_remove),
            (self.file_button, self._ask_file),
            (self.folder_button, self._ask_folder),
        ):
            button.clicked.connect(act)

    def refresh(self) -> None:
        """Show the models as they are now; where they compute is known a little later."""
        self.read(lambda services: model_jobs.look(services, self._cards), self._show)
        if self._cards is None:
            self.read_aside(model_jobs.cards, self._know_cards)

    def forget(self) -> None:
        """Let go of what was listed."""
        super().forget()
        self.table.rows.show([])
        self.use.forget()
        self._may_change = False
        self.settle()

    def settle(self) -> None:
        """Offer what may be done with the chosen model."""
        model, is_free = self.table.chosen, not self.is_busy
        may = self._may_change and is_free
        self.about_chosen.setText("" if model or not self.table.rows.records else "Choose a model in the table.")
        self.about_chosen.setVisible(bool(self.about_chosen.text()))
        self.facts.setText("\n".join(model.lines()) if model else "")
        self.facts.setVisible(model is not None)
        for button in (*self._on_chosen(), self.file_button, self.folder_button):
            button.setVisible(self._may_change)
        self.file_button.setEnabled(may)
        self.folder_button.setEnabled(may)
        self.table_button.setEnabled(model is not None and model.result is not None and is_free)
        can_write = model is not None and model.writes and model.is_here
        self.choose_button.setEnabled(may and can_write and model is not None and model.state != "serving")
        self.exam_button.setEnabled(may and can_write)
        self.fetch_button.setEnabled(may and model is not None and model.can_fetch and not model.is_here)
        is_something = model is not None and model.state not in ("to_fetch", "to_bring")
        self.verify_button.setEnabled(may and is_something)
        self.remove_button.setEnabled(may and is_something and model is not None and model.may_remove)

    def add_from(self, path: Path) -> None:
        """Take in a model from a file or a folder."""
        self._long(f"Adding {path.name}", lambda services, tell: model_jobs.add(services, path, tell), self._tell_added)

    def choose_model(self, name: str) -> None:
        """Choose a model in the table."""
        names = [model.name for model in self.table.rows.records]
        self.table.choose(names.index(name) if name in names else -1)

    def _on_chosen(self) -> list[QPushButton]:
        """The buttons that change something about the chosen model."""
        return [self.choose_button, self.fetch_button, self.exam_button, self.verify_button, self.remove_button]

    def _show(self, known: model_jobs.Models) -> None:
        chosen = self.table.chosen
        self._may_change = known.may_change
        self.table.rows.show(known.models)
        serving = next((model.name for model in known.models if model.state == "serving"), "")
        self.choose_model(chosen.name if chosen else serving)
        self.use.show(known)
        self.settle()

    def _know_cards(self, cards: Sequence[Card]) -> None:
        self._cards = cards
        self.refresh()

    def _long(self, text: str, job: Callable[..., object], then: Callable[..., None], stopped: str = "") -> None:
        """Do something long beside the conversation, and show the models as they are then."""

        def succeed(result: object) -> None:
            self.refresh()
            then(result)

        tell = partial(self.notice.tell, stopped) if stopped else None
        self.do_long(text, job, succeed, stopped=tell, aside=True)

    def _chosen(self) -> ModelFacts:
        model = self.table.chosen
        assert model is not None
        return model

    def _show_exam(self) -> None:
        model = self._chosen()
        assert model.result is not None
        self.ask(ExamDialog(self.appearance, model, model.result, self))

    def _choose(self) -> None:
        model = self._chosen()

        def end(_: None) -> None:
            self.refresh()
            may = TIERS[model.tier].lower()
            self.notice.tell(f"{model.title} serves from the next message on. Its tier: {may}.")

        self.do(lambda services: model_jobs.choose(services, model.name), end)

    def _ask_fetch(self) -> None:
        model = self._chosen()
        dialog = AskingDialog(self.appearance, f"Fetch {model.title}?", "Fetch it", self)
        for line in (_FETCHING, f"It has {byte_size(model.size)}. Licence: {model.licence}. {model.terms}".strip()):
            dialog.column.addWidget(words(line))
        dialog.cancel_button.setFocus()
        dialog.fit()
        self.ask(dialog, lambda: self._fetch(model))

    def _fetch(self, model: ModelFacts) -> None:
        told = f"{model.title} is on this computer. {'Let it sit the exam next.' if model.writes else ''}".strip()
        self._long(
            f"Fetching {model.title}",
            lambda services, tell: model_jobs.fetch(services, model.name, tell),
            lambda _: self.notice.tell(told),
            "This was stopped. Begun again, it goes on from here.",
        )

    def _examine(self) -> None:
        model = self._chosen()

        def end(result: ExamResult) -> None:
            told = f"{model.title}: {TIERS[result.tier].lower()}. {result.lacking}".strip()
            if model.state != "serving":
                self.notice.tell(told)
                return
            self.do(model_jobs.start_anew, lambda _: self.notice.tell(told))

        self._long(
            f"{model.title} sits the exam",
            lambda services, tell: model_jobs.examine(services, model.name, tell),
            end,
            "The exam was stopped, and does not count.",
        )

    def _verify(self) -> None:
        model = self._chosen()

        def end(checks: Sequence[FileCheck]) -> None:
            faults = [check.fault for check in checks if check.fault]
            mend = "Fetch it again." if model.can_fetch else "Add it again from its file."
            whole = f"{model.title} is whole: every byte is as the catalogue says."
            self.notice.tell(f"{faults[0]} {mend}" if faults else whole)

        self._long(f"Checking {model.title}", lambda services, tell: model_jobs.verify(services, model.name, tell), end)

    def _ask_remove(self) -> None:
        model = self._chosen()
        again = "It can be fetched again." if model.can_fetch else "To have it again, you need its file."
        facts = [f"{byte_size(model.size)} of the disk are free again. {again}"]
        if model.state == "serving":
            facts.append("It is the model that serves: answers are then in the library's own words.")
        self.ask(
            ConfirmDialog(self.appearance, f"Remove {model.title}?", facts, "Remove it", parent=self),
            lambda: self._remove(model),
        )

    def _remove(self, model: ModelFacts) -> None:
        def end(_: None) -> None:
            self.refresh()
            self.notice.tell(f"{model.title} is gone from this computer.")

        self.do(lambda services: model_jobs.remove(services, model), end)

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Add a model", "", _ADD)
        if chosen:
            self.add_from(Path(chosen))

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Add a model")
        if chosen:
            self.add_from(Path(chosen))

    def _tell_added(self, entry: CatalogueEntry) -> None:
        rest = "Let it sit the exam next." if entry.purpose == "chat" else ""
        self.notice.tell(f"Added {entry.title}. {entry.terms} {rest}".strip().replace("  ", " "))
