"""Open no model file but the one that the catalogue names, byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.catalogue import Catalogue, CatalogueEntry, ModelFile, Purpose, render
from medbot_desktop.inference.checks import RememberedChecks
from medbot_desktop.inference.disk import replace_text
from medbot_desktop.settings import home_folder, program_folder

CATALOGUE_FILE = "catalogue.toml"
LOCAL_FILE = "local.toml"


def model_folders() -> tuple[Path, ...]:
    """Where weights are looked for, first to last: ``MEDBOT_MODELS``, the home folder's, the program's."""
    own = os.environ.get("MEDBOT_MODELS")
    return (*([Path(own)] if own else []), home_folder() / "models", program_folder() / "models")


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What the full check of one model file found; ``fault`` is one sentence, empty where all is well."""

    model: str
    file: str
    fault: str = ""


class ModelStore:
    """The models on this computer: finds them, checks them, takes in new ones.

    Args:
        catalogue: the models that may be opened, besides those that a person added here.
        folders: where their folders lie, in the order in which they are looked for.
    """

    def __init__(self, catalogue: Catalogue, folders: Sequence[Path]) -> None:
        self.catalogue = catalogue
        self.folders = tuple(dict.fromkeys(folder.absolute() for folder in folders))
        self._checks = RememberedChecks(self.folders)

    @classmethod
    def standard(cls) -> ModelStore:
        """The store of this computer: the catalogue beside the program, and the usual folders.

        Raises:
            ModelError: the catalogue cannot be read.
        """
        return cls(Catalogue.load(program_folder() / "models" / CATALOGUE_FILE), model_folders())

    def entries(self) -> tuple[CatalogueEntry, ...]:
        """The catalogue's models, then those that were added here."""
        known = {entry.name: entry for entry in self.catalogue.entries}
        for folder in self.folders:
            for entry in _added(folder):
                known.setdefault(entry.name, entry)
        return tuple(known.values())

    def entry(self, name: str) -> CatalogueEntry:
        """The model of this name.

        Raises:
            ModelError: there is none.
        """
        found = next((entry for entry in self.entries() if entry.name == name), None)
        if found is None and any(model.name == name for model in self.catalogue.brought):
            raise ModelError(
                f"The model {name} is not on this computer, and MedBot does not fetch it.",
                "Bring its file, on a stick for example, and run `medbot models add FILE.gguf`.",
            )
        if found is None:
            raise ModelError(f"There is no model called {name}.", "`medbot models list` shows which there are.")
        return found

    def default(self, purpose: Purpose) -> CatalogueEntry:
        """The catalogue's model for a purpose.

        Raises:
            ModelError: the catalogue has none for it.
        """
        found = self.catalogue.default(purpose)
        if found is None:
            raise ModelError(f"The model catalogue has no default for {purpose}.", "Reinstall MedBot.")
        return found

    def installed(self) -> tuple[CatalogueEntry, ...]:
        """The models of which every file is there with its right size; its content is checked when it is opened."""
        return tuple(entry for entry in self.entries() if self._is_complete(entry))

    def _is_complete(self, entry: CatalogueEntry) -> bool:
        place = self.folder_of(entry)
        if place is None:
            return False
        files = [(place / file.name, file.size) for file in entry.files]
        return all(path.is_file() and path.stat().st_size == size for path, size in files)

    def folder_of(self, entry: CatalogueEntry) -> Path | None:
        """The first folder that holds the whole model, else the first that holds a part of it, else None."""
        places = [folder / entry.name for folder in self.folders if (folder / entry.name).is_dir()]
        whole = (place for place in places if all((place / file.name).is_file() for file in entry.files))
        return next(whole, places[0] if places else None)

    def open(self, name: str) -> Path:
        """The folder of a model, after each of its files was found unchanged.

        Args:
            name: the model's name in the catalogue.

        Raises:
            ModelError: the model is unknown, or one of its files is missing, cut short or changed; it names the file.
        """
        entry = self.entry(name)
        place = self.folder_of(entry)
        paths = [self._checked_file(entry, file, place) for file in entry.files]
        return paths[0].parents[entry.files[0].name.count("/")]

    def file(self, name: str, file_name: str) -> Path:
        """One file of a model, after it was found unchanged.

        Raises:
            ModelError: as for ``open``.
        """
        entry = self.entry(name)
        found = next((file for file in entry.files if file.name == file_name), None)
        if found is None:
            raise ModelError(f"The model {name} has no file {file_name}.", "`medbot models list` shows which it has.")
        return self._checked_file(entry, found, self.folder_of(entry))

    def verify(self, entries: Sequence[CatalogueEntry]) -> Iterator[FileCheck]:
        """Read every byte of the models' files again, whatever was found before."""
        for entry in entries:
            for file in entry.files:
                fault = ""
                try:
                    self._checked_file(entry, file, self.folder_of(entry), afresh=True)
                except ModelError as error:
                    fault = error.message
                yield FileCheck(entry.name, file.name, fault)

    def is_intact(self, entry: CatalogueEntry, file: ModelFile) -> bool:
        """Whether one file is there and unchanged."""
        try:
            self._checked_file(entry, file, self.folder_of(entry))
        except ModelError:
            return False
        return True

    def matches(self, path: Path, file: ModelFile) -> bool:
        """Whether a path in one of the folders holds what the catalogue says of a file."""
        return path.is_file() and path.stat().st_size == file.size and self._checks.digest(path) == file.sha256

    def remember(self, path: Path, file: ModelFile) -> None:
        """Note that a path was just written with what the catalogue says of a file."""
        self._checks.remember(path, file.sha256)

    def writable_folder(self) -> Path:
        """Where new weights go: the first folder that exists and may be written, else a new one in the home folder.

        Raises:
            ModelError: none exists and none can be made.
        """
        for folder in self.folders:
            if folder.is_dir() and os.access(folder, os.W_OK):
                return folder
        folder = home_folder() / "models"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"The models folder {folder} cannot be made: {error.strerror}.",
                "Set MEDBOT_MODELS to a folder that you may write.",
            ) from error
        return folder

    def take_in(self, made: Path, entry: CatalogueEntry) -> None:
        """Put a model's checked files into place, and record it where the catalogue does not name it.

        Args:
            made: a folder with the files, within one of the folders of models; they are moved to their place there.
            entry: what they are.

        Raises:
            OSError: something cannot be written; see ``disk.room_for``.
        """
        folder, place = made.parent, made.parent / entry.name
        place.mkdir(exist_ok=True)
        for file in entry.files:
            (made / file.name).replace(place / file.name)
        if self.catalogue.find(entry.name) is None:
            _record(folder, [*(added for added in _added(folder) if added.name != entry.name), entry])
        for file in entry.files:
            self.remember(place / file.name, file)

    def require_free(self, name: str, files: Sequence[ModelFile]) -> None:
        """Make sure that a new model may have this name.

        Args:
            name: what it is to be called.
            files: its files; one with the same files may be there already.

        Raises:
            ModelError: another model has it.
        """
        taken = next((entry for entry in self.entries() if entry.name == name), None)
        if taken is not None and [file.sha256 for file in taken.files] != [file.sha256 for file in files]:
            raise ModelError(
                f"Another model is called {name} already.",
                f"Rename the file, or remove the other with `medbot models remove {name}`.",
            )

    def remove(self, name: str) -> CatalogueEntry:
        """Take a model off this computer.

        Raises:
            ModelError: it is not here, or its folder may not be written.
        """
        entry = self.entry(name)
        place = self.folder_of(entry)
        if place is None:
            raise ModelError(f"The model {name} is not on this computer.", "`medbot models list` shows which are.")
        try:
            shutil.rmtree(place)
            if any(added.name == name for added in _added(place.parent)):
                _record(place.parent, [added for added in _added(place.parent) if added.name != name])
        except OSError as error:
            raise ModelError(
                f"The model {name} cannot be removed from {place.parent}: {error.strerror}.",
                "Close MedBot, or remove it as an administrator.",
            ) from error
        return entry

    def _checked_file(self, entry: CatalogueEntry, file: ModelFile, place: Path | None, afresh: bool = False) -> Path:
        path = place / file.name if place else None
        hint = (
            f"Run `medbot models sync {entry.name}` to fetch it anew."
            if file.can_be_fetched
            else "Add it again with `medbot models add FILE.gguf`."
        )
        if path is None or not path.is_file():
            raise ModelError(f"The model file {file.name} of {entry.name} is missing.", hint)
        size = path.stat().st_size
        if size < file.size:
            raise ModelError(f"The model file {file.name} is cut short: it has {size:,} of {file.size:,} bytes.", hint)
        if self._checks.digest(path, afresh) != file.sha256:
            raise ModelError(
                f"The model file {file.name} was changed since it was installed; MedBot will not open it.", hint
            )
        return path


def _added(folder: Path) -> tuple[CatalogueEntry, ...]:
    """The models that a person added to this folder."""
    record = folder / LOCAL_FILE
    return Catalogue.load(record).entries if record.is_file() else ()


def _record(folder: Path, entries: Sequence[CatalogueEntry]) -> None:
    replace_text(folder / LOCAL_FILE, render(entries))
