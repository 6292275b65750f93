"""Let a screen reader say a care card without being asked."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from medbot_desktop.domain import Disposition
from medbot_desktop.ui.care_card import CareCard


def announce(card: CareCard, place: QWidget) -> None:
    """Say the card: an emergency at once, another one when the screen reader comes to a pause.

    Args:
        card: what to say.
        place: where it stands.
    """
    politeness = QAccessible.AnnouncementPoliteness
    is_emergency = card.disposition is Disposition.EMERGENCY
    announcement = QAccessibleAnnouncementEvent(place, card.spoken())
    announcement.setPoliteness(politeness.Assertive if is_emergency else politeness.Polite)
    QAccessible.updateAccessibility(announcement)
