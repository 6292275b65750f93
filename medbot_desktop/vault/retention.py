"""Erase by kind and age what the clinic does not want to keep, once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import Preferences, RetentionRules, mark, set_mark
from medbot_desktop.vault.roles import Permission, Role
from medbot_desktop.vault.schema import AccountRow, AuditRow, ConversationRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_LAST_RUN = "retention_run"
_CLOCK_TOLERANCE = timedelta(minutes=2)
_LONGEST_SILENCE = timedelta(days=45)
"""After a longer time without use, a wrong clock is more likely than an empty clinic, and a person has to confirm."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule erases.

    Attributes:
        kind: ``deleted``, ``kiosk`` or ``conversations``.
        days: the age from which it erases; None: what was deleted on an earlier day.
        conversations: the identifiers of what it erases.
        oldest: when the oldest of them was last used.
    """

    kind: str
    days: int | None
    conversations: tuple[str, ...]
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What a run erased, or would erase; ``postponed`` says why it erased nothing, if so."""

    rules: tuple[RuleReport, ...] = ()
    postponed: str = ""

    @property
    def conversations(self) -> int:
        """How many conversations in all."""
        return sum(len(rule.conversations) for rule in self.rules)


class Retention:
    """The rules of one vault at work.

    What is pinned stays. An age is counted from the last message. Where the clock stands before the last entry of the
    audit trail nothing is erased, and where it stands far behind it a person has to confirm.

    Args:
        vault: an open vault.
        access: who has it open.
        preferences: where the rules are kept.
    """

    def __init__(self, vault: Vault, access: Access, preferences: Preferences) -> None:
        self._vault = vault
        self._access = access
        self._preferences = preferences

    def dry_run(self, now: datetime, rules: RetentionRules | None = None) -> RetentionReport:
        """What a run would erase, of which nothing is erased.

        Args:
            now: an aware moment.
            rules: rules to try; None: those in force.

        Raises:
            PermissionRefusedError: this account may not change settings.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        with self._vault.transaction() as session:
            return RetentionReport(_reports(session, rules or self._rules(), now))

    def run(self, now: datetime, confirmed: bool = False) -> RetentionReport:
        """Erase what the rules say; whoever opens the vault lets this run, since the rules were decided before.

        Args:
            now: an aware moment.
            confirmed: an administrator says that the clock is right.

        Raises:
            PermissionRefusedError: ``confirmed`` by an account that may not change settings.
        """
        if confirmed:
            self._access.require(Permission.CHANGE_SETTINGS)
        rules = self._rules()
        with self._vault.transaction() as session:
            postponed = _doubt(session, now, confirmed)
            if postponed:
                return RetentionReport(postponed=postponed)
            reports = _reports(session, rules, now)
            for report in reports:
                session.execute(delete(ConversationRow).where(ConversationRow.id.in_(report.conversations)))
            set_mark(session, _LAST_RUN, now.isoformat())
            counts = {report.kind: len(report.conversations) for report in reports}
            if any(counts.values()):
                self._access.record(session, Action.RETENTION_RUN, "conversation", "", **counts)
        return RetentionReport(reports)

    def run_if_due(self, now: datetime) -> RetentionReport | None:
        """Run once on each local day; None where it has run today."""
        last = self._preferences.mark(_LAST_RUN)
        if last is not None and datetime.fromisoformat(last).astimezone().date() == now.astimezone().date():
            return None
        return self.run(now)

    def _rules(self) -> RetentionRules:
        return self._preferences.read().retention


def _reports(session: Session, rules: RetentionRules, now: datetime) -> tuple[RuleReport, ...]:
    kiosks = select(AccountRow.id).where(AccountRow.role == Role.KIOSK.value)
    of_kiosk = func.coalesce(ConversationRow.account_id.in_(kiosks), False)
    kept = select(ConversationRow.id, ConversationRow.updated).where(
        ConversationRow.deleted.is_(None), ConversationRow.pinned.is_(False)
    )
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC).replace(tzinfo=None)
    deleted = select(ConversationRow.id, ConversationRow.updated).where(ConversationRow.deleted < midnight)
    return (
        _report(session, "deleted", None, deleted),
        _aged(session, "kiosk", rules.kiosk_days, kept.where(of_kiosk.is_(True)), now),
        _aged(session, "conversations", rules.conversations_days, kept.where(of_kiosk.is_(False)), now),
    )


def _aged(session: Session, kind: str, days: int | None, kept: Select[str, datetime], now: datetime) -> RuleReport:
    if days is None:
        return RuleReport(kind, None, (), None)
    limit = now.astimezone(UTC).replace(tzinfo=None) - timedelta(days=days)
    return _report(session, kind, days, kept.where(ConversationRow.updated < limit))


def _report(session: Session, kind: str, days: int | None, query: Select[str, datetime]) -> RuleReport:
    rows = session.execute(query.order_by(ConversationRow.updated)).all()
    oldest = rows[0][1].replace(tzinfo=UTC) if rows else None
    return RuleReport(kind, days, tuple(row[0] for row in rows), oldest)


def _doubt(session: Session, now: datetime, confirmed: bool) -> str:
    """Why the clock cannot be trusted with erasing; empty where it can."""
    noted = session.scalars(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(2)).all()
    before = [datetime.fromisoformat(at) for at in noted]
    last_run = mark(session, _LAST_RUN)
    if last_run is not None:
        before.append(datetime.fromisoformat(last_run))
    if any(moment > now + _CLOCK_TOLERANCE for moment in before):
        return "The computer's clock stands earlier than when the vault was last used, so nothing was erased by age."
    if last_run is not None and not confirmed and now - datetime.fromisoformat(last_run) > _LONGEST_SILENCE:
        return (
            f"The last run was more than {_LONGEST_SILENCE.days} days ago. If the computer's clock is right, an "
            "administrator can run the rules by hand."
        )
    return ""
