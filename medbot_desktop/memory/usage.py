"""Count by day what the text models did for answers: numbers only, which outlive the conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from medbot_desktop.domain import ModelWork
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import ModelUseRow
from medbot_desktop.vault.vault import Vault

_COUNTS = ("answers", "composed", "tokens", "first_text_ms", "begun", "fallbacks")


@dataclass(frozen=True, slots=True)
class DayUse:
    """What one text model did on one local day.

    Attributes:
        day: the day.
        model: its stable name; empty: answers that no model had a part in.
        answers: that it wrote or had a part in.
        composed: of them, those with sentences of its own.
        tokens: that it wrote, about.
        first_text_ms: mean milliseconds from being asked to its first text; None where it wrote none.
        fallbacks: answers in which another model, or the library's own words, took its place.
    """

    day: date
    model: str
    answers: int
    composed: int
    tokens: int
    first_text_ms: int | None
    fallbacks: int


class Usage:
    """What the text models did, as one account may see it.

    Args:
        vault: an open vault.
        access: who looks.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def by_day(self, days: int = 14, today: date | None = None) -> Sequence[DayUse]:
        """The newest day first; of a day, the model with the most answers first.

        Args:
            days: how many days to look at, today among them.
            today: the last of them; None: the local date.

        Raises:
            PermissionRefusedError: the account may not see the insights.
        """
        self._access.require(Permission.SEE_INSIGHTS)
        last = today or date.today()
        query = (
            select(ModelUseRow)
            .where(ModelUseRow.day > last - timedelta(days=days), ModelUseRow.day <= last)
            .order_by(ModelUseRow.day.desc(), ModelUseRow.answers.desc(), ModelUseRow.model)
        )
        with self._vault.reading() as session:
            return [_use_of(row) for row in session.scalars(query)]


def count_work(session: Session, work: Iterable[ModelWork], day: date) -> None:
    """Add what the models did for one answer to the counts of its day, in the transaction of ``session``.

    Args:
        session: the transaction that stores the answer.
        work: of each model that had a part in it, or should have had one.
        day: the local date.
    """
    known = list(work)
    for one in known:
        is_part = one.composed or not one.fell_back
        begun = one.first_text_ms is not None
        counts = (is_part, one.composed, one.tokens, one.first_text_ms or 0, begun, one.fell_back)
        _add(session, day, one.model, counts)
    if all(one.fell_back and not one.composed for one in known):
        _add(session, day, "", (1, 0, 0, 0, 0, 0))


def _add(session: Session, day: date, model: str, counts: Sequence[int]) -> None:
    more = dict(zip(_COUNTS, map(int, counts), strict=True))
    statement = insert(ModelUseRow).values(day=day, model=model, **more)
    sums = {name: getattr(ModelUseRow, name) + getattr(statement.excluded, name) for name in _COUNTS}
    session.execute(statement.on_conflict_do_update(index_elements=["day", "model"], set_=sums))


def _use_of(row: ModelUseRow) -> DayUse:
    first = round(row.first_text_ms / row.begun) if row.begun else None
    return DayUse(row.day, row.model, row.answers, row.composed, row.tokens, first, row.fallbacks)
