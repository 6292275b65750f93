"""Speak of days as people do in a list: today, yesterday, a weekday with its date."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale

_ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def day_heading(day: date, today: date) -> str:
    """The heading above everything of one day."""
    if day == today:
        return "Today"
    if (today - day).days == 1:
        return "Yesterday"
    return _written(day, "dddd d MMMM" if day.year == today.year else "d MMMM yyyy")


def short_moment(moment: datetime, today: date) -> str:
    """When something happened, in as few words as tell it apart."""
    if moment.date() == today:
        return f"{moment:%H:%M}"
    if (today - moment.date()).days == 1:
        return "Yesterday"
    return short_date(moment.date())


def short_date(day: date) -> str:
    """A date as it stands in a list, e.g. ``3 May 2026``."""
    return _written(day, "d MMM yyyy")


def _written(day: date, pattern: str) -> str:
    return _ENGLISH.toString(QDate(day.year, day.month, day.day), pattern)
