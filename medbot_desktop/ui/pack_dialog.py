"""Say what a pack holds and who made it, and let an administrator compare the fingerprint of a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from medbot_desktop.ui.amounts import counted, local_moment
from medbot_desktop.ui.library_dialogs import AskingDialog
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.knowledge.packs.packs import PackFacts

_KNOWN = "It is signed with a key that this clinic trusts."
_STRANGE = (
    "Nobody here has accepted the key that it is signed with yet. Ask whoever made it to read the fingerprint of their "
    "key to you, and compare it with this one:"
)
_UNSIGNED = (
    "Nobody has signed this pack, so nobody can tell who made it. Accept it only if whoever gave it to you reads the "
    "same fingerprint of its content to you:"
)
_NOT_YOU = "Only an administrator can accept it."
_UPDATES = "It takes the place of the earlier version of the same library, which goes as a whole."
_ANEW = "It was made with another embedder, so its passages are embedded anew here. That takes a while."


class PackDialog(AskingDialog):
    """Asks whether a pack is to be installed.

    Args:
        appearance: the look that is on.
        facts: what the pack says of itself.
        may_accept: whether this account may accept a fingerprint.
        parent: the page.
    """

    def __init__(
        self, appearance: Appearance, facts: PackFacts, may_accept: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(appearance, f"Install {facts.library}?", "Install it", parent)
        self._facts = facts
        holds = f"{counted(facts.documents, 'document')}, {counted(facts.passages, 'passage')}"
        self.column.addWidget(words(f"{holds}, made on {local_moment(facts.made)} by MedBot {facts.program}."))
        for is_so, sentence in ((facts.updates, _UPDATES), (not facts.embedder_fits, _ANEW)):
            if is_so:
                self.column.addWidget(words(sentence))
        self.box = QCheckBox("I have compared it, and it is the same")
        self.fingerprint = words(facts.fingerprint, "fact", selectable=True)
        if facts.is_trusted:
            self.column.addWidget(words(_KNOWN))
        else:
            self.column.addWidget(words(_STRANGE if facts.is_signed else _UNSIGNED))
            self.column.addWidget(self.fingerprint)
            self.column.addWidget(self.box if may_accept else words(_NOT_YOU, "strong"))
            self.action_button.setEnabled(False)
            self.box.toggled.connect(self.action_button.setEnabled)
        (self.box if not facts.is_trusted and may_accept else self.cancel_button).setFocus()
        self.fit()

    @property
    def accepted_fingerprint(self) -> str | None:
        """The fingerprint that an administrator has compared; None where none had to be."""
        return None if self._facts.is_trusted else self._facts.fingerprint
