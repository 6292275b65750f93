"""Know which sources come from the formulary, and read the monograph behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medbot_desktop.domain import Passage

if TYPE_CHECKING:
    from medbot_desktop.medicines.monograph import Monograph

FORMULARY = "medicines"
"""The library that passages of the formulary name; it holds no documents."""


def is_from_formulary(passage: Passage) -> bool:
    """Whether a passage stands in no document that could be opened."""
    return passage.library == FORMULARY


def monograph_behind(passage: Passage) -> str:
    """The name of the medicine whose monograph a passage is from; empty where it is from none, as interactions are."""
    is_part = passage.id.startswith(f"{FORMULARY}/{passage.document_id}/")
    return passage.document_id if is_from_formulary(passage) and is_part else ""


def read_monograph(name: str) -> Monograph:
    """The monograph of a medicine; slow the first time, so only the worker thread reads it.

    Raises:
        InputError: there is no such medicine.
    """
    from medbot_desktop.medicines.formulary import Formulary  # slow to import
    from medbot_desktop.medicines.monograph import monograph_of
    from medbot_desktop.settings import resources_folder

    formulary = Formulary.load(resources_folder())
    return monograph_of(formulary.require(name), formulary)
