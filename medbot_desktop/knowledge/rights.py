"""Say who may read a library."""

from __future__ import annotations

from collections.abc import Collection

from medbot_desktop.vault.roles import Role


def may_read(role: Role, readable_by: Collection[str]) -> bool:
    """Whether a role may read a library.

    Args:
        role: the account's.
        readable_by: the roles that the library is for; none: it is for all. Administrators may read every library.
    """
    return not readable_by or role is Role.ADMINISTRATOR or role.value in readable_by
