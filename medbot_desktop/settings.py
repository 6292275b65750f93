"""Typed settings, and where the program's folders lie."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from medbot_desktop.errors import InputError

MESSAGE_LIMIT = 4_000
"""The longest message that is read, in characters."""


def program_folder() -> Path:
    """The folder that holds ``resources/`` and ``models/``: a checkout's root, or a frozen bundle's."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def resources_folder() -> Path:
    """The folder of what ships as data."""
    return program_folder() / "resources"


def home_folder() -> Path:
    """``MEDBOT_HOME``, or the system's folder for a program's data. It may not exist yet."""
    override = os.environ.get("MEDBOT_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("MedBot", appauthor=False))


class Settings(BaseSettings):
    """What an administrator may set in ``settings.toml`` of the home folder, or by ``MEDBOT_*`` variables.

    Attributes:
        country: two-letter code (ISO 3166-1) that decides the emergency number; empty: the system's locale decides.
        theme: ``system``, ``light``, ``dark`` or ``contrast``.
        text_model: catalogue name of the text model; empty: the catalogue's default.
        threads: processor threads for the text model; 0: as many as there are cores.
        gpu_layers: layers of the text model on graphics cards; -1: as many as fit.
        unload_after: minutes without a question after which the text model gives its memory back; 0: never.
        server_url: a model server of the clinic's own network, as ``https://models.clinic.lan:8443/v1``; empty: none.
        server_model: what that server calls the model to ask.
        server_allowed: the servers that may be asked, each as ``host:port``, with spaces between them.
        server_ca_file: the certificate authority that vouches for the server; empty: those that the system trusts.
        server_key_file: holds the key that the server asks for; empty: none.
        server_context: tokens that a prompt and its answer may have together on the server.
        server_patience: seconds in which the server must have begun to answer.
    """

    model_config = SettingsConfigDict(env_prefix="MEDBOT_", extra="ignore")

    country: str = Field(default="", pattern=r"^([A-Za-z]{2})?$")
    theme: Literal["system", "light", "dark", "contrast"] = "system"
    text_model: str = ""
    threads: int = Field(default=0, ge=0, le=256)
    gpu_layers: int = Field(default=-1, ge=-1, le=10_000)
    unload_after: float = Field(default=15.0, ge=0, le=10_000)
    server_url: str = ""
    server_model: str = ""
    server_allowed: str = ""
    server_ca_file: str = ""
    server_key_file: str = ""
    server_context: int = Field(default=4096, ge=512, le=1_000_000)
    server_patience: float = Field(default=20.0, ge=0.1, le=600)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the file."""
        file = home_folder() / "settings.toml"
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file))


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        InputError: the file or a variable holds something that is no setting.
    """
    file = home_folder() / "settings.toml"
    try:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"The settings file {file} is not valid TOML: {error}.", hint="Correct or remove it."
        ) from error
    except ValidationError as error:
        names = ", ".join(sorted({str(item["loc"][0]) for item in error.errors()}))
        raise InputError(
            f"These settings have a value that cannot be used: {names}.",
            hint=f"Look at {file} and at MEDBOT_* variables.",
        ) from error
