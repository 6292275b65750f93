"""Take the model server from what an administrator decided: words of patients go nowhere else."""

from __future__ import annotations

from medbot_desktop.settings import Settings
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import ModelServer, Preferences
from medbot_desktop.vault.roles import Permission


def server_in_force(settings: Settings, preferences: Preferences, access: Access) -> tuple[Settings, str]:
    """The settings with the server that may be asked where there is a vault.

    The file of settings and the variables of the system can be changed by whoever sits at the computer. They count only
    while an administrator has the vault open, and then before what the vault says.

    Args:
        settings: what the file and the variables say.
        preferences: what the vault says.
        access: who has it open.

    Returns:
        The settings, and a sentence where what the file or a variable says does not count; else an empty one.
    """
    if settings.server_url and access.may(Permission.CHANGE_SETTINGS):
        return settings, ""
    server = preferences.read().server
    notice = ""
    if settings.server_url and settings.server_url != server.url:
        notice = (
            "The model server in settings.toml, or in a variable of the system, was not set by an administrator and is "
            "not asked. An administrator sets it by `medbot models server`."
        )
    return with_server(settings, server), notice


def with_server(settings: Settings, server: ModelServer) -> Settings:
    """The settings with another server."""
    return settings.model_copy(update={f"server_{name}": value for name, value in server.model_dump().items()})


def server_of(settings: Settings) -> ModelServer:
    """The server that some settings name."""
    return ModelServer(**{name: getattr(settings, f"server_{name}") for name in ModelServer.model_fields})
