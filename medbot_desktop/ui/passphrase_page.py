"""Let whoever has the vault open change their own passphrase."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.form import Labelled, text_field
from medbot_desktop.ui.new_passphrase import NewPassphrase
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.section_page import SectionPage
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker

_ABOUT = (
    "Nobody can read it, not even an administrator. If you forget it, an administrator gives you a new one for one use."
)


class PassphrasePage(SectionPage):
    """The section "Your passphrase"."""

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Your passphrase", _ABOUT, parent=parent)
        sizes = appearance.theme.sizes
        self.old = text_field("Your passphrase until now", is_secret=True)
        self.new = NewPassphrase(appearance, (self.old,))
        self.change_button = named(QPushButton("Change the passphrase"), "primary")
        old = Labelled("Your passphrase until now", self.old, sizes.unit)
        for part in (old, self.new):
            part.setMaximumWidth(sizes.reading * 2 // 3)
            self.column.addWidget(part)
            self.column.addSpacing(sizes.unit)
        self.column.addLayout(FlowRow(sizes.unit, self.change_button))
        self.column.addStretch(1)
        self.change_button.clicked.connect(self._change)
        self.old.returnPressed.connect(self.new.first.setFocus)
        self.new.submitted.connect(self._change)

    def forget(self) -> None:
        """Let go of what was typed."""
        super().forget()
        self.new.forget()

    def _change(self) -> None:
        if not self.old.text():
            self.old.setFocus()
            self.notice.tell_failure(Failed("Your passphrase until now is missing.", "Type it first."))
            return
        problem = self.new.problem()
        if problem is not None:
            self.notice.tell_failure(problem)
            return
        old, new = self.old.text(), self.new.chosen

        def change(services: Services) -> None:
            assert services.accounts is not None
            services.accounts.change_passphrase(old, new)

        self.do(change, self._end, self._tell, [self.change_button])

    def _end(self, _: None) -> None:
        self.new.forget()
        self.notice.tell("Your passphrase was changed. From now on only the new one opens the vault.")

    def _tell(self, failure: Failed) -> None:
        self.notice.tell_failure(failure)
        self.old.selectAll()
        self.old.setFocus()
