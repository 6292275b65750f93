"""Decide whether a pack may be installed: who made it, and what it would take the place of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.packs.archive import PackArchive
from medbot_desktop.knowledge.packs.signing import accept_signer, accepted_signers, is_same, kept_key
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import mark, set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import LibraryRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_INSTALLED = "packs_installed"
"""The setting that says, by the row of a library, when its pack was made."""


def is_trusted(session: Session, signer: str | None) -> bool:
    """Whether packs of this signer are the vault's own, or an administrator has accepted them."""
    if signer is None:
        return False
    own = kept_key(session)
    return signer in accepted_signers(session) or (own is not None and own.fingerprint == signer)


def require_accepted(vault: Vault, access: Access, pack: PackArchive, accept: str | None) -> None:
    """Go on only if the pack is trusted, or an administrator accepts exactly its fingerprint.

    Args:
        vault: where it is to be installed.
        access: who installs it.
        pack: what is to be installed.
        accept: the fingerprint that was given; None: none.

    Raises:
        LibraryError: it is not trusted, and no fingerprint or another one was given.
        PermissionRefusedError: the account may not accept fingerprints.
    """
    with vault.reading() as session:
        if is_trusted(session, pack.signer):
            return
    if accept is None:
        unknown = "is signed with a key that nobody here has accepted" if pack.signer else "is not signed"
        raise LibraryError(
            f"The pack {pack.name} {unknown}.",
            hint=f"An administrator may accept it, if whoever made it confirms the fingerprint {pack.fingerprint}.",
        )
    access.require(Permission.CHANGE_SETTINGS)
    if not is_same(accept, pack.fingerprint):
        raise LibraryError(
            f"That is not the fingerprint of the pack {pack.name}.", hint="Do not install it; ask who made it."
        )


def require_place(session: Session, name: str, pack: PackArchive) -> None:
    """Go on only if the library is new, or comes from an earlier pack of the same signer.

    Raises:
        LibraryError: it is another one's, or comes from a newer pack.
    """
    row = session.scalar(select(LibraryRow).where(func.lower(LibraryRow.name) == name.lower()))
    if row is None:
        return
    if row.name != name or row.pack_fingerprint != pack.fingerprint:
        raise LibraryError(
            f"There is a library {row.name} already, and it does not come from whoever made this pack.",
            hint="Install the pack under another name.",
        )
    made = (mark(session, _INSTALLED) or {}).get(str(row.id), "")
    if made and datetime.fromisoformat(made) > pack.manifest.made:
        raise LibraryError(
            f"The library {name} comes from a newer pack.", hint="Remove the library first to go back to this one."
        )


def note_installed(session: Session, access: Access, library: LibraryRow, pack: PackArchive) -> None:
    """Remember where a library comes from, and the signer where it was accepted just now."""
    library.pack_fingerprint = pack.fingerprint
    installed = mark(session, _INSTALLED) or {}
    set_mark(session, _INSTALLED, {**installed, str(library.id): pack.manifest.made.isoformat()})
    if is_trusted(session, pack.signer):
        return
    if pack.signer:
        accept_signer(session, pack.signer)
    kind = "pack_signer" if pack.signer else "unsigned_pack"
    access.record(session, Action.SETTINGS_CHANGED, kind, pack.fingerprint, change="accepted")
