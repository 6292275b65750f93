"""Find the signs of an emergency in the tongues that MedBot does not speak: Spanish, French, German and Portuguese."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import InputError
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.rulefiles import TongueFile
from medbot_desktop.understanding.tokens import Token

FOLDER = Path("triage") / "tongues"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sign that is named in another tongue.

    Attributes:
        tongue: its code (ISO 639-1).
        match: the sign, and the tokens that name it.
    """

    tongue: str
    match: Match


class Tongues:
    """The words for signs in each tongue, looked for in every message: people mix tongues when they are frightened.

    Args:
        files: what ``triage/tongues/`` holds.
    """

    def __init__(self, files: Sequence[TongueFile]) -> None:
        self._patterns = {
            file.code: PatternSet(
                [(sign.name, pattern) for sign in file.sign for pattern in sign.patterns], file.groups
            )
            for file in files
        }

    @classmethod
    def load(cls, resources: Path, names: Collection[str]) -> Tongues:
        """Read ``triage/tongues/*.toml``.

        Args:
            resources: the folder of what ships as data.
            names: the signs that there are.

        Raises:
            InputError: a file is wrong, or names a sign that is not there.
        """
        files = []
        for path in sorted((resources / FOLDER).glob("*.toml")):
            files.append(load_resource(path, TongueFile))
            unknown = {sign.name for sign in files[-1].sign} - set(names)
            if unknown:
                raise InputError(f"The words of {path.name} are for a sign that is not there: {min(unknown)}.")
        return cls(files)

    @property
    def words(self) -> set[str]:
        """The words of all tongues, which spelling must leave alone."""
        return {word for patterns in self._patterns.values() for word in patterns.words}

    def find(self, tokens: Sequence[Token]) -> list[Spoken]:
        """Return every sign that a message names in one of the tongues."""
        return [Spoken(code, match) for code, patterns in self._patterns.items() for match in patterns.find(tokens)]
