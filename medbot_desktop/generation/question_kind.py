"""Tell which part of an article a question asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from medbot_desktop.errors import LibraryError


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """A kind of question.

    Attributes:
        name: e.g. ``self_care``.
        cues: lower-case words or phrases of which one tells the kind.
        sections: headings that answer it, best first.
    """

    name: str
    cues: tuple[str, ...]
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionKinds:
    """The kinds of questions, and the sections for a message of no kind."""

    kinds: tuple[QuestionKind, ...]
    otherwise: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``resources/retrieval/question_kinds.toml``.

        Raises:
            LibraryError: the file is missing or broken.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            kinds = tuple(
                QuestionKind(item["name"], tuple(item["cues"]), tuple(item["sections"])) for item in data["kind"]
            )
            return cls(kinds, tuple(data["otherwise"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LibraryError(
                f"The question kinds {path.name} cannot be read.", hint="Install MedBot again."
            ) from error

    def preferred_sections(self, question: str) -> tuple[str, ...]:
        """The headings that answer a question, best first: those of the first kind with a cue in it."""
        padded = f" {' '.join(question.lower().replace('?', ' ').replace(',', ' ').split())} "
        for kind in self.kinds:
            if any(f" {cue} " in padded for cue in kind.cues):
                return kind.sections
        return self.otherwise
