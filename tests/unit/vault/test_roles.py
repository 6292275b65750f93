"""Roles: every cell of the permission table, as it was decided."""

from __future__ import annotations

import pytest

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.roles import DEMO_ACCOUNT, PERMISSIONS, Account, Permission, Role
from medbot_desktop.vault.vault import Vault

# One line for each permission: administrator, clinician, front desk, kiosk.
DECIDED = """
converse            yes yes yes yes
keep_conversations  yes yes yes no
read_others         yes yes no  no
see_insights        yes yes no  no
edit_library        yes yes no  no
manage_accounts     yes no  no  no
read_audit          yes no  no  no
export              yes yes no  no
erase               yes no  no  no
change_settings     yes no  no  no
back_up             yes yes yes no
restore             yes no  no  no
leave_kiosk         yes yes yes no
"""
CELLS = [
    (role, Permission(name), answer == "yes")
    for name, *answers in (line.split() for line in DECIDED.strip().splitlines())
    for role, answer in zip(Role, answers, strict=True)
]


def test_every_cell_of_the_table_was_decided() -> None:
    assert len(CELLS) == len(Role) * len(Permission)
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
def test_a_role_may_do_what_was_decided_and_nothing_else(role: Role, permission: Permission, allowed: bool) -> None:
    vault = Vault.open_in_memory()
    access = Access(vault, Account("somebody", "somebody", role))
    trail = AuditTrail(vault, Access(vault, DEMO_ACCOUNT))
    assert access.may(permission) is allowed
    if allowed:
        access.require(permission)
        assert trail.entries() == []
    else:
        with pytest.raises(PermissionRefusedError, match=f"role {role.words} may not {permission.words}"):
            access.require(permission)
        (entry,) = trail.entries()
        assert (entry.account, entry.action, entry.record) == ("somebody", "refused", permission.value)
    vault.close()
