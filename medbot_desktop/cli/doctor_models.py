"""Say which text model serves on this computer, why not the one that was chosen, and whether the server answers."""

from __future__ import annotations

from collections.abc import Iterator

from medbot_desktop.cli.models_server import server_state
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_record import Examinee, trust_in_force
from medbot_desktop.inference.catalogue import CatalogueEntry
from medbot_desktop.inference.choosing import text_model_from
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings, resources_folder
from medbot_desktop.vault.preferences import ModelServer
from medbot_desktop.vault.server_in_force import with_server


def text_model_in_force(settings: Settings, store: ModelStore) -> tuple[CatalogueEntry | None, str, str]:
    """The text model of this computer that serves.

    Returns:
        Its entry, None where none serves; that in words; and what keeps the chosen one from it, with what to do.
    """
    exam = exam_version(resources_folder() / "exam")
    chosen, notices = text_model_from(
        with_server(settings, ModelServer()),
        store,
        lambda tier: (),
        lambda entry: trust_in_force(Examinee.of(entry), exam),
    )
    if chosen is None:
        advice = " ".join(notices) or "Run `medbot models sync`."
        return None, "none serves, so answers are in the library's own words", advice
    entry = store.entry(chosen.model.identity.partition("@")[0])
    return entry, f"{chosen.title} serves; tier {chosen.tier}", " ".join(notices)


def look_at_server(settings: Settings, has_vault: bool) -> Iterator[tuple[bool, str, str]]:
    """How it stands with the clinic's model server, where one is set or may be: see `server_state`."""
    if settings.server_url:
        ok, found, advice = server_state(settings)
        suffix = "; asked only while an administrator has the vault open" if has_vault else ""
        yield ok, f"{found}{suffix}", advice
    elif has_vault:
        yield True, "the vault knows whether one is asked; `medbot models server` shows it", ""
