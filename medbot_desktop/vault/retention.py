"""Erase by kind and age what the clinic does not want to keep, once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from medbot_desktop.vault.access import Access
from medbot_desktop.vault.erasing import empty_log, erase_conversations
from medbot_desktop.vault.moments import stored
from medbot_desktop.vault.preferences import Preferences, RetentionRules, mark, set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import AuditRow, ConversationRow, ModelUseRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_LAST_RUN = "retention_run"
_CLOCK_TOLERANCE = timedelta(minutes=2)
_LONGEST_SILENCE = timedelta(days=45)
"""After a longer time without use, a wrong clock is more likely than an empty clinic, and a person has to confirm."""

_COUNTS_KEPT = timedelta(days=400)
"""What the text models did is counted without anybody's words, and kept so that a month can be compared with the same
one of the year before."""


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
    """What a run erased, or would erase.

    Attributes:
        rules: what each rule finds; of a run that was postponed there is none.
        postponed: why nothing is erased unless an administrator confirms it; empty if nothing hinders.
    """

    rules: tuple[RuleReport, ...] = ()
    postponed: str = ""

    @property
    def conversations(self) -> int:
        """How many conversations in all."""
        return sum(len(rule.conversations) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule as a condition on `ConversationRow`."""

    kind: str
    days: int | None
    holds: ColumnElement[bool]


class Retention:
    """The rules of one vault at work.

    What is pinned stays. An age is counted from the last message, and what was deleted is erased when its local day is
    over. A clock that stands earlier than the last run, or long after it, may be wrong: then nothing is erased until
    the clock is right or an administrator confirms it.

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
        """What a run would erase, of which nothing is erased, and what would make it wait.

        Args:
            now: an aware moment.
            rules: rules to try; None: those in force.

        Raises:
            PermissionRefusedError: this account may not change settings.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        rules = rules or self._rules()
        with self._vault.transaction() as session:
            found = tuple(_report(session, rule) for rule in _rules_of(rules, now))
            return RetentionReport(found, _doubt(session, now))

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
        rules = _rules_of(self._rules(), now)
        with self._vault.transaction() as session:
            postponed = "" if confirmed else _doubt(session, now)
            if postponed:
                return RetentionReport(postponed=postponed)
            report = RetentionReport(tuple(_report(session, rule) for rule in rules))
            if report.conversations:
                erase_conversations(session, or_(*(rule.holds for rule in rules)))
                counts = {found.kind: len(found.conversations) for found in report.rules}
                self._access.record(session, Action.RETENTION_RUN, "conversation", "", **counts)
            session.execute(delete(ModelUseRow).where(ModelUseRow.day < now.astimezone().date() - _COUNTS_KEPT))
            set_mark(session, _LAST_RUN, now.isoformat())
        if report.conversations:
            empty_log(self._vault)
        return report

    def run_if_due(self, now: datetime) -> RetentionReport | None:
        """Run once on each local day; None where it has run today."""
        last = self._preferences.mark(_LAST_RUN)
        if last is not None and datetime.fromisoformat(last).astimezone().date() == now.astimezone().date():
            return None
        return self.run(now)

    def _rules(self) -> RetentionRules:
        return self._preferences.read().retention


def _rules_of(rules: RetentionRules, now: datetime) -> tuple[_Rule, ...]:
    at_kiosk = ConversationRow.at_kiosk
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        _Rule("deleted", None, ConversationRow.deleted < stored(midnight)),
        _Rule("kiosk", rules.kiosk_days, and_(at_kiosk.is_(True), _aged(rules.kiosk_days, now))),
        _Rule(
            "conversations", rules.conversations_days, and_(at_kiosk.is_(False), _aged(rules.conversations_days, now))
        ),
    )


def _aged(days: int | None, now: datetime) -> ColumnElement[bool]:
    if days is None:
        return false()
    is_kept = and_(ConversationRow.deleted.is_(None), ConversationRow.pinned.is_(False))
    return and_(is_kept, ConversationRow.updated < stored(now - timedelta(days=days)))


def _report(session: Session, rule: _Rule) -> RuleReport:
    found = select(ConversationRow.id, ConversationRow.updated).where(rule.holds).order_by(ConversationRow.updated)
    rows = session.execute(found).all()
    oldest = rows[0][1].replace(tzinfo=UTC) if rows else None
    return RuleReport(rule.kind, rule.days, tuple(row[0] for row in rows), oldest)


def _doubt(session: Session, now: datetime) -> str:
    """Why the clock cannot be trusted with erasing; empty where it can."""
    begun = session.scalar(select(AuditRow.at).order_by(AuditRow.seq).limit(1))
    last_run = mark(session, _LAST_RUN) or begun
    if last_run is None:
        return ""
    since_then = now - datetime.fromisoformat(last_run)
    if since_then < -_CLOCK_TOLERANCE:
        return "The computer's clock stands earlier than when the rules last ran, so nothing was erased by age."
    if since_then > _LONGEST_SILENCE:
        return (
            f"Nothing was erased by age, since the rules have not run for more than {_LONGEST_SILENCE.days} days. "
            "If the computer's clock is right, an administrator can run them by hand."
        )
    return ""
