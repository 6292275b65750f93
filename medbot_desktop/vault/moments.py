"""Write moments as the vault's tables hold them: in UTC, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def stored_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC).replace(tzinfo=None)


def stored(moment: datetime) -> datetime:
    """A moment; one without a zone is local."""
    return moment.astimezone(UTC).replace(tzinfo=None)
