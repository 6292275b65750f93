"""Keep what models earned in their exams, and tell which tier is in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from medbot_desktop.errors import ModelError
from medbot_desktop.generation.exam import Sitting
from medbot_desktop.generation.tiers import Count, tier_for
from medbot_desktop.inference.catalogue import CatalogueEntry, Tier
from medbot_desktop.inference.choosing import TIERS, Trust, server_name
from medbot_desktop.inference.disk import replace_text, room_for
from medbot_desktop.settings import Settings, home_folder

EXAMS_FILE = "exams.json"
_ROOM = 1_000_000


@dataclass(frozen=True, slots=True)
class Examinee:
    """A model that sits the exam.

    Attributes:
        name: its name.
        identity: the name with a digest of its files; of a model on a server, with the server's address.
        runtime: what runs it, with its version, e.g. ``llama-cpp-python 0.3.16``.
        tier: what it may be trusted with before it has sat the exam.
    """

    name: str
    identity: str
    runtime: str
    tier: Tier

    @classmethod
    def of(cls, entry: CatalogueEntry) -> Self:
        """A model on this computer."""
        package = "llama-cpp-python" if entry.runtime == "llama.cpp" else "onnxruntime"
        try:
            runtime = f"{package} {version(package)}"
        except PackageNotFoundError:
            runtime = f"{package}, not installed"
        return cls(entry.name, entry.identity, runtime, entry.tier)

    @classmethod
    def on_server(cls, settings: Settings) -> Self:
        """The model on the clinic's server."""
        name = server_name(settings)
        return cls(name, f"{name}@{settings.server_url}", "server", "silent")


class KindResult(BaseModel):
    """The answers of one kind: see ``tiers.Count``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    right: int
    among: int
    grave: int


class ExamResult(BaseModel):
    """What one model earned.

    Attributes:
        identity: the model's name and a digest of its files.
        runtime: what ran it, with its version.
        exam: the version of the items and prompts.
        taken: when, in ISO 8601 with the time zone.
        tier: what was earned.
        lacking: what keeps the model from the next tier; empty where nothing does.
        kinds: the marks by kind.
        kept: sentences that the support check would show.
        sentences: of how many.
        seconds: how long it took.
        tokens_per_second: how fast the model wrote.
        first_text_s: seconds until its first words, on average; 0 where that was not measured.
        facts: what the server said of the model; empty for one of this computer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    identity: str
    runtime: str
    exam: str
    taken: str
    tier: Tier
    lacking: str
    kinds: dict[str, KindResult]
    kept: int
    sentences: int
    seconds: float
    tokens_per_second: float
    first_text_s: float = 0.0
    facts: str = ""

    @classmethod
    def of(cls, examinee: Examinee, exam: str, sitting: Sitting, now: datetime) -> Self:
        """The result of a complete run."""
        counts: Mapping[str, Count] = sitting.counts()
        tier, lacking = tier_for(counts)
        kept, sentences = sitting.kept
        return cls(
            identity=examinee.identity,
            runtime=examinee.runtime,
            exam=exam,
            taken=now.isoformat(timespec="seconds"),
            tier=tier,
            lacking=lacking,
            kinds={k: KindResult(right=c.right, among=c.among, grave=c.grave) for k, c in counts.items()},
            kept=kept,
            sentences=sentences,
            seconds=round(sitting.seconds, 1),
            tokens_per_second=round(sitting.tokens_per_second, 1),
            first_text_s=round(sitting.first_text_s, 2),
            facts=sitting.facts,
        )

    def outdated_by(self, examinee: Examinee, exam: str) -> str:
        """What has changed since, in words; "" where the result still holds."""
        if self.identity != examinee.identity:
            return "the model's files have changed"
        if self.runtime != examinee.runtime:
            return "what runs the model has changed"
        return "" if self.exam == exam else "the questions of the exam have changed"


def stored_result(name: str) -> ExamResult | None:
    """The last result of the model of this name; None where there is none that can be read."""
    try:
        return ExamResult.model_validate(_stored().get(name))
    except ValidationError:
        return None


def store_result(name: str, result: ExamResult) -> None:
    """Keep a result in the home folder, whole or not at all.

    Raises:
        DiskFullError: there is no room.
        ModelError: the home folder cannot be written.
    """
    folder = home_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"The home folder {folder} cannot be made: {error.strerror}.", "Set MEDBOT_HOME to one that you may write."
        ) from error
    with room_for(folder, _ROOM, "the result of the exam"):
        replace_text(folder / EXAMS_FILE, json.dumps({**_stored(), name: result.model_dump()}, indent=1))


def tier_in_force(examinee: Examinee, exam: str) -> Tier:
    """The tier that a model earned here; its own from before where it has not sat this exam, or something has changed.

    Args:
        examinee: the model.
        exam: the version of the exam.
    """
    result = stored_result(examinee.name)
    return examinee.tier if result is None or result.outdated_by(examinee, exam) else result.tier


def trust_in_force(examinee: Examinee, exam: str) -> Trust:
    """The same, with a sentence where an exam that no longer holds had earned more.

    Args:
        examinee: the model.
        exam: the version of the exam.
    """
    result, tier = stored_result(examinee.name), tier_in_force(examinee, exam)
    if result is None:
        return Trust(tier)
    changed = result.outdated_by(examinee, exam)
    if not changed or TIERS.index(result.tier) <= TIERS.index(tier):
        return Trust(tier, examined="" if changed else result.facts)
    return Trust(
        tier,
        f"The exam of {examinee.name} no longer holds, for {changed}, so it may do less than before. "
        f"Let it sit the exam again: `medbot models exam {examinee.name}`.",
    )


def _stored() -> dict[str, object]:
    """All results by model; a file that is missing or damaged only costs sitting the exams again."""
    path: Path = home_folder() / EXAMS_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
