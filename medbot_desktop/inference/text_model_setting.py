"""Keep in the settings file which text model serves, and leave everything else in it as it stands."""

from __future__ import annotations

import json
import re
import tomllib

from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.inference.disk import replace_text, room_for
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings, home_folder, load_settings

_ROOM = 1_000_000
_LINE = re.compile(r"^text_model\s*=.*$", re.MULTILINE)


def chosen_text_model(store: ModelStore, settings: Settings) -> str:
    """The name of the model that is to write: the one of the settings, else the catalogue's default."""
    default = store.catalogue.default("chat")
    return settings.text_model or (default.name if default else "")


def choose_text_model(name: str) -> None:
    """Let another model write, from the next time on that the text model is started.

    Args:
        name: its name.

    Raises:
        InputError: the settings file is broken, or a variable of the system decides in its place.
        ModelError: the home folder cannot be written.
        DiskFullError: there is no room.
    """
    in_force = load_settings().text_model
    folder = home_folder()
    file = folder / "settings.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"The home folder {folder} cannot be made: {error.strerror}.", "Set MEDBOT_HOME to one that you may write."
        ) from error
    with room_for(folder, _ROOM, "the settings"):
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        settings = tomllib.loads(before)
        if in_force != settings.get("text_model", ""):
            raise InputError(
                "The variable MEDBOT_TEXT_MODEL decides which text model serves, so a choice would have no effect.",
                hint="Remove the variable from the system's settings, then start MedBot again.",
            )
        line = f"text_model = {json.dumps(name)}"
        after = _LINE.sub(lambda _: line, before, count=1) if _LINE.search(before) else f"{line}\n{before}"
        if tomllib.loads(after) != {**settings, "text_model": name}:
            raise InputError(
                f"MedBot cannot change the settings file {file}.", hint=f"Write this line into it by hand: {line}"
            )
        replace_text(file, after)
