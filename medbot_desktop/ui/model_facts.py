"""Say in plain words what is known of a model: what it is for, what it may write, how fast it is, what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from medbot_desktop.ui.amounts import byte_size, local_moment

if TYPE_CHECKING:
    from medbot_desktop.generation.exam_record import ExamResult

State = Literal["serving", "here", "to_fetch", "to_bring", "damaged"]

STATES: dict[State, str] = {
    "serving": "Installed, serves",
    "here": "Installed",
    "to_fetch": "Can be fetched",
    "to_bring": "Bring the file",
    "damaged": "Missing or cut short",
}
TIERS = {"composes": "Writes answers", "phrases": "Greets and joins", "silent": "Writes nothing"}
_PURPOSES = {
    "chat": "Writes text",
    "adapter": "Adapter",
    "embedder": "Finds by meaning",
    "pipeline": "Reads sentences",
}
_BRING = "MedBot does not fetch this model. Bring its GGUF file, on a stick for example, and add it from the file."


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model, as the page shows it.

    Attributes:
        name: its stable name.
        title: what a person reads.
        purpose: what the catalogue says that it does.
        size: bytes of its files; of one to be brought, roughly.
        licence: of the weights.
        terms: what the licence asks of those who use it; often empty.
        what_for: what it is good for, one sentence; may be empty.
        state: whether it is here.
        tier: what it may write; empty where it writes no text.
        result: its last exam, where it has sat one.
        outdated: what has changed since that exam; empty where it holds.
        need: bytes of memory that it takes; None where its file is not here or tells nothing of it.
        room: bytes of this computer's memory that a model may take.
        memory: bytes of this computer's memory.
        free: bytes of it that are free now.
        device: where it computes and why, in a sentence; empty where that is not known yet.
        can_fetch: whether its files can be fetched.
        may_remove: whether MedBot works without it.
        tried: tokens a second that it wrote when it was added; 0 where that was not measured.
    """

    name: str
    title: str
    purpose: str
    size: int
    licence: str
    terms: str
    what_for: str
    state: State
    tier: str
    result: ExamResult | None
    outdated: str
    need: int | None
    room: int
    memory: int
    free: int
    device: str
    can_fetch: bool
    may_remove: bool
    tried: float = 0.0

    @property
    def is_here(self) -> bool:
        """Whether every file of it is on this computer."""
        return self.state in ("serving", "here")

    @property
    def writes(self) -> bool:
        """Whether it writes text."""
        return self.purpose == "chat"

    @property
    def purpose_words(self) -> str:
        """What it does, in two or three words."""
        return _PURPOSES.get(self.purpose, self.purpose)

    @property
    def tier_words(self) -> str:
        """What it may write, in two or three words."""
        return TIERS[self.tier] if self.writes and self.is_here else ""

    @property
    def size_words(self) -> str:
        """How large its files are."""
        return f"about {byte_size(self.size)}" if self.state == "to_bring" else byte_size(self.size)

    def lines(self) -> Iterator[str]:
        """All that there is to say, a line each."""
        if self.what_for:
            yield self.what_for
        if self.state == "to_bring":
            yield _BRING
        yield f"Licence: {self.licence}. {self.terms}".strip()
        yield f"Size: {self.size_words}. {self._memory()}".strip()
        if self.writes and self.is_here:
            yield self._tier()
            yield self._speed()
        if self.is_here and self.device:
            yield f"Device: {self.device}"

    def _memory(self) -> str:
        here = f"this computer has {byte_size(self.memory)}, of which {byte_size(self.free)} are free now"
        if self.need is not None:
            fits = "it fits" if self.need <= self.room else "too much for it"
            if self.room >= self.need > self.free:
                fits = "it fits once other programs are closed"
            return f"Memory: it takes about {byte_size(self.need)}; {here}: {fits}."
        if not self.writes or self.is_here:
            return ""
        fits = "It may fit" if self.size <= self.room else "It does not fit"
        return f"Memory: at least as much as its size; {here}. {fits}."

    def _tier(self) -> str:
        told = f"Tier: {TIERS[self.tier].lower()}."
        if self.result is None:
            return f"{told} It has not sat the exam on this computer."
        taken = local_moment(datetime.fromisoformat(self.result.taken))
        if self.outdated:
            return f"{told} Its exam of {taken} does not count any more: {self.outdated}."
        return f"{told} By its exam of {taken}. {self.result.lacking}".strip()

    def _speed(self) -> str:
        if self.result is None or not self.result.tokens_per_second:
            if not self.tried:
                return "Speed: the exam measures it."
            return f"Speed: about {self.tried:,.0f} tokens a second when it was added; the exam measures it better."
        speed = f"{self.result.tokens_per_second:,.1f} tokens a second on this computer"
        first = f", the first words after {self.result.first_text_s:,.2f} s" if self.result.first_text_s else ""
        return f"Speed: {speed}{first}."
