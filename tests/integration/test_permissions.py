"""Let any roles do anything in any order: the permission table holds at every step, and the audit trail stays whole."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from filelock import FileLock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from medbot_desktop.domain import Answer, Disposition, Intent, RedFlag, Triage, Utterance
from medbot_desktop.errors import MedBotError, PermissionRefusedError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.export import Exporting
from medbot_desktop.memory.forgetting import Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.memory.rows import person_of
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.opening import OpenedVault, create_vault
from medbot_desktop.vault.preferences import ClinicSettings, Preferences
from medbot_desktop.vault.retention import Retention
from medbot_desktop.vault.roles import PERMISSIONS, Account, Permission, Role
from medbot_desktop.vault.schema import AccountRow, AuditRow, ConversationRow, PersonRow, SettingRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import account_row

ROLES = st.sampled_from(Role)
KEPT = (AccountRow, ConversationRow, PersonRow, SettingRow)


def turn(emergency: bool) -> Answer:
    flag = RedFlag("sepsis", "It may be sepsis.", "NICE 2024")
    triage = Triage(Disposition.EMERGENCY, (flag,)) if emergency else Triage()
    return Answer("question", "answer", Utterance("question", "en", Intent("health_question")), "x", triage)


class Desk:
    """One account with services of its own, on the vault that all share."""

    def __init__(self, opened: OpenedVault, account: Account) -> None:
        vault, access = opened.vault, Access(opened.vault, account)
        theirs = OpenedVault(vault, access, opened.folder, opened.key, opened.keyslots, FileLock(opened.folder.lock))
        self.role = account.role
        self.conversations = ConversationStore(vault, access)
        self.people = People(vault, access)
        self.exporting = Exporting(self.conversations, access)
        self.preferences = Preferences(vault, access)
        self.retention = Retention(vault, access, self.preferences)
        self.accounts = Accounts(theirs)
        self.backups = Backups(theirs, self.preferences)
        self.forgetting = Forgetting(vault, access, self.backups)
        self.trail = AuditTrail(vault, access)


class AnyRolesInAnyOrder(RuleBasedStateMachine):
    """Each rule is one thing that one role tries."""

    made: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())

    @initialize()
    def open(self) -> None:
        folder = VaultFolder(self.folder / "vault")
        self.opened, _ = create_vault(folder, "admin", "correct horse battery", LEAST_COST)
        self.desks: dict[Role, Desk] = {}
        with self.opened.vault.transaction() as session:
            accounts = [Account(uuid.uuid4().hex, role.value, role) for role in Role]
            session.add_all(account_row(account) for account in accounts)
        for account in accounts:
            self.desks[account.role] = Desk(self.opened, account)
        self.talks: list[tuple[str, Role]] = []
        self.numbers = iter(range(10_000))

    def teardown(self) -> None:
        self.opened.close()
        shutil.rmtree(self.folder)

    def attempt(self, role: Role, permission: Permission, act: Callable[[Desk], Any]) -> Any:
        """Try something that needs one permission: it is refused exactly where the table refuses it."""
        desk = self.desks[role]
        before = self.counts()
        try:
            done = act(desk)
        except PermissionRefusedError:
            assert permission not in PERMISSIONS[role], f"{role} should be allowed to {permission}"
            after = self.counts()
            assert after == before | {"audit": before["audit"] + 1}, "a refusal changes nothing but the trail"
            return None
        except MedBotError:
            done = None  # allowed, but not possible now: the last administrator, a name that is taken
        assert permission in PERMISSIONS[role], f"{role} should not be allowed to {permission}"
        return done

    def counts(self) -> dict[str, int]:
        with self.opened.vault.transaction() as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (*KEPT, AuditRow)
            }

    @rule(role=ROLES, emergency=st.booleans())
    def converse(self, role: Role, emergency: bool) -> None:
        def talk(desk: Desk) -> str:
            begun = desk.conversations.start()
            answer = turn(emergency)
            if emergency:
                desk.conversations.note_emergency(begun.id, answer.triage)
            desk.conversations.record(begun.id, answer)
            return begun.id

        self.talks.append((self.attempt(role, Permission.CONVERSE, talk), role))

    @rule(role=ROLES, data=st.data())
    def read(self, role: Role, data: st.DataObject) -> None:
        if self.talks:
            talk, owner = data.draw(st.sampled_from(self.talks))
            own = Permission.CONVERSE if owner is role else Permission.READ_OTHERS
            self.attempt(role, own, lambda desk: desk.conversations.messages(talk))

    @rule(role=ROLES)
    def list_and_search(self, role: Role) -> None:
        seen = self.attempt(role, Permission.CONVERSE, lambda desk: desk.conversations.list())
        found = self.attempt(role, Permission.KEEP_CONVERSATIONS, lambda desk: desk.conversations.search("question"))
        if Permission.READ_OTHERS not in PERMISSIONS[role]:
            mine = {talk for talk, owner in self.talks if owner is role}
            assert {talk.id for talk in seen or ()} <= mine
            assert {hit.conversation.id for hit in found or ()} <= mine

    @rule(role=ROLES, data=st.data())
    def export(self, role: Role, data: st.DataObject) -> None:
        if self.talks:
            talk, _ = data.draw(st.sampled_from(self.talks))
            self.attempt(role, Permission.EXPORT, lambda desk: desk.exporting.prepare(talk))

    @rule(role=ROLES, given=ROLES)
    def add_account(self, role: Role, given: Role) -> None:
        name = f"account {next(self.numbers)}"
        self.attempt(role, Permission.MANAGE_ACCOUNTS, lambda desk: desk.accounts.add(name, given))

    @rule(role=ROLES, given=ROLES, data=st.data())
    def change_account(self, role: Role, given: Role, data: st.DataObject) -> None:
        with self.opened.vault.transaction() as session:
            ids = session.scalars(select(AccountRow.id).where(AccountRow.name.like("account %"))).all()
        if ids:
            chosen = data.draw(st.sampled_from(sorted(ids)))
            remove = data.draw(st.booleans())
            self.attempt(
                role,
                Permission.MANAGE_ACCOUNTS,
                lambda desk: desk.accounts.remove(chosen) if remove else desk.accounts.change_role(chosen, given),
            )

    @rule(role=ROLES, minutes=st.integers(1, 60))
    def change_settings(self, role: Role, minutes: int) -> None:
        wanted = ClinicSettings(lock_after_minutes=minutes)
        self.attempt(role, Permission.CHANGE_SETTINGS, lambda desk: desk.preferences.change(wanted))

    @rule(role=ROLES)
    def read_the_trail(self, role: Role) -> None:
        self.attempt(role, Permission.READ_AUDIT, lambda desk: desk.trail.entries())

    @rule(role=ROLES)
    def forget_somebody(self, role: Role) -> None:
        with self.opened.vault.transaction() as session:
            person = PersonRow(
                id=uuid.uuid4().hex, name="Ann", name_key="ann", born=None, reference="", created=stored_now()
            )
            session.add(person)
        self.attempt(role, Permission.ERASE, lambda desk: desk.forgetting.forget(person_of(person)))
        with self.opened.vault.transaction() as session:
            gone = session.get(PersonRow, person.id) is None
        assert gone is (Permission.ERASE in PERMISSIONS[role])

    @rule(role=ROLES)
    def back_up(self, role: Role) -> None:
        self.attempt(role, Permission.BACK_UP, lambda desk: desk.backups.make())

    @invariant()
    def the_chain_is_whole(self) -> None:
        if hasattr(self, "desks"):
            assert self.desks[Role.ADMINISTRATOR].trail.verify().ok

    @invariant()
    def every_emergency_is_in_the_trail_once(self) -> None:
        if hasattr(self, "desks"):
            with self.opened.vault.transaction() as session:
                shown = session.scalars(
                    select(AuditRow.record).where(AuditRow.action == Action.EMERGENCY_SHOWN.value)
                ).all()
            assert len(shown) == len(set(shown))


TestAnyRolesInAnyOrder = AnyRolesInAnyOrder.TestCase
TestAnyRolesInAnyOrder.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
