"""Where there is a vault, words of patients go to the model server that an administrator set, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.settings import Settings
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import OpenedVault, create_vault
from medbot_desktop.vault.preferences import ModelServer, Preferences
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.server_in_force import server_in_force, server_of, with_server
from medbot_desktop.vault.trail import Action

CLINICS = ModelServer(url="https://models.clinic.lan/v1", model="clinic-7b", allowed="models.clinic.lan:443")
OWN = Settings(server_url="https://192.168.1.66/v1", server_model="mine", server_allowed="192.168.1.66:443")


@pytest.fixture
def opened(tmp_path: Path) -> OpenedVault:
    made, _ = create_vault(VaultFolder(tmp_path / "vault"), "admin", "correct horse battery", LEAST_COST)
    return made


def access_of(opened: OpenedVault, role: Role) -> Access:
    return Access(opened.vault, Account(role.value, role.value, role))


def in_force(opened: OpenedVault, role: Role, settings: Settings) -> tuple[ModelServer, str]:
    access = access_of(opened, role)
    found, notice = server_in_force(settings, Preferences(opened.vault, access), access)
    return server_of(found), notice


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.FRONT_DESK, Role.KIOSK])
def test_what_others_set_for_themselves_is_not_asked_and_told(opened: OpenedVault, role: Role) -> None:
    server, notice = in_force(opened, role, OWN)
    assert server == ModelServer()
    assert "was not set by an administrator" in notice
    Preferences(opened.vault, opened.access).change(
        Preferences(opened.vault, opened.access).read().model_copy(update={"server": CLINICS})
    )
    server, notice = in_force(opened, role, OWN)
    assert server == CLINICS
    assert "was not set by an administrator" in notice
    assert in_force(opened, role, Settings()) == (CLINICS, "")


def test_an_administrator_may_try_another_one_by_a_variable(opened: OpenedVault) -> None:
    assert in_force(opened, Role.ADMINISTRATOR, OWN) == (server_of(OWN), "")
    assert in_force(opened, Role.ADMINISTRATOR, Settings()) == (ModelServer(), "")


def test_an_allow_list_of_ones_own_does_not_widen_the_clinics(opened: OpenedVault) -> None:
    preferences = Preferences(opened.vault, opened.access)
    preferences.change(preferences.read().model_copy(update={"server": CLINICS}))
    server, _ = in_force(opened, Role.CLINICIAN, Settings(server_allowed="192.168.1.66:443", server_model="mine"))
    assert server == CLINICS


def test_only_an_administrator_sets_it_and_the_trail_tells(opened: OpenedVault) -> None:
    eva = Preferences(opened.vault, access_of(opened, Role.CLINICIAN))
    with pytest.raises(PermissionRefusedError):
        eva.change(eva.read().model_copy(update={"server": CLINICS}))
    assert eva.read().server == ModelServer()
    admin = Preferences(opened.vault, opened.access)
    admin.change(admin.read().model_copy(update={"server": CLINICS}))
    entries = AuditTrail(opened.vault, opened.access).entries()
    changed = [entry.record for entry in entries if entry.action == Action.SETTINGS_CHANGED.value]
    assert changed == ["server.allowed,server.model,server.url"]


def test_a_server_in_the_settings_reads_back_as_it_was() -> None:
    assert server_of(with_server(OWN, CLINICS)) == CLINICS
    assert with_server(OWN, server_of(OWN)) == OWN
