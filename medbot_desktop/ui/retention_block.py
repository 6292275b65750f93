"""Let an administrator say how long conversations are kept, and see what that erases before it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QRadioButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import counted, local_moment
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.number_field import NumberField
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services

if TYPE_CHECKING:
    from medbot_desktop.vault.preferences import RetentionRules
    from medbot_desktop.vault.retention import RetentionReport, RuleReport

_ABOUT = (
    "Once a day MedBot erases the conversations that nobody has used for longer than this. What is pinned stays. "
    "Deleted conversations are erased when their day is over, whatever is chosen here."
)
_LONGEST_DAYS = 36_500
_OFFERED_DAYS = 365
_KINDS = {
    "deleted": "deleted on an earlier day",
    "kiosk": "of the kiosk, not used for {days} days",
    "conversations": "of staff, not used for {days} days",
}


class KeptFor(QWidget):
    """How long one kind of conversation is kept: for good, or for some days.

    Signals:
        changed: something else is chosen.
    """

    changed = Signal()

    def __init__(self, appearance: Appearance, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.for_good = QRadioButton("Keep them for good")
        self.for_days = QRadioButton("Erase them when unused for")
        self.days = NumberField(appearance, f"{title}: days", 1, _LONGEST_DAYS, "day", "days")
        self.days.setValue(_OFFERED_DAYS)
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(words(title, "strong"))
        for button in (self.for_good, self.for_days):
            button.setAccessibleName(f"{title}: {button.text()}")
            self._group.addButton(button)
        column.addWidget(self.for_good)
        column.addLayout(FlowRow(appearance.theme.sizes.unit, self.for_days, self.days))
        self.for_days.toggled.connect(self.days.setEnabled)
        self.for_days.toggled.connect(lambda _: self.changed.emit())
        self.days.valueChanged.connect(lambda _: self.changed.emit())
        self.show_days(None)

    @property
    def chosen(self) -> int | None:
        """Days; None: for good."""
        return self.days.value() if self.for_days.isChecked() else None

    def show_days(self, days: int | None) -> None:
        """Show what holds now."""
        (self.for_good if days is None else self.for_days).setChecked(True)
        self.days.setEnabled(days is not None)
        if days is not None:
            self.days.setValue(days)


class RetentionBlock(QWidget):
    """The controls of the rules, in a page.

    Args:
        page: where they stand.

    Attributes:
        buttons: what begins something.

    Signals:
        erased: conversations were erased.
    """

    erased = Signal()

    def __init__(self, page: SectionPage) -> None:
        super().__init__(page)
        unit = page.appearance.theme.sizes.unit
        self._page = page
        self._shown: tuple[int | None, int | None] | None = None
        self.staff = KeptFor(page.appearance, "Conversations of staff")
        self.kiosk = KeptFor(page.appearance, "Conversations at the kiosk")
        self.preview = words("", "fact")
        self.preview.hide()
        self.save_button = named(QPushButton("Save the rules"), "primary")
        self.try_button = QPushButton("Show what they would erase")
        self.run_button = QPushButton("Erase now by the saved rules")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        for kind in (self.staff, self.kiosk):
            column.addWidget(kind)
            kind.changed.connect(self._end_preview)
        column.addWidget(self.preview)
        column.addLayout(FlowRow(unit, self.save_button, self.try_button, self.run_button))
        block(page, "How long conversations are kept", _ABOUT).addWidget(self)
        self.buttons = (self.save_button, self.try_button, self.run_button)
        self.save_button.clicked.connect(self._try_then_save)
        self.try_button.clicked.connect(self._try)
        self.run_button.clicked.connect(self._try_then_run)

    def show_rules(self, rules: RetentionRules) -> None:
        """Show the rules that hold now; what somebody has changed and not saved stays as it is."""
        if self._shown is None or (self.staff.chosen, self.kiosk.chosen) == self._shown:
            self.staff.show_days(rules.conversations_days)
            self.kiosk.show_days(rules.kiosk_days)
            self._shown = (self.staff.chosen, self.kiosk.chosen)

    def forget(self) -> None:
        """Let go of what a dry run has found, and of rules that were not saved."""
        self._shown = None
        self._end_preview()

    def _end_preview(self) -> None:
        self.preview.setText("")
        self.preview.hide()

    def _chosen(self) -> RetentionRules:
        from medbot_desktop.vault.preferences import RetentionRules

        return RetentionRules(conversations_days=self.staff.chosen, kiosk_days=self.kiosk.chosen)

    def _try(self) -> None:
        rules = self._chosen()
        self._page.do(lambda services: _dry_run(services, rules), self._show, waiting=self.buttons)

    def _show(self, report: RetentionReport) -> None:
        self.preview.setText("\n".join(("By these rules a run would erase now:", *told(report))))
        self.preview.show()
        self._page.bring_into_sight(self.preview)

    def _try_then_save(self) -> None:
        rules = self._chosen()

        def ask(report: RetentionReport) -> None:
            if not report.conversations:
                self._save(rules)
                return
            facts = [
                "When the rules run next, at the latest tomorrow, they erase for good:",
                *told(report),
                "Nothing is erased before that.",
            ]
            dialog = ConfirmDialog(
                self._page.appearance, "Save these rules?", facts, "Save the rules", parent=self._page
            )
            self._page.ask(dialog, lambda: self._save(rules))

        self._page.do(lambda services: _dry_run(services, rules), ask, waiting=self.buttons)

    def _save(self, rules: RetentionRules) -> None:
        def save(services: Services) -> None:
            settings = services.preferences.read()
            services.preferences.change(settings.model_copy(update={"retention": rules}))

        def end(_: None) -> None:
            self._shown = (rules.conversations_days, rules.kiosk_days)
            self._page.notice.tell("The rules are saved.")

        self._page.do(save, end, waiting=self.buttons)

    def _try_then_run(self) -> None:
        def ask(report: RetentionReport) -> None:
            if not report.conversations:
                self._page.notice.tell("By the saved rules there is nothing to erase now.")
                return
            clock = f"The computer's clock says {local_moment(datetime.now(UTC))}. If that is wrong, do not go on."
            facts = ["This erases for good:", *told(report), *filter(None, [report.postponed]), clock]
            dialog = ConfirmDialog(self._page.appearance, "Erase these now?", facts, "Erase them", parent=self._page)
            self._page.ask(dialog, self._run)

        self._page.do(lambda services: _dry_run(services, None), ask, waiting=self.buttons)

    def _run(self) -> None:
        self._page.do(
            lambda services: services.retention.run(datetime.now(UTC), confirmed=True), self._end, waiting=self.buttons
        )

    def _end(self, report: RetentionReport) -> None:
        self._end_preview()
        if report.postponed:
            self._page.notice.tell(report.postponed)
            return
        self._page.notice.tell(f"{counted(report.conversations, 'conversation')} erased.")
        self.erased.emit()


def told(report: RetentionReport) -> Sequence[str]:
    """What a run erases or would erase, a line for each rule that finds something."""
    lines = [_line(rule) for rule in report.rules if rule.conversations]
    return lines or ["Nothing."]


def _line(rule: RuleReport) -> str:
    kind = _KINDS[rule.kind].format(days=rule.days)
    oldest = f"; the oldest was last used {local_moment(rule.oldest)}" if rule.oldest else ""
    return f"• {counted(len(rule.conversations), 'conversation')} {kind}{oldest}"


def _dry_run(services: Services, rules: RetentionRules | None) -> RetentionReport:
    return services.retention.dry_run(datetime.now(UTC), rules)
